"""What the gateway answers, as typed values.

Ids are text, money is Decimal, times are aware.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from .errors import GatewayError
from .states import DELIVERY_ENDS, SmsState


class Location(IntEnum):
    """The boxes GetMessages reads."""

    ALL = -1
    RECEIVED = 1
    SENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the gateway answered for one recipient's SMS: accepted if there is no error.

    ``message_id`` (recId, today 19 digits) is None if the gateway accepted without an id,
    or if it is unclear which id belongs to whom: such an SMS can't be tracked.
    """

    message_id: str | None = None
    error: GatewayError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The delivery status of one SMS.

    ``code`` is the gateway's own number, None if it gave none yet; ``known`` is False for
    an undocumented number.
    """

    state: SmsState
    code: int | None
    known: bool = True

    @property
    def final(self) -> bool:
        """Tell whether the status can't change any more."""
        return self.state in DELIVERY_ENDS


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """The rows of one reply to GetMessages, in the gateway's order.

    ``skipped`` counts the rows that can't be read, such as those without a MsgID.
    """

    messages: tuple[Message, ...] = ()
    skipped: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows the reply had: the offset of the next page counts them all."""
        return len(self.messages) + self.skipped
