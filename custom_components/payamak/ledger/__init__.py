"""What must survive a restart: one SQLite file per account. Nothing above this folder knows SQL."""

from .errors import FileTrouble, LedgerError
from .facts import Facts
from .history import HistoryQuery, HistoryRow
from .ledger import Ledger, async_open_ledger, async_remove_ledger, open_ledgers
from .outgoing import OutgoingBook, Text
from .received import ReceivedBook
from .rows import SmsRow

__all__ = [
    "Facts",
    "FileTrouble",
    "HistoryQuery",
    "HistoryRow",
    "Ledger",
    "LedgerError",
    "OutgoingBook",
    "ReceivedBook",
    "SmsRow",
    "Text",
    "async_open_ledger",
    "async_remove_ledger",
    "open_ledgers",
]
