"""Writes one SMS after the other, and prints the id of each one that is on the disk, until it is killed.

A new process does so for each line on its standard input. It prints the process's id first, and an empty line after its end.
"""

import asyncio
import os
from pathlib import Path
import sys

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import Ledger


async def _write(path: Path) -> None:
    ledger = Ledger(path)
    await ledger.async_load()
    book = ledger.outgoing
    while True:
        text = book.new_text("سلام" * 50, parts=4, cost=None)
        rows = [book.begin(text, "09120000001", None)]
        await book.async_note_sending(rows)
        for row in rows:
            row.state, row.message_id = SmsState.ACCEPTED, row.sms_id
        await book.async_note_outcome(rows)
        for row in rows:
            _print(row.sms_id)


def _print(line: str) -> None:
    # At once, and whole.
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    for _ in sys.stdin:
        # A copy of this process is ready at once.
        if not (child := os.fork()):
            _print(str(os.getpid()))
            asyncio.run(_write(Path(sys.argv[1])))
        os.waitpid(child, 0)
        _print("")
