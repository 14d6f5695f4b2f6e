"""The messages that are on their way, and which of them to ask for next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import heapq
from typing import Any, Final, Self

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

GIVEN_UP_AFTER: Final = timedelta(hours=72)
_FIRST_GAP: Final = timedelta(seconds=10)
_LONGEST_GAP: Final = timedelta(hours=6)
# From this many doublings on, the gap is the longest one anyway.
_MOST_DOUBLINGS: Final = 16
# A clock that is put forward by days makes a message look old that has just been sent: it is followed
# for some more time before it is given up.
_FOLLOWED_WHEN_LATE: Final = timedelta(hours=6)
# Messages of the same few seconds are equally young. All of them are asked for once before one
# is asked for twice; else a few that stay pending would keep the others from being asked for.
_ONE_BULK: Final = timedelta(seconds=10)
# A message that got no answer so often in a row may itself be why the gateway is left alone for a
# while: whoever else is due then goes first, or nobody else would ever be asked for.
_SUSPECT_AFTER: Final = 2

type _Rank = tuple[bool, float, int, float]


@dataclass(slots=True, kw_only=True)
class PendingDelivery:
    """An accepted message whose end isn't known.

    ``asked`` counts the questions so far, ``unanswered`` those since the last answer. ``late_since`` is when
    it was first asked for after its time: Home Assistant was off, or its clock was wrong when it was sent.
    """

    message_id: str
    recipient: str = field(repr=False)
    name: str | None = field(repr=False)
    sent_at: datetime
    asked: int = 0
    asked_at: datetime | None = None
    code: int | None = None
    unanswered: int = 0
    late_since: datetime | None = None

    def due(self, *, awaited: bool = False) -> datetime:
        """Return when to ask next: after 10 s, then with gaps that grow with its age unless somebody waits."""
        gap = _FIRST_GAP
        if self.asked_at and not awaited:
            # Neither many questions while somebody waited make it a long one, nor few in a long outage.
            age = max(self.asked_at - self.sent_at, timedelta())
            doubled = _FIRST_GAP * (1 << min(self.asked, _MOST_DOUBLINGS))
            gap = min(doubled, age + _FIRST_GAP, _LONGEST_GAP)
        return min((self.asked_at or self.sent_at) + gap, self._followed_until)

    @property
    def _followed_until(self) -> datetime:
        """Return when nobody waits for it any more."""
        if self.late_since:
            return self.late_since + _FOLLOWED_WHEN_LATE
        return self.sent_at + GIVEN_UP_AFTER

    def given_up(self, now: datetime) -> bool:
        """Tell whether its time is over; what was long not asked for is worth more questions."""
        return (
            now >= self._followed_until
            and self.asked_at is not None
            and now - self.asked_at < 2 * _LONGEST_GAP
        )

    def note_asked(self, now: datetime, *, answered: bool) -> None:
        """Note that it was asked for, and whether the gateway told anything."""
        self.asked += 1
        self.asked_at = now
        if now >= self.sent_at + GIVEN_UP_AFTER:
            self.late_since = self.late_since or now
        self.unanswered = 0 if answered else self.unanswered + 1

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "message_id": self.message_id,
            "recipient": self.recipient,
            "name": self.name,
            "sent_at": self.sent_at.timestamp(),
            "asked": self.asked,
            "asked_at": self.asked_at and self.asked_at.timestamp(),
            "code": self.code,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored; raises what it likes where that makes no sense."""
        name, asked_at, code = stored["name"], stored["asked_at"], stored["code"]
        return cls(
            message_id=cv.string(stored["message_id"]),
            recipient=cv.string(stored["recipient"]),
            name=None if name is None else cv.string(name),
            sent_at=dt_util.utc_from_timestamp(stored["sent_at"]),
            asked=cv.positive_int(stored["asked"]),
            asked_at=None if asked_at is None else dt_util.utc_from_timestamp(asked_at),
            code=None if code is None else int(code),
        )

    def allow_nothing_after(self, now: datetime) -> None:
        """Take what would lie in the future for now: the clock was put back."""
        self.sent_at = min(self.sent_at, now)
        self.asked_at = self.asked_at and min(self.asked_at, now)
        self.late_since = self.late_since and min(self.late_since, now)

    def rank(self) -> _Rank:
        """Return what orders those that are due: the youngest first, and those of a bulk in turn."""
        sent_at = self.sent_at.timestamp()
        bulk = sent_at // _ONE_BULK.total_seconds()
        return self.unanswered >= _SUSPECT_AFTER, -bulk, self.asked, -sent_at


