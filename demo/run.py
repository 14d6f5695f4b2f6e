"""A run of the demo, from its start to its end in order: shown until Ctrl-C, or checked."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
import fcntl
import re
import signal
import time

from .bring_up import RESTART_ASKED_FOR, bring_up, start_again
from .home import INTEGRATION, PASSWORD, REPOSITORY, USER
from .logs import complaints, read_records
from .options import (
    DEFAULT_CONTROL_PORT,
    DEFAULT_GATEWAY_PORT,
    DEFAULT_PORT,
    FOLDER,
    Options,
    parse_options,
)
from .processes import Server, StartFailed, choose_port
from .steps import Stage, Step, perform
from .story import STORY
from .terminal import heading, progress, say


@dataclass(frozen=True)
class Checks:
    """What is verified after the story, and what the log will hold against the integration because of it."""

    phases: Mapping[str, Sequence[Step]]  # by their titles
    expected_complaints: Sequence[re.Pattern[str]]


async def run(options: Options, checks: Checks | None) -> int:
    """Bring everything up, tell the story, and stay or check; whatever happens, end what was started."""
    began = time.monotonic()
    shortfall: str | None = None
    phases = {"What happens": STORY, **(checks.phases if checks else {})}
    async with AsyncExitStack() as stack:
        stage = await _bring_up(stack, options)
        for title, steps in phases.items():
            heading(title)
            if shortfall := await perform(steps, stage):
                break
        else:
            if not checks:
                return await _stay_up(stage)
    if shortfall is not None:
        return _fell_short(
            shortfall, stage, expected=checks.expected_complaints if checks else ()
        )
    say()
    progress(
        f"All went well, in {time.monotonic() - began:.0f} s. Logs: {options.folder}"
    )
    return 0


async def _bring_up(stack: AsyncExitStack, options: Options) -> Stage:
    """Choose the ports and start both servers there."""
    port = choose_port(
        "Home Assistant", options.port, None if options.check else DEFAULT_PORT
    )
    gateway_port = choose_port(
        "the stand-in gateway",
        options.gateway_port,
        None if options.check else DEFAULT_GATEWAY_PORT,
        taken=[port],
    )
    control_port = choose_port(
        "the page of the phones",
        None,
        None if options.check else DEFAULT_CONTROL_PORT,
        taken=[port, gateway_port],
    )
    return await bring_up(
        stack,
        options.folder,
        language=options.language,
        port=port,
        gateway_port=gateway_port,
        control_port=control_port,
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


def _fell_short(
    title: str, stage: Stage, *, expected: Sequence[re.Pattern[str]]
) -> int:
    """Say which step it was, what the log has on it, and where to read on."""
    say()
    progress(f"This step fell short: {title}.")
    records = read_records(stage.home_server.log, leave_out=REPOSITORY)
    found = complaints(records, expected=expected)
    for line in dict.fromkeys(map(str, found)):
        progress(f"The log says: {line}")
    progress(f"Logs: {stage.home.folder}")
    return 1


@contextmanager
def _only_one(options: Options) -> Iterator[None]:
    """Keep a second run from clearing the folder of this one."""
    FOLDER.mkdir(exist_ok=True)
    with options.folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartFailed(
                f"It runs already, in {options.folder}. End that one first."
            ) from None
        yield


async def _run_until_told_to_end(options: Options, checks: Checks | None) -> int:
    """Run, and let Ctrl-C and its like end everything in order."""
    task = asyncio.ensure_future(run(options, checks))
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


def main(arguments: list[str], checks: Checks | None = None) -> int:
    """Run what the command line asks for and return the exit code; `--check` and the checks go together."""
    options = parse_options(arguments)
    if options.check != (checks is not None):
        say("The checks are run by scripts/demo --check.")
        return 1
    if not INTEGRATION.is_dir():
        say(f"There is no integration in {INTEGRATION}.")
        return 1
    try:
        with _only_one(options):
            return asyncio.run(_run_until_told_to_end(options, checks))
    except StartFailed as error:
        say(f"[demo] {error}")
        return 1
