"""What can be wrong with the ledger's file."""

from enum import StrEnum


class LedgerError(Exception):
    """A change is not on the disk, or nothing can be read.

    Where that is the disk's fault, the ledger keeps the change in memory and tries again.
    """


class FileTrouble(StrEnum):
    """What is wrong with the file; the words are those of the repairs."""

    DAMAGED = "ledger_damaged"
    """It was put aside, and a new one was begun."""
    NEWER = "ledger_newer"
    """A newer version of the integration wrote it; it is left alone."""
    UNREADABLE = "ledger_unreadable"
    """It can't be opened or locked; it is left alone."""
    NOT_WRITTEN = "ledger_not_written"
    """The disk is full, read-only or failing."""
