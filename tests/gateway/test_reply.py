"""What a send is answered: ids, codes, and lists of both."""

from collections.abc import Callable
import json

import pytest

from custom_components.payamak.gateway import (
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    MessageError,
    RecipientError,
    RejectedError,
    SenderLineError,
    UncertainError,
    UpdatingError,
)
from custom_components.payamak.gateway.receipts import (
    read_receipts,
    read_shared_line_receipt,
)
from custom_components.payamak.gateway.reply import Reply, parse

ID = "5512345678901234567"
OTHER_ID = "5512345678901234568"

type Receipts = list[tuple[str | None, str | None]]


def envelope(value: object, ret_status: object = 1) -> bytes:
    """Write the envelope of the simple methods."""
    return json.dumps(
        {"Value": value, "RetStatus": ret_status, "StrRetStatus": "Whatever"}
    ).encode()


def receipts(body: bytes, recipients: int) -> Receipts:
    """Read the answer to a send as each recipient's id and error."""
    answer = read_receipts(parse(body), recipients)
    assert len(answer) == recipients
    return [
        (receipt.message_id, receipt.error.reason if receipt.error else None)
        for receipt in answer
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{ID},{OTHER_ID}", [(ID, None), (OTHER_ID, None)]),
        (f" {ID} , {OTHER_ID} ", [(ID, None), (OTHER_ID, None)]),
        (f"{ID},{OTHER_ID},", [(ID, None), (OTHER_ID, None)]),
        ("1234567890,12345678901", [("1234567890", None), ("12345678901", None)]),
        (f"{ID},18", [(ID, None), (None, "recipient_not_valid")]),
        (f"35,{ID}", [(None, "recipient_blacklisted"), (ID, None)]),
        (f"{ID},0", [(ID, None), (None, "unknown_code")]),
        (f"{ID},10", [(ID, None), (None, "unknown_code")]),
        ("10,18", [(None, "account_inactive"), (None, "recipient_not_valid")]),
        (f"{ID},-6", [(ID, None), (None, "internal_error")]),
        (f"{ID},77", [(ID, None), (None, "unknown_code")]),
        (f"{ID},1", [(ID, None), (None, None)]),
        ("1,1", [(None, None), (None, None)]),
        ("0,18", [(None, "wrong_credentials"), (None, "recipient_not_valid")]),
        ("18,110", [(None, "recipient_not_valid"), (None, "api_key_required")]),
        ("77,-77", [(None, "unknown_code"), (None, "unknown_code")]),
        ("18,2", [(None, "recipient_not_valid"), (None, "credit_exhausted")]),
        (f"{ID},", [(None, "receipts_do_not_match")] * 2),
        (f"{ID},x", [(ID, None), (None, "unreadable_reply")]),
        (f",{ID}", [(None, "unreadable_reply"), (ID, None)]),
        (f"{ID},NULL", [(ID, None), (None, "unreadable_reply")]),
        (f"{ID},5.5E+18", [(ID, None), (None, "unreadable_reply")]),
        ("1", [(None, None), (None, None)]),
        (1, [(None, None), (None, None)]),
        ("1,", [(None, None), (None, None)]),
        (ID, [(None, "receipts_do_not_match")] * 2),
        ("18,18,18", [(None, "receipts_do_not_match")] * 2),
        (f"{ID},{OTHER_ID},{ID}", [(None, None), (None, None)]),
        (f"{ID},{OTHER_ID},18", [(None, "receipts_do_not_match")] * 2),
        (f"{ID},18,18", [(None, "receipts_do_not_match")] * 2),
    ],
)
def test_ids_belong_to_recipients_by_position(
    value: object, expected: Receipts
) -> None:
    """A list of another length gives nobody an id, and hides no refusal."""
    assert receipts(envelope(value), 2) == expected


@pytest.mark.parametrize("ret_status", [18, "35", 0, 9, 2, -6])
@pytest.mark.parametrize(
    ("value", "reasons"),
    [
        (f"{ID},{OTHER_ID}", ["unreadable_reply"] * 2),
        (f"{ID},1", ["unreadable_reply"] * 2),
        ("1,1", ["unreadable_reply"] * 2),
        (f"18,{ID}", ["recipient_not_valid", "unreadable_reply"]),
        (f"2,{ID}", ["credit_exhausted", "unreadable_reply"]),
        (ID, ["receipts_do_not_match"] * 2),
        (f"{ID},{OTHER_ID},{ID}", ["receipts_do_not_match"] * 2),
    ],
)
def test_an_id_beside_a_failure_is_no_acceptance(
    value: object, ret_status: object, reasons: list[str]
) -> None:
    """It may be the number that was refused; codes stay refusals."""
    expected = [(None, reason) for reason in reasons]
    assert receipts(envelope(value, ret_status), 2) == expected


@pytest.mark.parametrize("ret_status", [1, "1", None, " 1 "])
@pytest.mark.parametrize("value", [ID, int(ID), f" {ID}\n", f"{ID},"])
def test_an_id_is_kept_as_text_whatever_its_type(
    value: object, ret_status: object
) -> None:
    """As a float the last digits of a 64-bit number would change."""
    body = envelope(value, ret_status)
    assert receipts(body, 1) == [(ID, None)]
    assert read_shared_line_receipt(parse(body)).message_id == ID


@pytest.mark.parametrize(
    "ids", [f"{ID},{OTHER_ID}", f"{ID},{OTHER_ID},{ID}", f"{ID},18"]
)
def test_one_recipient_never_gets_one_of_several_ids(ids: str) -> None:
    """There is no telling which of them is his."""
    assert [message_id for message_id, _ in receipts(envelope(ids), 1)] == [None]


