"""Any bytes at all give a value that stands in them, or one of the gateway's errors."""

from collections.abc import Callable
from functools import partial
import re
from time import process_time
import tracemalloc
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.payamak.gateway import GatewayError, UncertainError
from custom_components.payamak.gateway.answers import (
    read_credit,
    read_delivery,
    read_lines,
    read_price,
)
from custom_components.payamak.gateway.box import read_messages
from custom_components.payamak.gateway.receipts import (
    read_receipts,
    read_shared_line_receipt,
)
from custom_components.payamak.gateway.reply import Reply, parse

from . import written as oracle
from .fuzz import REAL_BODIES, bodies, examples

MIB: Final = 1024 * 1024
# A word from the translations, and maybe a code: no number, no text, no id.
_SAID: Final = re.compile(r"[a-z_]+( \(code -?\d{1,9}\))?", re.ASCII)

READERS: Final[dict[str, Callable[[Reply], Any]]] = {
    "credit": read_credit,
    "price": read_price,
    "lines": read_lines,
    "delivery": read_delivery,
    "pattern": read_shared_line_receipt,
    "messages": read_messages,
    "one": lambda reply: read_receipts(reply, 1),
    "three": lambda reply: read_receipts(reply, 3),
}
CHECKS: Final[dict[str, Callable[[oracle.Written, Any], None]]] = {
    "credit": oracle.check_amount,
    "price": oracle.check_amount,
    "lines": oracle.check_lines,
    "delivery": oracle.check_delivery,
    "pattern": lambda written, receipt: oracle.check_receipts(written, [receipt], 1),
    "messages": oracle.check_page,
    "one": lambda written, receipts: oracle.check_receipts(written, receipts, 1),
    "three": lambda written, receipts: oracle.check_receipts(written, receipts, 3),
}


def answer[T](ask: Callable[[], T]) -> T | None:
    """Ask for a value; None is one of the gateway's errors, which holds nothing of the body."""
    error: GatewayError
    try:
        value = ask()
    except GatewayError as raised:
        error = raised
    else:
        return value
    assert _SAID.fullmatch(str(error))
    return None


@examples(600)
@given(bodies)
def test_what_is_read_stands_in_the_bytes(body: bytes) -> None:
    """No id, count, state, date or amount is made up, and no other exception comes out."""
    reply = answer(partial(parse, body))
    if reply is None:
        return
    written = oracle.read(body)
    assert written is not None
    for method, read in READERS.items():
        value = answer(partial(read, reply))
        if value is not None:
            CHECKS[method](written, value)


@examples(200)
@given(
    st.lists(
        st.sampled_from(["18", "0", "1", "-6"]) | st.integers(10**9, 10**19).map(str),
        min_size=1,
        max_size=100,
    )
)
def test_the_ids_of_a_bulk_come_in_order_and_number(tokens: list[str]) -> None:
    """Each recipient has what stands at its place."""
    body = f'{{"Value":"{",".join(tokens)}","RetStatus":1}}'.encode()
    try:
        receipts = read_receipts(parse(body), len(tokens))
    except GatewayError:
        # Only a refusal of all of them.
        assert not any(len(token) >= 10 for token in tokens)
        return
    ids = [token if len(token) >= 10 else None for token in tokens]
    if tokens != ["1"]:
        assert [receipt.message_id for receipt in receipts] == ids
    assert [receipt.error is None for receipt in receipts] == [
        token == "1" or len(token) >= 10 for token in tokens
    ]


@pytest.mark.parametrize("number", range(len(REAL_BODIES)))
def test_half_a_reply_is_never_a_value(number: int) -> None:
    """Wherever it is cut, what was done is not known."""
    body = REAL_BODIES[number]
    for end in range(len(body)):
        with pytest.raises(UncertainError):
            parse(body[:end])


@pytest.mark.parametrize(
    ("begin", "middle", "end"),
    [
        (b'{"Value":"', b"9", b'","RetStatus":1}'),
        (b'{"Value":"', b"1,", b'","RetStatus":1}'),
        (b'{"Value":"', b" ", b'","RetStatus":1}'),
        (b'{"Value":"', "۱".encode(), b'","RetStatus":1}'),
        (b'{"RetStatus":1,"Value":', b"9", b"}"),
        (b'{"RetStatus":1,"Value":0.', b"0", b"}"),
        (b'{"Value":"Ok","RetStatus":1,"Data":[', b"{},", b"{}]}"),
        (b'{"Value":"Ok","RetStatus":1,"Data":[', b"[],", b"[]]}"),
        (b'{"Value":"Ok","RetStatus":1,"Data":[', b'{"MsgID":7},', b"{}]}"),
        (b'{"Value":"Ok","RetStatus":1,"Data":[', b'{"Number":7},', b"{}]}"),
        (b'{"Value":"Ok","RetStatus":1,"Data":[{"MsgID":7,"Sender":"', b"- ", b'"}]}'),
        (b'{"Value":"Ok","RetStatus":1,"Data":[{"MsgID":7,"Body":"', b"\\u0", b'"}]}'),
        (b'{"Value":"Ok","RetStatus":1,"Data":', b"[", b""),
        (b"", b'{"MyBase":', b""),
        (b"", b"\xff", b""),
        (b"", b"\xef\xbb\xbf", b""),
    ],
    ids=lambda part: repr(part[-20:]),
)
def test_the_largest_reply_takes_little_time_and_memory(
    begin: bytes, middle: bytes, end: bytes
) -> None:
    """A reply has two megabytes at most; a panel that fills them must not hold Home Assistant up for long."""

    def fill(size: int) -> bytes:
        return begin + middle * ((size - len(begin + end)) // len(middle)) + end

    largest, smaller = fill(2 * MIB), fill(MIB // 8)
    started = process_time()
    if reply := answer(partial(parse, largest)):
        for read in READERS.values():
            answer(partial(read, reply))
    assert process_time() - started < 12
    # To trace it takes long, and what is needed grows with the size.
    tracemalloc.start()
    try:
        reply = answer(partial(parse, smaller))
        if reply:
            answer(partial(read_messages, reply))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200 * len(smaller)
