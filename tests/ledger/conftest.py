"""Files of the ledger that are opened, looked into by somebody else, and closed again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
import shutil
import sqlite3
import threading
from typing import Any

import pytest

from custom_components.payamak.ledger import FileTrouble, Ledger
from custom_components.payamak.ledger.file import Change, LedgerFile

type OpenLedger = Callable[..., Awaitable[Ledger]]


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Refuse calls of the loop from the ledger's thread that are not safe."""
    asyncio.get_running_loop().set_debug(True)


class OpenFile(LedgerFile):
    """A file that notes what it tells of its trouble."""

    def __init__(self, path: Path) -> None:
        """Belong to a path."""
        self.troubles: list[FileTrouble | None] = []
        super().__init__(path, self.troubles.append)


type OpenFiles = Callable[..., Awaitable[OpenFile]]


def fact(key: str, value: str | None = "") -> Change:
    """Return a change that anybody can read again."""
    return "INSERT OR REPLACE INTO fact VALUES (?, ?)", [(key, value)]


def look(path: Path, statement: str = "SELECT key FROM fact ORDER BY key") -> list[Any]:
    """Return what another process sees in a file: the first column."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(statement)]


def copy_of(path: Path) -> Path:
    """Return a copy of the file as a crash at this moment would leave it."""
    copy = path.with_name(f"copy-of-{path.name}")
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{copy}{end}")
    return copy


async def execute(file: LedgerFile, statement: str) -> list[Any]:
    """Carry out a statement on the file's own connection."""
    return await file.async_read(lambda each: each.execute(statement).fetchall())


async def trace(file: LedgerFile) -> list[str]:
    """Return a list that grows with each statement on the file's own connection."""
    statements: list[str] = []
    await file.async_read(
        lambda connection: connection.set_trace_callback(statements.append)
    )
    return statements


async def keep_busy(file: LedgerFile) -> Callable[[], Awaitable[None]]:
    """Let the file be read until what is returned is called: what is asked for meanwhile waits."""
    may_go_on = threading.Event()
    reading = asyncio.create_task(file.async_read(lambda _: may_go_on.wait()))
    await asyncio.sleep(0)

    async def go_on() -> None:
        may_go_on.set()
        await reading

    return go_on


async def settle(file: LedgerFile) -> None:
    """Return once what is under way is written, or not."""
    for _ in range(5):
        await asyncio.sleep(0)
        await file.async_read(lambda _: None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a file that is not there yet, nor is its folder."""
    return tmp_path / ".storage" / "payamak.db"


@pytest.fixture
async def open_file(path: Path) -> AsyncIterator[OpenFiles]:
    """Give what opens a file; it is closed in the end."""
    files: list[OpenFile] = []

    async def open_one(at: Path = path) -> OpenFile:
        file = OpenFile(at)
        files.append(file)
        await file.async_open(lambda _: None)
        return file

    yield open_one
    for file in files:
        await file.async_close()


@pytest.fixture
async def file(open_file: OpenFiles) -> OpenFile:
    """Give a new file."""
    return await open_file()


@pytest.fixture
async def open_ledger(path: Path) -> AsyncIterator[OpenLedger]:
    """Give what opens the ledger, or a copy of it; it is closed in the end."""
    ledgers: list[Ledger] = []

    async def open_one(at: Path = path) -> Ledger:
        ledger = Ledger(at)
        ledgers.append(ledger)
        await ledger.async_load()
        return ledger

    yield open_one
    for ledger in ledgers:
        await ledger.async_close()


@pytest.fixture
async def ledger(open_ledger: OpenLedger) -> Ledger:
    """Give a new ledger."""
    return await open_ledger()


@pytest.fixture
def advance(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Give what puts the event loop's clock forward."""

    def advance(seconds: float) -> None:
        loop = asyncio.get_running_loop()
        time = loop.time
        monkeypatch.setattr(loop, "time", lambda: time() + seconds)

    return advance


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no lock of another process."""
    monkeypatch.setattr("custom_components.payamak.ledger.file._SECONDS_FOR_A_LOCK", 0)


def begins(statements: Sequence[str]) -> int:
    """Return how many transactions were begun."""
    return sum(statement.startswith("BEGIN") for statement in statements)
