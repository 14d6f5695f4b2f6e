"""One row of the ledger: one text to one number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Final, Self

from ..gateway import SmsState
from .file import Change, Value
from .texts import Text


@dataclass(slots=True, kw_only=True, eq=False)
class SmsRow:
    """An SMS to one number, from the door to the phone. Times are Unix seconds; cost is in Rial.

    ``text`` is the key of its text, and ``content`` the text itself, in memory alone and where it is still needed. ``sms_id`` is ours, ``message_id`` the gateway's recId. ``reason`` is the fixed word of the error that ended it.
    ``sent_at`` is when the request left, unless the gateway said no. ``asked`` counts the questions for its delivery.
    ``sent_as`` is the key of the text that it went out in together with others, and ``sent_text`` that text, in memory alone
    and where it is read. The first of them has the parts and the cost of all.
    ``begun_at`` is when it was begun, by the ledger's clock; it may not leave before ``not_before`` (wall clock).
    ``departed`` is ``sent_at`` by the monotonic clock, in memory alone.
    """

    sms_id: str
    text: int
    recipient: str = field(repr=False)
    name: str | None = field(repr=False)
    state: SmsState
    message_id: str | None = None
    code: int | None = None
    reason: str | None = None
    parts: int
    cost: float | None
    created_at: float
    begun_at: float = 0.0
    not_before: float | None = None
    sent_at: float | None = None
    ended_at: float | None = None
    asked: int = 0
    asked_at: float | None = None
    sent_as: int | None = None
    content: Text | None = field(default=None, repr=False)
    sent_text: str | None = field(default=None, repr=False)
    departed: float | None = None

    def values(self) -> tuple[Value, ...]:
        """Return what is stored, in the order of the columns."""
        return _values_of(self)

    @classmethod
    def from_values(cls, values: tuple[object, ...]) -> Self:
        """Return the row that was stored."""
        row = cls(**dict(zip(COLUMNS, values, strict=True)))  # type: ignore[arg-type] # SQLite gives back what values() gave it
        row.state = SmsState(row.state)
        return row

    def wait(self) -> None:
        """Wait to be sent, as the SMS of its own that it was when it was begun."""
        self.state, self.sent_as = SmsState.WAITING, None
        self.sent_at = self.departed = None
        if self.content:
            self.parts, self.cost = self.content.parts, self.content.cost

    def sent_at_by(self, wall: float, monotonic: float) -> float | None:
        """Return when it left by a wall clock that may have been set since then."""
        if self.sent_at is None or self.departed is None:
            return self.sent_at
        return wall - (monotonic - self.departed)

    @property
    def departs_as(self) -> str:
        """Return what it leaves as: all that go out in one SMS are one."""
        return self.sms_id if self.sent_as is None else str(self.sent_as)

    @property
    def is_pending(self) -> bool:
        """Tell whether its end is still to be found out."""
        return self.state is SmsState.ACCEPTED and self.message_id is not None

    @property
    def is_open(self) -> bool:
        """Tell whether it may still leave, or its end is still to be found out."""
        return self.state in (SmsState.WAITING, SmsState.SENDING) or self.is_pending

    @property
    def is_unsettled(self) -> bool:
        """Tell whether the sent box may still show what became of it."""
        return self.ended_at is None and (
            self.state is SmsState.UNKNOWN or self.is_unfollowed
        )

    @property
    def is_unfollowed(self) -> bool:
        """Tell whether it was accepted without an id, so that nobody can find out its end."""
        return self.state is SmsState.ACCEPTED and self.message_id is None

    @property
    def left_at(self) -> float:
        """Return when it left, or else when it was begun."""
        return self.created_at if self.sent_at is None else self.sent_at


_IN_MEMORY: Final = ("content", "sent_text", "departed")
COLUMNS: Final = tuple(
    each.name for each in fields(SmsRow) if each.name not in _IN_MEMORY
)
SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM sms"  # noqa: S608 - names of columns alone
_values_of: Final[Callable[[SmsRow], tuple[Value, ...]]] = attrgetter(*COLUMNS)
_PLACES: Final = ", ".join("?" * len(COLUMNS))
_UPSERT: Final = f"INSERT OR REPLACE INTO sms VALUES ({_PLACES})"  # noqa: S608 - question marks alone


def write_rows(rows: Sequence[SmsRow]) -> Change:
    """Return the change that writes rows as they are now."""
    return _UPSERT, [row.values() for row in rows]
