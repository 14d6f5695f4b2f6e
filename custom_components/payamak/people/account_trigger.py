"""The bases of all triggers: the option for the account, and for most the target and the people."""

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
    """Return the schema of a trigger: its own options, and the account."""
    return vol.Schema(
        {vol.Required(CONF_OPTIONS, default=dict): {**options, **ACCOUNT_OPTION}}
    )


def people_trigger_schema(options: VolDictType) -> vol.Schema:
    """Return the schema of a trigger that is about people, whom a target can mean."""
    # Home Assistant has checked the target already, as that of any trigger.
    return trigger_schema(options).extend({vol.Optional(CONF_TARGET): dict})


class AccountTrigger(Trigger):
    """A trigger for events of one account, or of all accounts.

    It listens also while the account is not loaded, and keeps listening across reloads.
    """

    schema: ClassVar[vol.Schema]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Refuse options with which the trigger could never run."""
        checked: ConfigType = cls.schema(config)
        async_check_account_option(hass, checked)
        return checked

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read the option that all triggers have."""
        super().__init__(hass, config)
        self._options: Mapping[str, Any] = config.options or {}
        self._entry_id: str | None = self._options.get(OPTION_CONFIG_ENTRY_ID)

    def is_of(self, entry_id: str) -> bool:
        """Tell whether the options accept this account."""
        return self._entry_id in (None, entry_id)


class PeopleTrigger(AccountTrigger):
    """A trigger for what happens to people, of whom it may accept some alone."""

    people_option: ClassVar[str]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Refuse people who are nobody, too."""
        checked = await super().async_validate_config(hass, config)
        refuse_nobody(
            checked[CONF_OPTIONS].get(cls.people_option), checked.get(CONF_TARGET)
        )
        return checked

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read the options about the people."""
        super().__init__(hass, config)
        self._people = PeopleFilter(
            hass, self._options.get(self.people_option), config.target
        )

    def is_about(self, entry_id: str, number: str) -> bool:
        """Tell whether the options accept this account and this number."""
        return self.is_of(entry_id) and self._people.fits(entry_id, number)
