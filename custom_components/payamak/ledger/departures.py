"""When something left to whom, so that nobody gets more SMS in an hour than they are meant to."""

from collections import deque
from collections.abc import Iterable, Sequence
from sqlite3 import Connection
from typing import Final

from homeassistant.util import dt as dt_util

from ..const import MOST_AN_HOUR
from .clock import LedgerClock
from .rows import SmsRow

# What left before tells nothing of a message that waits: none is held up for longer.
_KEPT_FOR: Final = 25 * 3600.0


class Departures:
    """The last SMS that left to each number, by the ledger's clock, and those that are about to leave."""

    def __init__(self, clock: LedgerClock) -> None:
        """Begin with nothing."""
        self._clock = clock
        self._left: dict[str, deque[float]] = {}
        self._leaving: dict[str, set[str]] = {}

    @staticmethod
    def read(connection: Connection) -> list[tuple[str, float]]:
        """Read to whom something left lately, and when, by the wall clock; the oldest first."""
        since = dt_util.utcnow().timestamp() - _KEPT_FOR
        return connection.execute(
            "SELECT recipient, sent_at FROM sms WHERE sent_at >= ? AND parts > 0 ORDER BY sent_at",
            (since,),
        ).fetchall()

    def take_up(self, found: Iterable[tuple[str, float]]) -> None:
        """Go on with what was read."""
        wall = dt_util.utcnow().timestamp()
        for number, sent_at in found:
            # The clock may have been set back: what seems to leave tomorrow counts as if it had just left.
            self._note(number, self._clock.now() - max(wall - sent_at, 0.0))

    def count(self, row: SmsRow) -> None:
        """Count an SMS as leaving now, if it has left; of several that went out as one, the first has its parts."""
        if row.sent_at is not None and row.parts:
            self._note(row.recipient, self._clock.now())

    def _note(self, number: str, time: float) -> None:
        self._left.setdefault(number, deque(maxlen=MOST_AN_HOUR)).appendleft(time)

    def take(self, row: SmsRow) -> None:
        """Count a row that is about to leave; once, however often it is taken, and once for all that leave as one SMS."""
        self._leaving.setdefault(row.recipient, set()).add(row.departs_as)

    def give_back(self, rows: Iterable[SmsRow]) -> None:
        """Count rows as leaving no longer: they wait, or it is known what became of them."""
        for row in rows:
            leaving = self._leaving.get(row.recipient, set())
            leaving.discard(row.departs_as)
            if not leaving:
                self._leaving.pop(row.recipient, None)

    def leaving(self, row: SmsRow) -> int:
        """Return how many others are about to leave to the number of a row."""
        return len(self._leaving.get(row.recipient, set()) - {row.departs_as})

    def seconds_ago(self, number: str) -> Sequence[float]:
        """Return how many seconds ago each of the last ones left to a number, the newest first."""
        now = self._clock.now()
        return [now - time for time in self._left.get(number, ())]

    def forget_old(self) -> None:
        """Forget whom nothing has been sent for long."""
        oldest = self._clock.now() - _KEPT_FOR
        self._left = {
            number: times for number, times in self._left.items() if times[0] >= oldest
        }
