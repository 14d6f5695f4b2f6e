"""Runs the demo: `scripts/demo --help`."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
import fcntl
from pathlib import Path
import signal
import sys
import time
from typing import get_args

from .blueprint_checks import BLUEPRINT_CHECKS
from .bring_up import RESTART_ASKED_FOR, bring_up, start_again
from .checks import AFTERWARDS, CHECKS, EXPECTED_COMPLAINTS
from .crash_checks import CRASH_CHECKS
from .home import INTEGRATION, PASSWORD, REPOSITORY, USER, Language
from .household_checks import HOUSEHOLD_CHECKS
from .logs import complaints, read_records
from .processes import Server, StartFailed, choose_port
from .steps import Stage, Step, perform
from .story import STORY
from .terminal import heading, progress, say

_FOLDER = REPOSITORY / ".demo"
_DEFAULT_PORT, _DEFAULT_GATEWAY_PORT = 8123, 8089


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    check: bool
    lowest: bool
    language: Language
    port: int | None
    gateway_port: int | None

    @property
    def folder(self) -> Path:
        """Where this run keeps its files; a check doesn't disturb a demo that is up."""
        name = "check" if self.check else "run"
        return _FOLDER / (f"{name}-lowest" if self.lowest else name)


def parse_options(arguments: list[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        allow_abbrev=False,  # the script looks for `--lowest` itself
        description="Starts a stand-in SMS gateway and a real Home Assistant on this computer alone, sends SMS "
        "through the integration, and stays up until Ctrl-C.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="verify each step, end everything, and exit with 0 or 1",
    )
    parser.add_argument(
        "--lowest",
        action="store_true",
        help="run the lowest supported Home Assistant, not the newest",
    )
    parser.add_argument(
        "--language",
        choices=get_args(Language.__value__),
        default="en",
        help="language of the user interface",
    )
    parser.add_argument(
        "--port",
        type=int,
        help=f"port of Home Assistant (else {_DEFAULT_PORT}, or a free one)",
    )
    parser.add_argument(
        "--gateway-port",
        type=int,
        help=f"port of the gateway (else {_DEFAULT_GATEWAY_PORT}, or a free one)",
    )
    return Options(**vars(parser.parse_args(arguments)))


async def run(options: Options) -> int:
    """Bring everything up, tell the story, and stay or check; whatever happens, end what was started."""
    began = time.monotonic()
    shortfall: str | None = None
    phases: list[tuple[str, Sequence[Step]]] = [("What happens", STORY)]
    if options.check:
        phases += [
            ("Bad days", CHECKS),
            ("Blueprints", BLUEPRINT_CHECKS),
            ("Two households", HOUSEHOLD_CHECKS),
            ("Power cuts", CRASH_CHECKS),
            ("Afterwards", AFTERWARDS),
        ]
    async with AsyncExitStack() as stack:
        stage = await _bring_up(stack, options)
        for title, steps in phases:
            heading(title)
            if shortfall := await perform(steps, stage):
                break
        else:
            if not options.check:
                return await _stay_up(stage)
    if shortfall is not None:
        return _fell_short(shortfall, stage)
    say()
    progress(
        f"All went well, in {time.monotonic() - began:.0f} s. Logs: {options.folder}"
    )
    return 0


async def _bring_up(stack: AsyncExitStack, options: Options) -> Stage:
    """Choose the ports and start both servers there."""
    port = choose_port(
        "Home Assistant", options.port, None if options.check else _DEFAULT_PORT
    )
    gateway_port = choose_port(
        "the stand-in gateway",
        options.gateway_port,
        None if options.check else _DEFAULT_GATEWAY_PORT,
        taken=[port],
    )
    return await bring_up(
        stack,
        options.folder,
        language=options.language,
        port=port,
        gateway_port=gateway_port,
        delivery_seconds=2 if options.check else 8,
    )


async def _stay_up(stage: Stage) -> int:
    """Tell where everything is, and wait for Ctrl-C."""
    heading("It stays up until Ctrl-C")
    say(f"  Home Assistant     {stage.home.url}   user {USER}, password {PASSWORD}")
    say(f"  Phones             {stage.gateway.phones_url}")
    say(f"  Log                {stage.home_server.log}")
    say(f"  Token for the API  {stage.home.folder / 'token'}")
    while True:
        ended = await _first_to_end(stage.home_server, stage.gateway_server)
        if ended is not stage.home_server or ended.exit_code != RESTART_ASKED_FOR:
            say()
            progress(f"{ended.name} ended by itself with code {ended.exit_code}.")
            say(ended.last_words())
            return 1
        progress("Home Assistant restarts, as it was told to.")
        await start_again(stage)


async def _first_to_end(*servers: Server) -> Server:
    """Wait until one of the servers ends."""
    waiting = {asyncio.create_task(server.wait()): server for server in servers}
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return waiting[done.pop()]


def _fell_short(title: str, stage: Stage) -> int:
    """Say which step it was, what the log has on it, and where to read on."""
    say()
    progress(f"This step fell short: {title}.")
    records = read_records(stage.home_server.log, leave_out=REPOSITORY)
    found = complaints(records, expected=EXPECTED_COMPLAINTS)
    for line in dict.fromkeys(map(str, found)):
        progress(f"The log says: {line}")
    progress(f"Logs: {stage.home.folder}")
    return 1


@contextmanager
def _only_one(options: Options) -> Iterator[None]:
    """Keep a second run from clearing the folder of this one."""
    _FOLDER.mkdir(exist_ok=True)
    with options.folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartFailed(
                f"It runs already, in {options.folder}. End that one first."
            ) from None
        yield


async def _run_until_told_to_end(options: Options) -> int:
    """Run, and let Ctrl-C and its like end everything in order."""
    task = asyncio.ensure_future(run(options))
    signals: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        if not signals:
            say()
            progress("Ending what was started ...")
            task.cancel()
        signals.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    with suppress(asyncio.CancelledError):
        return await task
    progress(f"Everything has ended. The logs are in {options.folder}")
    return 128 + signals[0]


def main() -> int:
    """Run the demo and return its exit code."""
    options = parse_options(sys.argv[1:])
    if not INTEGRATION.is_dir():
        say(f"There is no integration in {INTEGRATION}.")
        return 1
    try:
        with _only_one(options):
            return asyncio.run(_run_until_told_to_end(options))
    except StartFailed as error:
        say(f"[demo] {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
