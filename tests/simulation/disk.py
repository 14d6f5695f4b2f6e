"""The disk of the home: what is written is gone after a power cut where nobody has asked for it to be safe."""

from collections.abc import Callable
from contextlib import suppress
import sqlite3
from sqlite3 import Connection
from typing import Any, Final

from custom_components.payamak.ledger import schema
from custom_components.payamak.ledger.file import LedgerFile

_SAFE: Final = 2  # PRAGMA synchronous=FULL
type Read = Callable[[Connection], Any]


class Disk:
    """Files by their names. ``on_commit`` is called with the name and the connection of each file that is written."""

    def __init__(self, on_commit: Callable[[str, Connection], None]) -> None:
        """Begin with an empty disk that works."""
        self.on_commit = on_commit
        self.written: dict[str, bytes] = {}
        self.safe: dict[str, bytes] = {}
        self.kept: dict[str, bytes] | None = None
        """A backup that was made."""
        self.refuses: int | None = None
        """The code with which each write is refused."""
        self.takes = 0.0
        """How many seconds a job takes."""
        self.was_in_trouble = False
        self._connections: list[Connection] = []

    def connect(self, ledger_file: LedgerFile, read: Read) -> Any:
        """Open a file, in place of the ledger's own function."""
        name = ledger_file._path.name
        connection = sqlite3.connect(":memory:", isolation_level=None)
        if content := self.written.get(name):
            connection.deserialize(content)
        schema.prepare(connection)
        schema.check(connection)
        found = read(connection)
        self._note(name, connection)
        self._connections.append(connection)
        ledger_file._connection = connection
        return found

    def carry_out(
        self, write: Callable[..., None], ledger_file: LedgerFile, changes: Any
    ) -> None:
        """Write a transaction with the ledger's own function, unless the disk refuses it."""
        if self.refuses is not None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = self.refuses
            raise error
        write(ledger_file, changes)
        if (connection := ledger_file._connection) is not None:
            self._note(ledger_file._path.name, connection)

    def delete(self, ledger_file: LedgerFile) -> None:
        """Delete a file, in place of the ledger's own function."""
        for files in (self.written, self.safe):
            files.pop(ledger_file._path.name, None)

    def lose_power(self) -> None:
        """Lose what was not safe."""
        self.written = dict(self.safe)

    def close(self) -> None:
        """Let nobody write any more: those who did are gone."""
        while self._connections:
            with suppress(sqlite3.Error):
                self._connections.pop().close()

    def back_up(self) -> None:
        """Keep a copy of all that is there now."""
        self.kept = dict(self.written)

    def restore(self) -> None:
        """Put the copy in place of what is there."""
        if self.kept is not None:
            self.written, self.safe = dict(self.kept), dict(self.kept)

    def _note(self, name: str, connection: Connection) -> None:
        self.written[name] = connection.serialize()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        if synchronous >= _SAFE:
            self.safe[name] = self.written[name]
        self.on_commit(name, connection)
