"""A backup copies the file while it is written, and is whole."""

import asyncio
from pathlib import Path
import shutil
from sqlite3 import Connection, OperationalError
from typing import cast

from homeassistant.core import HomeAssistant

from custom_components.payamak.backup import async_post_backup, async_pre_backup
from custom_components.payamak.ledger import Ledger, async_open_ledger
from custom_components.payamak.ledger.file import LedgerFile

from .conftest import OpenFile, OpenFiles, OpenLedger, execute, fact, look

_LARGE = "x" * 20_000
_CHECKPOINT = 1000 * 1024


def _log_of(path: Path) -> Path:
    return Path(f"{path}-wal")


async def _write_until_a_checkpoint_is_due(file: LedgerFile) -> list[str]:
    """Write what fills the log twice over; return the keys that were acknowledged."""
    keys = [f"{each:03}" for each in range(120)]
    for key in keys:
        await file.async_write(fact(key, _LARGE))
    return keys


async def test_a_copy_made_while_it_is_written_is_whole(
    path: Path, tmp_path: Path, file: OpenFile, open_file: OpenFiles
) -> None:
    """The file itself does not change meanwhile; all that was acknowledged before the log was copied is in the copy."""
    copy = tmp_path / "copy.db"
    await file.async_write(fact("before", _LARGE))
    await file.async_hold_checkpoints()
    assert _log_of(path).stat().st_size == 0
    acknowledged: list[str] = ["before"]
    many = asyncio.Event()
    done = False

    async def write_on() -> None:
        number = 0
        while not done:
            key = f"{number:05}"
            await file.async_write(fact(key, _LARGE))
            acknowledged.append(key)
            number += 1
            if number == 70:
                many.set()

    writing = asyncio.create_task(write_on())
    half = path.stat().st_size // 2
    with path.open("rb") as source, copy.open("wb") as target:
        target.write(source.read(half))
        await many.wait()
        target.write(source.read())
    in_the_copy = list(acknowledged)
    await asyncio.to_thread(shutil.copy, _log_of(path), _log_of(copy))
    done = True
    await writing
    assert path.read_bytes() == copy.read_bytes()
    await file.async_release_checkpoints()

    restored = await open_file(copy)
    assert await execute(restored, "PRAGMA integrity_check") == [("ok",)]
    assert set(in_the_copy) <= {
        key for (key,) in await execute(restored, "SELECT key FROM fact")
    }


async def test_the_file_changes_again_after_the_backup(
    path: Path, file: OpenFile
) -> None:
    """The log must not grow for ever."""
    await file.async_hold_checkpoints()
    before = path.read_bytes()
    keys = await _write_until_a_checkpoint_is_due(file)
    assert path.read_bytes() == before
    assert _log_of(path).stat().st_size > 2 * _CHECKPOINT
    await file.async_release_checkpoints()
    await file.async_write(fact("last"))
    assert path.read_bytes() != before
    size = _log_of(path).stat().st_size
    await file.async_write(*(fact(key, _LARGE) for key in keys[:30]))
    assert _log_of(path).stat().st_size == size
    assert look(path) == [*keys, "last"]


async def test_without_a_backup_the_log_stays_small(path: Path, file: OpenFile) -> None:
    """It is copied into the file after a thousand pages."""
    await _write_until_a_checkpoint_is_due(file)
    assert _log_of(path).stat().st_size < 1.2 * _CHECKPOINT


async def test_the_ledger_of_an_account_is_in_a_backup(
    path: Path, tmp_path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """What was noted while it was made, too."""
    copy = tmp_path / "copy.db"
    await ledger.async_prepare_backup()
    ledger.facts.keep("during", "backup")
    await ledger.facts._file.async_write()
    shutil.copy(path, copy)
    shutil.copy(_log_of(path), _log_of(copy))
    await ledger.async_end_backup()
    assert (await open_ledger(copy)).facts.get("during") == "backup"
    assert await execute(ledger.facts._file, "PRAGMA wal_autocheckpoint") == [(1000,)]


class _DiskThatTakesNothing:
    """A connection on which nothing can be moved from the log into the file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str) -> object:
        if "wal_checkpoint" in statement:
            raise OperationalError("disk I/O error")
        return self._connection.execute(statement)

    def close(self) -> None:
        self._connection.close()


async def test_a_disk_that_takes_nothing_keeps_no_backup_from_being_made(
    file: OpenFile,
) -> None:
    """The file and the log beside it are whole, and stay as they are."""
    connection = file._connection
    assert connection
    file._connection = cast("Connection", _DiskThatTakesNothing(connection))
    await file.async_hold_checkpoints()
    assert await execute(file, "PRAGMA wal_autocheckpoint") == [(0,)]


async def test_an_account_that_goes_meanwhile_keeps_no_backup_from_being_made(
    hass: HomeAssistant,
) -> None:
    """Neither before nor after it was copied."""
    ledger = await async_open_ledger(hass, "01GONE")
    other = await async_open_ledger(hass, "01HERE")
    await ledger.async_close()
    await async_pre_backup(hass)
    held = await execute(other.facts._file, "PRAGMA wal_autocheckpoint")
    await async_post_backup(hass)
    assert (held, await execute(other.facts._file, "PRAGMA wal_autocheckpoint")) == (
        [(0,)],
        [(1000,)],
    )
