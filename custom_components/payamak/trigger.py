"""Triggers of the automation editor: an SMS came in, a message was delivered, a delivery failed."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar, Final, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import selector
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from .account.signals import (
    SIGNAL_DELIVERY_ENDED,
    SIGNAL_SMS_RECEIVED,
    DeliveryReport,
    DeliveryWord,
    ReceivedSms,
)
from .const import DOMAIN
from .inbox.pattern_search import PatternSearch
from .inbox.text_filter import TextFilter, regular_expression, wanted_text
from .people.address_book import Recipient
from .people.people_filter import PeopleFilter, wanted_people

OPTION_CONFIG_ENTRY_ID: Final = "config_entry_id"
OPTION_CONTAINS: Final = "contains"
OPTION_EXACTLY: Final = "exactly"
OPTION_FROM: Final = "from"
OPTION_MATCHES: Final = "matches"
OPTION_RECIPIENTS: Final = "recipients"


def _schema(options: VolDictType) -> vol.Schema:
    """Return the schema of a trigger: its options, and the account that is meant."""
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
    """Waits for something to happen to an account, or to any of them.

    It listens from the start, whether the account is loaded or not, and across its reloads.
    """

    schema: ClassVar[vol.Schema]
    people_option: ClassVar[str]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Refuse what could never happen."""
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

    def _is_about(self, entry_id: str, number: str) -> bool:
        """Tell whether the account and the person are among those meant."""
        return self._entry_id in (None, entry_id) and self._people.fits(
            entry_id, number
        )


class MessageReceivedTrigger(AccountTrigger):
    """An SMS came in."""

    people_option = OPTION_FROM
    schema = _schema(
        {
            vol.Optional(OPTION_FROM): wanted_people,
            vol.Optional(OPTION_CONTAINS): wanted_text,
            vol.Optional(OPTION_EXACTLY): wanted_text,
            vol.Optional(OPTION_MATCHES): regular_expression,
        }
    )

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Read what the text should be."""
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
        """Run the action for each SMS that fits, in their order."""

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
            if not self._is_about(sms.entry_id, sms.sender):
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


class DeliveryTrigger(AccountTrigger):
    """A message came to its end."""

    outcomes: ClassVar[frozenset[DeliveryWord]]
    people_option = OPTION_RECIPIENTS
    schema = _schema({vol.Optional(OPTION_RECIPIENTS): wanted_people})

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each report that fits."""

        @callback
        def consider(report: DeliveryReport) -> None:
            if report.word in self.outcomes and self._is_about(
                report.entry_id, report.recipient
            ):
                recipient = Recipient(number=report.recipient, name=report.name)
                run_action(
                    _variables_of_delivery(report),
                    f"SMS to {recipient.label}: {report.word}",
                )

        return async_dispatcher_connect(self._hass, SIGNAL_DELIVERY_ENDED, consider)


class MessageDeliveredTrigger(DeliveryTrigger):
    """A message reached the phone."""

    outcomes = frozenset({DeliveryWord.DELIVERED})


class DeliveryFailedTrigger(DeliveryTrigger):
    """A message did not reach the phone, or nobody knows after three days."""

    outcomes = frozenset(DeliveryWord) - {DeliveryWord.DELIVERED, DeliveryWord.PENDING}


def _variables_of_sms(sms: ReceivedSms) -> dict[str, Any]:
    return {"config_entry_id": sms.entry_id, **sms.as_dict()}


def _variables_of_delivery(report: DeliveryReport) -> dict[str, Any]:
    return {
        "config_entry_id": report.entry_id,
        "outcome": report.word.value,
        **report.as_dict(),
    }


_TRIGGERS: Final[Mapping[str, type[Trigger]]] = {
    "message_received": MessageReceivedTrigger,
    "message_delivered": MessageDeliveredTrigger,
    "delivery_failed": DeliveryFailedTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the integration's triggers by their names."""
    return dict(_TRIGGERS)
