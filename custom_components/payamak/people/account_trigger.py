"""The base of all triggers: the target, and the options for the account and the people."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.trigger import Trigger, TriggerConfig
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from ..account.account_option import (
    ACCOUNT_OPTION,
    OPTION_CONFIG_ENTRY_ID,
    async_check_account_option,
)
from .people_filter import PeopleFilter, refuse_nobody


def trigger_schema(options: VolDictType) -> vol.Schema:
    """Return the schema of a trigger: the people by a target, its own options, and the account."""
    return vol.Schema(
        {
            # Home Assistant has checked it already, as that of any trigger.
            vol.Optional(CONF_TARGET): dict,
            vol.Required(CONF_OPTIONS, default=dict): {**options, **ACCOUNT_OPTION},
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
        checked: ConfigType = cls.schema(config)
        refuse_nobody(
            checked[CONF_OPTIONS].get(cls.people_option), checked.get(CONF_TARGET)
        )
        async_check_account_option(hass, checked)
        return checked

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read the options that all triggers have."""
        super().__init__(hass, config)
        self._options: Mapping[str, Any] = config.options or {}
        self._entry_id: str | None = self._options.get(OPTION_CONFIG_ENTRY_ID)
        self._people = PeopleFilter(
            hass, self._options.get(self.people_option), config.target
        )

    def is_about(self, entry_id: str, number: str) -> bool:
        """Tell whether the options accept this account and this number."""
        return self._entry_id in (None, entry_id) and self._people.fits(
            entry_id, number
        )
