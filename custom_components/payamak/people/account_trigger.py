"""The base of all triggers: the options for the account and the people."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector
from homeassistant.helpers.trigger import Trigger, TriggerConfig
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from ..const import DOMAIN
from .people_filter import PeopleFilter

OPTION_CONFIG_ENTRY_ID: Final = "config_entry_id"


def trigger_schema(options: VolDictType) -> vol.Schema:
    """Return the schema of a trigger: its own options, and the account."""
    account = selector.ConfigEntrySelector({"integration": DOMAIN})
    return vol.Schema(
        {
            vol.Required(CONF_OPTIONS, default=dict): {
                **options,
                vol.Optional(OPTION_CONFIG_ENTRY_ID): account,
            }
        }
    )


class AccountTrigger(Trigger):
    """A trigger for events of one account, or of all accounts.

    It listens also while the account is not loaded, and keeps listening across reloads.
    """

    schema: ClassVar[vol.Schema]
    people_option: ClassVar[str]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Refuse options with which the trigger could never run."""
        config = cls.schema(config)
        entry_id = config[CONF_OPTIONS].get(OPTION_CONFIG_ENTRY_ID)
        if entry_id is not None:
            entry = hass.config_entries.async_get_entry(entry_id)
            if entry is None or entry.domain != DOMAIN:
                path = [CONF_OPTIONS, OPTION_CONFIG_ENTRY_ID]
                raise vol.Invalid("there is no such account", path=path)
        return config

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read the options that all triggers have."""
        super().__init__(hass, config)
        self._options: Mapping[str, Any] = config.options or {}
        self._entry_id: str | None = self._options.get(OPTION_CONFIG_ENTRY_ID)
        self._people = PeopleFilter(hass, self._options.get(self.people_option))

    def is_about(self, entry_id: str, number: str) -> bool:
        """Tell whether the options accept this account and this number."""
        return self._entry_id in (None, entry_id) and self._people.fits(
            entry_id, number
        )
