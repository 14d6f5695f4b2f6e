"""The option of triggers and conditions that names an account."""

from typing import Final

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import selector
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from ..const import DOMAIN

OPTION_CONFIG_ENTRY_ID: Final = "config_entry_id"

ACCOUNT_OPTION: Final[VolDictType] = {
    vol.Optional(OPTION_CONFIG_ENTRY_ID): selector.ConfigEntrySelector(
        {"integration": DOMAIN}
    )
}


@callback
def async_check_account_option(hass: HomeAssistant, config: ConfigType) -> None:
    """Refuse an account that is not there: nothing would ever happen to it."""
    entry_id = config[CONF_OPTIONS].get(OPTION_CONFIG_ENTRY_ID)
    if entry_id is not None:
        entry = hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain != DOMAIN:
            path = [CONF_OPTIONS, OPTION_CONFIG_ENTRY_ID]
            raise vol.Invalid("there is no such account", path=path)
