"""A bare HTTP server that notes what a client sends and answers what the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
import json

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.payamak.gateway import PayamakClient

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

USERNAME = "sara.karimi"
PASSWORD = "p@ss&wörd=+ 1;2%"
PATIENT = ClientTimeout(total=20, connect=10)
IMPATIENT = ClientTimeout(total=0.3, connect=0.2)


@dataclass(frozen=True, slots=True)
class Noted:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: str
    port: int


def answering(
    body: str | bytes | dict[str, object], status: int = 200, **headers: str
) -> Answer:
    """Answer every request with one body."""
    if isinstance(body, dict):
        body = json.dumps(body)
    raw = body.encode() if isinstance(body, str) else body

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=headers)

    return answer


def _port_of(request: web.Request) -> int:
    assert request.transport is not None
    port: int = request.transport.get_extra_info("peername")[1]
    return port


@dataclass
class Server:
    """What came in, and what goes out."""

    answer: Answer
    noted: list[Noted] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    base: str = ""

    @property
    def url(self) -> str:
        """The address that stands for https://rest.payamak-panel.com/api/SendSMS/."""
        return f"{self.base}/api/SendSMS/"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note a request whole, then answer it."""
        self.noted.append(
            Noted(
                request.method,
                request.raw_path,
                dict(request.headers),
                (await request.read()).decode("ascii"),
                _port_of(request),
            )
        )
        return await self.answer(request)


async def _serving(server: Server) -> AsyncIterator[Server]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", server.handle)
    async with TestServer(app, host="127.0.0.1") as running:
        server.base = str(running.make_url("")).rstrip("/")
        yield server
        server.closing.set()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Serve an account with a credit of 5."""
    ok: dict[str, object] = {"Value": "5", "RetStatus": 1, "StrRetStatus": "Ok"}
    async for server in _serving(Server(answering(ok))):
        yield server


@pytest.fixture
async def elsewhere() -> AsyncIterator[Server]:
    """Serve another host, which nothing should reach."""
    async for server in _serving(Server(answering("elsewhere"))):
        yield server


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Open a session as its owner would."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(session: ClientSession, server: Server) -> PayamakClient:
    """Give a client of the server."""
    return PayamakClient(session, USERNAME, PASSWORD, server.url, timeout=PATIENT)
