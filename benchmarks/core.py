"""A real Home Assistant core with the integration loaded, beside a gateway in another process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import sys
import tempfile
from time import perf_counter

from homeassistant import loader
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.payamak.const import DOMAIN

from .gateway import LINE, PASSWORD, USERNAME


class LoopWatch:
    """Measures how late a callback comes that should come every millisecond."""

    def __init__(self) -> None:
        """Start with no delay seen."""
        self.longest = 0.0

    async def _run(self) -> None:
        while True:
            due = perf_counter() + 0.001
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, perf_counter() - due)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch while something runs."""
        self.longest = 0.0
        task = asyncio.create_task(self._run())
        # It must be waiting already when what is watched begins.
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()


@asynccontextmanager
async def running_gateway(seconds: float) -> AsyncIterator[str]:
    """Run the gateway, which answers after so many seconds, and give its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.gateway", "--seconds", str(seconds)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    port = int(await process.stdout.readline())
    try:
        yield f"http://127.0.0.1:{port}/api/SendSMS/"
    finally:
        process.kill()
        await process.wait()


def _disk() -> Path:
    """Return a folder on the repository's disk: a temporary folder may be kept in memory."""
    folder = Path(__file__).parents[1] / ".demo"
    folder.mkdir(exist_ok=True)
    return folder


@asynccontextmanager
async def running_home(
    url: str, inbox_interval: int = 0
) -> AsyncIterator[HomeAssistant]:
    """Set an account up in a core whose files are on the disk."""
    with tempfile.TemporaryDirectory(dir=_disk(), prefix="bench-") as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            entry = MockConfigEntry(
                domain=DOMAIN,
                title="Payamak",
                data={
                    "username": USERNAME,
                    "password": PASSWORD,
                    "url": url,
                    "sender": LINE,
                    "sender_listed": True,
                    "notify_action": "payamak",
                },
                # The benchmarks send far more than a household may on one day.
                options={"inbox_interval": inbox_interval, "daily_limit": 0},
            )
            entry.add_to_hass(hass)
            assert await async_setup_component(hass, "homeassistant", {})
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            yield hass
            await hass.async_stop(force=True)
