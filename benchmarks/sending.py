"""Sending through the integration in a real core with its ledger on the disk, beside raw requests in the same run."""

import asyncio
import gc
from itertools import batched
from pathlib import Path
from statistics import median
from time import perf_counter

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant

from custom_components.payamak.gateway import MAX_RECIPIENTS, SmsState

from .core import LoopWatch, running_gateway, running_home
from .gateway import LINE, PASSWORD, USERNAME

TEXT = "هشدار خانه: درِ ورودی باز شد."
SECONDS_PER_CALL = 0.05
CALLS_AT_A_TIME = 3
SINGLE_MESSAGES = 40


def numbers(count: int) -> list[str]:
    """Give so many recipients."""
    return [f"0912{number:07d}" for number in range(count)]


async def send_raw(session: ClientSession, url: str, recipients: list[str]) -> float:
    """Post the same calls with aiohttp alone, as many at a time, and give the seconds."""
    slots = asyncio.Semaphore(CALLS_AT_A_TIME)

    async def post(batch: tuple[str, ...]) -> None:
        fields = {"username": USERNAME, "password": PASSWORD, "from": LINE}
        fields |= {"to": ",".join(batch), "text": TEXT, "isFlash": "false"}
        async with (
            slots,
            session.post(
                f"{url}SendSMS", data=fields, headers={"Connection": "close"}
            ) as response,
        ):
            await response.json(content_type=None)

    begin = perf_counter()
    batches = batched(recipients, MAX_RECIPIENTS, strict=False)
    await asyncio.gather(*map(post, batches))
    return perf_counter() - begin


async def send(hass: HomeAssistant, recipients: list[str]) -> float:
    """Send with the action, and give the seconds."""
    begin = perf_counter()
    response = await hass.services.async_call(
        "payamak",
        "send_sms",
        {"message": TEXT, "recipients": recipients},
        blocking=True,
        return_response=True,
    )
    seconds = perf_counter() - begin
    assert response is not None
    assert response["accepted"] == len(recipients)
    return seconds


def written() -> int:
    """Return how many bytes this process has written to files."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


async def end_each(hass: HomeAssistant) -> None:
    """Let each message be asked for twice and be delivered, one by one, as when the gateway is asked once a second."""
    [entry] = hass.config_entries.async_entries("payamak")
    outgoing = entry.runtime_data.ledger.outgoing
    for row in list(outgoing.pending.values()):
        outgoing.note_questions([row])
        outgoing.note_questions([row])
        await outgoing.async_end([row], SmsState.DELIVERED)


async def compare(
    hass: HomeAssistant, session: ClientSession, url: str, count: int
) -> None:
    """Print ours beside raw for one message to many."""
    recipients = numbers(count)
    raw = min([await send_raw(session, url, recipients) for _ in range(3)])
    watch, ours, before = LoopWatch(), [], written()
    held_up = []
    for _ in range(3):
        async with watch.watching():
            ours.append(await send(hass, recipients))
        held_up.append(watch.longest)
        await end_each(hass)
    kilobytes = (written() - before) / 3 / count / 1000
    print(
        f"{count:6,} recipients: raw {raw * 1000:5.0f} ms, ours {min(ours) * 1000:5.0f} ms "
        f"({min(ours) / raw:.2f}x), loop held up {median(held_up) * 1000:.1f} ms, {kilobytes:.2f} kB written per SMS until its end"
    )


async def compare_single(hass: HomeAssistant, session: ClientSession, url: str) -> None:
    """Print ours beside raw for single messages, one after the other and in turn."""
    raw, ours, before = [], [], written()
    for number in numbers(SINGLE_MESSAGES):
        raw.append(await send_raw(session, url, [number]))
        ours.append(await send(hass, [number]))
        await end_each(hass)
    kilobytes = (written() - before) / SINGLE_MESSAGES / 1000
    print(
        f"  one recipient: raw {median(raw) * 1000:.1f} ms, ours {median(ours) * 1000:.1f} ms, "
        f"{kilobytes:.2f} kB written per SMS until its end"
    )


async def main() -> None:
    """Print the figures."""
    async with (
        running_gateway(SECONDS_PER_CALL) as url,
        running_home(url) as hass,
        ClientSession() as session,
    ):
        # A collection of all that the process keeps would stop the loop for a while in any program.
        gc.collect()
        gc.freeze()
        await compare_single(hass, session, url)
        for count in (1000, 10_000):
            await compare(hass, session, url, count)


if __name__ == "__main__":
    asyncio.run(main())
