"""The states of an SMS, which the client, the ledger, entities and triggers share."""

from enum import StrEnum
from typing import Final


class SmsState(StrEnum):
    """The state of one SMS to one number."""

    WAITING = "waiting"
    """It has not left Home Assistant yet."""
    SENDING = "sending"
    """Its request is under way."""
    ACCEPTED = "accepted"
    """The gateway accepted it; whether it reaches the phone is not known yet."""
    UNKNOWN = "unknown"
    """It may have been sent, or the gateway itself does not know."""
    DELIVERED = "delivered"
    """It is on the phone."""
    UNDELIVERED = "undelivered"
    """It did not reach the phone or the operator."""
    FAILED = "failed"
    """The gateway refused it, or the operator had an error."""
    BLACKLISTED = "blacklisted"
    """The number blocks advertising lines."""
    FILTERED = "filtered"
    """The operator filtered the text."""
    REJECTED = "rejected"
    """The operator rejected it."""
    EXPIRED = "expired"
    """There was no final status within 72 hours after it was accepted."""
    NOT_SENT = "not_sent"
    """It waited too long for the gateway, and never left."""
    CANCELLED = "cancelled"
    """The user called it back before it left."""

    @property
    def delivery(self) -> str:
        """Return the word that users see: "pending" for an accepted SMS, "queued" for a waiting one."""
        return _DELIVERY_WORDS.get(self, self.value)


_DELIVERY_WORDS: Final = {
    SmsState.WAITING: "queued",
    SmsState.SENDING: "pending",
    SmsState.ACCEPTED: "pending",
}

# What the gateway says of an SMS that has arrived, or never will.
DELIVERY_ENDS: Final = (
    SmsState.DELIVERED,
    SmsState.UNDELIVERED,
    SmsState.FAILED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.REJECTED,
    SmsState.EXPIRED,
)
# All ends that are told; who calls an SMS back knows of it.
ENDS: Final = (*DELIVERY_ENDS, SmsState.NOT_SENT, SmsState.UNKNOWN)