class PendingDeliveries:
    """Hands out what is due, the youngest message first: a fresh alarm never waits behind a bulk."""

    def __init__(self) -> None:
        """Start with nothing on its way."""
        self._by_id: dict[str, PendingDelivery] = {}
        # Both heaps hold (order, id): the time it is due, and its rank once it is. What was scheduled anew
        # leaves a stale entry behind, which is dropped when it comes to the front.
        self._waiting: list[tuple[datetime, str]] = []
        self._due_at: dict[str, datetime] = {}
        self._ready: list[tuple[_Rank, str]] = []

    def __len__(self) -> int:
        """Return how many are on their way."""
        return len(self._by_id)

    def __contains__(self, message_id: str) -> bool:
        """Tell whether a message is on its way."""
        return message_id in self._by_id

    def __getitem__(self, message_id: str) -> PendingDelivery:
        """Return a message that is on its way."""
        return self._by_id[message_id]

    def as_list(self) -> list[dict[str, Any]]:
        """Return what is stored."""
        return [delivery.as_dict() for delivery in self._by_id.values()]

    def schedule(self, delivery: PendingDelivery, due: datetime) -> None:
        """Add a message, or set when it is due next."""
        self._by_id[delivery.message_id] = delivery
        self._due_at[delivery.message_id] = due
        heapq.heappush(self._waiting, (due, delivery.message_id))

    def bring_forward(self, delivery: PendingDelivery, due: datetime) -> None:
        """Set an earlier time to ask; what is due already, or just being asked for, can't be hurried."""
        if delivery.message_id in self._due_at:
            self.schedule(delivery, due)

    def allow_nothing_after(self, now: datetime) -> None:
        """Go by a clock that was put back: what would be due too late is due in its usual time."""
        for delivery in self._by_id.values():
            delivery.allow_nothing_after(now)
        for message_id, due in list(self._due_at.items()):
            usual = self._by_id[message_id].due()
            if usual < due:
                self.schedule(self._by_id[message_id], usual)

    def remove(self, message_id: str) -> None:
        """Forget a message that has come to its end."""
        del self._by_id[message_id]
        self._due_at.pop(message_id, None)

    def next_due(self, now: datetime) -> datetime | None:
        """Return when there is something to ask, None if never."""
        self._drop_stale()
        if self._ready:
            return now
        return self._waiting[0][0] if self._waiting else None

    def take_due(self, now: datetime) -> PendingDelivery | None:
        """Return the youngest that is due; it has to be scheduled again, or removed, afterwards."""
        self._drop_stale()
        while self._waiting and self._waiting[0][0] <= now:
            _, message_id = heapq.heappop(self._waiting)
            rank = self._by_id[message_id].rank()
            heapq.heappush(self._ready, (rank, message_id))
            del self._due_at[message_id]
            self._drop_stale()
        if not self._ready:
            return None
        return self._by_id[heapq.heappop(self._ready)[1]]

    def _drop_stale(self) -> None:
        """Drop what was scheduled anew or has ended, as far as it stands in front."""
        while self._waiting and self._is_stale(*self._waiting[0]):
            heapq.heappop(self._waiting)

    def _is_stale(self, due: datetime, message_id: str) -> bool:
        return self._due_at.get(message_id) != due
