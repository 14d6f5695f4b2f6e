"""Reading the gateway's replies, whose shape and types vary from panel to panel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
import json
import re
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from .codes import (
    ACCEPTED_WITHOUT_ID,
    ALWAYS_ERRORS,
    BLOCKED_RECIPIENT,
    NOT_SENT,
    RESULT_CODES,
    delivery_status_of,
    error_of,
)
from .errors import (
    BadReplyError,
    CredentialsError,
    GatewayError,
    RejectedError,
    UncertainError,
)
from .models import Delivery, DeliveryStatus, Location, Message, Receipt
from .text import normalise_number

# Loaded while the module is imported, which Home Assistant does outside the event loop.
_TEHRAN: Final = ZoneInfo("Asia/Tehran")
_SUCCESS: Final = 1
_INVALID_DATA: Final = 35
_MESSAGE_ID: Final = re.compile(r"\d{10,}", re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_LARGEST_AMOUNT: Final = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Reply:
    """An envelope with its types put right: Value as text or None, RetStatus as int or None, Data as rows."""

    value: str | None
    ret_status: int | None
    data: tuple[dict[str, object], ...] = ()

    @property
    def succeeded(self) -> bool:
        """Tell whether the gateway calls this a success; where it says nothing, Value decides."""
        return self.ret_status in (_SUCCESS, None)

    @property
    def code(self) -> int | None:
        """Return the documented code, which stands in Value; RetStatus is coarse and only the fallback."""
        code = _integer(self.value)
        return self.ret_status if code is None else code


def unreadable() -> BadReplyError:
    """Return the error for a reply that makes no sense."""
    return BadReplyError("unreadable_reply")


def parse(body: bytes) -> Reply:
    """Read a body as an envelope. Raises UncertainError for a server fault, BadReplyError for anything else."""
    try:
        content = json.loads(
            body.decode("utf-8-sig"),
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
        if (
            "Message" in content
        ):  # {"Message":"An error has occurred.","ExceptionMessage":"...", ...}
            raise UncertainError("server_fault")
        raise unreadable()
    return Reply(
        _text(base.get("Value")),
        _integer(_text(base.get("RetStatus"))),
        _rows(content.get("Data")),
    )


def read_amount(reply: Reply) -> Decimal:
    """Read GetCredit's or GetBasePrice's number."""
    _raise_account_refusal(reply)
    if (
        (code := _integer(reply.value)) is not None
        and code < 0
        and code in ALWAYS_ERRORS
    ):
        raise error_of(code)
    try:
        amount = Decimal(reply.value or "")
    except InvalidOperation as error:
        raise unreadable() from error
    if not amount.is_finite() or abs(amount) > _LARGEST_AMOUNT:
        raise unreadable()
    return amount


def read_lines(reply: Reply) -> tuple[str, ...]:
    """Read GetUserNumbers' lines, exactly as they have to be sent as ``from``."""
    _raise_account_refusal(reply)
    return tuple(number for row in reply.data if (number := _text(row.get("Number"))))


def read_messages(reply: Reply) -> tuple[Message, ...]:
    """Read GetMessages' rows, in the order they came in."""
    _raise_account_refusal(reply)
    return tuple(_message(row) for row in reply.data)


def read_delivery(reply: Reply, message_id: str) -> Delivery:
    """Read GetDeliveries2's status."""
    code = _integer(reply.value)
    if code in ALWAYS_ERRORS:
        raise error_of(code)
    if not reply.succeeded:
        raise _refusal(reply) if code is not None else _refusal_without_code(reply)
    if reply.value is None:
        return Delivery(message_id=message_id, status=DeliveryStatus.UNKNOWN, code=None)
    if code is None:
        raise unreadable()
    return Delivery(message_id=message_id, status=delivery_status_of(code), code=code)


