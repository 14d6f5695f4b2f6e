"""What the queue before the gateway costs: an alarm behind slow calls, many calls at once, and thousands that waited."""

import asyncio
import gc
from statistics import median
import subprocess
import sys
from time import perf_counter
from typing import Any
from unittest.mock import patch

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant

from custom_components.payamak.account.gateway_watch import GatewayWatch

from .core import LoopWatch, running_gateway, running_home
from .sending import numbers, send_raw

SLOW_CALL = 5.0  # seconds
ORDINARY_CALL = 0.2
SLOW_CALLS = 12
CALLS_AT_ONCE = 300
WAITING = 5000


async def send_one(hass: HomeAssistant, number: str, **data: Any) -> None:
    """Send to one recipient."""
    response = await hass.services.async_call(
        "payamak",
        "send_sms",
        {"message": f"هشدار {number}", "recipients": [number], **data},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    assert response["accepted"] == 1


async def alarm_behind_slow_calls() -> None:
    """Print after how long an urgent message was answered though twelve slow calls were asked for before it."""
    async with running_gateway(SLOW_CALL) as url, running_home(url) as hass:
        slow = [
            asyncio.create_task(send_one(hass, each)) for each in numbers(SLOW_CALLS)
        ]
        await asyncio.sleep(0.5)
        begin = perf_counter()
        await send_one(hass, "09350000000", urgent=True)
        seconds = perf_counter() - begin
        print(
            f"an urgent message behind {SLOW_CALLS} calls of {SLOW_CALL:.0f} s: with the gateway after "
            f"{(seconds - SLOW_CALL) * 1000:.0f} ms"
        )
        for task in slow:
            task.cancel()


async def many_at_once() -> None:
    """Print how long many messages take that are asked for in the same moment, beside raw requests."""
    async with (
        running_gateway(ORDINARY_CALL) as url,
        running_home(url) as hass,
        ClientSession() as session,
    ):
        begin = perf_counter()
        slots = asyncio.Semaphore(3)

        async def post(number: str) -> None:
            async with slots:
                await send_raw(session, url, [number])

        await asyncio.gather(*map(post, numbers(CALLS_AT_ONCE)))
        raw = perf_counter() - begin
        gc.collect()
        gc.freeze()
        watch = LoopWatch()
        begin = perf_counter()
        async with watch.watching():
            await asyncio.gather(
                *(send_one(hass, each) for each in numbers(CALLS_AT_ONCE))
            )
        ours = perf_counter() - begin
        print(
            f"{CALLS_AT_ONCE} calls of {ORDINARY_CALL * 1000:.0f} ms at once: raw {raw:.1f} s, ours {ours:.1f} s, "
            f"loop held up {watch.longest * 1000:.1f} ms"
        )


async def thousands_that_waited() -> None:
    """Print how long the loop is held up, and how long it takes, when the gateway is back and thousands wait."""
    async with running_gateway(0.05) as url, running_home(url) as hass:
        [entry] = hass.config_entries.async_entries("payamak")
        outgoing = entry.runtime_data.ledger.outgoing
        held_up, texts = [], 50
        watch = LoopWatch()
        with patch.object(GatewayWatch, "is_away", True):
            for text in range(texts):
                people = numbers(WAITING)[text::texts]
                async with watch.watching():
                    await hass.services.async_call(
                        "payamak",
                        "send_sms",
                        {"message": f"هشدار {text}", "recipients": people},
                        blocking=True,
                        return_response=True,
                    )
                held_up.append(watch.longest)
        assert len(outgoing.waiting) == WAITING
        begin = perf_counter()
        async with watch.watching():
            entry.runtime_data.road.outbox.wake()
            while outgoing.waiting:  # noqa: ASYNC110 - nothing tells when it is empty
                await asyncio.sleep(0.01)
        print(
            f"{WAITING:,} SMS that waited: queued with the loop held up {median(held_up) * 1000:.1f} ms, "
            f"sent in {perf_counter() - begin:.1f} s with it held up {watch.longest * 1000:.1f} ms"
        )


PARTS = (alarm_behind_slow_calls, many_at_once, thousands_that_waited)


def main() -> None:
    """Print the figures; each comes from a process of its own, as Home Assistant is one."""
    if len(sys.argv) > 1:
        [part] = [part for part in PARTS if part.__name__ == sys.argv[1]]
        asyncio.run(part())
        return
    for part in PARTS:
        command = [sys.executable, "-m", "benchmarks.queueing", part.__name__]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
