"""Diagnostics for a bug report: everything that helps, nothing that identifies."""

from collections import Counter
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from yarl import URL

from .account.repairs import Issue
from .const import (
    CONF_NOTIFY_ACTION,
    CONF_SENDER,
    CONF_SENDER_LISTED,
    CONF_WEBHOOK_ID,
    DOMAIN,
)
from .coordinator import PayamakConfigEntry
from .gateway import is_default_gateway, mask_number
from .people.address_book import AddressBook


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> dict[str, Any]:
    """Return an account's settings and data without credentials and whole numbers."""
    return {
        "state": entry.state.value,
        "reason": entry.reason,
        "settings": {
            CONF_URL: _address(entry.data[CONF_URL]),
            CONF_SENDER: mask_number(entry.data[CONF_SENDER]),
            CONF_SENDER_LISTED: entry.data[CONF_SENDER_LISTED],
            # Names are the household's own words, and may be somebody's.
            "notify_action_is_default": entry.data[CONF_NOTIFY_ACTION] == DOMAIN,
        },
        "options": async_redact_data(entry.options, [CONF_WEBHOOK_ID]),
        "recipients": [
            [*map(mask_number, saved.numbers)]
            for saved in AddressBook.of(entry.subentries).saved
        ],
        "account": _account(entry) if entry.state is ConfigEntryState.LOADED else None,
    }


def _account(entry: PayamakConfigEntry) -> dict[str, Any]:
    """Return what a loaded account knows."""
    coordinator = entry.runtime_data.coordinator
    data = coordinator.data
    error = coordinator.last_exception
    ledger = entry.runtime_data.ledger
    inbox = entry.runtime_data.inbox
    inbox_error = inbox.last_exception
    repairs = entry.runtime_data.repairs
    gates = entry.runtime_data.road.gates
    return {
        "credit": str(data.credit),
        "base_price": None if data.base_price is None else str(data.base_price),
        "lines": None if data.lines is None else [*map(mask_number, data.lines)],
        "repairs": [word for issue in Issue if (word := repairs.word(issue))],
        "pending_deliveries": len(ledger.outgoing.pending),
        "outbox": len(ledger.outgoing.waiting),
        # In the order of the recipients.
        "gates_closed_by": [
            gates.closed_by(saved) for saved in entry.runtime_data.address_book.saved
        ],
        "alerts": dict(Counter(row.state.value for row in ledger.alerts)),
        "outbox_held_up_by": entry.runtime_data.road.outbox.holds.reason,
        "unsettled": len(ledger.outgoing.unsettled),
        "parts_sent_today": ledger.outgoing.today.parts,
        "ledger_trouble": ledger.trouble,
        "unknown_delivery_codes": sorted(entry.runtime_data.deliveries.unknown_codes),
        "received_messages_ignored": inbox.ignored,
        "received_rows_skipped": inbox.skipped_rows,
        "inbox_last_error": None if inbox_error is None else str(inbox_error),
        "gateway": entry.runtime_data.account.watch.details,
        "last_update_success": coordinator.last_update_success,
        "last_error": None if error is None else str(error),
    }


def _address(url: str) -> str:
    """Show which gateway it is, but not whose."""
    if is_default_gateway(url):
        return url
    return str(URL(url).with_host("redacted").with_port(None))
