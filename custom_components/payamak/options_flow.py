"""How an account behaves."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from .const import CONF_REFRESH_INTERVAL, DEFAULT_REFRESH_INTERVAL

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_REFRESH_INTERVAL, default=DEFAULT_REFRESH_INTERVAL): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=1, max=1440, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
    }
)


class PayamakOptionsFlow(OptionsFlow):
    """Asks for the options; the update listener applies them."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show all options at once."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, self.config_entry.options
            ),
        )
