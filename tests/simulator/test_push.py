"""The push of received messages."""

import asyncio

from aiohttp import ClientTimeout
from aiohttp.test_utils import TestServer
import pytest

from simulator import Account, Gateway, create_app
from simulator.push import check_loopback

from .conftest import LINE, Listener, Web


async def test_received_sms_calls_the_push_url(
    web: Web, gateway: Gateway, account: Account, listener: Listener
) -> None:
    """Received SMS calls the push URL."""
    account.push_url = f"{listener.url}&again=$BODY$&fixed=a%20b"
    gateway.receive(LINE, "09121234567", "در & پنجره = $TO$ 100%?")
    await gateway.push.settle()
    text = "در & پنجره = $TO$ 100%?"
    assert listener.queries == [
        {"to": LINE, "body": text, "from": "9121234567", "again": text, "fixed": "a b"}
    ]
    assert account.push_failure is None


@pytest.mark.parametrize(
    ("answer", "status", "failure"),
    [
        ("", 200, "the answer was not OK"),
        ("OK", 500, "HTTP status 500"),
        ("OK", 302, "HTTP status 302"),
    ],
)
async def test_push_that_fails_is_switched_off(
    *,
    web: Web,
    gateway: Gateway,
    account: Account,
    listener: Listener,
    answer: str,
    status: int,
    failure: str,
) -> None:
    """Push that fails is switched off."""
    account.push_url = listener.url
    listener.answer, listener.status = answer, status
    for _ in range(2):
        gateway.receive(LINE, "09121234567", "x")
        await gateway.push.settle()
    assert len(listener.queries) == 1
    assert account.push_failure == failure
    assert len(account.received) == 2


@pytest.mark.parametrize("answer", ["OK", "ok\n", '{"status":"Ok"}'])
async def test_push_that_answers_something_like_ok_goes_on(
    web: Web, gateway: Gateway, account: Account, listener: Listener, answer: str
) -> None:
    """Push that answers something like ok goes on."""
    account.push_url = listener.url
    listener.answer = answer
    for _ in range(2):
        gateway.receive(LINE, "09121234567", "x")
        await gateway.push.settle()
    assert len(listener.queries) == 2


async def test_push_that_is_not_reached_is_switched_off(
    web: Web, gateway: Gateway, account: Account, unused_tcp_port: int
) -> None:
    """Push that is not reached is switched off."""
    account.push_url = f"http://127.0.0.1:{unused_tcp_port}/?from=$FROM$"
    gateway.receive(LINE, "09121234567", "x")
    await gateway.push.settle()
    assert account.push_failure == "ClientConnectorError"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/?from=$FROM$",
        "https://example.org/",
        "http://127.0.0.1.example.org/",
        "http://127.0.0.1@192.0.2.1/",
        "file:///etc/passwd",
        "nothing",
        "http://[",
    ],
)
async def test_push_never_leaves_the_machine(
    web: Web, gateway: Gateway, account: Account, url: str
) -> None:
    """Push never leaves the machine."""
    account.push_url = url
    gateway.receive(LINE, "09121234567", "x")
    await gateway.push.settle()
    assert account.push_failure in {"not a loopback address", "not a URL"}


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8123/?from=$FROM$", "https://127.0.0.2/", "http://[::1]:8123/"],
)
def test_push_may_go_to_any_loopback_address(url: str) -> None:
    """Push may go to any loopback address."""
    check_loopback(url)


async def test_push_without_answer_is_given_up_when_the_gateway_stops(
    gateway: Gateway, account: Account, listener: Listener
) -> None:
    """Push without answer is given up when the gateway stops."""
    listener.silent = True
    async with TestServer(create_app(gateway)):
        account.push_url = listener.url
        gateway.receive(LINE, "09121234567", "x")
        async with asyncio.timeout(5):
            await listener.called.wait()
    assert account.push_failure is None


async def test_push_without_answer_in_time_is_switched_off(
    web: Web,
    gateway: Gateway,
    account: Account,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Push without answer in time is switched off."""
    monkeypatch.setattr("simulator.push.TIME_OUT", ClientTimeout(total=0.05))
    await gateway.push.start()
    listener.silent = True
    account.push_url = listener.url
    gateway.receive(LINE, "09121234567", "x")
    await gateway.push.settle()
    assert account.push_failure == "no answer in time"


async def test_sms_comes_in_without_a_server_too(
    gateway: Gateway, account: Account
) -> None:
    """SMS comes in without a server too."""
    account.push_url = "http://127.0.0.1:1/"
    gateway.receive(LINE, "09121234567", "x")
    await gateway.push.settle()
    assert len(account.received) == 1
    assert account.push_failure is None
