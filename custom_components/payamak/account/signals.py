"""What an account reports to its entities and triggers: the end of a delivery, a received SMS, changes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..gateway import SmsState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The end of an accepted message; ``code`` is the gateway's own number for it, ``sms_id`` our own id.

    Of several that went out as one SMS, one alone stands for it: ``is_an_sms``.

    Home Assistant logs this object when a listener fails, so its representation leaves out what is private.
    """

    entry_id: str
    sms_id: str
    message_id: str | None
    recipient: str = field(repr=False)
    name: str | None = field(repr=False)
    state: SmsState
    code: int | None
    sent_at: datetime
    is_an_sms: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return what the event's attributes and a trigger's variables tell."""
        return {
            "sms_id": self.sms_id,
            "message_id": self.message_id,
            "recipient": self.recipient,
            "name": self.name,
            "code": self.code,
            "sent_at": self.sent_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSms:
    """An SMS that came in over one of the account's lines; ``name`` is that of the recipient with the sender's number.

    ``sent_at`` is None where the panel gave no date. ``came_in_at`` is when it came in by our own clock, at the earliest, as
    far as its date and the polls tell. The representation leaves out what is private, too.
    """

    entry_id: str
    message_id: str
    sender: str = field(repr=False)
    name: str | None = field(repr=False)
    line: str = field(repr=False)
    text: str = field(repr=False)
    parts: int
    sent_at: datetime | None
    came_in_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return what the event's attributes and a trigger's variables tell."""
        return {
            "message_id": self.message_id,
            "sender": self.sender,
            "name": self.name,
            "line": self.line,
            "text": self.text,
            "parts": self.parts,
            "sent_at": self.sent_at.isoformat() if self.sent_at else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """What has become of an alert: ``event`` is one of the event types, ``name`` who it is about, if anybody."""

    entry_id: str
    event: str
    alert_id: str
    name: str | None = field(repr=False)
    minutes: int

    def as_dict(self) -> dict[str, Any]:
        """Return what the event's attributes and a trigger's variables tell."""
        return {"alert_id": self.alert_id, "name": self.name, "minutes": self.minutes}


# One signal for all accounts: a listener compares the entry's id.
SIGNAL_DELIVERY_ENDED: Final = SignalType[DeliveryReport](f"{DOMAIN}_delivery_ended")
SIGNAL_ALERT: Final = SignalType[AlertReport](f"{DOMAIN}_alert")
SIGNAL_SMS_RECEIVED: Final = SignalType[ReceivedSms](f"{DOMAIN}_sms_received")


def signal_login_refused(entry_id: str) -> SignalType[()]:
    """Return what is sent when the refusal of a login is believed: nothing is asked any more."""
    return SignalType(f"{DOMAIN}_login_refused_{entry_id}")


def signal_alerts_changed(entry_id: str) -> SignalType[()]:
    """Return what is sent when an alert was raised, or has come to another state."""
    return SignalType(f"{DOMAIN}_alerts_changed_{entry_id}")


def signal_deliveries_changed(entry_id: str) -> SignalType[()]:
    """Return what is sent when a message was sent or ended, or its last state changed."""
    return SignalType(f"{DOMAIN}_deliveries_changed_{entry_id}")
