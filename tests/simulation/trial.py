"""Tries a seeded bug: in the history that is aimed at it, and in random ones."""

from collections.abc import Sequence
from dataclasses import dataclass
import time

from .bugs import Bug
from .search import counted, search
from .tell import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a bug. ``histories`` is how many random ones it took, None where none of them showed it."""

    bug: Bug
    without: Sequence[str]
    noticed: Sequence[str]
    seconds: float
    histories: int | None
    tried: int

    @property
    def is_noticed(self) -> bool:
        """Tell whether the aimed history passes without the bug, and shows it."""
        return not self.without and any(
            each.startswith(f"{self.bug.noticed_by}:") for each in self.noticed
        )


def try_bug(bug: Bug, histories: int, number: int) -> Trial:
    """Try a bug, in no more than so many random histories."""
    without = tell(bug.story, bug.options, bug.gate)
    begin = time.perf_counter()
    with bug.seeded():
        noticed = tell(bug.story, bug.options, bug.gate)
        seconds = time.perf_counter() - begin
        with counted() as total:
            shown = search(histories, number, shrink=False) if histories else None
            taken = total["histories"]
    return Trial(
        bug=bug,
        without=without,
        noticed=noticed,
        seconds=seconds,
        # The last one is told again, so that its steps can be printed.
        histories=max(taken - 1, 1) if shown else None,
        tried=histories,
    )


def show_trial(trial: Trial) -> str:
    """Return a line of the report on the terminal."""
    word = "noticed" if trial.is_noticed else "MISSED"
    by_chance = (
        f"in random history {trial.histories}"
        if trial.histories
        else f"not in {trial.tried} random histories"
    )
    return f"{word}: {trial.bug.name} ({trial.bug.noticed_by}, {trial.seconds:.2f} s; {by_chance})"
