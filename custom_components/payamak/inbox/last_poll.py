"""What the last polls saw of the received messages, and so what is new at the next one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from ..gateway import Message

CLOCKS_DIFFER: Final = timedelta(minutes=2)
# A poll comes a little later than it is due, and its reply takes time.
_LATE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPoll:
    """The time of a poll, and the ids (MsgID) on its first page, of which there is one at least."""

    at: datetime
    ids: frozenset[int]
    doubted: bool = False
    """Whether the list after it lacked the newest of these ids, so that this poll is kept in place of that one."""

    def is_recent(self, now: datetime, max_age: timedelta) -> bool:
        """Tell whether so little time has gone by that nothing that came in since can be old."""
        return -CLOCKS_DIFFER <= now - self.at <= max_age + _LATE

    def would_have_listed(self, message: Message) -> bool:
        """Tell whether the poll would have listed a message that was there already.

        Messages below the first page were not listed: they come into sight when newer ones are
        deleted in the panel.
        """
        return message.number > min(self.ids)

    def is_refuted_by(self, known: Iterable[int]) -> bool:
        """Tell whether it lacked one of these ids, which are older than the poll, though it would have listed them.

        Then it was no list of the newest messages, and says nothing about what is new.
        """
        lowest = min(self.ids)
        return any(each > lowest and each not in self.ids for each in known)

    @classmethod
    def after(
        cls, last: Self | None, at: datetime, ids: Collection[int]
    ) -> Self | None:
        """Return what is known of the polls after one that listed these ids on its first page.

        An empty list proves nothing, however often it comes: a gateway in trouble says the same, and lists everything
        later. Nor does one list without the newest message of the last poll, which may be a part of the box. A second
        one does: the message was deleted in the panel, or it is another box.
        """
        if not ids:
            return last
        if last and not last.doubted and max(ids) < max(last.ids):
            return replace(last, doubted=True)
        return cls(at=at, ids=frozenset(ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a poll found: the new messages, the oldest first, and when.

    ``last_poll`` is the poll since which the messages have come in, None where it is unknown
    how long they have been in the panel. Of the first look ever, ``more_exist`` tells whether messages below these were not
    looked at.
    """

    new: Sequence[Message]
    at: datetime
    last_poll: LastPoll | None
    is_first: bool = False
    more_exist: bool = False
