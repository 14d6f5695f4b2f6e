"""The replies of the methods that ask for one thing: credit, price, lines, a delivery status."""

from decimal import Decimal
import re
from typing import Final

from .codes import ALWAYS_ERRORS, DELIVERY_STATES, delivery_state_of, error_of
from .errors import RejectedError
from .models import Delivery
from .reply import (
    INVALID_DATA,
    Reply,
    as_text,
    raise_refusal,
    read_rows,
    refusal,
    unreadable,
)
from .states import SmsState

_LARGEST_AMOUNT: Final = Decimal(10) ** 15
# Decimal itself also takes "1_000", "1e3" and digits of any script.
_AMOUNT: Final = re.compile(r"-?\d{1,16}(\.\d{1,30})?", re.ASCII)


def read_credit(reply: Reply) -> Decimal:
    """Read GetCredit's number; this is the method that tells whether a login works."""
    raise_refusal(reply)
    return _amount(reply)


def read_price(reply: Reply) -> Decimal:
    """Read GetBasePrice's number, which not every panel offers."""
    raise_refusal(reply, beyond_credentials=True)
    return _amount(reply)


def _amount(reply: Reply) -> Decimal:
    code = reply.value_code
    # An amount may be 108 to 111, but not -111 to -108.
    if code is not None and code < 0 and code in ALWAYS_ERRORS:
        raise error_of(code)
    value = reply.value or ""
    if not _AMOUNT.fullmatch(value):
        raise unreadable()
    amount = Decimal(value)
    if amount.copy_abs() > _LARGEST_AMOUNT:
        raise unreadable()
    return amount


def read_lines(reply: Reply) -> tuple[str, ...]:
    """Read GetUserNumbers' lines, exactly as they have to be sent as ``from``.

    Not every panel offers them.
    """
    raise_refusal(reply, beyond_credentials=True)
    return tuple(
        number for row in read_rows(reply) if (number := as_text(row.get("Number")))
    )


def read_delivery(reply: Reply) -> Delivery:
    """Read GetDeliveries2's status."""
    code = reply.value_code
    if code == 0 and reply.ret_status == INVALID_DATA:
        # {"Value":"0","RetStatus":35,"StrRetStatus":"InvalidData"} means a wrong password elsewhere, but here
        # an id that the panel doesn't know is as likely, and 0 is also a status.
        raise RejectedError("invalid_request", INVALID_DATA)
    if code in ALWAYS_ERRORS or not reply.succeeded:
        raise refusal(reply)
    if reply.value is None:
        return Delivery(state=SmsState.UNKNOWN, code=None)
    if code is None:
        raise unreadable()
    return Delivery(
        state=delivery_state_of(code), code=code, known=code in DELIVERY_STATES
    )
