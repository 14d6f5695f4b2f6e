"""Rows that wait, made by hand, for the tests of what is decided without any I/O."""

from typing import Any

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import SmsRow, Text
from tests.integration.conftest import SARA


def content(key: int = 1, text: str | None = "سلام", **how: Any) -> Text:
    """Give a text that takes one part."""
    return Text(key=key, text=text, parts=1, cost=None, **how)


def waiting_row(number: int, recipient: str = SARA, **changes: Any) -> SmsRow:
    """Give a row that waits; without a text of its own it has one that may wait for an hour."""
    text = changes.get("content") or content(number, retry_for=3600)
    fields: dict[str, Any] = {
        "sms_id": f"sms-{number}",
        "text": text.key,
        "recipient": recipient,
        "name": None,
        "state": SmsState.WAITING,
        "parts": 1,
        "cost": None,
        "created_at": 0.0,
        "content": text,
    }
    return SmsRow(**fields | changes)
