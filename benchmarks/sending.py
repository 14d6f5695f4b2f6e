"""A thousand recipients, and the longest time the event loop is held up meanwhile."""

import asyncio
from decimal import Decimal
from itertools import batched
import json
from time import perf_counter

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from custom_components.payamak.gateway import MAX_RECIPIENTS, PayamakClient, count_parts
from custom_components.payamak.gateway.box import read_messages
from custom_components.payamak.gateway.reply import parse
from simulator import Gateway, create_app

LINE = "50004001234567"
TEXT = "هشدار خانه: درِ ورودی باز شد. " * 5


class LoopWatch:
    """Measures how late a callback comes that should come every millisecond."""

    def __init__(self) -> None:
        """Start with no delay seen."""
        self.longest = 0.0

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            due = perf_counter() + 0.001
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, perf_counter() - due)


async def send_to_a_thousand() -> None:
    """Send over real HTTP; the stand-in shares the loop, so the client's share is less."""
    gateway = Gateway()
    gateway.add_account("bench", "bench", credit=Decimal(100_000), lines=[LINE])
    numbers = [f"0912{number:07d}" for number in range(1000)]
    watch = LoopWatch()
    async with TestServer(create_app(gateway)) as server, ClientSession() as session:
        client = PayamakClient(
            session, "bench", "bench", str(server.make_url("/api/SendSMS/"))
        )
        watching = asyncio.create_task(watch.run())
        begin = perf_counter()
        for batch in batched(numbers, MAX_RECIPIENTS, strict=False):
            await client.send_sms(batch, TEXT, LINE)
        seconds = perf_counter() - begin
        watching.cancel()
    calls = sum(call.method == "SendSMS" for call in gateway.calls)
    print(f"1,000 recipients: {calls} calls, {seconds * 1000:.0f} ms,", end=" ")
    print(f"the loop held up for {watch.longest * 1000:.1f} ms at the most")


def read_a_full_page() -> None:
    """Read a hundred long messages, the largest reply there is in ordinary life."""
    row = {"MsgID": 45163000000, "Body": TEXT * 4, "SendDate": "2017-06-05T15:42:58.68"}
    row |= {"Sender": "9120000001", "Receiver": LINE, "FirstLocation": 1, "Parts": 9}
    base = {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"}
    body = json.dumps({"MyBase": base, "Data": [row] * 100}).encode()
    begin = perf_counter()
    for _ in range(20):
        read_messages(parse(body))
    milliseconds = (perf_counter() - begin) * 1000 / 20
    print(f"100 messages, {len(body) // 1024} kB: read in {milliseconds:.1f} ms")


def count_a_long_text() -> None:
    """Count the parts of the longest text people send."""
    begin = perf_counter()
    for _ in range(1000):
        count_parts(TEXT * 10)
    microseconds = (perf_counter() - begin) * 1000
    print(f"{len(TEXT * 10)} characters: parts counted in {microseconds:.0f} µs")


if __name__ == "__main__":
    asyncio.run(send_to_a_thousand())
    read_a_full_page()
    count_a_long_text()
