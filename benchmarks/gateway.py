"""A stand-in gateway in a process of its own, which answers each call after some time."""

import argparse
import asyncio
from decimal import Decimal

from aiohttp import web

from simulator import Gateway, create_app
from simulator.faults import Delay

USERNAME = PASSWORD = "bench"
LINE = "50004001234567"
_MANY = 10**9


async def _serve(seconds: float) -> None:
    gateway = Gateway()
    gateway.add_account(USERNAME, PASSWORD, credit=Decimal(_MANY), lines=[LINE])
    gateway.fault(None, Delay(seconds=seconds), times=None)
    runner = web.AppRunner(create_app(gateway), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0.05)
    asyncio.run(_serve(parser.parse_args().seconds))
