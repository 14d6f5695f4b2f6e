"""Starts one Home Assistant after the other, each as a process of its own that can be killed."""

import asyncio
import contextlib
import os
from pathlib import Path
import signal
import sys
from typing import Self

from demo.processes import StartFailed, clean_environment

_INSIDE = Path(__file__).parent / "inside.py"


class Nursery:
    """The process that starts one Home Assistant after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take over a process that was just started."""
        self._process = process
        self._current: int | None = None
        self._ended: asyncio.Task[int] | None = None

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Import everything; what it prints besides goes to the log."""
        with (folder / "home-assistant.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                str(_INSIDE),
                str(folder),
                cwd=folder,
                env=clean_environment(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        return cls(process)

    async def start(self) -> None:
        """Start a Home Assistant; the one before has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._current = await self._read_number()
        self._ended = asyncio.create_task(self._read_number())

    async def wait(self) -> int:
        """Wait until it has ended, and return its exit code, or minus the signal."""
        assert self._ended is not None
        return await asyncio.shield(self._ended)

    @property
    def has_ended(self) -> bool:
        """Tell whether it has ended."""
        return self._ended is None or self._ended.done()

    async def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all that it started."""
        if not self.has_ended and self._current:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._current, number)

    async def close(self) -> None:
        """End everything."""
        await self.signal(signal.SIGKILL)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._ended:
            self._ended.cancel()

    async def _read_number(self) -> int:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise StartFailed("The process that starts Home Assistant has ended")
        return int(line)
