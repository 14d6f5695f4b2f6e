"""The actions of the integration."""

from homeassistant.core import HomeAssistant, callback

from .queries.actions import async_setup_queries
from .sending.actions import async_setup_sending
from .sending.cancel import async_setup_cancel


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register all actions."""
    async_setup_sending(hass)
    async_setup_cancel(hass)
    async_setup_queries(hass)
