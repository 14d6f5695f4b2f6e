"""Runs the tests against mutants: in copies of a process that has imported and collected everything already."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
import gc
import importlib
import json
import os
from pathlib import Path
import time
from types import FunctionType
from typing import Final

import pytest

from .forks import Ended, Work, limit_time, run_forked
from .places import SOURCE, is_written_for
from .reach import LineWatch, Reach, hash_of
from .source import Mutant, MutantFinder
from .swap import loaded_of, swap_for

# So many others are asked beside the tests that were written for a file. What they don't notice counts as living, until all are asked.
_MOST_TESTS: Final = 60
_MOST_SECONDS: Final = 4.0
_SECONDS_AT_IMPORT: Final = 600.0
_QUICK_SECONDS: Final = 0.03
_SECONDS_BESIDE: Final = 15.0
_TIMES_SLOWER: Final = 10
_SECONDS_UNKNOWN: Final = 60.0

# The test harness comes first, as it replaces some of what the others import from Home Assistant; there are no tests there.
_IMPORT_HARNESS: Final = ("-q", "--noconftest", "--collect-only", "tests/mutation")
_IMPORTED_BEFORE: Final = (
    *(
        f"homeassistant.components.{name}"
        for name in ("automation", "diagnostics", "http", "notify", "repairs", "sensor")
    ),
    "simulator",
)

KILLED: Final = "killed"
OUT_OF_TIME: Final = "out of time"
LIVING: Final = "living"


class _Failure:
    """Remembers the first test that failed."""

    def __init__(self) -> None:
        self.test = ""
        self.seconds = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds += report.duration
        if report.failed and not self.test:
            self.test = report.nodeid


def _be_quiet() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _run(
    items: Sequence[pytest.Item], failure: _Failure, seconds: dict[str, float]
) -> Iterator[pytest.Item]:
    """Run tests, each within a time of its own."""
    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        limit_time(
            _SECONDS_BESIDE + _TIMES_SLOWER * seconds.get(item.nodeid, _SECONDS_UNKNOWN)
        )
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        yield item
    limit_time(_SECONDS_BESIDE)


def _prepare(session: pytest.Session, folder: Path) -> _Failure:
    """Make a copy of the process fit for tests: with its own folder for files, and silent."""
    _be_quiet()
    session.config._tmp_path_factory._basetemp = folder  # type: ignore[attr-defined]  # there is no public way after the start
    failure = _Failure()
    session.config.pluginmanager.register(failure)
    return failure


class Chooser:
    """Chooses the tests for a mutant: those that run its line, first those that have noticed others of the file."""

    def __init__(
        self,
        reach: Reach,
        *,
        all_tests: bool,
        noticed: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        """Begin with what is known of who notices much; ``all_tests`` leaves none out."""
        self._reach = reach
        self._all = all_tests
        self.noticed = {path: Counter(tests) for path, tests in (noticed or {}).items()}

    def choose(self, mutant: Mutant, *, at_import: bool) -> dict[str, float]:
        """Return the tests, with the time that each takes."""
        found = {} if at_import else self.of_lines(mutant)
        found = found or self._reach.of_file(mutant.path)
        noticed = self.noticed.get(mutant.path, Counter())
        turns = _in_turns(found, mutant.path, at_import=at_import)
        in_order = sorted(turns, key=lambda name: (-noticed[name], turns[name]))
        if self._all:
            return {name: found[name] for name in in_order}
        chosen = {name: found[name] for name in in_order if turns[name] <= 0}
        others = [name for name in in_order if name not in chosen]
        seconds = 0.0
        for name in others[:_MOST_TESTS]:
            seconds += found[name]
            if seconds > _MOST_SECONDS:
                break
            chosen[name] = found[name]
        return chosen

    def of_lines(self, mutant: Mutant) -> dict[str, float]:
        """Return the tests that run a line of a mutant: none where it runs while the file is imported alone."""
        found: dict[str, float] = {}
        lines = (SOURCE / mutant.path).read_text(encoding="utf-8").splitlines()
        for line in reversed(lines[: mutant.line]):
            # What goes over several lines runs as some of them.
            found = self._reach.of_line(mutant.path, line.strip())
            if found or line.lstrip().startswith(("def ", "async def ")):
                break
        # What is chosen by a condition behind it begins on a line that is not always run.
        for line in mutant.change.splitlines():
            if line.startswith("- "):
                found |= self._reach.of_line(mutant.path, line[2:])
        return found

    def note(self, mutant: Mutant, test: str) -> None:
        """Note the test that noticed a mutant."""
        self.noticed.setdefault(mutant.path, Counter())[test] += 1


def _in_turns(found: dict[str, float], path: str, *, at_import: bool) -> dict[str, int]:
    """Return the turn of each test: first the quick ones written for the file, those without a Home Assistant, and the others written for it.

    Then come the quickest of each other file, then the next. What changes the import is collected anew for each mutant, which
    takes its time with many tests: there are no such that are asked in any case.
    """
    turns: dict[str, int] = {}
    count: Counter[str] = Counter()
    for name in sorted(found, key=lambda name: found[name]):
        is_quick = found[name] < _QUICK_SECONDS
        is_written = is_written_for(name, path)
        file = name.partition("::")[0]
        if at_import:
            count[file] += 1
            turns[name] = count[file] + (0 if is_written else _MOST_TESTS)
        elif is_written:
            turns[name] = -2 if is_quick else 0
        elif is_quick:
            turns[name] = -1
        else:
            count[file] += 1
            turns[name] = count[file]
    return turns


class Outcomes:
    """What became of each mutant."""

    def __init__(self, chooser: Chooser, total: int) -> None:
        """Begin with none."""
        self.of: dict[str, dict[str, str]] = {}
        self._chooser = chooser
        self._total = total
        self._began = time.monotonic()
        self._count: Counter[str] = Counter()

    def note(self, ended: Ended[Mutant]) -> None:
        """Note what became of one."""
        mutant = ended.what
        if ended.out_of_time:
            outcome = OUT_OF_TIME
        elif ended.answer is None:
            raise SystemExit(f"The tests could not be run: {mutant.path}\n{mutant.key}")
        else:
            outcome = KILLED if ended.answer else LIVING
            self._chooser.note(mutant, ended.answer)
        self.of.setdefault(mutant.path, {})[mutant.key] = outcome
        self._count[outcome] += 1
        if outcome == LIVING:
            print(f"{mutant.path}:{mutant.line}\n{mutant.key}\n", flush=True)
        done = self._count.total()
        if done % 50 == 0 or done == self._total:
            seconds = time.monotonic() - self._began
            print(f"{done} of {self._total}: {dict(self._count)}, {seconds:.0f} s")


class Warm:
    """A plugin of pytest: in place of running the tests it has them run in copies of this process."""

    def __init__(
        self, mutants: Sequence[Mutant], reach: Reach, *, all_tests: bool
    ) -> None:
        """Take the mutants, of which some may be left for later."""
        self._mutants = mutants
        self._reach = reach
        self.left: list[Mutant] = []
        self.chooser = Chooser(reach, all_tests=all_tests)
        self.outcomes = Outcomes(self.chooser, len(mutants))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure, and put the mutants in one by one."""
        _import_all()
        self._measure(session)
        loaded = {
            path: loaded_of(str(SOURCE / path))
            for path in {mutant.path for mutant in self._mutants}
        }
        # A copy of this process that looks for garbage in all that is here would have to copy it first.
        gc.collect()
        gc.freeze()
        run_forked(self._works(session, loaded), self.outcomes.note)
        return True

    def _measure(self, session: pytest.Session) -> None:
        """Find out what the tests run that are not known yet."""
        files: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            file = item.nodeid.partition("::")[0]
            if self._reach.hashes.get(file) != hash_of(file):
                files.setdefault(file, []).append(item)
        if not files:
            return
        print(f"Measuring {sum(map(len, files.values()))} tests ...", flush=True)

        def measured(ended: Ended[str]) -> None:
            if ended.answer is None:
                raise SystemExit(f"{ended.what} could not be measured")
            passed, failed = json.loads(ended.answer)
            for name, seconds, lines in passed:
                self._reach.add(name, seconds, lines)
            for name in failed:
                print(f"{name} fails without a mutant, and is left out", flush=True)
            self._reach.save()

        def work(file: str, items: list[pytest.Item]) -> Work[str]:
            return Work(file, lambda folder: _measure(session, items, folder))

        run_forked((work(*each) for each in files.items()), measured)

    def _works(
        self, session: pytest.Session, loaded: dict[str, list[FunctionType]]
    ) -> Iterator[Work[Mutant]]:
        items = {item.nodeid: item for item in session.items}
        for mutant in self._mutants:
            path = SOURCE / mutant.path
            swap = swap_for(str(path), path.read_text(encoding="utf-8"), mutant.code)
            # A function may run while the file is imported, and never after that.
            if swap is None or not self.chooser.of_lines(mutant):
                self.left.append(mutant)
                continue
            chosen = {
                name: seconds
                for name, seconds in self.chooser.choose(
                    mutant, at_import=False
                ).items()
                if name in items
            }
            carry_out = partial(swap.carry_out, loaded[mutant.path])
            chosen_items = [items[name] for name in chosen]
            yield _work(session, mutant, carry_out, chosen_items, chosen)


