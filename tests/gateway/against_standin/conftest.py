"""The stand-in gateway with one account, and a client of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
import pytest

from custom_components.payamak.gateway import PayamakClient
from simulator import Account, Gateway, create_app
from tests.gateway.conftest import PATIENT

LINE = "50004001234567"
SARA, ALI, REZA = "09121234567", "09351234567", "09901234567"
ADDRESS = "127.0.0.1"
NOW = datetime(2026, 11, 20, 9, 15, 30, 123456, UTC)


@pytest.fixture
def gateway() -> Gateway:
    """Give a gateway whose clock moves only when it is told to."""
    return Gateway(clock=lambda: NOW)


@pytest.fixture
def account(gateway: Gateway) -> Account:
    """Open an account with a pattern."""
    return gateway.add_account(
        "sara",
        "secret",
        lines=[LINE],
        credit=Decimal("27989.784030396946"),
        patterns={7: "کد {0} برای {1}"},
    )


@pytest.fixture
async def url(gateway: Gateway) -> AsyncIterator[str]:
    """Serve the gateway."""
    async with TestServer(create_app(gateway), host=ADDRESS) as server:
        yield str(server.make_url("/api/SendSMS/"))


@pytest.fixture
def client(session: ClientSession, account: Account, url: str) -> PayamakClient:
    """Give a client of the account."""
    return PayamakClient(session, "sara", "secret", url, timeout=PATIENT)
