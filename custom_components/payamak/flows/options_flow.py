"""How an account behaves."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..const import (
    CONF_BUNDLE,
    CONF_DAILY_LIMIT,
    CONF_DUPLICATE_WINDOW,
    CONF_HISTORY_DAYS,
    CONF_INBOX_INTERVAL,
    CONF_INBOX_MAX_AGE,
    CONF_LOW_CREDIT,
    CONF_PUSH,
    CONF_REFRESH_INTERVAL,
    CONF_RETRY_FOR,
    CONF_SHOW_TEXTS,
    CONF_WEBHOOK_ID,
    DEFAULT_BUNDLE,
    DEFAULT_DAILY_LIMIT,
    DEFAULT_DUPLICATE_WINDOW,
    DEFAULT_HISTORY_DAYS,
    DEFAULT_INBOX_INTERVAL,
    DEFAULT_INBOX_MAX_AGE,
    DEFAULT_LOW_CREDIT,
    DEFAULT_REFRESH_INTERVAL,
    DEFAULT_RETRY_FOR,
    PAGES,
)
from ..inbox.doorbell import async_push_address

# Shorter intervals are a burden on the gateway; the push address is faster anyway.
_SHORTEST_INBOX_INTERVAL: Final = 10


def _whole_number(least: int, most: int) -> Any:
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=least,
                max=most,
                mode=NumberSelectorMode.BOX,
            )
        ),
        vol.Coerce(int),
    )


_SCHEMA: Final = vol.Schema(
    {
        vol.Required(
            CONF_REFRESH_INTERVAL, default=DEFAULT_REFRESH_INTERVAL
        ): _whole_number(1, 1440),
        vol.Required(CONF_LOW_CREDIT, default=DEFAULT_LOW_CREDIT): _whole_number(
            0, 1_000_000
        ),
        vol.Required(CONF_RETRY_FOR, default=DEFAULT_RETRY_FOR): _whole_number(
            0, 10080
        ),
        vol.Required(CONF_DAILY_LIMIT, default=DEFAULT_DAILY_LIMIT): _whole_number(
            0, 1_000_000
        ),
        vol.Required(
            CONF_DUPLICATE_WINDOW, default=DEFAULT_DUPLICATE_WINDOW
        ): _whole_number(0, 86400),
        vol.Required(CONF_BUNDLE, default=DEFAULT_BUNDLE): BooleanSelector(),
        vol.Required(
            CONF_INBOX_INTERVAL, default=DEFAULT_INBOX_INTERVAL
        ): _whole_number(0, 86400),
        vol.Required(CONF_INBOX_MAX_AGE, default=DEFAULT_INBOX_MAX_AGE): _whole_number(
            1, 1440
        ),
        vol.Required(CONF_HISTORY_DAYS, default=DEFAULT_HISTORY_DAYS): _whole_number(
            1, 365
        ),
        vol.Required(CONF_SHOW_TEXTS, default=False): BooleanSelector(),
        vol.Required(CONF_PUSH, default=False): BooleanSelector(),
    }
)


# A field of several lines shows a long address whole, and a phone can copy it; one that is read-only can't be selected.
_PUSH_SCHEMA: Final = vol.Schema(
    {vol.Optional("address"): TextSelector(TextSelectorConfig(multiline=True))}
)


def _errors(options: Mapping[str, Any]) -> dict[str, str]:
    """Return what can't be right, by field."""
    interval = options[CONF_INBOX_INTERVAL]
    if 0 < interval < _SHORTEST_INBOX_INTERVAL:
        return {CONF_INBOX_INTERVAL: "too_often"}
    # With the push address, regular polls only find messages that were not announced.
    if interval > options[CONF_INBOX_MAX_AGE] * 60 and not options[CONF_PUSH]:
        return {CONF_INBOX_MAX_AGE: "shorter_than_interval"}
    return {}


class PayamakOptionsFlow(OptionsFlow):
    """Asks for the options; the update listener applies them."""

    _options: dict[str, Any]

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show all options at once."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = _errors(user_input)
            if not errors:
                self._options = self._with_webhook(user_input)
                if user_input[CONF_PUSH]:
                    return await self.async_step_push()
                return self.async_create_entry(data=self._options)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders={
                "least": str(_SHORTEST_INBOX_INTERVAL),
                "pages": PAGES,
            },
        )

    async def async_step_push(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address that has to be copied into the panel."""
        if user_input is not None:
            return self.async_create_entry(data=self._options)
        webhook_id: str = self._options[CONF_WEBHOOK_ID]
        shown = {
            "address": async_push_address(self.hass, webhook_id)
            or webhook.async_generate_path(webhook_id)
        }
        return self.async_show_form(
            step_id="push",
            data_schema=self.add_suggested_values_to_schema(_PUSH_SCHEMA, shown),
            # For those who fill the form in without a browser.
            description_placeholders=shown,
            last_step=True,
        )

    def _with_webhook(self, options: dict[str, Any]) -> dict[str, Any]:
        """Keep the webhook's id once there is one: the panel may know it."""
        webhook_id = self.config_entry.options.get(CONF_WEBHOOK_ID)
        if webhook_id is None and options[CONF_PUSH]:
            webhook_id = webhook.async_generate_id()
        return options | ({CONF_WEBHOOK_ID: webhook_id} if webhook_id else {})
