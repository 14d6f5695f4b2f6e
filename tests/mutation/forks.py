"""Runs work in forked processes, a few at a time, each with a time limit of its own."""

from collections.abc import Callable, Iterable
import contextlib
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import signal
import sys
import tempfile
import traceback
from typing import Final

WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class Work[T]:
    """One thing to do; what it returns is written to a file, as the process ends with it."""

    what: T
    do: Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Ended[T]:
    """What became of it; ``answer`` is None where the process ended otherwise, or ran out of time."""

    what: T
    answer: str | None
    out_of_time: bool


def run_forked[T](works: Iterable[Work[T]], done: Callable[[Ended[T]], None]) -> None:
    """Do all of it; ``do`` is called in a process of its own, with a folder that is deleted afterwards."""
    running: dict[int, tuple[T, Path]] = {}

    def end_one() -> None:
        process, status = os.waitpid(-1, 0)
        what, folder = running.pop(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)  # what it has started itself
        answer = folder / "answer"
        text = answer.read_text(encoding="utf-8") if status == 0 else None
        shutil.rmtree(folder, ignore_errors=True)
        out_of_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        done(Ended(what, text, out_of_time))

    for work in works:
        while len(running) >= WORKERS:
            end_one()
        folder = Path(tempfile.mkdtemp(prefix="payamak-mutant-"))
        sys.stdout.flush()
        process = os.fork()
        if not process:
            _do(work.do, folder)
        running[process] = work.what, folder
    while running:
        end_one()


def _do(do: Callable[[Path], str], folder: Path) -> None:
    """Do it, and end this process without what the one before it has prepared for its own end."""
    try:
        os.setsid()
        (folder / "answer").write_text(do(folder), encoding="utf-8")
    except BaseException:  # noqa: BLE001 - it must never go on in the code of the process before it
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)
    os._exit(0)


def limit_time(seconds: float) -> None:
    """Let this process be killed after so many seconds, whatever it does: a frozen clock can hang a test."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
