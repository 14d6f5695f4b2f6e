"""What the ledger's file tells of messages that are not in memory, and how it forgets."""

from collections.abc import Collection
from dataclasses import dataclass
import json
from sqlite3 import Connection

from ..gateway import SmsState
from .file import Change, LedgerFile, Value
from .rows import COLUMNS, SmsRow


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which SMS to tell of; None leaves that open, and nothing fits an empty collection."""

    sms_ids: Collection[str] | None = None
    recipients: Collection[str] | None = None
    states: Collection[SmsState] | None = None
    since: float | None = None
    limit: int


type HistoryRow = tuple[SmsRow, str | None]
"""An SMS and its text."""


async def async_read_history(file: LedgerFile, query: HistoryQuery) -> list[HistoryRow]:
    """Return the SMS that a query asks for, the newest first. Raises LedgerError."""
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
    if query.since is not None:
        conditions.append("sms.created_at >= ?")
        values.append(query.since)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = ", ".join(f"sms.{each}" for each in COLUMNS)
    statement = (
        f"SELECT {columns}, text.text FROM sms "  # noqa: S608 - names of columns and question marks alone
        f"LEFT JOIN text ON text.key = sms.text {where} "
        "ORDER BY sms.created_at DESC, sms.text DESC, sms.sms_id DESC LIMIT ?"
    )

    def read(connection: Connection) -> list[HistoryRow]:
        found = connection.execute(statement, (*values, query.limit))
        return [(SmsRow.from_values(row[:-1]), row[-1]) for row in found]

    return await file.async_read(read)


def forget_ended_before(time: float) -> tuple[Change, ...]:
    """Return what removes the SMS that ended before a time, and the texts that nobody needs any more."""
    return (
        ("DELETE FROM sms WHERE ended_at < ?", [(time,)]),
        ("DELETE FROM text WHERE key NOT IN (SELECT text FROM sms)", [()]),
    )
