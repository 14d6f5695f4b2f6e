"""What the log of Home Assistant tells, read once everything has ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
import re
from typing import override

_RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?:[+-]\d\d:\d\d)? (?P<level>[A-Z]+) \(.*?\) \[(?P<logger>[^\]]+)\] (?P<text>.*)$"
)
_OURS = "custom_components.payamak"
_COMPLAINTS = ("WARNING", "ERROR", "CRITICAL")

# Home Assistant says this of every custom integration.
_ALWAYS_SAID = re.compile(
    r"We found a custom integration payamak which has not been tested by Home Assistant"
)
_REPORTED_MISUSE = ("Detected that custom integration", "Detected blocking call")
_INSTALLING = "Attempting install of"


@dataclass(frozen=True)
class Record:
    """One entry of a log, with its traceback if it has one."""

    level: str
    logger: str
    text: str

    @override
    def __str__(self) -> str:
        """Show it on one line."""
        return f"{self.level} [{self.logger}] {self.text.splitlines()[0]}"


def read_records(path: Path, *, leave_out: Path) -> list[Record]:
    """Read a log; the name of the folder to leave out means nothing where it occurs (it may well hold `payamak`)."""
    text = path.read_text(encoding="utf-8", errors="replace").replace(
        str(leave_out), ""
    )
    return list(_records(text.splitlines()))


def _records(lines: Iterable[str]) -> Iterator[Record]:
    level, logger, text = "", "", list[str]()
    for line in lines:
        if found := _RECORD.match(line):
            if text:
                yield Record(level, logger, "\n".join(text))
            level, logger, text = found["level"], found["logger"], [found["text"]]
        else:  # a further line of the record, or something that was printed without the logger
            text.append(line)
    if text:
        yield Record(level, logger, "\n".join(text))


def is_ours(record: Record) -> bool:
    """Whether a record comes from the integration or speaks of it."""
    return record.logger.startswith(_OURS) or "payamak" in record.text.lower()


def is_complaint(record: Record) -> bool:
    """Whether a record is a warning or worse, or goes with a traceback."""
    return (
        record.level in _COMPLAINTS
        or "Traceback (most recent call last)" in record.text
    )


def complaints(
    records: Iterable[Record], *, expected: Sequence[re.Pattern[str]] = ()
) -> list[Record]:
    """Return what the log holds against us; what is expected may occur once for each time it is expected."""
    still_expected = list(expected)
    found: list[Record] = []
    for record in records:
        if any(report in record.text for report in _REPORTED_MISUSE):
            found.append(record)
        elif not is_ours(record) or _ALWAYS_SAID.search(record.text):
            continue
        elif is_complaint(record):
            excuse = next(
                (pattern for pattern in still_expected if pattern.search(record.text)),
                None,
            )
            if excuse is None:
                found.append(record)
            else:
                still_expected.remove(excuse)
    return found


def of_the_integration(records: Iterable[Record]) -> list[Record]:
    """Return what the integration itself logged."""
    return [record for record in records if record.logger.startswith(_OURS)]


def installations(records: Iterable[Record]) -> list[Record]:
    """Return what says that Home Assistant installed a package."""
    return [record for record in records if record.text.startswith(_INSTALLING)]
