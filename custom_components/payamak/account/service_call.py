"""What all actions have in common: how a call chooses the account, and how it may write a list."""

from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.helpers import selector, service
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import PayamakConfigEntry, PayamakData

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"

ACCOUNT_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_CONFIG_ENTRY_ID): selector.ConfigEntrySelector(
        {"integration": DOMAIN}
    )
}


def account_data(call: ServiceCall) -> PayamakData:
    """Return the account that a call chose; it can be left out if there is only one."""
    entry: PayamakConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry.runtime_data


def listed(value: object) -> list[object]:
    """Return a list; the value may be a single item, or a list, tuple or set as templates make them."""
    return list(value) if isinstance(value, list | tuple | set) else [value]
