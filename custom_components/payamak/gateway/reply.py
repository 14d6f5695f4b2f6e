"""Reading the gateway's replies, whose shape and types vary from panel to panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal, InvalidOperation
import json
import re
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from .codes import (
    ACCEPTED_WITHOUT_ID,
    ALWAYS_ERRORS,
    BLOCKED_RECIPIENT,
    DELIVERY_STATES,
    NOT_SENT,
    delivery_state_of,
    error_of,
)
from .errors import (
    AccountWideError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    RejectedError,
    UncertainError,
)
from .models import Delivery, Location, Message, Receipt
from .states import SmsState
from .text import normalise_number, well_formed

# Loaded while the module is imported, which Home Assistant does outside the event loop.
_TEHRAN: Final = ZoneInfo("Asia/Tehran")
_SUCCESS: Final = 1
_INVALID_DATA: Final = 35
# RetStatus values that stand beside many causes: 9 ("InvalidNumber") and 35 ("InvalidData").
# Where a request holds nothing but the credentials, only these can be meant. This set does
# not follow from the result codes: a code that is added there says nothing about credentials.
_COARSE_STATUSES: Final = frozenset({9, _INVALID_DATA})
_MESSAGE_ID: Final = re.compile(r"\d{10,}", re.ASCII)
_SHARED_LINE_ID: Final = re.compile(r"\d{16,}", re.ASCII)
_ROW_ID: Final = re.compile(r"\d{1,20}", re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_LARGEST_AMOUNT: Final = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Reply:
    """An envelope: Value as text or None, RetStatus as int or None, Data as it came."""

    value: str | None
    ret_status: int | None
    data: object = None

    @property
    def succeeded(self) -> bool:
        """Tell whether RetStatus says success; where it is silent, Value decides."""
        return self.ret_status in (_SUCCESS, None)

    @property
    def code(self) -> int | None:
        """Return the documented code, which stands in Value, or else in RetStatus."""
        code = _integer(self.value)
        return self.ret_status if code is None else code


def unreadable() -> BadReplyError:
    """Return the error for a reply that makes no sense."""
    return BadReplyError("unreadable_reply")


def parse(body: bytes) -> Reply:
    """Read a body as an envelope.

    Raises UncertainError for a server fault, BadReplyError for anything else.
    """
    try:
        content = json.loads(
            # A damaged character in a text must not hide what the reply says.
            body.decode("utf-8-sig", "replace"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
        )
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(content, dict):
        raise unreadable()
    # List methods wrap the envelope in "MyBase"; some panels answer them flat.
    base = content.get("MyBase") or content
    if not isinstance(base, dict):
        raise unreadable()
    if "Value" not in base and "RetStatus" not in base:
        # {"Message":"An error has occurred.","ExceptionMessage":"...", ...}
        if "Message" in content:
            raise UncertainError("server_fault")
        raise unreadable()
    return Reply(
        _text(base.get("Value")),
        _integer(_text(base.get("RetStatus"))),
        content.get("Data"),
    )


def read_credit(reply: Reply) -> Decimal:
    """Read GetCredit's number; this is the method that tells whether a login works."""
    _raise_refusal(reply)
    return _amount(reply)


def read_price(reply: Reply) -> Decimal:
    """Read GetBasePrice's number, which not every panel offers."""
    _raise_refusal(reply, beyond_credentials=True)
    return _amount(reply)


def _amount(reply: Reply) -> Decimal:
    code = _integer(reply.value)
    if code is not None and code < 0 and code in ALWAYS_ERRORS:
        raise error_of(code)
    try:
        amount = Decimal(reply.value or "")
    except InvalidOperation as error:
        raise unreadable() from error
    if not amount.is_finite() or amount.copy_abs() > _LARGEST_AMOUNT:
        raise unreadable()
    return amount


