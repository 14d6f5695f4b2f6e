"""What the tests know of an account's file: its name, its content, its damage, and how a power cut leaves it.

Apart from the tests of the ledger, nothing else in the tests knows how the account's data is stored.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
import sqlite3
import threading
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import SmsRow, open_ledgers
from custom_components.payamak.ledger.file import Change, LedgerFile
from custom_components.payamak.ledger.rows import write_rows
from custom_components.payamak.ledger.schema import prepare

_ENDS = ("", "-wal")

type Left = Mapping[str, bytes]
"""The bytes of an account's files at some moment, by the end of their names; empty where there were none."""

DAMAGED: Left = {"": b"no database " * 1000}
"""What a disk may hold after it was damaged."""


def real_file(hass: HomeAssistant, entry_id: str) -> Path:
    """Give where an account's file is."""
    return Path(hass.config.path(".storage", f"payamak.{entry_id}.db"))


def what_is_on_disk(hass: HomeAssistant, entry_id: str) -> Left:
    """Give what the disk holds of an account now: what a power cut would leave."""
    path = real_file(hass, entry_id)
    return {
        end: file.read_bytes()
        for end in _ENDS
        if (file := path.with_name(path.name + end)).exists()
    }


def put_on_disk(hass: HomeAssistant, entry_id: str, left: Left) -> None:
    """Leave on the disk what it held at some moment, of this account or of another one."""
    path = real_file(hass, entry_id)
    path.parent.mkdir(exist_ok=True)
    for end in (*_ENDS, "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    for end, content in left.items():
        path.with_name(path.name + end).write_bytes(content)


def put_deliveries_on_disk(
    hass: HomeAssistant, entry_id: str, deliveries: Sequence[SmsRow]
) -> None:
    """Leave a file with pending messages on the disk."""
    put_on_disk(hass, entry_id, {})
    path = real_file(hass, entry_id)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        prepare(connection)
        connection.executemany(*write_rows(deliveries))


def pending_delivery(
    message_id: str,
    recipient: str,
    sent_at: datetime,
    *,
    name: str | None = None,
    asked: int = 0,
    asked_at: datetime | None = None,
) -> SmsRow:
    """Give a pending message as it is stored."""
    return SmsRow(
        sms_id=f"sms-{message_id}",
        text=1,
        recipient=recipient,
        name=name,
        state=SmsState.ACCEPTED,
        message_id=message_id,
        parts=1,
        cost=None,
        created_at=sent_at.timestamp(),
        sent_at=sent_at.timestamp(),
        asked=asked,
        asked_at=None if asked_at is None else asked_at.timestamp(),
    )


def on_disk(hass: HomeAssistant, entry_id: str, statement: str) -> list[Any]:
    """Give the rows that another program reads in an account's file now."""
    path = real_file(hass, entry_id)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def text_on_disk(hass: HomeAssistant, entry_id: str) -> str:
    """Give all that the disk holds of an account as a text to search."""
    path = real_file(hass, entry_id)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump())


def questions_on_disk(hass: HomeAssistant, entry_id: str) -> dict[str, int]:
    """Give how often each pending message was asked for, as far as the disk knows."""
    statement = "SELECT message_id, asked FROM sms WHERE state = 'accepted'"
    return dict(on_disk(hass, entry_id, statement))


def received_on_disk(hass: HomeAssistant, entry_id: str) -> set[str]:
    """Give the ids of received messages that the disk knows."""
    return {
        row[0] for row in on_disk(hass, entry_id, "SELECT message_id FROM received")
    }


async def disk_at_rest(hass: HomeAssistant) -> None:
    """Wait until the accounts' files have written what they began with, and have told so.

    Home Assistant does not wait for that by itself, as nothing of it waits.
    """
    # A transaction may have to wait for the one before it.
    for ledger in [*open_ledgers(hass).values()] * 2:
        await ledger._file.async_read(lambda _: None)
        # Those who are told go on in the next turns of the loop.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class Writes:
    """Tells whether an account's file was written."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Begin now."""
        self._connection = sqlite3.connect(real_file(hass, entry_id))
        self._last = self._version()

    def written_since(self) -> bool:
        """Tell whether anything was written since the last time, even if it was the same."""
        before, self._last = self._last, self._version()
        return self._last != before

    def close(self) -> None:
        """Look no more."""
        self._connection.close()

    def _version(self) -> int:
        # SQLite counts the transactions of others.
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)


async def forget_memory(hass: HomeAssistant) -> None:
    """Take away all that is kept in memory through a reload; the accounts must be unloaded."""
    ledgers = open_ledgers(hass)
    while ledgers:
        await ledgers.popitem()[1].async_close()


async def power_cut(hass: HomeAssistant, entry_id: str, left: Left) -> None:
    """Take everything away but what the disk held at some moment; the account is not set up again yet."""
    await hass.config_entries.async_unload(entry_id)
    await forget_memory(hass)
    put_on_disk(hass, entry_id, left)


@contextmanager
def reading_fails() -> Iterator[None]:
    """Let the disk refuse to open the file, which may be intact."""

    def fail(_file: LedgerFile, _read: object) -> None:
        raise PermissionError(13, "Permission denied", ".storage")

    with patch.object(LedgerFile, "_connect", fail):
        yield


@contextmanager
def writing_fails() -> Iterator[None]:
    """Let the disk refuse every write."""

    def fail(_file: LedgerFile, _changes: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with patch.object(LedgerFile, "_carry_out", fail):
        yield


@contextmanager
def writing_is_held(
    hass: HomeAssistant,
) -> Iterator[tuple[asyncio.Event, threading.Event]]:
    """Let the disk take its time: the first event tells that a write has begun, the second one lets it go on."""
    begun, go = asyncio.Event(), threading.Event()
    write = LedgerFile._carry_out

    def write_slowly(file: LedgerFile, changes: Iterable[Change]) -> None:
        hass.loop.call_soon_threadsafe(begun.set)
        assert go.wait(5)
        write(file, changes)

    with patch.object(LedgerFile, "_carry_out", write_slowly):
        yield begun, go
