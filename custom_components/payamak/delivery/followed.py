"""A message whose delivery is followed: when it is due, and what goes before what. No I/O; times are Unix seconds."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice
from operator import attrgetter
from typing import Final

from ..ledger import SmsRow
from .timing import (
    AGAIN_AFTER,
    ASKED_LATELY,
    AWAITED_EVERY,
    EXPIRES_AFTER,
    FIRST_QUESTION_AFTER,
    IGNORED_CORRECTION,
    LATE_FOR,
    LONGEST_GAP,
)

# After this many doublings the gap is longer than the longest one anyway.
_MOST_DOUBLINGS: Final = 15
# Messages that were sent within the same few seconds are one bulk: each of them is asked for once before
# any is asked for twice. Otherwise a few that stay pending would keep the others from being asked for.
_SECONDS_OF_A_BULK: Final = 10
# A message without an answer so many times in a row may itself be the cause of the errors that make the
# follower pause. All others go before it, or none of them would ever be asked for.
_SUSPECT_AFTER: Final = 2

type Rank = tuple[bool, float, int, float]


class Followed:
    """One id of the gateway, and the rows it stands for: those that went out as one SMS, or two where the gateway gave it twice."""

    def __init__(self, row: SmsRow) -> None:
        """Follow a message from the beginning, or where it was left before a restart."""
        self.rows = [row]
        self.awaited = 0
        self.due_at = 0.0
        self.rank: Rank = (False, 0.0, 0, 0.0)
        self._unanswered = 0
        self._late_since: float | None = None
        self._expires_at = 0.0
        self.schedule()

    @property
    def row(self) -> SmsRow:
        """Return the row that is told of."""
        return self.rows[0]

    @property
    def told(self) -> list[SmsRow]:
        """Return the rows whose end is told: one for each id, and all that went out as the same SMS."""
        others = self.rows[1:] if self.row.sent_as is not None else []
        return [self.row, *(row for row in others if row.sent_as == self.row.sent_as)]

    @property
    def message_id(self) -> str:
        """Return the gateway's id, which everything has that is pending."""
        return self.row.message_id or ""

    def schedule(self) -> None:
        """Set when to ask next, and the rank among those that are due: the youngest first, and those of a bulk in turn."""
        self._expires_at = self._find_expiry()
        self.due_at = min(self._next_question, self._expires_at)
        bulk = self._sent_at // _SECONDS_OF_A_BULK
        self.rank = (
            self._unanswered >= _SUSPECT_AFTER,
            -bulk,
            self.row.asked,
            -self._sent_at,
        )

    def has_expired(self, now: float) -> bool:
        """Tell whether its time is over; a message that was not asked for lately is asked for once more."""
        asked_at = self.row.asked_at
        return (
            now >= self._expires_at
            and asked_at is not None
            and now - asked_at < ASKED_LATELY.total_seconds()
        )

    def note_asked(self, now: float, *, answered: bool) -> None:
        """Note that it was asked for, and whether the gateway told anything."""
        for row in self.rows:
            row.asked += 1
            row.asked_at = now
        if self._late_since is None and now >= self._expires_at:
            self._late_since = now
        self._unanswered = 0 if answered else self._unanswered + 1

    def is_of_the_future(self, now: float) -> bool:
        """Tell whether it was sent or asked for by a clock that was ahead."""
        latest = max(self._sent_at, self.row.asked_at or 0)
        return latest > now + IGNORED_CORRECTION.total_seconds()

    def clamp_to(self, now: float) -> None:
        """Take what would lie in the future for now: the clock was set back."""
        for row in self.rows:
            row.sent_at = min(row.left_at, now)
            row.asked_at = None if row.asked_at is None else min(row.asked_at, now)
        if self._late_since is not None:
            self._late_since = min(self._late_since, now)
        self.schedule()

    @property
    def _sent_at(self) -> float:
        return self.row.left_at

    @property
    def _next_question(self) -> float:
        asked_at = self.row.asked_at
        if asked_at is None:
            return self._sent_at + FIRST_QUESTION_AFTER.total_seconds()
        if self.awaited:
            return asked_at + AWAITED_EVERY.total_seconds()
        # By the number of questions and by the age, whichever is shorter: many questions for a caller who
        # waited don't make the gap long, and few questions during a long outage don't either.
        doublings = min(max(self.row.asked - 1, 0), _MOST_DOUBLINGS)
        doubled = AGAIN_AFTER * (1 << doublings)
        age = timedelta(seconds=max(asked_at - self._sent_at, 0.0))
        by_age = age + AGAIN_AFTER - FIRST_QUESTION_AFTER
        return asked_at + min(doubled, by_age, LONGEST_GAP).total_seconds()

    def _find_expiry(self) -> float:
        if self._late_since is not None:
            return self._late_since + LATE_FOR.total_seconds()
        return self._sent_at + EXPIRES_AFTER.total_seconds()


class AllFollowed:
    """All that is followed, by the gateway's id: one that it gives twice is asked for once."""

    def __init__(self, pending: Mapping[str, SmsRow]) -> None:
        """Follow what is in the ledger's ``pending``; nothing of it is taken up yet."""
        self._pending = pending
        self._by_id: dict[str, Followed] = {}
        # Our own ids of all rows that are taken up.
        self._known: set[str] = set()

    def __bool__(self) -> bool:
        """Tell whether anything is followed."""
        return bool(self._by_id)

    def of(self, row: SmsRow) -> Followed:
        """Return what a pending row is followed with."""
        return self._by_id[row.message_id or ""]

    def take_up(self, now: float) -> list[Followed]:
        """Follow the pending rows that are not followed yet, and return what is new."""
        # This is called often, mostly with nothing new.
        if len(self._known) == len(self._pending):
            return []
        new = []
        for row in self._pending.values():
            if row.sms_id in self._known:
                continue
            self._known.add(row.sms_id)
            message_id = row.message_id or ""
            if message_id in self._by_id:
                self._by_id[message_id].rows.append(row)
                continue
            followed = self._by_id[message_id] = Followed(row)
            new.append(followed)
            if followed.is_of_the_future(now):
                # The clock was set back while it was being sent, or while Home Assistant was off.
                followed.clamp_to(now)
        return new

    def remove(self, ended: Iterable[Followed]) -> list[SmsRow]:
        """Follow some no longer, and return their rows."""
        rows = []
        for followed in ended:
            del self._by_id[followed.message_id]
            rows += followed.rows
        self._known.difference_update(row.sms_id for row in rows)
        return rows

    def clamp_to(self, now: float) -> None:
        """Take what would lie in the future for now: the clock was set back."""
        for followed in self._by_id.values():
            followed.clamp_to(now)

    def next_due(self) -> float:
        """Return when the next one is due; there must be one."""
        return min(followed.due_at for followed in self._by_id.values())

    def expired(self, now: float, *, at_most: int) -> list[Followed]:
        """Return some of those whose time is over."""
        over = (
            followed
            for followed in self._by_id.values()
            if followed.due_at <= now and followed.has_expired(now)
        )
        return list(islice(over, at_most))

    def youngest_due(self, now: float) -> Followed | None:
        """Return what to ask for now, None where nothing is due."""
        due = (followed for followed in self._by_id.values() if followed.due_at <= now)
        return min(due, key=attrgetter("rank"), default=None)
