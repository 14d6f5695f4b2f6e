"""What the ledger's file tells of messages that are not in memory, and how it forgets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
import json
from sqlite3 import Connection
from typing import Final

from ..gateway import SmsState
from .file import Change, LedgerFile, Value
from .rows import COLUMNS, SmsRow
from .texts import TEXT_COLUMNS, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which SMS to tell of; None leaves that open, and nothing fits an empty collection.

    ``since`` is of when they were begun, ``left_since`` of when they left.
    """

    sms_ids: Collection[str] | None = None
    recipients: Collection[str] | None = None
    states: Collection[SmsState] | None = None
    since: float | None = None
    left_since: float | None = None
    limit: int


async def async_read_history(file: LedgerFile, query: HistoryQuery) -> list[SmsRow]:
    """Return the SMS that a query asks for with their contents, the newest first. Raises LedgerError."""
    conditions: list[str] = []
    values: list[Value] = []
    for column, wanted in (
        ("sms_id", query.sms_ids),
        ("recipient", query.recipients),
        ("state", query.states),
    ):
        if wanted is not None:
            # One value, however many there are: SQLite takes no more than some thousands.
            conditions.append(f"sms.{column} IN (SELECT value FROM json_each(?))")  # noqa: S608 - a name of a column
            values.append(json.dumps(list(wanted)))
    for column, least in (("created_at", query.since), ("sent_at", query.left_since)):
        if least is not None:
            conditions.append(f"sms.{column} >= ?")
            values.append(least)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    end = (
        f"{where} ORDER BY sms.created_at DESC, sms.text DESC, sms.sms_id DESC LIMIT ?"
    )
    return await file.async_read(
        lambda connection: read_with_contents(connection, end, (*values, query.limit))
    )


def read_with_contents(
    connection: Connection, end: str, values: Sequence[Value] = ()
) -> list[SmsRow]:
    """Return the SMS that the end of a statement chooses, with their contents."""
    found = connection.execute(f"{_SELECT_WITH_CONTENTS} {end}", values)
    return [_row_with_content(stored) for stored in found]


def _row_with_content(stored: Sequence[object]) -> SmsRow:
    *values, sent_text = stored
    row = SmsRow.from_values(tuple(values[: len(COLUMNS)]))
    row.content = Text.from_values(
        values[len(COLUMNS) :], parts=row.parts, cost=row.cost
    )
    row.sent_text = None if sent_text is None else str(sent_text)
    return row


_SELECT_WITH_CONTENTS: Final = (
    f"SELECT {', '.join(f'sms.{each}' for each in COLUMNS)}, "  # noqa: S608 - names of columns alone
    f"{', '.join(f'text.{each}' for each in TEXT_COLUMNS)}, bundle.text "
    "FROM sms JOIN text ON text.key = sms.text LEFT JOIN text AS bundle ON bundle.key = sms.sent_as"
)


_FORGET_TEXTS: Final = (
    "DELETE FROM text WHERE key NOT IN (SELECT text FROM sms UNION "
    "SELECT sent_as FROM sms WHERE sent_as IS NOT NULL)"
)


def forget_ended_before(time: float) -> tuple[Change, ...]:
    """Return what removes the SMS that ended before a time, and the texts that nobody needs any more."""
    return (
        ("DELETE FROM sms WHERE ended_at < ?", [(time,)]),
        (_FORGET_TEXTS, [()]),
    )
