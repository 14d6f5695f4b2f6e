"""Starting, watching and ending the two servers of the demo."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
import contextlib
import ctypes
import os
from pathlib import Path
import signal
import socket
import sys
import time
from typing import Self

from .terminal import progress

LOOPBACK = "127.0.0.1"

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h
_STILL_STARTING_EVERY = 10.0
_POLL_EVERY = 0.1

# What a server needs to know of the user's environment; anything else (PYTHONPATH above all) stays outside.
_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR")


class StartFailed(Exception):
    """A server did not come up."""


def clean_environment() -> dict[str, str]:
    """Return an environment that lets nothing of the user's own Python set-up leak in."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket() as client:
        # Asked as well because macOS lets two servers bind to one port if only one of them names the address.
        if client.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free_port(*, taken: Collection[int] = ()) -> int:
    """Return a port that is free now and not about to be taken."""
    while True:
        with socket.socket() as server:
            server.bind((LOOPBACK, 0))
            port: int = server.getsockname()[1]
        if port not in taken:
            return port


def choose_port(
    what: str, wanted: int | None, default: int | None, *, taken: Collection[int] = ()
) -> int:
    """Return the port asked for, else the default one, else any free one; a busy port asked for is an error."""

    def is_busy(port: int) -> bool:
        return port in taken or not is_free(port)

    if wanted is not None:
        if is_busy(wanted):
            raise StartFailed(f"Port {wanted} is busy. Choose another one for {what}.")
        return wanted
    if default is None:
        return any_free_port(taken=taken)
    if not is_busy(default):
        return default
    port = any_free_port(taken=taken)
    progress(f"Port {default} is busy, so {what} takes port {port}.")
    return port


class Server:
    """One process of the demo, in a process group of its own."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, log: Path
    ) -> None:
        """Take over a process that was just started."""
        self.name = name
        self.log = log
        self._process = process
        self._stopped_in_time: bool | None = None

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
    ) -> Self:
        """Start a command; what it prints goes into the log file."""
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us alone: we end the servers in order
                preexec_fn=_end_with_parent,
            )
        return cls(name, process, log)

    @property
    def exit_code(self) -> int | None:
        """The code it ended with, or None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it ends by itself."""
        return await self._process.wait()

    async def until(
        self, is_ready: Callable[[], Awaitable[bool]], *, seconds: float
    ) -> float:
        """Wait until it is ready and return how long that took."""
        began = time.monotonic()
        next_word = _STILL_STARTING_EVERY
        while not await is_ready():
            elapsed = time.monotonic() - began
            if self.exit_code is not None:
                raise StartFailed(
                    f"{self.name} ended with code {self.exit_code} while starting.\n{self.last_words()}"
                )
            if elapsed > seconds:
                raise StartFailed(
                    f"{self.name} was not ready within {seconds:.0f} s.\n{self.last_words()}"
                )
            if elapsed > next_word:
                progress(f"... still starting {self.name} ({elapsed:.0f} s)")
                next_word += _STILL_STARTING_EVERY
            await asyncio.sleep(_POLL_EVERY)
        return time.monotonic() - began

    async def stop(self, *, seconds: float) -> bool:
        """End it and all it started; tell whether a friendly word was enough within the time given."""
        if self._stopped_in_time is None and self.exit_code is not None:
            self._stopped_in_time = (
                True  # by itself, long ago: its group may be another's by now
            )
        if self._stopped_in_time is None:
            self._signal_group(signal.SIGTERM)
            try:
                async with asyncio.timeout(seconds):
                    await self._process.wait()
            except TimeoutError:
                self._stopped_in_time = False
            else:
                self._stopped_in_time = True
            finally:
                self._signal_group(signal.SIGKILL)  # also whatever it left behind
                await self._process.wait()
        return self._stopped_in_time

    async def kill(self) -> None:
        """End it and all it started without a word, as in a power cut."""
        self._stopped_in_time = False
        self._signal_group(signal.SIGKILL)
        await self._process.wait()

    def last_words(self) -> str:
        """Return the end of what it printed."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"The end of {self.log}:", *lines[-12:]])

    def _signal_group(self, number: signal.Signals) -> None:
        # The group may be gone, or (macOS) hold nothing but a zombie.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _end_with_parent() -> None:
    """Have Linux end this process if the demo is killed and can't do it itself any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
