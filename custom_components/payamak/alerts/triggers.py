"""The triggers for an alert that somebody has, and for one that nobody has acknowledged."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from ..account.account_option import (
    ACCOUNT_OPTION,
    OPTION_CONFIG_ENTRY_ID,
    async_check_account_option,
)
from ..account.signals import SIGNAL_ALERT, AlertReport
from ..ledger import AlertState

OPTION_ALERT_ID: Final = "alert_id"

_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_OPTIONS, default=dict): {
            vol.Optional(OPTION_ALERT_ID): cv.slug,
            **ACCOUNT_OPTION,
        }
    }
)


class AlertTrigger(Trigger):
    """Something has become of an alert, of one account or of any."""

    event: ClassVar[AlertState]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Refuse options with which the trigger could never run."""
        checked: ConfigType = _SCHEMA(config)
        async_check_account_option(hass, checked)
        return checked

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read the options."""
        super().__init__(hass, config)
        options: Mapping[str, Any] = config.options or {}
        self._alert_id: str | None = options.get(OPTION_ALERT_ID)
        self._entry_id: str | None = options.get(OPTION_CONFIG_ENTRY_ID)

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each report that fits."""

        @callback
        def consider(report: AlertReport) -> None:
            if (
                report.event == self.event.value
                and self._alert_id in (None, report.alert_id)
                and self._entry_id in (None, report.entry_id)
            ):
                run_action(
                    {"config_entry_id": report.entry_id, **report.as_dict()},
                    f"alert {report.alert_id}: {report.event}",
                )

        return async_dispatcher_connect(self._hass, SIGNAL_ALERT, consider)


class AlertAcknowledgedTrigger(AlertTrigger):
    """Somebody has an alert."""

    event = AlertState.ACKNOWLEDGED


class AlertUnansweredTrigger(AlertTrigger):
    """Nobody has acknowledged an alert in time."""

    event = AlertState.UNANSWERED
