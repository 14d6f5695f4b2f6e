"""The tables of the ledger's file."""

from sqlite3 import Connection, DatabaseError
from typing import Final

VERSION: Final = 1

# Small pages: a change of one row writes each page that it touches as a whole.
_PAGE_SIZE: Final = 1024

_TABLES: Final = """
CREATE TABLE text (
  key INTEGER PRIMARY KEY,
  text TEXT,
  sender TEXT,
  flash INTEGER NOT NULL,
  pattern_id INTEGER,
  variables TEXT NOT NULL,
  urgent INTEGER NOT NULL,
  retry_for REAL NOT NULL,
  purpose TEXT
);
CREATE TABLE sms (
  sms_id TEXT PRIMARY KEY,
  text INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  name TEXT,
  state TEXT NOT NULL,
  message_id TEXT,
  code INTEGER,
  reason TEXT,
  parts INTEGER NOT NULL,
  cost REAL,
  created_at REAL NOT NULL,
  begun_at REAL NOT NULL,
  not_before REAL,
  sent_at REAL,
  ended_at REAL,
  asked INTEGER NOT NULL,
  asked_at REAL,
  sent_as INTEGER
) WITHOUT ROWID;
CREATE TABLE received (
  number INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE
);
CREATE TABLE alert (
  key TEXT PRIMARY KEY,
  alert TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE fact (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
"""


class NewerVersionError(Exception):
    """The file was written by a newer version of the integration."""


def prepare(connection: Connection) -> None:
    """Make the tables of a new file, and set how the file is written. A newer file is left as it is."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NewerVersionError
    connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    # What is forgotten must not stay in the file.
    connection.execute("PRAGMA secure_delete=ON")
    if version == 0:
        connection.executescript(
            f"BEGIN; {_TABLES} PRAGMA user_version={VERSION}; COMMIT;"
        )


def check(connection: Connection) -> None:
    """Raise sqlite3.DatabaseError for a file that is damaged."""
    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise DatabaseError(result)
