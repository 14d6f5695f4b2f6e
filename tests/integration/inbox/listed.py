"""A message as the panel lists it, made by hand, for the tests of what is decided without a Home Assistant."""

from datetime import datetime

from custom_components.payamak.gateway import Location, Message


def listed_message(number: int, sent_at: datetime | None = None) -> Message:
    """Give a received message; without a date the gateway told none."""
    return Message(
        message_id=str(number),
        location=Location.RECEIVED,
        text="",
        sender="09120000001",
        receiver="50004001",
        sent_at=sent_at,
        parts=1,
        recipients=0,
        delivered=0,
        failed=0,
    )
