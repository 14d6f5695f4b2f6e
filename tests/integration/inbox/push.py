"""What the tests of the push address share: the panel that calls it, and time that goes by meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, override

from aiohttp import web
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from simulator import Gateway
from simulator.exchange import Exchange
from simulator.faults import Fault
from tests.integration.story.disk import disk_at_rest

ID = "ab" * 32
PUSH = {"push": True, "webhook_id": ID}

type Panel = TestClient[Any, Any]


@dataclass(frozen=True)
class LateAnswer(Fault):
    """The honest answer of the moment of the call, which arrives only when the test lets it."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        self.asked.set()
        await self.released.wait()
        return exchange.reply(payload)


async def ring(panel: Panel, webhook_id: str = ID, query: str = "") -> str:
    """Call the push address, and give the answer."""
    response = await panel.get(f"/api/webhook/{webhook_id}{query}")
    assert response.status == 200
    return await response.text()


async def until(hass: HomeAssistant, condition: Callable[[], bool]) -> None:
    """Let the loop run until something has happened and its poll is over; the clock of this test stands still."""
    for _ in range(50):
        await for_a_while(hass, turns=100)
        if condition():
            await for_a_while(hass)
            return
    pytest.fail("It never happened")


async def for_a_while(hass: HomeAssistant, turns: int = 500) -> None:
    """Let the loop run for as long as several polls would take, and the disk write what they found."""
    for _ in range(turns // 50):
        for _ in range(50):
            await asyncio.sleep(0)
        await disk_at_rest(hass)


async def let_go_by(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time go by; what is due begins, and has time to end."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await for_a_while(hass)


def polls(gateway: Gateway) -> int:
    """Count the polls."""
    return [call.method for call in gateway.calls].count("GetMessages")
