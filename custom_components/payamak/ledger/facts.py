"""Single facts about an account that survive a restart."""

from collections.abc import Mapping
import json
from sqlite3 import Connection
from typing import Any

from .file import Change, LedgerFile


class Facts:
    """Words and their values, which JSON can write; all are in memory."""

    def __init__(self, file: LedgerFile) -> None:
        """Begin without any."""
        self._file = file
        # As they are written: nobody can change a list that is kept here.
        self._values: dict[str, str] = {}

    @staticmethod
    def read(connection: Connection) -> dict[str, str]:
        """Read what was written before. Raises ValueError where it makes no sense."""
        values = dict(connection.execute("SELECT key, value FROM fact"))
        for value in values.values():
            json.loads(value)
        return values

    def take_up(self, values: Mapping[str, str]) -> None:
        """Go on with what was read."""
        self._values = dict(values)

    def get(self, key: str) -> Any:
        """Return a fact, None where there is none."""
        return json.loads(self._values.get(key, "null"))

    def keep(self, key: str, value: Any) -> None:
        """Keep a fact; it is written soon."""
        self._file.write_soon(*self.change(key, value))

    async def async_keep(self, key: str, value: Any) -> None:
        """Keep a fact, and return once it is on the disk, also where it was known already. Raises LedgerError where it is not."""
        self._values[key] = json.dumps(value)
        await self._file.async_write(self._written(key))

    def change(self, key: str, value: Any) -> tuple[Change, ...]:
        """Keep a fact in memory, and return what writes it, which is nothing where it was known already."""
        written = json.dumps(value)
        if self._values.get(key, "null") == written:
            return ()
        self._values[key] = written
        return (self._written(key),)

    def _written(self, key: str) -> Change:
        return "INSERT OR REPLACE INTO fact VALUES (?, ?)", [(key, self._values[key])]
