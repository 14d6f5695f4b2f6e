"""The replies of the methods that send: ids, codes, and lists of both."""

from collections.abc import Sequence
import re
from typing import Final

from .codes import ACCEPTED_WITHOUT_ID, BLOCKED_RECIPIENT, NOT_SENT, error_of
from .errors import (
    AccountWideError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    RejectedError,
)
from .models import Receipt
from .reply import INVALID_DATA, Reply, as_integer, refusal, unreadable

_MESSAGE_ID: Final = re.compile(r"\d{10,}", re.ASCII)
_SHARED_LINE_ID: Final = re.compile(r"\d{16,}", re.ASCII)


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
    login_worked = any(map(_MESSAGE_ID.fullmatch, tokens))
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
    """Read a list of another length: which id belongs to whom is not known.

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
    code = as_integer(token)
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
    says_nothing = not reply.value or reply.value_code in (NOT_SENT, BLOCKED_RECIPIENT)
    if reply.ret_status == INVALID_DATA and says_nothing:
        # {"Value":"11","RetStatus":35,...}: the recipient blocks advertising lines.
        return error_of(BLOCKED_RECIPIENT)
    return refusal(reply)