@pytest.mark.parametrize(
    ("value", "ret_status", "error", "reason", "code"),
    [
        # Real replies.
        ("5", 9, SenderLineError, "sender_not_valid", 5),
        ("0", 35, CredentialsError, "wrong_credentials", 0),
        # The code in Value beside RetStatus 1, in both, only in RetStatus.
        ("14", 1, MessageError, "link_not_allowed", 14),
        ("14", 14, MessageError, "link_not_allowed", 14),
        (None, 14, MessageError, "link_not_allowed", 14),
        ("", "14", MessageError, "link_not_allowed", 14),
        ("NULL", 14, MessageError, "link_not_allowed", 14),
        ("null", 14, MessageError, "link_not_allowed", 14),
        ("Error", 14, MessageError, "link_not_allowed", 14),
        (14, None, MessageError, "link_not_allowed", 14),
        ("14,", 1, MessageError, "link_not_allowed", 14),
        (" 14 ", "35", MessageError, "link_not_allowed", 14),
        (None, 0, CredentialsError, "wrong_credentials", 0),
        (0, 1, CredentialsError, "wrong_credentials", 0),
        ("6", 35, UpdatingError, "gateway_updating", 6),
        ("110", 1, ApiKeyRequiredError, "api_key_required", 110),
        ("-110", 35, ApiKeyRequiredError, "api_key_required", -110),
        (None, -109, AddressError, "address_required", -109),
        (None, 108, AddressError, "address_blocked", 108),
        ("-6", 1, UncertainError, "internal_error", -6),
        ("11", 1, UncertainError, "not_sent", 11),
        ("11", 11, UncertainError, "not_sent", 11),
        ("999", 9, RejectedError, "unknown_code", 999),
        ("123456789", 1, RejectedError, "unknown_code", 123456789),
        ("+14", 35, MessageError, "link_not_allowed", 14),
        # RetStatus 35 beside 11, 35 or nothing: the recipient blocks advertising.
        ("11", 35, RecipientError, "recipient_blacklisted", 35),
        ("35", 35, RecipientError, "recipient_blacklisted", 35),
        ("35", 1, RecipientError, "recipient_blacklisted", 35),
        ("", 35, RecipientError, "recipient_blacklisted", 35),
        ("NULL", "35", RecipientError, "recipient_blacklisted", 35),
        (None, 35, RecipientError, "recipient_blacklisted", 35),
        # Any other words beside it say no more than that something is wrong.
        ("Error", 35, RejectedError, "invalid_request", 35),
        ("6.0", 35, RejectedError, "invalid_request", 35),
        # Nothing that can be relied on.
        (None, 1, BadReplyError, "unreadable_reply", None),
        ("", None, BadReplyError, "unreadable_reply", None),
        ("Ok", 1, BadReplyError, "unreadable_reply", None),
        ("1", 35, BadReplyError, "unreadable_reply", None),
        ("12345.5", 1, BadReplyError, "unreadable_reply", None),
        (5.512345678901234567e18, 1, BadReplyError, "unreadable_reply", None),
        ("۵۵۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶۷", 1, BadReplyError, "unreadable_reply", None),
        (f"-{ID}", 1, BadReplyError, "unreadable_reply", None),
    ],
)
@pytest.mark.parametrize(
    "read",
    [
        lambda reply: read_receipts(reply, 1),
        read_shared_line_receipt,
    ],
    ids=["SendSMS", "BaseServiceNumber"],
)
def test_a_refusal_is_read_from_value_first(
    *,
    read: Callable[[Reply], object],
    value: object,
    ret_status: object,
    error: type[GatewayError],
    reason: str,
    code: int | None,
) -> None:
    """RetStatus is coarse, and only the fallback."""
    reply = parse(envelope(value, ret_status))
    with pytest.raises(error) as refused:
        read(reply)
    assert type(refused.value) is error
    assert (refused.value.reason, refused.value.code) == (reason, code)


@pytest.mark.parametrize("value", ["18", "18,", "35"])
def test_one_code_for_several_recipients_refuses_them_all(value: str) -> None:
    """A bare code is no list."""
    with pytest.raises(RecipientError):
        read_receipts(parse(envelope(value)), 2)


@pytest.mark.parametrize(
    ("value", "code"), [("0,0", 0), ("110,-110", 110), ("0,110", 0), ("-110,0", -110)]
)
def test_wrong_credentials_for_everybody_are_those_of_the_call(
    value: str, code: int
) -> None:
    """As rows they would not stop the next login."""
    with pytest.raises(CredentialsError) as refused:
        read_receipts(parse(envelope(value)), 2)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("value", "ret_status"),
    [
        *(("1", 1), ("1", None), ("123456789012345", 1), (ID, 35), (ID, 9), (ID, 0)),
        *((f"{ID},{OTHER_ID}", 1), (f"{ID},18", 1)),
    ],
)
def test_a_pattern_is_accepted_with_one_long_id_alone(
    value: object, ret_status: object
) -> None:
    """Success is RetStatus 1 with a recId of more than 15 digits; else nobody knows."""
    with pytest.raises(BadReplyError):
        read_shared_line_receipt(parse(envelope(value, ret_status)))


@pytest.mark.parametrize("number", ["12345678901e0", "1234567890123456.5e1", "1e20"])
def test_a_number_with_an_exponent_is_no_id(number: str) -> None:
    """What it stands for was never written by the panel; whether it took the message is not known."""
    reply = parse(f'{{"Value": {number}, "RetStatus": 1}}'.encode())
    with pytest.raises(BadReplyError):
        read_receipts(reply, 1)
    with pytest.raises(BadReplyError):
        read_shared_line_receipt(reply)
