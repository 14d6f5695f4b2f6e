"""A gateway with a clock that stands still, and a caller over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request, Response
import pytest

from simulator import Account, Gateway, create_app

LINE = "50004001234567"
NOW = datetime(2026, 11, 20, 9, 15, 30, 123456, UTC)  # 12:45:30 in Tehran
METHOD_NAMES = (
    "SendSMS",
    "GetDeliveries2",
    "GetMessages",
    "GetCredit",
    "GetBasePrice",
    "GetUserNumbers",
    "BaseServiceNumber",
)

type Web = TestClient[Request, Application]


class Caller:
    """Calls the API the way a well-behaved client does."""

    def __init__(self, web: Web) -> None:
        """Call through a test client."""
        self.web = web
        self.credentials = {"username": "sara", "password": "secret"}

    async def post(self, method: str, **parameters: str) -> ClientResponse:
        """Call a method with a form and give the HTTP response."""
        return await self.web.post(
            f"/api/SendSMS/{method}",
            data=self.credentials | parameters,
            headers={"Accept": "application/json"},
        )

    async def __call__(self, method: str, **parameters: str) -> Any:
        """Call a method and give the JSON of its reply."""
        response = await self.post(method, **parameters)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        return await response.json()

    async def send(
        self, to: str = "09121234567", text: str = "سلام", line: str = LINE, **more: str
    ) -> Any:
        """Send an SMS and give the JSON of the reply."""
        return await self("SendSMS", **{"to": to, "from": line, "text": text} | more)

    async def send_briefly(self, to: str = "09121234567") -> Any:
        """Send an SMS and wait for the reply a moment only."""
        async with asyncio.timeout(0.1):
            return await self.send(to)

    async def value(self, method: str, **parameters: str) -> Any:
        """Call a method that must succeed and give its Value."""
        reply = await self(method, **parameters)
        assert reply["RetStatus"] == 1
        return reply["Value"]


@dataclass
class Listener:
    """A URL of the user's."""

    url: str = ""
    answer: str = "OK"
    status: int = 200
    silent: bool = False
    called: asyncio.Event = field(default_factory=asyncio.Event)
    queries: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: Request) -> Response:
        """Note the query of a call."""
        assert request.method == "GET"
        self.queries.append(dict(request.query))
        self.called.set()
        if self.silent:
            await asyncio.Event().wait()
        headers = {"Location": "/other"} if self.status == 302 else None
        return Response(text=self.answer, status=self.status, headers=headers)


def arrived(gateway: Gateway) -> list[str]:
    """Give the ids of all SMS that phones have."""
    return [sms.rec_id for phone in gateway.phones.values() for sms in phone.messages]


async def until(
    is_so: Callable[[], bool], seconds: float = 0, within: float = 20
) -> None:
    """Wait until something is so, and look again after some seconds each time."""
    async with asyncio.timeout(within):
        while not is_so():  # noqa: ASYNC110 - the stand-in has no event for what is waited for
            await asyncio.sleep(seconds)


async def control(
    web: Web, verb: str, path: str, document: object = None, status: int = 200
) -> Any:
    """Ask the control API and give its JSON."""
    response = await web.request(verb, f"/control/{path}", json=document)
    assert response.content_type == "application/json"
    answer = await response.json()
    assert response.status == status, answer
    return answer


@pytest.fixture
def gateway() -> Gateway:
    """Give a gateway whose clock moves only when it is told to."""
    return Gateway(clock=lambda: NOW)


@pytest.fixture
def account(gateway: Gateway) -> Account:
    """Give an account of that gateway."""
    return gateway.add_account(
        "sara", "secret", credit=Decimal(1000), base_price=Decimal(1730), lines=[LINE]
    )


@pytest.fixture
async def web(
    gateway: Gateway, account: Account, socket_enabled: None
) -> AsyncIterator[Web]:
    """Give a client of the gateway's server."""
    async with TestClient(TestServer(create_app(gateway))) as client:
        yield client


@pytest.fixture
def caller(web: Web) -> Caller:
    """Give a caller who knows the account's credentials."""
    return Caller(web)


@pytest.fixture
async def listener(socket_enabled: None) -> AsyncIterator[Listener]:
    """Listen on a loopback address."""
    listener = Listener()
    app = Application()
    app.router.add_route("*", "/{rest:.*}", listener.handle)
    async with TestServer(app) as server:
        listener.url = str(server.make_url("/sms")) + "?to=$TO$&body=$TEXT$&from=$FROM$"
        yield listener
