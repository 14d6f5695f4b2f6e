"""The triggers for an alert that somebody has, and for one that nobody has acknowledged."""

from typing import ClassVar, Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
import voluptuous as vol

from ..account.signals import SIGNAL_ALERT, AlertReport
from ..ledger import AlertState
from ..people.account_trigger import AccountTrigger, trigger_schema

OPTION_ALERT_ID: Final = "alert_id"


class AlertTrigger(AccountTrigger):
    """Something has become of an alert."""

    event: ClassVar[AlertState]
    schema = trigger_schema({vol.Optional(OPTION_ALERT_ID): cv.slug})

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read which alert is meant."""
        super().__init__(hass, config)
        self._alert_id: str | None = self._options.get(OPTION_ALERT_ID)

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
                and self.is_of(report.entry_id)
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
