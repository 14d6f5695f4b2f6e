"""Messages on their way: what was sent, what reached which phone, what came in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .codes import FAILED_DELIVERIES, Delivery
from .text import count_parts, is_unicode, ten_digits

# Iran has kept one offset all year since 2022.
TEHRAN = timezone(timedelta(hours=3, minutes=30), "Asia/Tehran")

RECEIVED, SENT, ALL = 1, 2, -1

type Outcome = int | str
type Clock = Callable[[], datetime]

_PAST_THE_OPERATOR = frozenset(
    {
        Delivery.DELIVERED,
        Delivery.UNDELIVERED,
        Delivery.OPERATOR_ERROR,
        Delivery.REACHED_OPERATOR,
    }
)


@dataclass(eq=False)
class Sms:
    """One SMS to one phone."""

    rec_id: str
    account: str
    recipient: str
    text: str
    sender: str
    flash: bool
    at: datetime
    leaves_at: datetime
    duration: timedelta
    outcome: Outcome
    now: Clock = field(repr=False)

    @property
    def parts(self) -> int:
        """The parts this SMS is billed as."""
        return count_parts(self.text)

    @property
    def settled(self) -> bool:
        """Whether the operator has given its last word."""
        return self.now() >= self.leaves_at + self.duration

    @property
    def status(self) -> Outcome:
        """What GetDeliveries2 says about this SMS now."""
        if self.settled:
            return self.outcome
        elapsed = self.now() - self.leaves_at
        if elapsed < self.duration / 4:
            return Delivery.QUEUED
        if elapsed < self.duration / 2 or self.outcome not in _PAST_THE_OPERATOR:
            return Delivery.SENT
        return Delivery.REACHED_OPERATOR

    @property
    def delivered(self) -> bool:
        """Whether the phone has it."""
        return self.settled and self.outcome == Delivery.DELIVERED

    @property
    def failed(self) -> bool:
        """Whether the phone will never have it."""
        return self.settled and self.outcome in FAILED_DELIVERIES


@dataclass(eq=False)
class SentMessage:
    """One accepted send: one row of the sent box, whatever its recipient count."""

    msg_id: int
    line: str
    text: str
    at: datetime
    sms: list[Sms]
    # From when on the sent box shows it; None: never.
    listed_at: datetime | None

    def is_listed(self, now: datetime) -> bool:
        """Tell whether the sent box shows it."""
        return self.listed_at is not None and self.listed_at <= now

    def row(self) -> dict[str, object]:
        """Spell the message as GetMessages does."""
        return {
            "MsgID": self.msg_id,
            "Body": self.text,
            "SendDate": send_date(self.at, self.msg_id % 8),
            "Sender": self.line,
            "Receiver": ten_digits(self.sms[0].recipient),
            "FirstLocation": SENT,
            "CurrentLocation": SENT,
            "Parts": count_parts(self.text),
            "RecCount": len(self.sms),
            "RecFailed": sum(sms.failed for sms in self.sms),
            "RecSuccess": sum(sms.delivered for sms in self.sms),
            "IsUnicode": is_unicode(self.text),
        }


@dataclass(frozen=True)
class ReceivedMessage:
    """One SMS that came in for a line."""

    msg_id: int
    line: str
    sender: str
    text: str
    at: datetime

    def row(self) -> dict[str, object]:
        """Spell the message as GetMessages does."""
        return {
            "MsgID": self.msg_id,
            "Body": self.text,
            "SendDate": send_date(self.at, self.msg_id % 8),
            "Sender": self.sender,
            "Receiver": self.line,
            "FirstLocation": RECEIVED,
            "CurrentLocation": RECEIVED,
            "Parts": count_parts(self.text),
            "RecCount": 1,
            "RecFailed": 0,
            "RecSuccess": 0,
            "IsUnicode": is_unicode(self.text),
        }


@dataclass(eq=False)
class Phone:
    """A phone, what was sent to it, and what becomes of further messages to it."""

    number: str
    # Whose phone it is, for those who look at it; the gateway doesn't know.
    name: str | None = None
    messages: list[Sms] = field(default_factory=list)
    outcome: Outcome = Delivery.DELIVERED
    blacklisted: bool = False


def send_date(at: datetime, digits: int) -> str:
    """Spell a moment as the gateway does: Tehran time, no zone, 0-7 fraction digits."""
    local = at.astimezone(TEHRAN)
    whole = local.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{local.microsecond:06d}0"[:digits]
    return f"{whole}.{fraction}" if fraction else whole
