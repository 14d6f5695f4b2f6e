"""The triggers for a message that was delivered, and for one that was not."""

from typing import Any, ClassVar, Final, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    TriggerActionRunner,
    TriggerNotTriggeredReporter,
)
import voluptuous as vol

from ..account.signals import SIGNAL_DELIVERY_ENDED, DeliveryReport
from ..gateway import ENDS, SmsState
from ..people.account_trigger import PeopleTrigger, people_trigger_schema
from ..people.address_book import Recipient
from ..people.people_filter import people_if_any

OPTION_RECIPIENTS: Final = "recipients"


class DeliveryTrigger(PeopleTrigger):
    """The state of a message became final."""

    outcomes: ClassVar[frozenset[SmsState]]
    people_option = OPTION_RECIPIENTS
    schema = people_trigger_schema({vol.Optional(OPTION_RECIPIENTS): people_if_any})

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each report that fits."""

        @callback
        def consider(report: DeliveryReport) -> None:
            if report.state in self.outcomes and self.is_about(
                report.entry_id, report.recipient
            ):
                recipient = Recipient(number=report.recipient, name=report.name)
                run_action(
                    _variables_of_delivery(report),
                    f"SMS to {recipient.label}: {report.state}",
                )

        return async_dispatcher_connect(self._hass, SIGNAL_DELIVERY_ENDED, consider)


class MessageDeliveredTrigger(DeliveryTrigger):
    """A message reached the phone."""

    outcomes = frozenset({SmsState.DELIVERED})


class DeliveryFailedTrigger(DeliveryTrigger):
    """A message did not reach the phone, or its state is still not known after three days."""

    outcomes = frozenset(ENDS) - {SmsState.DELIVERED}


def _variables_of_delivery(report: DeliveryReport) -> dict[str, Any]:
    return {
        "config_entry_id": report.entry_id,
        "outcome": report.state.value,
        **report.as_dict(),
    }
