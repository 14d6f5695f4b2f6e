"""The ledger's file: SQLite, a thread of its own, and one transaction for all that waits to be written."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from glob import escape
from itertools import count
import logging
import os
from pathlib import Path
import sqlite3
from sqlite3 import Connection
from typing import Final

from .errors import FileTrouble, LedgerError
from .schema import NewerVersionError, check, prepare

_LOGGER = logging.getLogger(__name__)

# Another process that holds the file for longer than this, holds it for good.
_SECONDS_FOR_A_LOCK: Final = 5
# An alarm does not wait longer than this for a disk that hangs; the change is written nevertheless, once that is possible.
_SECONDS_FOR_A_WRITE: Final = 3
# A change that need not be on the disk at once is written with the next one that must, or after this long.
_SECONDS_TO_WRITE_SOON: Final = 30
# After the disk refused a change, it is tried again this often.
_SECONDS_BETWEEN_TRIES: Final = 30
_NEVER_BY_ITSELF: Final = 0
_PAGES_BEFORE_CHECKPOINT: Final = 1000
# What SQLite says of a file that is none of its own, or not any more.
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# What it says of statements and values; all else is of the disk, or of another process.
_WRONG_CHANGE: Final = (
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
)

type Value = str | int | float | None
type Change = tuple[str, Sequence[Sequence[Value]]]
"""A statement, and the rows of values to carry it out with. Carried out twice, it must come to the same."""


@dataclass(slots=True, eq=False)
class _Request:
    """Changes that one caller wants to be written, and what they wait for."""

    changes: Sequence[Change]
    written: asyncio.Future[None] | None = None

    def tell(self, trouble: str | None) -> None:
        """Tell the caller, once, that the changes are written, or why not; nobody may wait, or wait any more."""
        written, self.written = self.written, None
        if written is None or written.done():
            return
        if trouble is None:
            written.set_result(None)
        else:
            written.set_exception(LedgerError(trouble))


type _Refused = Sequence[tuple[_Request, Exception]]


class LedgerFile:
    """Reads and writes one file. Where the file can't be used, all is kept in memory until Home Assistant ends."""

    def __init__(
        self, path: Path, on_trouble: Callable[[FileTrouble | None], None]
    ) -> None:
        """Call ``on_trouble`` with what keeps changes from being written, and with None once they are."""
        self._path = path
        self._on_trouble = on_trouble
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="payamak ledger")
        self._connection: Connection | None = None
        self._waiting: list[_Request] = []
        self._commit: asyncio.Future[_Refused] | None = None
        self._write_again: asyncio.TimerHandle | None = None
        self._failing = False
        self.is_on_disk = False
        """Whether what is written is there after a restart."""
        self._closing = asyncio.Lock()
        self._closed = False

    async def async_open[T](
        self, read: Callable[[Connection], T]
    ) -> tuple[T, FileTrouble | None]:
        """Open the file, and return what a function reads in it, and what is wrong with it.

        A file in which the function fails is damaged.
        """
        found, trouble = await self._run(partial(self._open, read))
        self.is_on_disk = trouble in (None, FileTrouble.DAMAGED)
        return found, trouble

    async def async_read[T](self, read: Callable[[Connection], T]) -> T:
        """Return what a function reads; what waits to be written is not there yet. Raises LedgerError."""
        return await self._run(lambda: read(self._connected))

    async def async_write(self, *changes: Change) -> None:
        """Return once the changes, and all that were asked for before, are on the disk; raises LedgerError where they are not.

        All that is asked for while a transaction is under way is written in the next one. A change is written even if
        its caller is cancelled.
        """
        if self._closed:
            raise LedgerError("closed")
        if not changes and not self._waiting:
            return
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(_Request(changes, written))
        self._begin_to_write()
        try:
            await asyncio.wait([written], timeout=_SECONDS_FOR_A_WRITE)
        finally:
            # Nobody waits for it any more; where it is done, this changes nothing.
            takes_too_long = written.cancel()
        if takes_too_long:
            raise LedgerError("the disk takes too long")
        await written

    def write_soon(self, *changes: Change) -> None:
        """Write the changes within half a minute; after the end they are gone."""
        if changes and not self._closed:
            self._waiting.append(_Request(changes))
            self._write_later(_SECONDS_TO_WRITE_SOON)

    async def async_hold_checkpoints(self) -> None:
        """Leave the file itself as it is, so that it can be copied; changes go to the log beside it."""
        await self._run(self._hold_checkpoints)

    async def async_release_checkpoints(self) -> None:
        """Let changes go into the file again."""
        await self._run(lambda: self._set_checkpoint(_PAGES_BEFORE_CHECKPOINT))

    async def async_close(self) -> None:
        """Write what waits, and close the file; nothing can be written from now on."""
        async with self._closing:
            if self._closed:
                return
            self._closed = True
            if self._write_again:
                self._write_again.cancel()
            self._begin_to_write()
            while self._commit:
                await asyncio.wait([self._commit])
            if self._waiting:
                _LOGGER.error(
                    "%s is closed. Changes that could not be written are lost: %d",
                    *(self._path.name, len(self._waiting)),
                )
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._close)
            # It has nothing left to do, so this takes no time.
            self._thread.shutdown()

    async def async_remove(self) -> None:
        """Close the file and delete it, and damaged ones that were put aside."""
        await self.async_close()
        await asyncio.get_running_loop().run_in_executor(None, self._delete)

    async def _run[T](self, function: Callable[[], T]) -> T:
        if self._closed:
            raise LedgerError("closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, function
            )
        except sqlite3.Error as error:
            raise LedgerError(str(error)) from error

    def _begin_to_write(self) -> None:
        """Write all that waits in one transaction, unless one is under way: the next one follows it."""
        if self._commit or not self._waiting:
            return
        requests, self._waiting = self._waiting, []
        # No task, which could be cancelled: what is written would be lost.
        self._commit = asyncio.get_running_loop().run_in_executor(
            self._thread, self._write, requests
        )
        self._commit.add_done_callback(partial(self._note_commit, requests))

    def _write_later(self, seconds: float) -> None:
        if self._write_again is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._write_again = loop.call_later(seconds, self._write_now)

    def _write_now(self) -> None:
        self._write_again = None
        self._begin_to_write()

    def _note_commit(
        self, requests: list[_Request], commit: asyncio.Future[_Refused]
    ) -> None:
        self._commit = None
        if error := commit.exception():
            self._note_failure(requests, error)
            return
        self._note_success(requests, commit.result())
        self._begin_to_write()

    def _note_failure(self, requests: list[_Request], error: BaseException) -> None:
        """Tell those who wait; the changes are kept for the next try."""
        if not self._failing:
            self._failing = True
            _LOGGER.error("%s can't be written: %s", self._path.name, error)
            self._tell_trouble(FileTrouble.NOT_WRITTEN)
        self._waiting = requests + self._waiting
        for request in self._waiting:
            request.tell(str(error))
        self._write_later(_SECONDS_BETWEEN_TRIES)

    def _note_success(self, requests: Sequence[_Request], refused: _Refused) -> None:
        if self._failing:
            self._failing = False
            _LOGGER.info("%s can be written again", self._path.name)
            self._tell_trouble(None)
        for request, error in refused:
            # Not the error's own words, which may quote what should have been written.
            reason = type(error).__name__
            _LOGGER.error(
                "%s can't hold a change, which is lost (%s)", self._path.name, reason
            )
            request.tell(reason)
        for request in requests:
            request.tell(None)

    def _tell_trouble(self, trouble: FileTrouble | None) -> None:
        # Whatever the listener does, those who wait go on.
        asyncio.get_running_loop().call_soon(self._on_trouble, trouble)

    # What follows runs in the ledger's own thread.

    @property
    def _connected(self) -> Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("The ledger is not open")
        return self._connection

    def _open[T](self, read: Callable[[Connection], T]) -> tuple[T, FileTrouble | None]:
        try:
            return self._connect(read), None
        except NewerVersionError:
            _LOGGER.error(
                "%s was written by a newer version, and is left as it is",
                self._path.name,
            )
            trouble = FileTrouble.NEWER
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, messages must go out
            trouble = self._trouble_of(error)
        if trouble is FileTrouble.DAMAGED:
            try:
                self._put_aside()
                return self._connect(read), trouble
            except (OSError, sqlite3.Error) as error:
                _LOGGER.error("%s can't be begun anew: %s", self._path.name, error)
                trouble = FileTrouble.UNREADABLE
        self._connection = self._in_memory()
        return read(self._connection), trouble

    def _trouble_of(self, error: Exception) -> FileTrouble:
        is_of_the_disk = _is_of_the_disk(error) and _code(error) not in _DAMAGED
        if is_of_the_disk or isinstance(error, OSError):
            _LOGGER.error("%s can't be opened: %s", self._path.name, error)
            return FileTrouble.UNREADABLE
        # Not the error's own words, which may quote what is in the file.
        _LOGGER.error("%s is damaged (%s)", self._path.name, type(error).__name__)
        return FileTrouble.DAMAGED

    def _connect[T](self, read: Callable[[Connection], T]) -> T:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            # SQLite gives its other files the mode of this one. They hold numbers and texts.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self._path, timeout=_SECONDS_FOR_A_LOCK, isolation_level=None
        )
        try:
            prepare(connection)
            check(connection)
            found = read(connection)
        except BaseException:
            # What is in the log beside the file stays there: it is left as it is.
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE)
            connection.close()
            raise
        self._connection = connection
        return found

    def _put_aside(self) -> None:
        """Put the damaged file aside, so that a new one can be begun; it may hold what somebody looks for."""
        time = f"{datetime.now().astimezone():%Y%m%dT%H%M%S}"
        aside = next(
            end
            for number in count()
            if not self._beside(end := f".corrupt.{time}.{number}").exists()
        )
        _LOGGER.error(
            "%s is put aside as %s%s, and a new one is begun",
            *(self._path.name, self._path.name, aside),
        )
        for file in self._files():
            if file.exists():
                file.rename(file.with_name(file.name + aside))

    @staticmethod
    def _in_memory() -> Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        prepare(connection)
        return connection

    def _write(self, requests: Sequence[_Request]) -> _Refused:
        """Write all in one transaction, and return what can never be written. Raises sqlite3.Error where the disk takes nothing."""
        try:
            self._carry_out(change for each in requests for change in each.changes)
        except Exception as error:
            if _is_of_the_disk(error):
                raise
            if len(requests) == 1:
                return [(requests[0], error)]
        else:
            return ()
        # The others must not suffer for one that is wrong.
        return [refused for each in requests for refused in self._write([each])]

    def _carry_out(self, changes: Iterable[Change]) -> None:
        connection = self._connected
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement, rows in changes:
                connection.executemany(statement, rows)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _hold_checkpoints(self) -> None:
        self._set_checkpoint(_NEVER_BY_ITSELF)
        # A disk that takes nothing must not keep the backup from being made: the file and its log are whole as they are.
        with suppress(sqlite3.Error):
            self._connected.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _set_checkpoint(self, pages: int) -> None:
        self._connected.execute(f"PRAGMA wal_autocheckpoint={pages}")

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _beside(self, end: str) -> Path:
        return self._path.with_name(self._path.name + end)

    def _files(self) -> list[Path]:
        return [self._beside(end) for end in ("", "-wal", "-shm", "-journal")]

    def _delete(self) -> None:
        aside = [
            each
            for file in self._files()
            for each in self._path.parent.glob(f"{escape(file.name)}.corrupt.*")
        ]
        for file in (*self._files(), *aside):
            file.unlink(missing_ok=True)


def _is_of_the_disk(error: Exception) -> bool:
    """Tell trouble with the disk, which can pass, from a change that can never be written."""
    return isinstance(error, sqlite3.Error) and _code(error) not in _WRONG_CHANGE


def _code(error: Exception) -> int:
    """Return SQLite's code; what Python finds wrong with a statement or its values has none."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
