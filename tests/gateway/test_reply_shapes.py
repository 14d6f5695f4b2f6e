"""Bodies that are no envelope: faults, pages, halves, and nonsense."""

from collections.abc import Callable
from decimal import Decimal
import json
import random

import pytest

from custom_components.payamak.gateway import (
    BadReplyError,
    Delivery,
    GatewayError,
    Message,
    MessagePage,
    Receipt,
    UncertainError,
)
from custom_components.payamak.gateway.answers import (
    read_credit,
    read_delivery,
    read_lines,
)
from custom_components.payamak.gateway.box import read_messages
from custom_components.payamak.gateway.receipts import (
    read_receipts,
    read_shared_line_receipt,
)
from custom_components.payamak.gateway.reply import Reply, parse

ID = "5512345678901234567"
FAULTS = [
    (
        b'{"Message":"An error has occurred.","ExceptionMessage":"Object not set",'
        b'"ExceptionType":"System.NullReferenceException","StackTrace":"   at Api"}'
    ),
    b'{"Message":"An unexpected error occured"}',
    b'{"Message":null}',
]


@pytest.mark.parametrize("body", FAULTS)
def test_a_server_fault_leaves_the_outcome_open(body: bytes) -> None:
    """It has neither Value nor RetStatus, and comes at any moment of the work."""
    with pytest.raises(UncertainError) as fault:
        parse(body)
    assert type(fault.value) is UncertainError
    assert (fault.value.reason, fault.value.code) == ("server_fault", None)


def test_an_envelope_with_a_message_is_an_envelope() -> None:
    """Unknown keys are the gateway's business."""
    body = b'{"Value":"7","RetStatus":1,"Message":"x","Data":"y","More":{"z":[]}}'
    assert parse(body) == Reply("7", 1, "y")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf",
        b"null",
        b"true",
        b"1",
        b'"1"',
        b"[]",
        b"{}",
        b"[1]",
        b'[{"Value":"1","RetStatus":1}]',
        b'{"value":"1","retstatus":1}',
        b'{"MyBase":{},"Data":[]}',
        b'{"MyBase":"Ok","RetStatus":1}',
        b'{"MyBase":[1],"RetStatus":1}',
        b'{"MyBase":1,"RetStatus":1}',
        b'{"MyBase":["Value"],"RetStatus":1}',
        b'{"MyBase":{"StrRetStatus":"Ok"},"Value":"1","RetStatus":1}',
        b'{"Value":["1"],"RetStatus":1}',
        b'{"Value":{},"RetStatus":1}',
        b'{"Value":true,"RetStatus":1}',
        b'{"Value":"1","RetStatus":true}',
        b'{"Value":"1","RetStatus":[1]}',
        b'{"Value":NaN,"RetStatus":1}',
        b'{"Value":Infinity,"RetStatus":1}',
        b'{"Value":"1","RetStatus":-Infinity}',
        b'{"Value":"1","RetStatus":1,"StrRetStatus":NaN}',
        b'{"MyBase":{"Value":"Ok","RetStatus":1},"Data":[Infinity]}',
        b'{"Value":' + b"9" * 5000 + b',"RetStatus":1}',
        b'{"Value":"1","RetStatus":1',
        b'{"Value":"1","RetSt',
        b'{"Value":"1","RetStatus":1}}',
        b"<html><body>Under maintenance</body></html>",
        b'<?xml version="1.0"?><Response><Value>1</Value></Response>',
        "سامانه در حال بروزرسانی است".encode(),
        "خطا".encode("cp1256"),
        '{"Value":"1","RetStatus":1}'.encode("utf-16"),
        b"\x1f\x8b\x08\x00",
        b"\x00" * 100,
        b"[" * 200_000,
        b'{"MyBase":' * 100_000,
        b'{"Value":"1","RetStatus":1,"Data":' + b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_envelope_is_a_clear_error(body: bytes) -> None:
    """Nobody knows what was done, and nothing crashes."""
    with pytest.raises(BadReplyError) as unreadable:
        parse(body)
    assert unreadable.value.reason == "unreadable_reply"


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"Value":"7","RetStatus":1}',
        b'  {"Value":"7","RetStatus":1}\r\n',
        b'{"RetStatus":"1","Value":7}',
        b'{"RetStatus":" 1 ","Value":" 7 ","StrRetStatus":{"not":["ours"]}}',
        '{"Value":"7","RetStatus":1,"StrRetStatus":"موفق"}'.encode(),
        '{"Value":"7","RetStatus":1,"StrRetStatus":"خطا"}'.encode("cp1256"),
        b'{"Value":"7","RetStatus":1,"StrRetStatus":"\xff\xfe\xed\xa0\x80"}',
    ],
)
def test_an_envelope_is_read_in_every_dress(body: bytes) -> None:
    """A byte order mark or a damaged character elsewhere hides nothing."""
    assert parse(body) == Reply("7", 1)


