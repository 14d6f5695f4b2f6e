"""The trigger of a received SMS."""

import asyncio
from typing import Any, Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
import voluptuous as vol

from ..account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from ..people.account_trigger import PeopleTrigger, people_trigger_schema
from ..people.address_book import Recipient
from ..people.people_filter import people_if_any
from .pattern_search import PatternSearch
from .text_filter import TextFilter, regular_expression, wanted_text

OPTION_CONTAINS: Final = "contains"
OPTION_EXACTLY: Final = "exactly"
OPTION_FROM: Final = "from"
OPTION_MATCHES: Final = "matches"


class MessageReceivedTrigger(PeopleTrigger):
    """An SMS came in."""

    people_option = OPTION_FROM
    schema = people_trigger_schema(
        {
            vol.Optional(OPTION_FROM): people_if_any,
            vol.Optional(OPTION_CONTAINS): wanted_text,
            vol.Optional(OPTION_EXACTLY): wanted_text,
            vol.Optional(OPTION_MATCHES): regular_expression,
        }
    )

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read the options about the text."""
        super().__init__(hass, config)
        self._text = TextFilter(
            contains=self._options.get(OPTION_CONTAINS),
            exactly=self._options.get(OPTION_EXACTLY),
        )
        self._pattern: str | None = self._options.get(OPTION_MATCHES)

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each SMS that fits, in the order in which they were reported."""

        @callback
        def run(sms: ReceivedSms) -> None:
            sender = Recipient(number=sms.sender, name=sms.name)
            run_action(_variables_of_sms(sms), f"SMS from {sender.label}")

        searches: set[asyncio.Task[None]] = set()
        pattern_search = (
            PatternSearch(self._hass, self._pattern) if self._pattern else None
        )

        async def async_run_if_found(sms: ReceivedSms, search: PatternSearch) -> None:
            if await search.async_find_in(sms.text):
                run(sms)

        @callback
        def consider(sms: ReceivedSms) -> None:
            if not self.is_about(sms.entry_id, sms.sender):
                return
            if not self._text.fits(sms.text):
                return
            if pattern_search is None:
                run(sms)
                return
            search = self._hass.async_create_task(
                async_run_if_found(sms, pattern_search)
            )
            searches.add(search)
            search.add_done_callback(searches.discard)

        disconnect = async_dispatcher_connect(self._hass, SIGNAL_SMS_RECEIVED, consider)

        @callback
        def detach() -> None:
            disconnect()
            for search in searches:
                search.cancel()

        return detach


def _variables_of_sms(sms: ReceivedSms) -> dict[str, Any]:
    return {"config_entry_id": sms.entry_id, **sms.as_dict()}
