"""The listener, which closes the port while connections are refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
import socket

from aiohttp import ClientConnectionError, ClientConnectorError
from aiohttp.test_utils import TestClient, TestServer
import pytest

from simulator import Account, Away, Gateway, Listener, create_app
from simulator.faults import Delay

from .conftest import Caller, Web, arrived, until

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def listener(gateway: Gateway, web: Web) -> AsyncIterator[Listener]:
    """Give a listener that has taken over the port of the test server."""
    runner = web.server.runner
    assert runner is not None
    async with Listener(gateway, runner) as taken_over:
        yield taken_over


async def test_refused_connection_fails_before_anything_is_sent(
    caller: Caller, gateway: Gateway, listener: Listener
) -> None:
    """The connection that was kept open is closed too, and the same port comes back."""
    assert await caller.value("GetCredit") == "1000"
    await gateway.go_away(Away.REFUSE)
    assert not listener.is_open
    for _ in range(2):
        with pytest.raises(ClientConnectorError):
            await caller.send()
    assert arrived(gateway) == []
    assert len(gateway.calls) == 1
    await gateway.come_back()
    assert listener.is_open
    assert (await caller.send())["RetStatus"] == 1


async def test_port_follows_the_clock_of_the_gateway(
    caller: Caller, gateway: Gateway, listener: Listener
) -> None:
    """Port follows the clock of the gateway."""
    await gateway.go_away(Away.REFUSE, start_in=MINUTE, lasts=MINUTE)
    assert await caller.value("GetCredit") == "1000"
    gateway.advance(MINUTE)
    await gateway.settle()
    with pytest.raises(ClientConnectorError):
        await caller("GetCredit")
    gateway.advance(MINUTE)
    await gateway.settle()
    assert await caller.value("GetCredit") == "1000"


async def test_port_follows_without_being_told_to(
    gateway: Gateway, listener: Listener
) -> None:
    """Whoever moves the clock or resets the gateway needs not wait for the port."""
    await gateway.go_away(Away.REFUSE, start_in=MINUTE)
    gateway.advance(MINUTE)
    await until(lambda: not listener.is_open)
    gateway.reset()
    await until(lambda: listener.is_open)


async def test_port_is_free_for_nobody_else_meanwhile(
    gateway: Gateway, web: Web, listener: Listener
) -> None:
    """Else the gateway could not come back to its port."""
    await gateway.go_away(Away.REFUSE)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", web.port))


async def test_closed_port_hides_another_outage(
    caller: Caller, gateway: Gateway, listener: Listener
) -> None:
    """Closed port hides another outage."""
    await gateway.go_away(Away.ERRORS)
    await gateway.go_away(Away.REFUSE, lasts=MINUTE)
    with pytest.raises(ClientConnectorError):
        await caller("GetCredit")
    gateway.advance(MINUTE)
    await gateway.settle()
    assert (await caller.post("GetCredit")).status == 503


async def test_call_under_way_is_still_answered(
    caller: Caller, gateway: Gateway, listener: Listener
) -> None:
    """Its connection is closed with the answer."""
    gateway.fault("SendSMS", Delay(0.1))
    sending = asyncio.ensure_future(caller.send())
    await until(lambda: bool(gateway.calls))
    await gateway.go_away(Away.REFUSE)
    assert (await sending)["RetStatus"] == 1
    with pytest.raises(ClientConnectorError):
        await caller("GetCredit")


async def test_call_on_a_connection_of_before_is_cut_unprocessed(
    gateway: Gateway, listener: Listener, web: Web
) -> None:
    """Its head had arrived when the port closed: the client can't know what became of it."""
    begun = asyncio.Event()
    ended = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        begun.set()
        yield b"username=sara&"
        await ended.wait()
        yield b"password=secret"

    calling = asyncio.ensure_future(
        web.post(
            "/api/SendSMS/GetCredit",
            data=body(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    )
    await begun.wait()
    await until(lambda: bool(gateway.under_way))
    await gateway.go_away(Away.REFUSE)
    ended.set()
    with pytest.raises(ClientConnectionError):
        await calling
    assert [call.processed for call in gateway.calls] == [False]


async def test_outage_ends_by_the_clock_of_the_day(socket_enabled: None) -> None:
    """A gateway whose clock runs needs nobody to look at it."""
    gateway = Gateway()
    gateway.add_account("sara", "secret")
    async with TestClient(TestServer(create_app(gateway))) as web:
        assert web.server.runner is not None
        async with Listener(gateway, web.server.runner) as listener:
            await gateway.go_away(
                Away.REFUSE, start_in=MINUTE / 600, lasts=MINUTE / 600
            )
            assert listener.is_open
            await until(lambda: not listener.is_open, 0.01)
            await until(lambda: listener.is_open, 0.01)
            assert await Caller(web).value("GetCredit") == "1000"


async def test_clock_that_stands_still_is_no_busy_loop(
    gateway: Gateway, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is a microsecond away for ever; the listener looks again now and then only."""
    looks = 0
    now = gateway.now

    def count() -> datetime:
        nonlocal looks
        looks += 1
        return now()

    await gateway.go_away(Away.REFUSE, start_in=timedelta(microseconds=1))
    monkeypatch.setattr(gateway.outages, "_now", count)
    await asyncio.sleep(0.1)
    assert looks < 100


async def test_listener_gives_the_port_back_at_its_end(
    gateway: Gateway, account: Account, socket_enabled: None
) -> None:
    """Nobody listens or holds the port any more, and refusing is not offered either."""
    async with TestServer(create_app(gateway)) as server:
        assert server.runner is not None
        async with Listener(gateway, server.runner):
            await gateway.go_away(Away.REFUSE)
        with socket.socket() as other:
            other.bind(("127.0.0.1", server.port or 0))
        with pytest.raises(ValueError, match="Without a Listener"):
            await gateway.go_away(Away.REFUSE)


async def test_ipv6_port_is_closed_and_opened_too(
    gateway: Gateway, account: Account, socket_enabled: None
) -> None:
    """Nobody connects to it here: the tests may only call 127.0.0.1."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("This machine has no IPv6")
    async with TestServer(create_app(gateway), host="::1") as server:
        assert server.runner is not None
        async with Listener(gateway, server.runner) as listener:
            address = listener.addresses[0]
            assert address[:2] == ("::1", server.port)
            await gateway.go_away(Away.REFUSE)
            await gateway.come_back()
            assert listener.is_open
            assert listener.addresses == [address]
