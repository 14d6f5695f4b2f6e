"""Which lines of the integration each test runs, and how long it takes; kept until the test's file changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import gc
import hashlib
import json
from pathlib import Path
import sys
from types import CodeType, FunctionType
from typing import Final

from .places import REACH, SOURCE, is_written_for, tests_for

_TOOL: Final = 4  # one of those that are free for anybody


class LineWatch:
    """Notes which lines of the integration run."""

    def __init__(self) -> None:
        """Watch all functions that are loaded; nothing else gets slower by it."""
        self._lines: set[tuple[str, int]] = set()
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "mutation")
        monitoring.register_callback(_TOOL, monitoring.events.LINE, self._note)
        for code in _codes():
            monitoring.set_local_events(_TOOL, code, monitoring.events.LINE)

    def _note(self, code: CodeType, line: int) -> object:
        self._lines.add((code.co_filename, line))
        return sys.monitoring.DISABLE

    def take(self) -> dict[str, list[int]]:
        """Return the lines that ran since this was asked last, by file."""
        lines: dict[str, list[int]] = {}
        for path, line in self._lines:
            lines.setdefault(str(Path(path).relative_to(SOURCE)), []).append(line)
        self._lines = set()
        sys.monitoring.restart_events()
        return lines


def _codes() -> Iterator[CodeType]:
    waiting = [each.__code__ for each in gc.get_objects() if type(each) is FunctionType]
    seen: set[int] = set()
    while waiting:
        code = waiting.pop()
        if id(code) in seen or not code.co_filename.startswith(str(SOURCE)):
            continue
        seen.add(id(code))
        yield code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]


@dataclass(slots=True)
class TestReach:
    """What one test runs; the lines of a file are known by their text, as a change above moves them."""

    seconds: float
    lines: dict[str, list[str]]


@dataclass(slots=True)
class Reach:
    """What all tests run that were measured, by the tests' files."""

    hashes: dict[str, str] = field(default_factory=dict)
    tests: dict[str, dict[str, TestReach]] = field(default_factory=dict)

    @classmethod
    def load(cls, *, even_if_changed: bool = False) -> Reach:
        """Read what is known, without what has changed since, as long as that matters."""
        if not REACH.exists():
            return cls()
        stored = json.loads(REACH.read_text(encoding="utf-8"))
        known = stored["known"]
        reach = cls()
        for file, hash_then in stored["hashes"].items():
            if even_if_changed or hash_of(file) == hash_then:
                reach.hashes[file] = hash_then
                reach.tests[file] = {
                    name: TestReach(
                        seconds,
                        {
                            path: [known[number] for number in numbers]
                            for path, numbers in lines.items()
                        },
                    )
                    for name, (seconds, lines) in stored["tests"][file].items()
                }
        return reach

    def save(self) -> None:
        """Keep it for the next time."""
        numbers: dict[str, int] = {}
        tests = {
            file: {
                name: (
                    test.seconds,
                    {
                        path: [numbers.setdefault(line, len(numbers)) for line in lines]
                        for path, lines in test.lines.items()
                    },
                )
                for name, test in tests.items()
            }
            for file, tests in self.tests.items()
        }
        stored = {"known": list(numbers), "hashes": self.hashes, "tests": tests}
        REACH.parent.mkdir(exist_ok=True)
        REACH.write_text(json.dumps(stored), encoding="utf-8")

    def add(self, name: str, seconds: float, lines: dict[str, list[int]]) -> None:
        """Add what a test ran."""
        file = name.partition("::")[0]
        self.hashes.setdefault(file, hash_of(file))
        self.tests.setdefault(file, {})[name] = TestReach(
            seconds,
            {
                path: sorted(
                    {
                        text[number - 1].strip()
                        for text in (_text_of(path),)
                        for number in numbers
                    }
                )
                for path, numbers in lines.items()
            },
        )

    def of_line(self, path: str, line: str) -> dict[str, float]:
        """Return the tests that run a line, with their time."""
        return {
            name: test.seconds
            for name, test in self._asked(path)
            if line in test.lines.get(path, ())
        }

    def of_file(self, path: str) -> dict[str, float]:
        """Return the tests that run anything of a file, and those that were written for it, with their time.

        What is imported alone, as a field of a dataclass, is run by none.
        """
        return {
            name: test.seconds
            for name, test in self._asked(path)
            if path in test.lines or is_written_for(name, path)
        }

    def _asked(self, path: str) -> Iterator[tuple[str, TestReach]]:
        asked = tests_for(path)
        for file, tests in self.tests.items():
            if file.startswith(asked):
                yield from tests.items()


_texts: dict[str, list[str]] = {}


def _text_of(path: str) -> list[str]:
    if path not in _texts:
        _texts[path] = (SOURCE / path).read_text(encoding="utf-8").splitlines()
    return _texts[path]


def hash_of(file: str) -> str:
    """Return the hash of a test's file, empty where it is no more."""
    path = Path(file)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
