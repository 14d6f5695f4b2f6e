"""The conditions about an account: its gateway can be reached, its daily limit leaves room."""

from abc import abstractmethod
from typing import ClassVar, Unpack, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConditionErrorMessage, ServiceValidationError
from homeassistant.helpers.condition import (
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import PayamakConfigEntry, PayamakData
from .account_option import (
    ACCOUNT_OPTION,
    OPTION_CONFIG_ENTRY_ID,
    async_check_account_option,
)
from .service_call import async_usual_entry_id


class AccountCondition(Condition):
    """Something is so with an account; of one that is not at work, nothing is."""

    schema: ClassVar = vol.Schema(
        {vol.Required(CONF_OPTIONS, default=dict): ACCOUNT_OPTION}
    )

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        checked: ConfigType = cls.schema(config)
        async_check_account_option(hass, checked)
        return checked

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep the id alone: the account may be reloaded."""
        super().__init__(hass, config)
        self._entry_id = (config.options or {}).get(OPTION_CONFIG_ENTRY_ID)

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        try:
            entry_id = self._entry_id or async_usual_entry_id(self._hass)
        except ServiceValidationError as error:
            raise ConditionErrorMessage(DOMAIN, str(error)) from error
        entry: PayamakConfigEntry | None = (
            self._hass.config_entries.async_get_entry(entry_id) if entry_id else None
        )
        return (
            entry is not None
            and entry.state is ConfigEntryState.LOADED
            and self.is_met(entry.runtime_data)
        )

    @staticmethod
    @abstractmethod
    def is_met(data: PayamakData) -> bool:
        """Tell whether it is so now."""


class GatewayReachableCondition(AccountCondition):
    """The gateway answers."""

    @override
    @staticmethod
    def is_met(data: PayamakData) -> bool:
        return bool(data.account.watch.is_there)


class WithinDailyLimitCondition(AccountCondition):
    """Another SMS may leave today."""

    @override
    @staticmethod
    def is_met(data: PayamakData) -> bool:
        return data.road.limit.has_room
