"""Faults of the connection and of the HTTP reply, as a client meets them."""

import asyncio
import json
from typing import Any

from aiohttp import ClientOSError, ClientPayloadError, ServerDisconnectedError
from aiohttp.test_utils import TestClient, TestServer
import pytest

from simulator import Account, Gateway, create_app
from simulator.faults import (
    Body,
    BrokenOff,
    Delay,
    Disconnect,
    Document,
    Fault,
    Hang,
    HugeBody,
    InvalidUtf8,
    Maintenance,
    ProxyError,
    Redirect,
    Reset,
    ServerError,
    SlowDrip,
    TruncatedJson,
    WrongContentType,
    Xml,
)

from .conftest import LINE, Caller, Web, arrived

OK = {"Value": "1000", "RetStatus": 1, "StrRetStatus": "Ok"}


async def called(gateway: Gateway) -> None:
    """Wait until a call has reached the gateway."""
    while not gateway.calls:  # noqa: ASYNC110 - the calls are a plain list, without an event
        await asyncio.sleep(0)


CUT: list[tuple[Fault, type[Exception], int]] = [
    (Reset(), ClientOSError, 0),
    (Reset(processed=True), ClientOSError, 1),
    (Disconnect(), ServerDisconnectedError, 0),
    (Disconnect(processed=True), ServerDisconnectedError, 1),
    (BrokenOff(), ClientPayloadError, 1),
]


@pytest.mark.parametrize(("fault", "error", "processed"), CUT)
async def test_connection_can_be_cut_before_or_after_the_send(
    caller: Caller,
    gateway: Gateway,
    fault: Fault,
    error: type[Exception],
    processed: int,
) -> None:
    """Connection can be cut before or after the send."""
    gateway.fault("SendSMS", fault)
    with pytest.raises(error):
        await caller.send()
    assert len(arrived(gateway)) == processed
    assert await caller.value("GetCredit") == str(1000 - processed)
    reply = await caller("GetMessages", location="2", index="0", count="10")
    assert len(reply["Data"]) == processed


@pytest.mark.parametrize("processed", [False, True])
async def test_call_can_hang_until_the_client_goes_away(
    caller: Caller, gateway: Gateway, processed: bool
) -> None:
    """Call can hang until the client goes away."""
    gateway.fault("SendSMS", Hang(processed=processed))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await caller.send()
    assert len(arrived(gateway)) == processed
    assert (await caller.send())["RetStatus"] == 1


async def test_hanging_calls_are_released_when_the_gateway_stops(
    gateway: Gateway, account: Account, socket_enabled: None
) -> None:
    """Hanging calls are released when the gateway stops."""
    gateway.fault(None, Hang())
    async with TestClient(TestServer(create_app(gateway))) as web:
        hanging = asyncio.ensure_future(web.post("/api/SendSMS/GetCredit", data={}))
        await called(gateway)
        async with asyncio.timeout(5):
            await web.server.close()
        with pytest.raises(ServerDisconnectedError):
            await hanging


@pytest.mark.parametrize("processed", [False, True])
async def test_answer_can_be_late(
    caller: Caller, gateway: Gateway, processed: bool
) -> None:
    """Answer can be late."""
    gateway.fault("SendSMS", Delay(0.05, processed=processed))
    sending = asyncio.ensure_future(caller.send())
    await called(gateway)
    assert len(arrived(gateway)) == processed
    assert (await sending)["Value"] == arrived(gateway)[0]
    assert len(arrived(gateway)) == 1


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "body"),
    [
        (
            ServerError(),
            500,
            "application/json",
            '"ExceptionType":"System.NullReferenceException"',
        ),
        (
            ServerError(short=True),
            500,
            "application/json",
            '{"Message":"An unexpected error occured"}',
        ),
        (
            ServerError(status=200),
            200,
            "application/json",
            '{"Message":"An error has occurred."',
        ),
        (ProxyError(), 502, "text/html", "<h1>502</h1>"),
        (ProxyError(503), 503, "text/html", "<h1>503</h1>"),
        (ProxyError(504), 504, "text/html", "<h1>504</h1>"),
        (Maintenance(), 200, "text/html", "<!DOCTYPE html>"),
        (Body(), 200, "application/json", ""),
        (Body(b"\x00", "image/png", 418), 418, "image/png", "\x00"),
        (Document(), 200, "application/json", "null"),
        (Document([1]), 200, "application/json", "[1]"),
        (Document(float("nan")), 200, "application/json", "NaN"),
    ],
)
@pytest.mark.parametrize("processed", [False, True])
async def test_body_can_be_something_else(
    *,
    caller: Caller,
    gateway: Gateway,
    fault: Any,
    status: int,
    content_type: str,
    body: str,
    processed: bool,
) -> None:
    """Body can be something else."""
    gateway.fault("SendSMS", type(fault)(**vars(fault) | {"processed": processed}))
    response = await caller.post(
        "SendSMS", to="09121234567", text="سلام", **{"from": LINE}
    )
    assert (response.status, response.content_type) == (status, content_type)
    text = await response.text()
    assert body in text
    assert bool(body) is bool(text)
    assert len(arrived(gateway)) == processed


