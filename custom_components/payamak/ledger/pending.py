"""The pending messages, and which of them to ask for next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import heapq
from typing import Any, Final, Self

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .timing import (
    AGAIN_AFTER,
    ASKED_LATELY,
    AWAITED_EVERY,
    EXPIRES_AFTER,
    FIRST_QUESTION_AFTER,
    LATE_FOR,
    LONGEST_GAP,
)

# After this many doublings the gap is longer than the longest one anyway.
_MOST_DOUBLINGS: Final = 15
# Messages that were sent within the same few seconds are one bulk: each of them is asked for once before
# any is asked for twice. Else a few that stay pending would keep the others from being asked for.
_ONE_BULK: Final = timedelta(seconds=10)
# A message without an answer so many times in a row may itself be the cause of the errors that make the
# follower pause. All others go before it, or none of them would ever be asked for.
_SUSPECT_AFTER: Final = 2

type _Rank = tuple[bool, float, int, float]


@dataclass(slots=True, kw_only=True)
class PendingDelivery:
    """An accepted message whose final state isn't known yet.

    ``asked`` counts the questions so far, ``unanswered`` those since the last answer. ``late_since`` is when
    it was first asked for after its time was over: because Home Assistant was off, or because the clock was
    wrong when the message was sent.
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
        """Return when to ask next; the gaps grow, except while a caller waits for the delivery."""
        if not self.asked_at:
            return min(self.sent_at + FIRST_QUESTION_AFTER, self._expires_at)
        gap = AWAITED_EVERY
        if not awaited:
            # By the number of questions and by the age, whichever is shorter: many questions for a caller
            # who waited don't make the gap long, and few questions during a long outage don't either.
            doubled = AGAIN_AFTER * (1 << min(max(self.asked - 1, 0), _MOST_DOUBLINGS))
            age = max(self.asked_at - self.sent_at, timedelta())
            by_age = age + AGAIN_AFTER - FIRST_QUESTION_AFTER
            gap = min(doubled, by_age, LONGEST_GAP)
        return min(self.asked_at + gap, self._expires_at)

    @property
    def _expires_at(self) -> datetime:
        if self.late_since:
            return self.late_since + LATE_FOR
        return self.sent_at + EXPIRES_AFTER

    def has_expired(self, now: datetime) -> bool:
        """Tell whether its time is over; a message that was not asked for lately is asked for once more."""
        return (
            now >= self._expires_at
            and self.asked_at is not None
            and now - self.asked_at < ASKED_LATELY
        )

    def note_asked(self, now: datetime, *, answered: bool) -> None:
        """Record a question, and whether the gateway answered it."""
        self.asked += 1
        self.asked_at = now
        if now >= self.sent_at + EXPIRES_AFTER:
            self.late_since = self.late_since or now
        self.unanswered = 0 if answered else self.unanswered + 1

    def as_dict(self) -> dict[str, Any]:
        """Return the message as it is stored."""
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
        """Return a stored message; raises any exception if the stored data is damaged."""
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

    def clamp_to(self, now: datetime) -> None:
        """Set times that lie in the future to now: the clock was set back."""
        self.sent_at = min(self.sent_at, now)
        self.asked_at = self.asked_at and min(self.asked_at, now)
        self.late_since = self.late_since and min(self.late_since, now)

    def rank(self) -> _Rank:
        """Return the place among those that are due: the newest first, and those of one bulk in turn."""
        sent_at = self.sent_at.timestamp()
        bulk = sent_at // _ONE_BULK.total_seconds()
        return self.unanswered >= _SUSPECT_AFTER, -bulk, self.asked, -sent_at


class PendingDeliveries:
    """Gives the messages that are due, the newest first: a new alarm never waits behind a bulk."""

    def __init__(self) -> None:
        """Begin without messages."""
        self._by_id: dict[str, PendingDelivery] = {}
        # Both heaps hold (order, id): the order of the first is the time when a message is due, that of the
        # second is its rank once it is due. Scheduling a message again leaves its old entry behind, which is
        # dropped when it comes to the front.
        self._waiting: list[tuple[datetime, str]] = []
        self._due_at: dict[str, datetime] = {}
        self._ready: list[tuple[_Rank, str]] = []

    def __len__(self) -> int:
        """Return how many messages are pending."""
        return len(self._by_id)

    def __contains__(self, message_id: str) -> bool:
        """Tell whether a message is pending."""
        return message_id in self._by_id

    def __getitem__(self, message_id: str) -> PendingDelivery:
        """Return a pending message."""
        return self._by_id[message_id]

    def as_list(self) -> list[dict[str, Any]]:
        """Return the messages as they are stored."""
        return [delivery.as_dict() for delivery in self._by_id.values()]

    def schedule(self, delivery: PendingDelivery, due: datetime) -> None:
        """Add a message, or change when it is due."""
        self._by_id[delivery.message_id] = delivery
        self._due_at[delivery.message_id] = due
        heapq.heappush(self._waiting, (due, delivery.message_id))

    def bring_forward(self, delivery: PendingDelivery, due: datetime) -> None:
        """Set an earlier time to ask; nothing changes if it is due already, or just being asked for."""
        if delivery.message_id in self._due_at:
            self.schedule(delivery, due)

    def clamp_to(self, now: datetime) -> None:
        """Adapt to a clock that was set back: no message is due later than with its usual gap from now."""
        for delivery in self._by_id.values():
            delivery.clamp_to(now)
        for message_id, due in list(self._due_at.items()):
            usual = self._by_id[message_id].due()
            if usual < due:
                self.schedule(self._by_id[message_id], usual)

    def remove(self, message_id: str) -> None:
        """Remove a message whose final state is known."""
        del self._by_id[message_id]
        self._due_at.pop(message_id, None)

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next message is due; None if there is none."""
        self._drop_stale()
        if self._ready:
            return now
        return self._waiting[0][0] if self._waiting else None

    def take_due(self, now: datetime) -> PendingDelivery | None:
        """Return the newest that is due; the caller must schedule it again, or remove it."""
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
        """Drop entries of removed and rescheduled messages from the front."""
        while self._waiting and self._is_stale(*self._waiting[0]):
            heapq.heappop(self._waiting)

    def _is_stale(self, due: datetime, message_id: str) -> bool:
        return self._due_at.get(message_id) != due
