"""The figures of a search and of the seeded bugs, on the terminal and as a page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from homeassistant.const import __version__

from .trial import Trial

_COUNTS: Final = (
    "histories",
    "steps",
    "callbacks",
    "runs",
    "requests",
    "SMS asked for",
    "SMS taken",
)
_HEADER: Final = """# Simulation

The production code runs in a real Home Assistant core (`HomeAssistant`, config entry, actions), in a loop of virtual time: one step of the loop
is one callback, and between any two of them everything can die. Hypothesis chooses what happens; after each step the invariants I1 to I11 are
compared with what the gateway of the simulation took, and at the end of each history all is mended and must come to its end.

`scripts/simulate --bugs --minutes {minutes:.0f} --seed {seed} --report benchmarks/simulation.md` has written this page, on Home Assistant {version}.
"""
_BUGS: Final = """
## Seeded bugs

Each takes one rule away from the production code. Its aimed history is a short one (`tests/simulation/stories.py`), which passes without the bug; a test
looks at all of them for each change. The last column tells how many random histories it takes without any help.

| Bug | Other defences off | Noticed by | Aimed history | Random histories |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search has done, and what it has found."""

    seconds: float
    first_seed: int
    seeds: int
    total: Counter[str]
    violations: Sequence[str]


def show_search(search: Search) -> Iterator[str]:
    """Yield the figures of a search."""
    total = search.total
    for name in _COUNTS:
        yield f"{name}: {total[name]}"
    yield f"virtual days: {total['virtual seconds'] / 86400:.1f}"
    yield f"seeds: {search.first_seed} to {search.first_seed + search.seeds - 1}"
    yield f"seconds: {search.seconds:.0f}"
    yield f"steps a second: {total['steps'] / search.seconds:.0f}"
    yield f"violations: {len(search.violations)}"
    for name, times in _by_kind(total):
        yield f"{name}: {times}"


def report(search: Search | None, trials: Sequence[Trial]) -> str:
    """Return the page."""
    lines = [
        _HEADER.format(
            minutes=search.seconds / 60 if search else 0,
            seed=search.first_seed if search else 1,
            version=__version__,
        )
    ]
    if search:
        lines.append(_search_table(search))
    if trials:
        noticed = sum(trial.is_noticed for trial in trials)
        lines.append(_BUGS + "\n".join(map(_trial_row, trials)))
        lines.append(f"\n{noticed} of {len(trials)} are noticed.")
    return "\n".join(lines).rstrip("\n") + "\n"


def _search_table(search: Search) -> str:
    total = search.total
    rows = [(name, f"{total[name]:,}") for name in _COUNTS]
    rows += [
        ("virtual days", f"{total['virtual seconds'] / 86400:.1f}"),
        ("seeds", f"{search.first_seed} to {search.first_seed + search.seeds - 1}"),
        ("seconds", f"{search.seconds:.0f}"),
        ("steps a second", f"{total['steps'] / search.seconds:.0f}"),
        ("violations", str(len(search.violations))),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    faults = "\n".join(f"| {name} | {times:,} |" for name, times in _by_kind(total))
    found = "".join(f"\n```\n{each}\n```\n" for each in search.violations)
    return (
        f"\n## A long search\n\n| | |\n| --- | --- |\n{table}\n{found}"
        f"\n### What went wrong on purpose\n\n| Fault | Calls |\n| --- | --- |\n{faults}\n"
    )


def _by_kind(total: Counter[str]) -> list[tuple[str, int]]:
    return sorted(
        (name.removeprefix("fault ").replace("_", " "), times)
        for name, times in total.items()
        if name.startswith("fault ")
    )


def _trial_row(trial: Trial) -> str:
    bug = trial.bug
    by_chance = str(trial.histories) if trial.histories else f"more than {trial.tried}"
    seen = f"{trial.seconds:.2f} s" if trial.is_noticed else "**missed**"
    return f"| {bug.name} | {bug.off} | {bug.noticed_by} | {seen} | {by_chance} |"
