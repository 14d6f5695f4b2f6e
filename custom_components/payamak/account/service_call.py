"""What all actions have in common: how a call chooses the account, and how it may write a list."""

from collections.abc import Sequence
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import selector, service
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import CONF_NOTIFY_ACTION, DOMAIN
from ..coordinator import PayamakConfigEntry, PayamakData
from .errors import validation_error

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"

ACCOUNT_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_CONFIG_ENTRY_ID): selector.ConfigEntrySelector(
        {"integration": DOMAIN}
    )
}


def account_data(call: ServiceCall) -> PayamakData:
    """Return the account that a call chose, else the only one, else the usual one."""
    chosen = call.data.get(ATTR_CONFIG_ENTRY_ID)
    entry_id = chosen or async_usual_entry_id(call.hass)
    return loaded_account(call.hass, entry_id).runtime_data


def accounts_data(call: ServiceCall) -> Sequence[PayamakData]:
    """Return the account that a call chose, else all that are at work; raises ServiceValidationError where none is."""
    entries: Sequence[PayamakConfigEntry] = ()
    chosen = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if not chosen:
        entries = async_accounts(call.hass)
        chosen = next((each.entry_id for each in entries), None)
    at_work = [each for each in entries if each.state is ConfigEntryState.LOADED]
    return [
        each.runtime_data for each in at_work or [loaded_account(call.hass, chosen)]
    ]


def loaded_account(hass: HomeAssistant, entry_id: str | None) -> PayamakConfigEntry:
    """Return the entry of an account that is at work; raises ServiceValidationError for any other, and for None."""
    entry: PayamakConfigEntry = service.async_get_config_entry(hass, DOMAIN, entry_id)
    return entry


@callback
def async_accounts(hass: HomeAssistant) -> Sequence[PayamakConfigEntry]:
    """Return the accounts that the user has, whether they are at work now or not."""
    return hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )


def is_usual(entry: PayamakConfigEntry) -> bool:
    """Tell whether an account is taken where nothing says which one: its notify action bears the integration's name."""
    return bool(entry.data[CONF_NOTIFY_ACTION] == DOMAIN)


@callback
def async_usual_entry_id(hass: HomeAssistant) -> str | None:
    """Return the entry of the only account, or of the usual one, None where there is none.

    Raises ServiceValidationError where there are several, and none is the usual one.
    """
    accounts = async_accounts(hass)
    usual = accounts if len(accounts) == 1 else [*filter(is_usual, accounts)]
    if accounts and not usual:
        titles = ", ".join(each.title for each in accounts)
        raise validation_error("ambiguous_account", accounts=titles)
    return usual[0].entry_id if usual else None


def listed(value: object) -> list[object]:
    """Return a list; the value may be a single item, or a list, tuple or set as templates make them."""
    return list(value) if isinstance(value, list | tuple | set) else [value]
