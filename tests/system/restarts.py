"""Home Assistant, restarted by its user or started again after a power cut."""

from contextlib import suppress

import aiohttp

from demo.bring_up import RESTART_ASKED_FOR, START_LIMIT, start_again
from demo.steps import Stage, StepFailed


async def restart_home_assistant(stage: Stage) -> float:
    """Have Home Assistant restart as its user would, and return how long it took to be up again."""
    # The answer may be lost, as the server goes down.
    with suppress(aiohttp.ClientError):
        await stage.home_assistant.act("homeassistant.restart", {})
    if (code := await stage.home_server.wait()) != RESTART_ASKED_FOR:
        raise StepFailed(f"Home Assistant ended with code {code}.")
    return await start_home_assistant(stage)


async def start_home_assistant(stage: Stage) -> float:
    """Start Home Assistant after it has ended, and return how long it took to be up again."""
    await start_again(stage)
    stage.start_seconds = await stage.home_server.until(
        stage.home_assistant.is_running, seconds=START_LIMIT
    )
    return stage.start_seconds