def read_receipts(
    reply: Reply, recipients: Sequence[str], *, ids_only: bool = False
) -> list[Receipt]:
    """Match what SendSMS or BaseServiceNumber answered with the recipients, by position.

    Raises the gateway's error where it refused the call as a whole. ``ids_only`` is for the method that never accepts
    without an id.
    """
    tokens = [
        token.strip() for token in (reply.value or "").removesuffix(",").split(",")
    ]
    accepted_alike = tokens == [str(ACCEPTED_WITHOUT_ID)]
    if accepted_alike and reply.succeeded and not ids_only:
        return [Receipt(recipient=recipient) for recipient in recipients]
    if len(tokens) == 1 and not _MESSAGE_ID.fullmatch(tokens[0]):
        raise unreadable() if accepted_alike else _sending_refusal(reply)
    if len(tokens) == len(recipients):
        return [
            _receipt(recipient, token)
            for recipient, token in zip(recipients, tokens, strict=True)
        ]
    return [
        Receipt(recipient=recipient, error=_mismatch(tokens, recipients))
        for recipient in recipients
    ]


def _mismatch(tokens: Iterable[str], recipients: Sequence[str]) -> GatewayError | None:
    """Say what a list of another length means for everybody: nobody's id is known, and with too few, nobody's luck."""
    ids = [token for token in tokens if _MESSAGE_ID.fullmatch(token)]
    return (
        None if len(ids) >= len(recipients) else BadReplyError("receipts_do_not_match")
    )


def _receipt(recipient: str, token: str) -> Receipt:
    if _MESSAGE_ID.fullmatch(token):
        return Receipt(recipient=recipient, message_id=token)
    if (code := _integer(token)) is None:
        return Receipt(recipient=recipient, error=unreadable())
    return Receipt(
        recipient=recipient,
        error=None if code == ACCEPTED_WITHOUT_ID else error_of(code),
    )


def _sending_refusal(reply: Reply) -> GatewayError:
    """Return the error of a call that was refused as a whole."""
    value_code = _integer(reply.value)
    if reply.ret_status == _INVALID_DATA and value_code in (
        None,
        NOT_SENT,
        BLOCKED_RECIPIENT,
    ):
        # {"Value":"11","RetStatus":35,...}: not sent, the recipient blocks advertising lines.
        return error_of(BLOCKED_RECIPIENT)
    return _refusal(reply)


def _refusal(reply: Reply) -> GatewayError:
    code = reply.code
    # "Success" without a code or an id says nothing that can be relied on.
    return unreadable() if code in (None, _SUCCESS) else error_of(code)


def _refusal_without_code(reply: Reply) -> GatewayError:
    """Return the error where RetStatus stands alone; its 35 is a generic "InvalidData" there."""
    return (
        RejectedError("invalid_request", reply.code)
        if reply.code == _INVALID_DATA
        else _refusal(reply)
    )


def _raise_account_refusal(reply: Reply) -> None:
    """Raise the error of a method whose only input that can be wrong are the credentials.

    The manual says of these: "if the information is right you get the credit, otherwise Null", and Null comes with a
    RetStatus of 35 ("InvalidData") or another coarse one.
    """
    if reply.succeeded and not (reply.value is None and reply.ret_status is None):
        return
    if _integer(reply.value) is None and reply.ret_status not in RESULT_CODES.keys() - {
        _INVALID_DATA
    }:
        raise (
            CredentialsError("wrong_credentials", reply.ret_status)
            if reply.ret_status is not None
            else unreadable()
        )
    raise _refusal(reply)


def _message(row: dict[str, object]) -> Message:
    location = _count(row, "FirstLocation")
    return Message(
        message_id=_text(row.get("MsgID")) or _raise_unreadable(),
        location=Location(location) if location in Location else Location.ALL,
        text=str(row.get("Body") or ""),
        sender=_number(row.get("Sender")),
        receiver=_number(row.get("Receiver")),
        sent_at=_time(row.get("SendDate")),
        parts=_count(row, "Parts"),
        recipients=_count(row, "RecCount"),
        delivered=_count(row, "RecSuccess"),
        failed=_count(row, "RecFailed"),
    )


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
    return time if time.tzinfo else time.replace(tzinfo=_TEHRAN)


def _count(row: dict[str, object], key: str) -> int:
    return _integer(_text(row.get(key))) or 0


def _rows(data: object) -> tuple[dict[str, object], ...]:
    if data is None:
        return ()
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise unreadable()
    return tuple(data)


def _text(value: object) -> str | None:
    """Read a scalar as text; "", "NULL" and null all mean that there is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise unreadable()
    text = str(value).strip()
    return None if text.upper() in ("", "NULL") else text


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and _INTEGER.fullmatch(text) else None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _raise_unreadable() -> NoReturn:
    raise unreadable()
