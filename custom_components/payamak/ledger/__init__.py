"""What must survive a restart: one SQLite file per account. Nothing above this folder knows SQL."""

from .alerts import AlertBook, AlertPerson, AlertRow, AlertState, AlertStep
from .clock import LedgerClock
from .errors import FileTrouble, LedgerError
from .facts import Facts
from .file import Change
from .history import HistoryQuery
from .ledger import Ledger, async_open_ledger, async_remove_ledger, open_ledgers
from .outgoing import OutgoingBook
from .pauses import Pauses
from .purposes import Purposes, purpose_of
from .received import ReceivedBook
from .rows import SmsRow
from .texts import Text

__all__ = [
    "AlertBook",
    "AlertPerson",
    "AlertRow",
    "AlertState",
    "AlertStep",
    "Change",
    "Facts",
    "FileTrouble",
    "HistoryQuery",
    "Ledger",
    "LedgerClock",
    "LedgerError",
    "OutgoingBook",
    "Pauses",
    "Purposes",
    "ReceivedBook",
    "SmsRow",
    "Text",
    "async_open_ledger",
    "async_remove_ledger",
    "open_ledgers",
    "purpose_of",
]
