"""Puts small faults into files of the integration, and tells which of them the tests don't notice: `scripts/mutate`."""

import argparse
import json
from pathlib import Path
import sys

import pytest

from .forks import Work, run_forked
from .places import SOURCE, own_tests_for, tests_for
from .reach import Reach
from .results import Results
from .runner import Chooser, Warm, run_at_import
from .source import Mutant, mutants_of


def _files(names: list[str]) -> list[str]:
    paths = [Path(name) if Path(name).exists() else SOURCE / name for name in names]
    found = [
        file
        for path in paths
        for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))
    ]
    return [str(file.resolve().relative_to(SOURCE)) for file in found]


def main() -> None:
    """Make the mutants, have them run, and write what became of them."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("names", nargs="*", help="folders or files")
    parser.add_argument(
        "--living", action="store_true", help="only those that lived the last time"
    )
    parser.add_argument(
        "--own",
        action="store_true",
        help="ask only the tests that were written for a file, and later the others with --living",
    )
    parser.add_argument(
        "--table", action="store_true", help="only write the table anew"
    )
    arguments = parser.parse_args()
    results = Results.load()
    files = _files(arguments.names)
    if not arguments.table:
        for path in files:
            mutants = [
                mutant
                for mutant in mutants_of(path)
                if not arguments.living or mutant.key in results.living(path)
            ]
            if mutants:
                tests = own_tests_for(path) if arguments.own else tests_for(path)
                _run(
                    path,
                    mutants,
                    results,
                    tests,
                    whole=not arguments.living,
                    all_tests=arguments.living and not arguments.own,
                )
                results.write()
    results.write()


def _run(
    path: str,
    mutants: list[Mutant],
    results: Results,
    tests: tuple[str, ...],
    *,
    whole: bool,
    all_tests: bool,
) -> None:
    print(f"{path}: {len(mutants)} mutants", flush=True)
    answers: list[str] = []

    def run_warm(folder: Path) -> str:
        warm = Warm(mutants, Reach.load(), all_tests=all_tests)
        ended = pytest.main(
            ["-q", "-s", f"--basetemp={folder / 'files'}", *tests],
            plugins=[warm],
        )
        if ended != pytest.ExitCode.OK:
            raise SystemExit(f"pytest ended with {ended}")
        left = [mutants.index(mutant) for mutant in warm.left]
        return json.dumps([warm.outcomes.of, left, warm.chooser.noticed])

    run_forked([Work(None, run_warm)], lambda ended: answers.append(ended.answer or ""))
    if not answers[0]:
        sys.exit("The tests could not be run")
    outcomes, left, noticed = json.loads(answers[0])
    later = [mutants[place] for place in left]
    print(f"{len(later)} mutants change what happens at the import", flush=True)
    # The first part has measured all; a test's file that is edited meanwhile must not drop out.
    reach = Reach.load(even_if_changed=True)
    chooser = Chooser(reach, all_tests=all_tests, noticed=noticed)
    at_import = run_at_import(later, chooser)
    became = outcomes.get(path, {}) | at_import.of.get(path, {})
    results.note(path, became, whole=whole)


if __name__ == "__main__":
    main()
