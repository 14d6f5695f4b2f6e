"""A Home Assistant that is killed loses nothing of what its ledger acknowledged."""

import os
from pathlib import Path
import random
import signal
import subprocess
import sys

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import HistoryQuery

from .conftest import OpenLedger, look

_REPOSITORY = Path(__file__).parents[2]
_KILLS = 20


def _kill_writers(path: Path) -> list[str]:
    """Kill at random moments, in the middle of what is written next; return the ids that were acknowledged."""
    moments = random.Random(10)
    acknowledged: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writer", str(path)],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as writers:
        assert writers.stdin
        assert writers.stdout
        for _ in range(_KILLS):
            writers.stdin.write("\n")
            writer = int(writers.stdout.readline())
            before = moments.randrange(1, 15)
            acknowledged += [writers.stdout.readline().strip() for _ in range(before)]
            os.kill(writer, signal.SIGKILL)
            while line := writers.stdout.readline().strip():
                acknowledged.append(line)
            assert look(path, "PRAGMA integrity_check") == ["ok"]
    return acknowledged


async def test_a_kill_loses_and_tears_nothing(
    path: Path, open_ledger: OpenLedger
) -> None:
    """The same file is used again after each of them."""
    acknowledged = _kill_writers(path)
    ledger = await open_ledger()
    assert ledger.trouble is None
    history = await ledger.async_history(HistoryQuery(limit=-1))
    accepted = {
        row.sms_id
        for row in history
        if row.state is SmsState.ACCEPTED and row.content and row.content.text
    }
    assert set(acknowledged) <= accepted
    assert len(acknowledged) >= _KILLS
    # The last one of each time may have been under way, and nothing is ever sent again.
    assert len(history) - len(acknowledged) <= _KILLS
    assert {row.state for row in history} <= {SmsState.ACCEPTED, SmsState.UNKNOWN}
