"""The SMS that were sent for something: by what for and to whom, also over a restart."""

from collections.abc import Collection, Iterable, Mapping
from sqlite3 import Connection
from typing import Final

from .rows import COLUMNS, SmsRow

_SELECT_FOR_ALERTS: Final = (
    f"SELECT text.purpose, {', '.join(f'sms.{each}' for each in COLUMNS)} "  # noqa: S608 - names of columns alone
    "FROM sms JOIN text ON text.key = sms.text "
    "WHERE substr(text.purpose, 1, instr(text.purpose, ':') - 1) IN (SELECT key FROM alert) "
    "ORDER BY sms.text"
)


def purpose_of(key: str, word: str) -> str:
    """Return what a text is for: for an alert by its key, and for what of it."""
    return f"{key}:{word}"


class Purposes:
    """The SMS to each number for each purpose, from when they are begun: whoever looks is never too early."""

    def __init__(self) -> None:
        """Begin without any."""
        self._rows: dict[str, dict[str, SmsRow]] = {}

    @staticmethod
    def read(connection: Connection) -> list[tuple[str, SmsRow]]:
        """Read the SMS of the alerts that are not forgotten."""
        return [
            (purpose, SmsRow.from_values(tuple(values)))
            for purpose, *values in connection.execute(_SELECT_FOR_ALERTS)
        ]

    def take_up(
        self, stored: Iterable[tuple[str, SmsRow]], known: Mapping[str, SmsRow]
    ) -> None:
        """Go on with what was read; of those that are known by their ``sms_id``, the row that goes on changing is kept."""
        for purpose, row in stored:
            self.note(purpose, known.get(row.sms_id, row))

    def note(self, purpose: str, row: SmsRow) -> None:
        """Note that an SMS is begun."""
        self._rows.setdefault(purpose, {})[row.recipient] = row

    def rows(self, purpose: str) -> Mapping[str, SmsRow]:
        """Return the SMS for a purpose, by their numbers."""
        return self._rows.get(purpose, {})

    def forget(self, keys: Collection[str]) -> None:
        """Forget what was sent for some alerts."""
        self._rows = {
            purpose: rows
            for purpose, rows in self._rows.items()
            if purpose.partition(":")[0] not in keys
        }
