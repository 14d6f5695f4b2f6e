"""Whatever comes over the wire, each call of the client gives a value or one of the gateway's errors, and soon."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
import gzip
from typing import Any, Final
import zlib

from aiohttp import ClientSession
from hypothesis import given, strategies as st
import pytest

from custom_components.payamak.gateway import (
    CredentialsError,
    GatewayError,
    Location,
    PayamakClient,
    TemporaryError,
)

from . import written as oracle
from .conftest import IMPATIENT, PASSWORD, USERNAME
from .fuzz import REAL_BODIES, bodies, examples

SARA: Final = "09121234567"
THREE: Final = (SARA, "09351234567", "09011234567")
LINE: Final = "500010604671"

type Call = Callable[[PayamakClient], Awaitable[Any]]

CALLS: Final[dict[str, tuple[Call, Callable[[oracle.Written, Any], None]]]] = {
    "credit": (PayamakClient.get_credit, oracle.check_amount),
    "price": (PayamakClient.get_base_price, oracle.check_amount),
    "lines": (PayamakClient.get_lines, oracle.check_lines),
    "delivery": (lambda client: client.get_delivery("7"), oracle.check_delivery),
    "messages": (
        lambda client: client.get_messages(Location.ALL),
        oracle.check_page,
    ),
    "sms": (
        lambda client: client.send_sms(THREE, "Fire!", LINE),
        lambda written, receipts: oracle.check_receipts(written, receipts, 3),
    ),
    "pattern": (
        lambda client: client.send_pattern(SARA, 4711, ["x"]),
        lambda written, receipt: oracle.check_receipts(written, [receipt], 1),
    ),
}


@dataclass
class Wire:
    """A server that answers each request with the same bytes, and hangs up."""

    answer: bytes = b""
    port: int = 0

    @property
    def url(self) -> str:
        """The address that stands for the gateway's."""
        return f"http://127.0.0.1:{self.port}/api/SendSMS/"

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Read a request whole, then answer it."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].split()[0]
            await reader.readexactly(int(length))
            writer.write(self.answer)
            await writer.drain()
        except ConnectionError, asyncio.IncompleteReadError:
            # The client has seen enough.
            return
        finally:
            writer.close()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """Serve whatever the test says."""
    wire = Wire()
    server = await asyncio.start_server(wire.handle, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    async with server:
        yield wire


def http(
    body: bytes, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """Write an answer with a body."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


async def ask(session: ClientSession, wire: Wire, method: str) -> Any | None:
    """Make a call with a new client; None is one of the gateway's errors, and nothing else may come in good time."""
    client = PayamakClient(session, USERNAME, PASSWORD, wire.url, timeout=IMPATIENT)
    call, _ = CALLS[method]
    error: GatewayError | None = None
    value: Any = None
    try:
        async with asyncio.timeout(10):
            value = await call(client)
    except GatewayError as raised:
        error = raised
    # What has left may have been carried out, unless a reply says something else.
    assert not isinstance(error, TemporaryError) or error.code == 6
    assert client.login.refusal is None
    assert bool(client.login.doubt) is isinstance(error, CredentialsError)
    assert client.gateway_time is None or client.gateway_time.tzinfo
    return value


_headers = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["Date", "Content-Type", "Set-Cookie", "Location", "X"]),
            st.one_of(
                st.sampled_from(
                    [
                        "Tue, 24 Nov 2026 12:30:00 GMT",
                        "Tue, 24 Nov 2026 12:30:00 -0000",
                        "Mon, 01 Jan 99999999999999999999 00:00:00 +99999999999",
                        "Mon, 01 Jan 0001 00:00:00 +2359",
                        "application/json; charset=utf-99",
                        "http://[::1",
                    ]
                ),
                st.text(
                    st.characters(min_codepoint=32, max_codepoint=126), max_size=30
                ),
            ),
        ),
        st.tuples(
            st.sampled_from(["Content-Encoding", "Transfer-Encoding"]),
            st.sampled_from(["gzip", "deflate", "br", "identity", "chunked", "x"]),
        ),
    ),
    max_size=3,
).map(tuple)


@examples(120)
@given(
    st.sampled_from(list(CALLS)),
    bodies,
    st.sampled_from([200, 200, 200, 204, 301, 401, 500, 503, 599]),
    _headers,
)
async def test_a_value_stands_in_the_body(
    wire: Wire,
    session: ClientSession,
    method: str,
    body: bytes,
    status: int,
    headers: tuple[tuple[str, str], ...],
) -> None:
    """Also beside headers that make no sense."""
    wire.answer = http(body, status, headers)
    value = await ask(session, wire, method)
    plain = not any(name.endswith("-Encoding") for name, _ in headers)
    if value is not None and plain:
        written = oracle.read(body)
        assert written is not None
        _, check = CALLS[method]
        check(written, value)


@st.composite
def _broken(draw: st.DrawFn) -> bytes:
    """Break an answer anywhere: its first line, its headers, its chunks or its body."""
    body = draw(st.sampled_from(REAL_BODIES))
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    packed = gzip.compress(body) if draw(st.booleans()) else zlib.compress(body)
    encoded = http(packed, headers=(("Content-Encoding", "gzip"),))
    answer = draw(st.sampled_from([http(body), chunked, encoded]))
    place = draw(st.integers(0, len(answer)))
    instead = draw(
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from([b"\r\n", b"\r\n\r\n", b":", b"\x00", b"9" * 30]),
        )
    )
    behind = draw(st.integers(0, 12))
    end = draw(st.sampled_from([0, len(answer)]))
    return answer[:place] + instead + answer[place + behind : end or None]


@examples(150)
@given(
    st.sampled_from(list(CALLS)),
    st.one_of(
        _broken(),
        st.binary(max_size=100),
        st.builds(bytes.__add__, st.just(b"HTTP/1.1 "), st.binary(max_size=100)),
    ),
)
async def test_what_is_no_http_is_one_of_the_gateways_errors(
    wire: Wire, session: ClientSession, method: str, answer: bytes
) -> None:
    """Or a value, where the damage is in what nobody reads."""
    wire.answer = answer
    await ask(session, wire, method)


@pytest.mark.parametrize("method", CALLS)
async def test_a_small_reply_that_unpacks_to_a_huge_one_is_refused(
    wire: Wire, session: ClientSession, method: str
) -> None:
    """What counts is the size that has to be kept."""
    packed = gzip.compress(b" " * 64 * 1024 * 1024)
    wire.answer = http(packed, headers=(("Content-Encoding", "gzip"),))
    assert await ask(session, wire, method) is None
