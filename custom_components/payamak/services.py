"""The actions of the integration."""

from homeassistant.core import HomeAssistant

from .alerts.actions import async_setup_alerts
from .alerts.ask import async_setup_ask
from .people.suggestions import async_suggest
from .queries.actions import async_setup_queries
from .sending.actions import async_setup_sending
from .sending.cancel import async_setup_cancel


async def async_setup_services(hass: HomeAssistant) -> None:
    """Register all actions, and let their forms offer what there is."""
    async_setup_sending(hass)
    async_setup_ask(hass)
    async_setup_alerts(hass)
    async_setup_cancel(hass)
    async_setup_queries(hass)
    await async_suggest(hass)
