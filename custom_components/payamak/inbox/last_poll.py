"""What the last successful poll saw of the received messages, and so what is new at the next one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from ..gateway import Message

CLOCKS_DIFFER: Final = timedelta(minutes=2)
# A poll comes a little later than it is due, and its reply takes time.
_LATE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPoll:
    """The time of a poll, and the lowest id (MsgID) on its first page."""

    at: datetime
    lowest_id: int

    def is_recent(self, now: datetime, max_age: timedelta) -> bool:
        """Tell whether so little time has gone by that nothing that came in since can be old."""
        return -CLOCKS_DIFFER <= now - self.at <= max_age + _LATE

    def would_have_listed(self, message: Message) -> bool:
        """Tell whether the poll would have listed a message that was there already.

        Messages below the first page were not listed: they come into sight when newer ones are
        deleted in the panel.
        """
        return message.number > self.lowest_id

    @classmethod
    def after(cls, last: Self | None, at: datetime, ids: list[str]) -> Self | None:
        """Return the record of a poll that listed these ids on its first page.

        An empty list proves nothing: a gateway in trouble says the same, and lists everything later.
        """
        if ids:
            return cls(at=at, lowest_id=min(map(int, ids)))
        return last and cls(at=at, lowest_id=last.lowest_id)
