"""A simulated disk: what is asked for is written only once a step later, and what is written outlives each crash."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from sqlite3 import Connection, connect
from typing import Final

from custom_components.payamak.ledger.errors import FileTrouble, LedgerError
from custom_components.payamak.ledger.file import Change
from custom_components.payamak.ledger.schema import prepare

from ..times import Times
from .steps import pause

_SECONDS_FOR_A_WRITE: Final = 3.0


class Disk:
    """What is durable. It may be full, and an older copy of it may be put back."""

    def __init__(self, times: Times) -> None:
        """Begin with an empty file."""
        self.times = times
        self.connection = _begin()
        self.is_full = False
        self.was_in_trouble = False
        self.kept: bytes | None = None

    def commit(self, changes: Sequence[Change]) -> None:
        """Make changes durable, all or none of them. Raises LedgerError where the disk is full."""
        if self.is_full:
            raise LedgerError("the disk is full")
        self.connection.execute("BEGIN")
        for statement, rows in changes:
            self.connection.executemany(statement, rows)
        self.connection.execute("COMMIT")

    def fill(self, *, is_full: bool) -> None:
        """Let the disk take nothing, or everything again."""
        self.is_full = is_full
        self.was_in_trouble |= is_full

    def back_up(self) -> None:
        """Keep a copy."""
        self.kept = self.connection.serialize()

    def restore(self) -> None:
        """Put the copy back."""
        self.connection.close()
        self.connection = connect(":memory:", isolation_level=None)
        self.connection.deserialize(self.kept or b"")


class ModelFile:
    """The ledger's file in one run of the home; all that is not durable is gone with it."""

    is_on_disk = True

    def __init__(self, disk: Disk) -> None:
        """Belong to a disk."""
        self._disk = disk
        self._waiting: list[Change] = []
        self.is_gone = False

    async def async_open[T](
        self, read: Callable[[Connection], T]
    ) -> tuple[T, FileTrouble | None]:
        """Read what is durable."""
        return read(self._disk.connection), None

    async def async_read[T](self, read: Callable[[Connection], T]) -> T:
        """Read what is durable."""
        await pause()
        return read(self._disk.connection)

    async def async_write(self, *changes: Change) -> None:
        """Write all that waits: before and after that, anything may happen. Raises LedgerError where it takes too long, too."""
        self._waiting += changes
        began = self._disk.times.now
        await pause()
        if self._disk.times.now - began > _SECONDS_FOR_A_WRITE:
            self._disk.was_in_trouble = True
            raise LedgerError("the disk takes too long")
        self.flush()
        await pause()

    def write_soon(self, *changes: Change) -> None:
        """Write changes with the next ones that must be written."""
        self._waiting += changes

    def flush(self) -> None:
        """Write what waits."""
        if self.is_gone:
            return
        waiting = self._waiting
        self._disk.commit(waiting)
        self._waiting = []

    def try_again(self) -> None:
        """Write what waits, if the disk takes it."""
        with suppress(LedgerError):
            self.flush()


def _begin() -> Connection:
    connection = connect(":memory:", isolation_level=None)
    prepare(connection)
    return connection
