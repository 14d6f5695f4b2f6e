"""What the disk holds of the messages, read after each transaction, and what may never become of a row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
import json
from sqlite3 import Connection
from typing import Final

from .gateway import Key, pattern_key

_SELECT: Final = (
    "SELECT sms.sms_id, sms.text, sms.recipient, sms.state, sms.message_id, sms.reason, "
    "sms.ended_at IS NOT NULL, sms.parts, text.text, text.pattern_id, text.variables, text.urgent, "
    "text.retry_for, sms.sent_as, bundle.text FROM sms LEFT JOIN text ON text.key = sms.text "
    "LEFT JOIN text AS bundle ON bundle.key = sms.sent_as"
)
_MAY_LEAVE: Final = ("waiting", "sending")
# Surely not sent, as far as the user is told.
_NOTHING_LEFT: Final = ("failed", "not_sent", "cancelled")


@dataclass(slots=True, kw_only=True)
class Row:
    """A row as the disk holds it. ``since`` is the transaction that brought its state."""

    sms_id: str
    text: int
    number: str
    state: str
    message_id: str | None
    reason: str | None
    has_ended: bool
    parts: int
    key: Key
    urgent: bool
    retry_for: float
    sent_as: int | None = None
    sent_text: str | None = None
    since: int = 0
    has_waited: bool = False
    ended_in_run: int | None = None

    @property
    def has_surely_not_left(self) -> bool:
        """Tell whether the user may take it for not sent."""
        return self.state in _NOTHING_LEFT and self.message_id is None


class Mirror:
    """The rows of the accounts' files."""

    def __init__(self, violate: Callable[[str, str], None]) -> None:
        """Call ``violate`` with the invariant and what is wrong."""
        self._violate = violate
        self.rows: dict[str, Row] = {}
        self.commits = 0
        self.run = 0

    def of(self, key: Key, number: str) -> list[Row]:
        """Return the rows of a message to a number."""
        return [
            row for row in self.rows.values() if row.number == number and row.key == key
        ]

    def bundle(self, text: str, number: str) -> list[Row]:
        """Return the rows that went out to a number as one text, the oldest first."""
        rows = [
            row
            for row in self.rows.values()
            if row.number == number and row.sent_text == text
        ]
        last = max((row.sent_as or 0 for row in rows), default=0)
        return sorted(
            (row for row in rows if row.sent_as == last), key=lambda row: row.text
        )

    @property
    def waiting(self) -> list[Row]:
        """Return what waits, as far as the disk knows."""
        return [row for row in self.rows.values() if row.state == "waiting"]

    def read(self, connection: Connection) -> list[Row]:
        """Take over what a file holds; return the rows that have changed their state."""
        self.commits += 1
        found = {row.sms_id: row for row in _rows(connection)}
        changed = []
        for row in found.values():
            before = self.rows.get(row.sms_id)
            if before:
                row.has_waited = before.has_waited
                row.ended_in_run = before.ended_in_run
            row.has_waited |= row.state == "waiting"
            if before and before.state == row.state:
                row.since = before.since
            else:
                row.since = self.commits
                changed.append(row)
            if before:
                self._check_change(before, row)
            if row.has_ended and not (before and before.has_ended):
                row.ended_in_run = self.run
        for sms_id, before in self.rows.items():
            if sms_id not in found and not before.has_ended:
                self._violate("I2", f"{sms_id} was {before.state} and is gone")
        self.rows = found
        return changed

    def forget(self) -> None:
        """Expect nothing of the rows any more."""
        self.rows = {}

    def _check_change(self, before: Row, row: Row) -> None:
        if row.state in _MAY_LEAVE and before.state not in _MAY_LEAVE:
            self._violate("I2", f"{row.sms_id}: {before.state} -> {row.state}")
        elif before.has_ended and (row.state != before.state or not row.has_ended):
            self._violate("I2", f"{row.sms_id} ended {before.state} -> {row.state}")


def surely_not_left(rows: Iterable[Row]) -> int:
    """Count the rows that the user may take for not sent."""
    return sum(row.has_surely_not_left for row in rows)


def _rows(connection: Connection) -> Iterable[Row]:
    for values in connection.execute(_SELECT):
        sms_id, text_key, number, state, message_id, reason = values[:6]
        has_ended, parts, text, pattern_id, variables, urgent, retry_for = values[6:13]
        sent_as, sent_text = values[13:]
        key = (
            pattern_key(pattern_id, ";".join(json.loads(variables)))
            if text is None and pattern_id is not None
            else text or ""
        )
        yield Row(
            sms_id=sms_id,
            text=text_key,
            number=number,
            state=state,
            message_id=message_id,
            reason=reason,
            has_ended=bool(has_ended),
            parts=parts,
            key=key,
            urgent=bool(urgent),
            retry_for=retry_for or 0.0,
            sent_as=sent_as,
            sent_text=sent_text,
        )
