"""Which received messages were seen already, so that none starts anything twice."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import islice
from sqlite3 import Connection
from typing import Final

from .facts import Facts
from .file import Change, LedgerFile

_MOST_KEPT: Final = 10_000
_PANEL: Final = "received_panel"
_BASELINE: Final = "received_baseline"
_CLOCK_SHIFT: Final = "received_clock_shift"


class ReceivedBook:
    """The ids (MsgID) that were seen in the panel's box, as whole numbers, which can be longer than 64 bits."""

    def __init__(self, file: LedgerFile, facts: Facts) -> None:
        """Begin with an empty book."""
        self._file = file
        self._facts = facts
        # In the order in which they were seen.
        self._seen: dict[int, None] = {}

    @staticmethod
    def read(connection: Connection) -> list[int]:
        """Read what was written before. Raises ValueError where it makes no sense."""
        rows = connection.execute("SELECT message_id FROM received ORDER BY number")
        return [int(message_id) for (message_id,) in rows]

    def take_up(self, seen: Iterable[int]) -> None:
        """Go on with what was read."""
        self._seen = dict.fromkeys(seen)

    def open_for(self, panel: str | None) -> None:
        """Begin anew where the account has moved to another panel, whose ids mean other messages."""
        if panel != self._facts.get(_PANEL):
            self._facts.keep(_PANEL, panel)
            self._facts.keep(_BASELINE, None)
            self._facts.keep(_CLOCK_SHIFT, None)
            self._seen.clear()
            self._file.write_soon(("DELETE FROM received", [()]))

    @property
    def clock_shift(self) -> timedelta | None:
        """Return how far the panel's dates are behind the true time, where that is known."""
        seconds = self._facts.get(_CLOCK_SHIFT)
        return None if seconds is None else timedelta(seconds=seconds)

    def note_clock_shift(self, shift: timedelta | None) -> None:
        """Keep how far the panel's dates are behind; it is written soon."""
        self._facts.keep(_CLOCK_SHIFT, None if shift is None else shift.total_seconds())

    @property
    def needs_baseline(self) -> bool:
        """Tell whether the box has never been looked into."""
        return self._facts.get(_BASELINE) is None

    async def async_set_baseline(
        self, numbers: Collection[int], *changes: Change, more_exist: bool
    ) -> None:
        """Take the messages that are there as seen, and those below them as old where there are more.

        What they change is written in the same transaction; raises LedgerError as below.
        """
        baseline = min(numbers, default=0) if more_exist else 0
        await self._async_write(numbers, baseline, *changes)

    def is_new(self, number: int) -> bool:
        """Tell whether a message was never seen."""
        return number not in self._seen

    def was_there_before(self, number: int) -> bool:
        """Tell whether a message is probably older than the first look: its id is lower. A box that was numbered anew has such ids too."""
        return number <= (self._baseline or 0)

    async def async_note(self, numbers: Collection[int], *changes: Change) -> None:
        """Write that messages were seen, with what they change, in one transaction.

        Raises LedgerError where the disk does not take it; they are seen all the same.
        """
        await self._async_write(numbers, self._baseline, *changes)

    @property
    def _baseline(self) -> int | None:
        baseline = self._facts.get(_BASELINE)
        return None if baseline is None else int(baseline)

    async def _async_write(
        self, numbers: Collection[int], baseline: int | None, *others: Change
    ) -> None:
        new = [number for number in numbers if number not in self._seen]
        self._seen.update(dict.fromkeys(new))
        dropped = list(islice(self._seen, max(len(self._seen) - _MOST_KEPT, 0)))
        for number in dropped:
            del self._seen[number]
        if dropped and baseline is not None:
            baseline = max(baseline, *dropped)
        changes = [*others]
        if new:
            changes.append(_insert(new))
        if dropped:
            changes.append(_delete(dropped))
        if baseline is not None:
            changes += self._facts.change(_BASELINE, str(baseline))
        await self._file.async_write(*changes)


def _insert(numbers: Iterable[int]) -> Change:
    statement = "INSERT OR IGNORE INTO received (message_id) VALUES (?)"
    return statement, [(str(number),) for number in numbers]


def _delete(numbers: Iterable[int]) -> Change:
    statement = "DELETE FROM received WHERE message_id = ?"
    return statement, [(str(number),) for number in numbers]
