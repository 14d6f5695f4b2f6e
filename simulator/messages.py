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
    # How long the operator goes on trying when the phone is off.
    validity: timedelta
    outcome: Outcome
    now: Clock = field(repr=False)
    # The first moment from a given one on at which the phone is on, if there is one.
    reachable_from: Callable[[datetime], datetime | None] = field(repr=False)

    @property
    def parts(self) -> int:
        """The parts this SMS is billed as."""
        return count_parts(self.text)

    @property
    def settled_at(self) -> datetime:
        """The moment of the operator's last word, as things stand now."""
        return self._end[0]

    @property
    def settled(self) -> bool:
        """Whether the operator has given its last word."""
        return self.now() >= self.settled_at

    @property
    def _end(self) -> tuple[datetime, Outcome]:
        """The operator's last word, and when it gives it."""
        tries_at = self.leaves_at + self.duration
        if self.outcome != Delivery.DELIVERED:
            return tries_at, self.outcome
        arrives_at = self.reachable_from(tries_at)
        if arrives_at == tries_at:
            return tries_at, Delivery.DELIVERED
        gives_up_at = tries_at + self.validity
        if arrives_at is None or arrives_at >= gives_up_at:
            return gives_up_at, Delivery.UNDELIVERED
        return arrives_at, Delivery.DELIVERED

    @property
    def status(self) -> Outcome:
        """What GetDeliveries2 says about this SMS now."""
        settled_at, last_word = self._end
        if self.now() >= settled_at:
            return last_word
        elapsed = self.now() - self.leaves_at
        if elapsed < self.duration / 4:
            return Delivery.QUEUED
        if elapsed < self.duration / 2 or self.outcome not in _PAST_THE_OPERATOR:
            return Delivery.SENT
        return Delivery.REACHED_OPERATOR

    @property
    def delivered(self) -> bool:
        """Whether the phone has it."""
        return self.status == Delivery.DELIVERED

    @property
    def failed(self) -> bool:
        """Whether the phone will never have it."""
        return self.status in FAILED_DELIVERIES


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


def send_date(at: datetime, digits: int) -> str:
    """Spell a moment as the gateway does: Tehran time, no zone, 0-7 fraction digits."""
    local = at.astimezone(TEHRAN)
    whole = local.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{local.microsecond:06d}0"[:digits]
    return f"{whole}.{fraction}" if fraction else whole
