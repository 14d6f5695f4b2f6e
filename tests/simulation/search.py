"""Searches random histories for one that breaks an invariant, and counts what it has done."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
import logging
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import Household

_STEPS_A_HISTORY: Final = 50


def search(histories: int, number: int, *, shrink: bool = True) -> str | None:
    """Return the shortest history that breaks something, None where all is well; the same number gives the same ones."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    machine = seed(number)(type("Seeded", (Household,), {}))
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=histories,
                stateful_step_count=_STEPS_A_HISTORY,
                deadline=None,
                database=None,
                phases=phases,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except AssertionError as error:
        return "\n".join([str(error), *_history(getattr(error, "__notes__", []))])
    return None


def _history(notes: list[str]) -> Iterator[str]:
    """Yield what has happened, without the looks at the invariants in between."""
    for note in notes:
        for line in note.splitlines():
            if line.strip() and ".holds()" not in line:
                yield line


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Give what the histories of a search do; what Home Assistant itself logs is of no interest."""
    logger = logging.getLogger("homeassistant")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    Household.total.clear()
    try:
        yield Household.total
    finally:
        logger.setLevel(level)