def read_lines(reply: Reply) -> tuple[str, ...]:
    """Read GetUserNumbers' lines, exactly as they have to be sent as ``from``.

    Not every panel offers them.
    """
    _raise_refusal(reply, beyond_credentials=True)
    return tuple(number for row in _rows(reply) if (number := _text(row.get("Number"))))


def read_messages(reply: Reply) -> tuple[Message, ...]:
    """Read GetMessages' rows, in the order they came in; not every panel offers them."""
    _raise_refusal(reply, beyond_credentials=True)
    return tuple(_message(row) for row in _rows(reply))


def read_delivery(reply: Reply) -> Delivery:
    """Read GetDeliveries2's status."""
    code = _integer(reply.value)
    if code == 0 and reply.ret_status == _INVALID_DATA:
        # {"Value":"0","RetStatus":35,"StrRetStatus":"InvalidData"} is said of a wrong password, but an id that
        # the panel doesn't know is as likely here, where 0 is also a status.
        raise RejectedError("invalid_request", _INVALID_DATA)
    if code in ALWAYS_ERRORS or not reply.succeeded:
        raise _refusal(reply)
    if reply.value is None:
        return Delivery(state=SmsState.UNKNOWN, code=None)
    if code is None:
        raise unreadable()
    return Delivery(
        state=delivery_state_of(code),
        code=code,
        known=code in DELIVERY_STATES,
    )


def read_receipts(reply: Reply, recipients: int) -> list[Receipt]:
    """Read what SendSMS answered to so many recipients: a receipt for each, in order.

    Raises the gateway's error where it refused the call as a whole.
    """
    tokens = [
        token.strip() for token in (reply.value or "").removesuffix(",").split(",")
    ]
    if tokens == [str(ACCEPTED_WITHOUT_ID)] and reply.succeeded:
        return [Receipt()] * recipients
    if len(tokens) == 1 and not _MESSAGE_ID.fullmatch(tokens[0]):
        raise _sending_refusal(Reply(tokens[0], reply.ret_status))
    if len(tokens) != recipients:
        return _receipts_without_ids(reply, tokens, recipients)
    login_worked = any(_MESSAGE_ID.fullmatch(token) for token in tokens)
    receipts = [_receipt(reply, token, login_worked=login_worked) for token in tokens]
    if all(isinstance(receipt.error, CredentialsError) for receipt in receipts):
        raise error_of(int(tokens[0]))
    return receipts


def read_shared_line_receipt(reply: Reply) -> Receipt:
    """Read BaseServiceNumber's answer, which never accepts without a long recId."""
    message_id = (reply.value or "").removesuffix(",")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise _sending_refusal(Reply(message_id, reply.ret_status))
    if not reply.succeeded or not _SHARED_LINE_ID.fullmatch(message_id):
        raise unreadable()
    return Receipt(message_id=message_id)


def _receipts_without_ids(
    reply: Reply, tokens: Sequence[str], recipients: int
) -> list[Receipt]:
    """Answer a list of another length: which id belongs to whom is not known.

    The outcomes are unknown too, unless there are more ids than recipients and no refusal.
    """
    accepted = (
        reply.succeeded
        and len(tokens) > recipients
        and all(map(_MESSAGE_ID.fullmatch, tokens))
    )
    error = None if accepted else BadReplyError("receipts_do_not_match")
    return [Receipt(error=error)] * recipients


def _receipt(reply: Reply, token: str, *, login_worked: bool) -> Receipt:
    is_id = _MESSAGE_ID.fullmatch(token)
    code = _integer(token)
    if is_id or code == ACCEPTED_WITHOUT_ID:
        # {"Value":"09121234567","RetStatus":18}: what looks like an id beside a failure may be anything.
        if not reply.succeeded:
            return Receipt(error=unreadable())
        return Receipt(message_id=token if is_id else None)
    if code is None:
        return Receipt(error=unreadable())
    error = error_of(code)
    if login_worked and isinstance(error, AccountWideError):
        # recId,0,recId: what stands beside an id can't be meant for the whole account.
        error = RejectedError("unknown_code", code)
    return Receipt(error=error)