@pytest.mark.parametrize("value", [None, "", "  ", "NULL", "null", "Null"])
def test_the_ways_of_saying_nothing_are_one(value: str | None) -> None:
    """The gateway has several."""
    body = json.dumps({"Value": value, "RetStatus": value}).encode()
    assert parse(body) == Reply(None, None)


READERS: dict[str, tuple[Callable[[Reply], object], Callable[[object], bool]]] = {
    "amount": (read_credit, lambda read: isinstance(read, Decimal)),
    "lines": (read_lines, lambda read: _all(read, str)),
    "messages": (
        read_messages,
        lambda read: isinstance(read, MessagePage) and _all(read.messages, Message),
    ),
    "delivery": (
        read_delivery,
        lambda read: isinstance(read, Delivery),
    ),
    "receipts": (
        lambda reply: read_receipts(reply, 2),
        lambda read: _all(read, Receipt) and isinstance(read, list) and len(read) == 2,
    ),
    "shared line": (
        read_shared_line_receipt,
        lambda read: isinstance(read, Receipt) and read.message_id is not None,
    ),
}
SEEDS = [
    *FAULTS,
    b'{"Value":"27989.784030396946","RetStatus":1,"StrRetStatus":"Ok"}',
    b'{"Value":"5512345678901234567,18","RetStatus":1,"StrRetStatus":"Ok"}',
    b'{"Value":5512345678901234567,"RetStatus":"1"}',
    b'{"Value":"11","RetStatus":35,"StrRetStatus":"InvalidData"}',
    b'{"Value":null,"RetStatus":-110}',
    b'{"MyBase":{"Value":"Ok","RetStatus":1},"Data":[{"Number":"500010604671"}]}',
    (
        b'{"MyBase":{"Value":"Ok","RetStatus":1},"Data":[{"MsgID":45163871234,"Body":'
        b'"\\ud83d\\ude00","SendDate":"2017-06-05T15:42:58.68","Sender":"9121234567"}]}'
    ),
]
SPLICES = [
    *(b"null", b"NaN", b'"NULL"', b'""', b"0", b"-1", b"1e999999", b"-0.0", b"[", b"{"),
    *(b'"', b"\\ud83d", b"\xff", b"\x00", b",", b"}", b"]", b":", b"true", b"9" * 40),
    *(b'"Data":', b'"MyBase":', b'"Value":', b'"RetStatus":', b'"1e1000000"'),
]


def _all(read: object, kind: type) -> bool:
    return isinstance(read, list | tuple) and all(isinstance(row, kind) for row in read)


def _mutated(dice: random.Random) -> bytes:
    """Cut, splice, swap and overwrite a good reply here and there."""
    body = bytearray(dice.choice(SEEDS))
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(body) + 1)
        end = min(len(body), start + dice.choice([0, 0, 1, 2, 5, 20]))
        body[start:end] = dice.choice(
            [b"", dice.choice(SPLICES), bytes([dice.randrange(256)])]
        )
    return bytes(body)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("reader", READERS)
def test_a_damaged_reply_is_an_error_or_a_valid_result(reader: str, seed: int) -> None:
    """Whatever happens to a reply on its way, nothing else comes of it."""
    read, is_valid = READERS[reader]
    dice = random.Random(seed)
    outcomes = {"error": 0, "result": 0}
    for _ in range(500):
        body = _mutated(dice)
        try:
            result = read(parse(body))
        except GatewayError:
            outcomes["error"] += 1
        else:
            assert is_valid(result), body
            outcomes["result"] += 1
    assert all(outcomes.values())
