"""What the tests of outages share: a gateway whose port can be closed, what the log says, and gaps without chance."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging
from typing import Final

from aiohttp.test_utils import TestServer
import pytest

from simulator import Gateway, Listener, create_app

LOST: Final = "ERROR The connection to the gateway is lost"
BACK: Final = "INFO The connection to the gateway is back"


@asynccontextmanager
async def gateway_with_a_port(gateway: Gateway) -> AsyncIterator[str]:
    """Run the gateway so that it can refuse connections, and give its address."""
    async with TestServer(create_app(gateway), host="127.0.0.1") as server:
        assert server.runner
        async with Listener(gateway, server.runner):
            yield str(server.make_url("/api/SendSMS/"))


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """Give what we have logged from information on: level and text up to the reason."""
    return [
        f"{record.levelname} {record.getMessage().split(':')[0]}"
        for record in log.records
        if record.name.startswith("custom_components.payamak")
        and record.levelno >= logging.INFO
    ]


def without_chance(patch: pytest.MonkeyPatch) -> None:
    """Let each gap be as long as it is without jitter, and half a minute while nothing can leave."""
    patch.setattr(
        "custom_components.payamak.account.gateway_watch.uniform",
        lambda low, high: 1.0 if low < 1 < high else high,
    )