def _sending_refusal(reply: Reply) -> GatewayError:
    """Return the error of a call that was refused as a whole."""
    if reply.ret_status == _INVALID_DATA and _integer(reply.value) in (
        None,
        NOT_SENT,
        BLOCKED_RECIPIENT,
    ):
        # {"Value":"11","RetStatus":35,...}: the recipient blocks advertising lines.
        return error_of(BLOCKED_RECIPIENT)
    return _refusal(reply)


def _refusal(reply: Reply) -> GatewayError:
    if _integer(reply.value) is None and reply.ret_status == _INVALID_DATA:
        return RejectedError("invalid_request", _INVALID_DATA)
    code = reply.code
    # "Success" without a code or an id says nothing that can be relied on.
    return unreadable() if code in (None, _SUCCESS) else error_of(code)


def _raise_refusal(reply: Reply, *, beyond_credentials: bool = False) -> None:
    """Raise the error of a method that reads the account.

    The manual says of these: "if the information is right you get the credit, otherwise
    Null". Beside Null, a coarse RetStatus means the credentials, unless the request holds
    more or the panel may lack the method, which it says in the same way. Any other
    RetStatus is a code, and no reason to send the user to the log-in form.
    """
    if reply.value is None and reply.ret_status is None:
        raise unreadable()
    if reply.succeeded:
        return
    coarse = _integer(reply.value) is None and reply.ret_status in _COARSE_STATUSES
    if coarse and not beyond_credentials:
        raise CredentialsError("wrong_credentials", reply.ret_status)
    raise _refusal(reply)


def _message(row: dict[str, object]) -> Message:
    location = _count(row, "FirstLocation")
    return Message(
        message_id=_row_id(row.get("MsgID")),
        location=Location(location) if location in Location else Location.ALL,
        text=_body(row.get("Body")),
        sender=_number(row.get("Sender")),
        receiver=_number(row.get("Receiver")),
        sent_at=_time(row.get("SendDate")),
        parts=_count(row, "Parts"),
        recipients=_count(row, "RecCount"),
        delivered=_count(row, "RecSuccess"),
        failed=_count(row, "RecFailed"),
    )


def _row_id(value: object) -> str:
    """Read a MsgID: whole digits, as a float it would have lost some."""
    text = _text(value)
    if text is None or not _ROW_ID.fullmatch(text):
        raise unreadable()
    return text


def _body(value: object) -> str:
    """Read a message's text, which may well be "NULL" or end in blanks."""
    return well_formed(value) if isinstance(value, str) else _text(value) or ""


def _number(value: object) -> str:
    """Write a mobile number as 09xxxxxxxxx; lines and words stay as they are."""
    text = _text(value) or ""
    try:
        return normalise_number(text)
    except ValueError:
        return text


def _time(value: object) -> datetime | None:
    """Read "2017-06-05T15:42:58.68", Tehran time, with 0-7 digits of a second."""
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    # "0001-01-01T00:00:00" is how .NET writes that there is none.
    if not MINYEAR < time.year < MAXYEAR:
        return None
    return time if time.tzinfo else time.replace(tzinfo=_TEHRAN)


def _count(row: dict[str, object], key: str) -> int:
    return _integer(_text(row.get(key))) or 0


def _rows(reply: Reply) -> tuple[dict[str, object], ...]:
    """Return the rows of a list method; without any, a code in Value is a refusal."""
    rows = reply.data
    if not rows and reply.code not in (None, _SUCCESS):
        raise error_of(reply.code)
    if rows is None:
        return ()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unreadable()
    return tuple(rows)


def _text(value: object) -> str | None:
    """Read a scalar as text; "", "NULL" and null all mean that there is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise unreadable()
    text = well_formed(str(value)).strip()
    return None if text.upper() in ("", "NULL") else text


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and _INTEGER.fullmatch(text) else None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
