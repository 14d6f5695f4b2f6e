"""What must survive a restart: one SQLite file per account. Nothing above this folder knows SQL."""

from .clock import LedgerClock
from .errors import FileTrouble, LedgerError
from .facts import Facts
from .history import HistoryQuery
from .ledger import Ledger, async_open_ledger, async_remove_ledger, open_ledgers
from .outgoing import OutgoingBook
from .pauses import Pauses
from .received import ReceivedBook
from .rows import SmsRow
from .texts import Text

__all__ = [
    "Facts",
    "FileTrouble",
    "HistoryQuery",
    "Ledger",
    "LedgerClock",
    "LedgerError",
    "OutgoingBook",
    "Pauses",
    "ReceivedBook",
    "SmsRow",
    "Text",
    "async_open_ledger",
    "async_remove_ledger",
    "open_ledgers",
]
