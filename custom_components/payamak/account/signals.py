"""What an account tells its entities and triggers: a message came to its end, an SMS came in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..gateway import SmsState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The end of an accepted message; ``code`` is the gateway's own number for it.

    Home Assistant logs what was told when a listener fails, so its private parts don't show.
    """

    entry_id: str
    message_id: str
    recipient: str = field(repr=False)
    name: str | None = field(repr=False)
    state: SmsState
    code: int | None
    sent_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return what the event's attributes and a trigger's variables tell."""
        return {
            "message_id": self.message_id,
            "recipient": self.recipient,
            "name": self.name,
            "code": self.code,
            "sent_at": self.sent_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSms:
    """An SMS that came in over one of the account's lines; ``name`` is that of the recipient with the sender's number.

    Its private parts don't show in a log either.
    """

    entry_id: str
    message_id: str
    sender: str = field(repr=False)
    name: str | None = field(repr=False)
    line: str = field(repr=False)
    text: str = field(repr=False)
    parts: int
    sent_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return what the event's attributes and a trigger's variables tell."""
        return {
            "message_id": self.message_id,
            "sender": self.sender,
            "name": self.name,
            "line": self.line,
            "text": self.text,
            "parts": self.parts,
            "sent_at": self.sent_at.isoformat(),
        }


# Sent for every account; who listens for one of them looks at the entry's id.
SIGNAL_DELIVERY_ENDED: Final = SignalType[DeliveryReport](f"{DOMAIN}_delivery_ended")
SIGNAL_SMS_RECEIVED: Final = SignalType[ReceivedSms](f"{DOMAIN}_sms_received")


def signal_login_refused(entry_id: str) -> SignalType[()]:
    """Return what is sent when the refusal of a login is believed: nothing is asked any more."""
    return SignalType(f"{DOMAIN}_login_refused_{entry_id}")


def signal_deliveries_changed(entry_id: str) -> SignalType[()]:
    """Return what is sent when something set out, ended, or is known better."""
    return SignalType(f"{DOMAIN}_deliveries_changed_{entry_id}")
