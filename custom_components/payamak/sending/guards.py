"""What keeps an automation that went wrong from spending the credit: a daily limit, and a window for equal messages."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..gateway import SmsState
from ..ledger import HistoryQuery, Ledger, SmsRow, Text

_MOST_REMEMBERED: Final = 100_000
# Nothing has reached anybody, and nothing will.
_NOTHING_LEFT: Final = (SmsState.FAILED, SmsState.NOT_SENT, SmsState.CANCELLED)


class DailyLimit:
    """How many parts may leave on one day; 0 is no limit. Those that are about to leave count already."""

    def __init__(self, ledger: Ledger, limit: int) -> None:
        """Count what the ledger knows to have left."""
        # What is about to leave is known there, as it outlives a reload.
        self._today = ledger.outgoing.today
        self._limit = limit

    def take(self, rows: Sequence[SmsRow], *, urgent: bool) -> bool:
        """Count rows that are about to leave, and tell whether they may: there was room for them, or they are urgent."""
        parts = _parts_of(rows)
        total = self._today.parts + self._today.leaving + parts
        self._today.leaving += parts
        return urgent or not self._limit or total <= self._limit

    def room_for(self, parts: int) -> int:
        """Return how many of so many parts may still leave today."""
        if not self._limit:
            return parts
        return min(parts, self._limit - self._today.parts - self._today.leaving)

    @property
    def has_room(self) -> bool:
        """Tell whether anything more may leave today."""
        return self.room_for(1) > 0

    def give_back(self, rows: Sequence[SmsRow]) -> None:
        """Count rows no longer: they wait, or the ledger knows by now what became of them."""
        self._today.leaving -= _parts_of(rows)


def _parts_of(rows: Sequence[SmsRow]) -> int:
    return sum(row.parts for row in rows)


type _Key = tuple[str, str | None, int | None, tuple[str, ...]]


class DuplicateWindow:
    """Finds an equal message to the same person that was sent a short time ago; a window of 0 finds none."""

    def __init__(self, ledger: Ledger, window: timedelta) -> None:
        """Remember messages for as long as the window is; those of before the start are read when they are first needed."""
        self._ledger = ledger
        self._seconds = window.total_seconds()
        # The last one to each, and before it the last one that had not come to nothing.
        self._recent: dict[_Key, tuple[SmsRow, ...]] = {}
        self._loaded = False
        self._forgot_at = ledger.clock.now()

    @property
    def is_open(self) -> bool:
        """Tell whether equal messages are looked for at all."""
        return self._seconds > 0

    async def async_load(self) -> None:
        """Read what was sent before the start. Raises LedgerError."""
        if self._loaded:
            return
        since = dt_util.utcnow().timestamp() - self._seconds
        rows = await self._ledger.async_history(
            HistoryQuery(since=since, limit=_MOST_REMEMBERED)
        )
        for row in rows:
            # One that was sent meanwhile is newer.
            if (first := self._living(row)) and row.content:
                self._recent.setdefault(_key(row.recipient, row.content), (first,))
        self._loaded = True

    def find(self, number: str, content: Text) -> SmsRow | None:
        """Return the row of the equal message, None where there is none."""
        rows = self._recent.get(_key(number, content), ())
        return next(filter(self._counts, reversed(rows)), None)

    def remember(self, rows: Sequence[SmsRow], content: Text) -> None:
        """Remember messages that are sent now; from time to time those are forgotten that the window has passed."""
        now = self._ledger.clock.now()
        if now - self._forgot_at >= self._seconds:
            self._forgot_at = now
            self._recent = {
                key: rows
                for key, rows in self._recent.items()
                if any(map(self._counts, rows))
            }
        for row in rows:
            # An urgent one is sent though an equal one has left; it may fail, and the other one still counts.
            before = self.find(row.recipient, content)
            self._recent[_key(row.recipient, content)] = (
                (before, row) if before else (row,)
            )

    def _counts(self, row: SmsRow) -> bool:
        return (
            row.state not in _NOTHING_LEFT
            and self._ledger.outgoing.age(row) < self._seconds
        )

    def _living(self, row: SmsRow) -> SmsRow | None:
        """Return the row that goes on in memory for one that was read, None where it came to nothing."""
        if row.ended_at is not None:
            return None if row.state in _NOTHING_LEFT else row
        outgoing = self._ledger.outgoing
        books = (outgoing.waiting, outgoing.pending, outgoing.unsettled)
        return next((book[row.sms_id] for book in books if row.sms_id in book), None)


def _key(number: str, content: Text) -> _Key:
    return number, content.text, content.pattern_id, tuple(content.variables)