def _import_all() -> None:
    """Import the whole integration, of which Home Assistant imports some parts only in the tests: those could not be watched."""
    for file in SOURCE.rglob("*.py"):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        names = [part for part in parts if part != "__init__"]
        importlib.import_module(".".join(("custom_components.payamak", *names)))


def _work(
    session: pytest.Session,
    mutant: Mutant,
    carry_out: Callable[[], None],
    items: Sequence[pytest.Item],
    seconds: dict[str, float],
) -> Work[Mutant]:
    def do(folder: Path) -> str:
        failure = _prepare(session, folder)
        carry_out()
        for _ in _run(items, failure, seconds):
            if failure.test:
                break
        return failure.test

    return Work(mutant, do)


def _measure(
    session: pytest.Session, items: Sequence[pytest.Item], folder: Path
) -> str:
    failure = _prepare(session, folder)
    watch = LineWatch()
    measured = []
    failed = []
    for item in _run(items, failure, {}):
        lines = watch.take()
        # One that fails without a mutant can't tell of any.
        if failure.test:
            failed.append(failure.test)
        else:
            measured.append((item.nodeid, failure.seconds, lines))
        failure.test, failure.seconds = "", 0.0
    return json.dumps([measured, failed])


def run_at_import(mutants: Sequence[Mutant], chooser: Chooser) -> Outcomes:
    """Run those mutants that change what happens while a file is imported; Home Assistant is imported before that."""
    if pytest.main([*_IMPORT_HARNESS]) != pytest.ExitCode.NO_TESTS_COLLECTED:
        raise SystemExit("The test harness could not be imported")
    for name in _IMPORTED_BEFORE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    outcomes = Outcomes(chooser, len(mutants))

    def work(mutant: Mutant) -> Work[Mutant]:
        names = list(chooser.choose(mutant, at_import=True))
        return Work(mutant, lambda folder: _run_one(mutant, names, folder))

    def check(ended: Ended[Mutant]) -> None:
        if ended.answer != "":
            raise SystemExit(f"{ended.what.path}: the tests fail without a mutant")

    run_forked(map(work, _unchanged(mutants)), check)
    run_forked(map(work, mutants), outcomes.note)
    return outcomes


def _unchanged(mutants: Sequence[Mutant]) -> list[Mutant]:
    """Give the files as they are: what is found by way of them must be the mutants' doing."""
    return [
        Mutant(
            path=path,
            line=0,
            change="",
            code=(SOURCE / path).read_text(encoding="utf-8"),
            key="",
        )
        for path in sorted({mutant.path for mutant in mutants})
    ]


def _run_one(mutant: Mutant, names: Sequence[str], folder: Path) -> str:
    limit_time(_SECONDS_AT_IMPORT)
    if not names:
        return ""  # pytest would run all there are
    _be_quiet()
    MutantFinder(mutant).begin()
    failure = _Failure()
    ended = pytest.main(
        ["-q", "-x", f"--basetemp={folder / 'files'}", *names],
        plugins=[failure],
    )
    if ended == pytest.ExitCode.OK:
        return ""
    # A test's file that can't be imported is an interruption, a conftest.py an error of usage; all else would be a fault of ours.
    if ended not in (
        pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.INTERRUPTED,
        pytest.ExitCode.USAGE_ERROR,
    ):
        raise RuntimeError(f"pytest ended with {ended}")
    return failure.test or "the import"