async def test_json_can_be_cut_in_half(caller: Caller, gateway: Gateway) -> None:
    """Json can be cut in half."""
    gateway.fault("SendSMS", TruncatedJson())
    response = await caller.post(
        "SendSMS", to="09121234567", text="سلام", **{"from": LINE}
    )
    text = await response.text()
    assert text.startswith('{"Value":"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert len(arrived(gateway)) == 1


@pytest.mark.parametrize("announced", [False, True])
async def test_body_can_be_huge(
    caller: Caller, gateway: Gateway, announced: bool
) -> None:
    """Body can be huge."""
    gateway.fault("GetCredit", HugeBody(announced=announced))
    response = await caller.post("GetCredit")
    assert response.content_length == (64 * 1024 * 1024 if announced else None)
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
    assert size == 64 * 1024 * 1024


async def test_huge_body_ends_when_the_client_has_enough(
    caller: Caller, gateway: Gateway
) -> None:
    """Huge body ends when the client has enough."""
    gateway.fault("GetCredit", HugeBody(size=10**12))
    response = await caller.post("GetCredit")
    assert (await response.content.readexactly(12)) == b'{"Value":"99'
    response.close()
    assert await caller("GetCredit") == OK


async def test_body_can_drip(caller: Caller, gateway: Gateway) -> None:
    """Body can drip."""
    gateway.fault("GetCredit", SlowDrip(0.001, 7))
    assert await caller("GetCredit") == OK


async def test_dripping_body_lasts(caller: Caller, gateway: Gateway) -> None:
    """Dripping body lasts."""
    gateway.fault("GetCredit", SlowDrip(60))
    response = await caller.post("GetCredit")
    assert await response.content.readexactly(1) == b"{"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await response.content.readexactly(1)
    response.close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_call_can_be_redirected(web: Web, gateway: Gateway, status: int) -> None:
    """Call can be redirected."""
    gateway.fault("GetCredit", Redirect("https://example.org/x", status))
    response = await web.post("/api/SendSMS/GetCredit", data={}, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (
        status,
        "https://example.org/x",
    )


async def test_reply_can_be_xml_under_any_accept(
    caller: Caller, gateway: Gateway
) -> None:
    """Reply can be XML under any accept."""
    gateway.fault("GetUserNumbers", Xml())
    response = await caller.post("GetUserNumbers")
    assert response.content_type == "application/xml"
    assert f"<Data><Item><Number>{LINE}</Number></Item></Data>" in await response.text()


async def test_reply_can_be_no_utf_8(caller: Caller, gateway: Gateway) -> None:
    """Reply can be no UTF-8."""
    gateway.fault("GetCredit", InvalidUtf8())
    body = await (await caller.post("GetCredit")).read()
    with pytest.raises(UnicodeDecodeError):
        body.decode()


async def test_right_body_can_come_under_a_wrong_content_type(
    caller: Caller, gateway: Gateway
) -> None:
    """Right body can come under a wrong content type."""
    gateway.fault("GetCredit", WrongContentType())
    response = await caller.post("GetCredit")
    assert response.content_type == "text/html"
    assert json.loads(await response.text()) == OK
