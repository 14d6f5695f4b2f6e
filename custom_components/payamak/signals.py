"""What an account tells its entities and triggers: a message came to its end, an SMS came in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from homeassistant.util.signal_type import SignalType

from .const import DOMAIN


class DeliveryWord(StrEnum):
    """What is known of a message after it was sent, the worst first."""

    REJECTED = "rejected"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    BLACKLISTED = "blacklisted"
    FILTERED = "filtered"
    EXPIRED = "expired"
    PENDING = "pending"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The end of an accepted message; ``code`` is the gateway's own number for it."""

    entry_id: str
    message_id: str
    recipient: str
    name: str | None
    word: DeliveryWord
    code: int | None
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSms:
    """An SMS that came in over one of the account's lines; ``name`` is that of the recipient with the sender's number."""

    entry_id: str
    message_id: str
    sender: str
    name: str | None
    line: str
    text: str
    parts: int
    sent_at: datetime


# Sent for every account; who listens for one of them looks at the entry's id.
SIGNAL_DELIVERY_ENDED: Final = SignalType[DeliveryReport](f"{DOMAIN}_delivery_ended")
SIGNAL_SMS_RECEIVED: Final = SignalType[ReceivedSms](f"{DOMAIN}_sms_received")


def signal_deliveries_changed(entry_id: str) -> SignalType[()]:
    """Return what is sent when something set out, ended, or is known better."""
    return SignalType(f"{DOMAIN}_deliveries_changed_{entry_id}")
