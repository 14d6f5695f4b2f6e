"""A message whose delivery is followed: when it is due, and what goes before what. No I/O; times are Unix seconds."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from ..ledger import SmsRow
from ..ledger.timing import (
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
# any is asked for twice. Otherwise a few that stay pending would keep the others from being asked for.
_SECONDS_OF_A_BULK: Final = 10
# A message without an answer so many times in a row may itself be the cause of the errors that make the
# follower pause. All others go before it, or none of them would ever be asked for.
_SUSPECT_AFTER: Final = 2

type Rank = tuple[bool, float, int, float]


class Followed:
    """One id of the gateway, and the rows it stands for: two where the gateway gave it twice."""

    def __init__(self, row: SmsRow) -> None:
        """Follow a message from the beginning, or where it was left before a restart."""
        self.rows = [row]
        self.awaited = 0
        self.due_at = 0.0
        self.rank: Rank = (False, 0.0, 0, 0.0)
        self._unanswered = 0
        self._late_since: float | None = None
        self.schedule()

    @property
    def row(self) -> SmsRow:
        """Return the row that is told of."""
        return self.rows[0]

    def schedule(self) -> None:
        """Set when to ask next, and the rank among those that are due: the youngest first, and those of a bulk in turn."""
        self.due_at = min(self._next_question, self._expires_at)
        bulk = self._sent_at // _SECONDS_OF_A_BULK
        self.rank = (
            self._unanswered >= _SUSPECT_AFTER,
            -bulk,
            self.row.asked,
            -self._sent_at,
        )

    def has_expired(self, now: float) -> bool:
        """Tell whether its time is over."""
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

    def clamp_to(self, now: float) -> None:
        """Take what would lie in the future for now: the clock was set back."""
        for row in self.rows:
            row.sent_at = min(_sent_at(row), now)
            row.asked_at = None if row.asked_at is None else min(row.asked_at, now)
        if self._late_since is not None:
            self._late_since = min(self._late_since, now)
        self.schedule()

    @property
    def _sent_at(self) -> float:
        return _sent_at(self.row)

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

    @property
    def _expires_at(self) -> float:
        if self._late_since is not None:
            return self._late_since + LATE_FOR.total_seconds()
        return self._sent_at + EXPIRES_AFTER.total_seconds()


def _sent_at(row: SmsRow) -> float:
    return row.created_at if row.sent_at is None else row.sent_at


def youngest_due(all_followed: Iterable[Followed], now: float) -> Followed | None:
    """Return what to ask for now, None where nothing is due."""
    due = (followed for followed in all_followed if followed.due_at <= now)
    return min(due, key=lambda followed: followed.rank, default=None)
