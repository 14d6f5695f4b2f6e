"""Answers that are none: faults, pages, other hosts, and too much of everything."""

import asyncio
from datetime import UTC, datetime
import gzip
import tracemalloc

from aiohttp import web
import pytest

from custom_components.payamak.gateway import (
    BadReplyError,
    CredentialsError,
    GatewayError,
    MessageError,
    PayamakClient,
    UncertainError,
)

from .conftest import Server, answering
from .test_client import ID, LINE, SARA
from .test_client_trouble import GOOD, MIB, send

FAULT = '{"Message":"An error has occurred.","ExceptionMessage":"x","StackTrace":"y"}'
PAGE = "<html><body>Under maintenance</body></html>"


@pytest.mark.parametrize(
    ("status", "body", "error", "reason"),
    [
        (200, FAULT, UncertainError, "server_fault"),
        (500, FAULT, UncertainError, "server_fault"),
        (
            500,
            '{"Message":"An unexpected error occured"}',
            UncertainError,
            "server_fault",
        ),
        (500, "", UncertainError, "server_fault"),
        (502, PAGE, UncertainError, "server_fault"),
        (503, "<?xml version='1.0'?><x/>", UncertainError, "server_fault"),
        (504, '{"Value":"55', UncertainError, "server_fault"),
        (500, '{"error":"no envelope"}', UncertainError, "server_fault"),
        (200, PAGE, BadReplyError, "unreadable_reply"),
        (200, "", BadReplyError, "unreadable_reply"),
        (204, "", BadReplyError, "unreadable_reply"),
        (200, '{"Value":"55', BadReplyError, "unreadable_reply"),
        (200, '{"Value":null,"RetStatus":1}', BadReplyError, "unreadable_reply"),
        (403, PAGE, BadReplyError, "unreadable_reply"),
        (404, '{"Message":"No such resource"}', UncertainError, "server_fault"),
        (499, PAGE, BadReplyError, "unreadable_reply"),
    ],
)
async def test_what_is_no_answer_leaves_the_outcome_open(
    client: PayamakClient,
    server: Server,
    *,
    status: int,
    body: str,
    error: type[GatewayError],
    reason: str,
) -> None:
    """Nobody knows how far the work had come."""
    server.answer = answering(body, status)
    with pytest.raises(UncertainError) as uncertain:
        await send(client)
    assert (type(uncertain.value), uncertain.value.reason) == (error, reason)
    assert len(server.noted) == 1


@pytest.mark.parametrize("status", [200, 201, 299, 400, 401, 403, 404, 500, 502, 503])
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
async def test_an_envelope_decides_whatever_the_status(
    client: PayamakClient, server: Server, status: int, content_type: str
) -> None:
    """Business errors come with 200, so the status says little."""
    header = {"Content-Type": content_type}
    server.answer = answering(GOOD, status, **header)
    (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
    assert receipt.message_id == ID
    server.answer = answering({"Value": "7", "RetStatus": 35}, status, **header)
    with pytest.raises(MessageError):
        await send(client)
    server.answer = answering({"Value": "0", "RetStatus": 35}, status, **header)
    with pytest.raises(CredentialsError):
        await send(client)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
async def test_a_redirect_is_not_followed(
    client: PayamakClient, server: Server, elsewhere: Server, status: int
) -> None:
    """Credentials go to nobody else, and a send is not made twice."""
    server.answer = answering(GOOD, status, Location=elsewhere.url)
    with pytest.raises(BadReplyError) as redirected:
        await send(client)
    assert redirected.value.reason == "redirected"
    assert len(server.noted) == 1
    assert not elsewhere.noted


@pytest.mark.parametrize("length", [None, 64 * MIB])
@pytest.mark.parametrize("status", [200, 500])
async def test_a_reply_that_is_too_large_ends_early(
    client: PayamakClient, server: Server, length: int | None, status: int
) -> None:
    """Of 64 MB only the beginning is read, and little of that is kept."""
    written = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(status=status)
        response.content_length = length
        await response.prepare(request)
        try:
            for _ in range(1024):
                await response.write(b" " * (64 * 1024))
                written += 64 * 1024
        finally:
            server.closing.set()
        return response

    server.answer = flood
    tracemalloc.start()
    try:
        with pytest.raises(BadReplyError) as large:
            await send(client)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert large.value.reason == "reply_too_large"
    await asyncio.wait_for(server.closing.wait(), 5)
    assert 2 * MIB < written < 32 * MIB
    assert peak < 12 * MIB


async def test_a_small_reply_that_unpacks_to_a_large_one_ends_early(
    client: PayamakClient, server: Server
) -> None:
    """64 MB of nothing pack into 64 kB."""
    packed = gzip.compress(b" " * (64 * MIB))
    server.answer = answering(packed, 200, **{"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(BadReplyError) as large:
            await send(client)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert large.value.reason == "reply_too_large"
    assert peak < 12 * MIB


@pytest.mark.parametrize("too_many", [0, 1])
async def test_a_reply_may_be_as_large_as_the_limit(
    client: PayamakClient, server: Server, too_many: int
) -> None:
    """2 MiB are read, and not one byte more."""
    server.answer = answering(GOOD.rjust(2 * MIB + too_many))
    if too_many:
        with pytest.raises(BadReplyError, match="reply_too_large"):
            await send(client)
    else:
        (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
        assert receipt.message_id == ID


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("Tue, 24 Nov 2026 18:00:00 GMT", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 21:30:00 +0330", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 18:00:00 -0000", None),  # an unknown zone
        ("yesterday", None),
        ("", None),
    ],
)
async def test_the_time_of_a_reply_is_the_gateways(
    client: PayamakClient, server: Server, date: str, time: datetime | None
) -> None:
    """Only an aware one can be compared with the clock of this machine."""
    assert client.gateway_time is None
    server.answer = answering(GOOD, Date=date)
    await send(client)
    assert client.gateway_time == time


@pytest.mark.parametrize(
    ("status", "body"), [(200, PAGE), (502, PAGE), (200, FAULT), (307, "")]
)
async def test_what_is_no_reply_of_the_gateway_tells_no_time(
    client: PayamakClient, server: Server, status: int, body: str
) -> None:
    """A router's own page may be of the year in which it was made; what the gateway told before still holds."""
    server.answer = answering(GOOD, Date="Tue, 24 Nov 2026 18:00:00 GMT")
    await send(client)
    server.answer = answering(body, status, Date="Thu, 01 Jan 2015 00:00:00 GMT")
    with pytest.raises(UncertainError):
        await send(client)
    assert client.gateway_time == datetime(2026, 11, 24, 18, tzinfo=UTC)


async def test_a_refusal_tells_the_time(client: PayamakClient, server: Server) -> None:
    """It is the gateway's own word."""
    refusal = '{"Value":"7","RetStatus":35,"StrRetStatus":"InvalidData"}'
    server.answer = answering(refusal, Date="Tue, 24 Nov 2026 18:00:00 GMT")
    with pytest.raises(MessageError):
        await send(client)
    assert client.gateway_time == datetime(2026, 11, 24, 18, tzinfo=UTC)


async def test_a_large_reply_within_reason_is_read(
    client: PayamakClient, server: Server
) -> None:
    """A hundred messages of ten parts are far below the limit."""
    server.answer = answering(b" " * MIB + GOOD)
    (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
    assert receipt.message_id == ID
