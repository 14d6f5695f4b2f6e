"""What the gateway answers, in types that can't be misread.

Ids are text, money is Decimal, times are aware.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from .errors import GatewayError
from .states import ENDS, SmsState


class Location(IntEnum):
    """The boxes GetMessages reads."""

    ALL = -1
    RECEIVED = 1
    SENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the gateway said to one recipient's SMS: accepted where there is no error.

    ``message_id`` (recId, today 19 digits) is None where the gateway accepted without
    an id, or where ids can't be told apart: such an SMS can't be tracked.
    """

    message_id: str | None = None
    error: GatewayError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery status of one SMS.

    ``code`` is the gateway's own number, None where it gave none yet; ``known`` is False
    for a number whose meaning nobody knows.
    """

    state: SmsState
    code: int | None
    known: bool = True

    @property
    def final(self) -> bool:
        """Tell whether asking again is pointless."""
        return self.state in ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One row of the sent box or the inbox.

    ``message_id`` is a MsgID, which is not the recId of SendSMS.
    """

    message_id: str
    location: Location
    text: str
    sender: str
    receiver: str
    sent_at: datetime | None
    parts: int
    recipients: int
    delivered: int
    failed: int

    @property
    def number(self) -> int:
        """Return the id as a number, which rises from message to message: sort by it."""
        return int(self.message_id)
