"""Turns of the loop, for the tests of what runs without a Home Assistant."""

import asyncio


async def turns(count: int = 30) -> None:
    """Let everybody who can go on do so."""
    for _ in range(count):
        await asyncio.sleep(0)
