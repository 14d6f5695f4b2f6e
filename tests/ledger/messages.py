"""Messages that are begun and sent, for the tests of the outgoing SMS."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import OutgoingBook, SmsRow

SARA = "09120000001"
OMID = "09120000002"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def begin(
    book: OutgoingBook,
    *numbers: str,
    text: str | None = "سلام",
    parts: int = 1,
    cost: float | None = None,
    **how: Any,
) -> list[SmsRow]:
    """Return new rows of one text."""
    new = book.new_text(text, parts=parts, cost=cost, **how)
    return [book.begin(new, number, None) for number in numbers]


async def take(
    book: OutgoingBook, rows: Sequence[SmsRow], state: SmsState, message_id: str = "1"
) -> None:
    """Send rows; the gateway gives accepted ones an id, each its own."""
    await book.async_note_sending(rows)
    for number, row in enumerate(rows):
        row.state = state
        if state is SmsState.ACCEPTED and message_id:
            row.message_id = f"{message_id}{number}"
    await book.async_note_outcome(rows)


async def send(
    book: OutgoingBook,
    *numbers: str,
    state: SmsState = SmsState.ACCEPTED,
    message_id: str = "1",
    parts: int = 1,
    cost: float | None = None,
) -> list[SmsRow]:
    """Send a text, and return its rows."""
    rows = begin(book, *numbers, parts=parts, cost=cost)
    await take(book, rows, state, message_id)
    return rows
