"""Thousands of received SMS at one poll, in a real core with its ledger on the disk."""

import asyncio
import gc
from time import perf_counter

from aiohttp import ClientSession
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component

from custom_components.payamak.const import DOMAIN

from .core import LoopWatch, running_gateway, running_home
from .gateway import LINE

TEXT = "هشدار خانه: درِ ورودی باز شد. " * 5
EVENT = "event.payamak_received_message"
# Looks at each SMS, and does nothing.
AUTOMATION = {
    "triggers": {"trigger": "payamak.message_received", "options": {"contains": "x"}},
    "actions": [],
}


async def arrive(session: ClientSession, url: str, count: int) -> None:
    """Let so many SMS come in, which is not measured."""
    address = url.replace("/api/SendSMS/", "/control/received")
    sms = {"line": LINE, "sender": "09120000001", "text": TEXT}
    for _ in range(count):
        async with session.post(address, json=sms) as response:
            response.raise_for_status()


async def measure(
    hass: HomeAssistant, session: ClientSession, url: str, count: int
) -> None:
    """Print how long a poll takes that brings so many, and for how long it holds the loop up."""
    [entry] = hass.config_entries.async_entries(DOMAIN)
    told = 0

    @callback
    def tell(_event: Event[EventStateChangedData]) -> None:
        nonlocal told
        told += 1

    stop = async_track_state_change_event(hass, EVENT, tell)
    seconds, held_up, idle = [], [], []
    watch = LoopWatch()
    for _ in range(3):
        await arrive(session, url, count)
        async with watch.watching():
            await asyncio.sleep(1)
        idle.append(watch.longest)
        told, begin = 0, perf_counter()
        async with watch.watching():
            await entry.runtime_data.inbox.async_refresh()
        seconds.append(perf_counter() - begin)
        held_up.append(watch.longest)
        assert told == count
    stop()
    print(
        f"{count:6,} SMS at one poll: {min(seconds) * 1000:5.0f} ms, loop held up "
        f"{min(held_up) * 1000:.1f} to {max(held_up) * 1000:.1f} ms (while idle {min(idle) * 1000:.1f} to {max(idle) * 1000:.1f} ms)"
    )


async def main() -> None:
    """Print the figures."""
    async with (
        running_gateway(0) as url,
        running_home(url, inbox_interval=3600) as hass,
        ClientSession() as session,
    ):
        assert await async_setup_component(
            hass, "automation", {"automation": AUTOMATION}
        )
        await hass.async_block_till_done()
        # A full collection takes 0.1 s, because of all that Home Assistant keeps; any code can cause it.
        gc.collect()
        gc.freeze()
        for count in (100, 3000):
            await measure(hass, session, url, count)


if __name__ == "__main__":
    asyncio.run(main())
