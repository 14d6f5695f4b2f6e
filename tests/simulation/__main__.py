"""Searches for a long time, or looks whether each seeded bug is noticed; both can go into a report.

python -m tests.simulation --minutes 10 --seed 1
python -m tests.simulation --bugs
python -m tests.simulation --bugs --minutes 10 --report benchmarks/simulation.md
"""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
import sys
import time
from typing import Final

from .bugs import BUGS
from .figures import Search, report, show_search
from .search import counted, search
from .trial import show_trial, try_bug

_HISTORIES_AT_ONCE: Final = 25


def main() -> int:
    """Do what the command line asks for; 1 where something does not hold."""
    parser = ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bugs", action="store_true")
    parser.add_argument(
        "--histories",
        type=int,
        default=100,
        help="random histories at most in which each bug is looked for as well",
    )
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    minutes = asked.minutes or (0.0 if asked.bugs else 1.0)
    found = _search(minutes, asked.seed) if minutes else None
    if found:
        print("\n".join(show_search(found)), flush=True)
    trials = []
    for bug in BUGS if asked.bugs else ():
        trials.append(try_bug(bug, asked.histories, asked.seed))
        print(show_trial(trials[-1]), flush=True)
    if asked.report:
        asked.report.write_text(report(found, trials))
    is_well = not (found and found.violations) and all(
        trial.is_noticed for trial in trials
    )
    return 0 if is_well else 1


def _search(minutes: float, first_seed: int) -> Search:
    begin = time.perf_counter()
    violations = []
    number = first_seed
    with counted() as total:
        while time.perf_counter() - begin < minutes * 60:
            if violation := search(_HISTORIES_AT_ONCE, number):
                violations.append(f"seed {number}: {violation}")
                print(violations[-1], flush=True)
            number += 1
        return Search(
            seconds=time.perf_counter() - begin,
            first_seed=first_seed,
            seeds=number - first_seed,
            total=Counter(total),
            violations=violations,
        )


if __name__ == "__main__":
    sys.exit(main())
