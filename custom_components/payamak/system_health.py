"""System health: whether the gateway can be reached from here."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import PayamakConfigEntry
from .gateway import DEFAULT_URL


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the information."""
    register.async_register_info(_async_information)


async def _async_information(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many accounts work, and whether their gateways answer."""
    entries: list[PayamakConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    working = [
        entry for entry in loaded if entry.runtime_data.coordinator.last_update_success
    ]
    away = [entry for entry in loaded if entry.runtime_data.account.watch.is_away]
    urls = sorted({entry.data[CONF_URL] for entry in entries}) or [DEFAULT_URL]
    return {
        "accounts": len(entries),
        "accounts_working": len(working),
        "accounts_away": len(away),
        "can_reach_gateway": system_health.async_check_can_reach_url(hass, urls[0]),
    }
