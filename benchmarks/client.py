"""The client alone: the largest reply of ordinary life, and the parts of a long text."""

import json
from time import perf_counter

from custom_components.payamak.gateway import count_parts
from custom_components.payamak.gateway.box import read_messages
from custom_components.payamak.gateway.reply import parse

from .gateway import LINE

TEXT = "هشدار خانه: درِ ورودی باز شد. " * 5


def read_a_full_page() -> None:
    """Read a hundred long messages."""
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
    read_a_full_page()
    count_a_long_text()
