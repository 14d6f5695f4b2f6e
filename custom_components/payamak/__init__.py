"""Payamak: an SMS account of the payamak-panel gateway in Home Assistant."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .account.known_logins import forget_login
from .account.removal import async_tell_what_waits
from .account.repairs import Issue, Repairs, async_clear_when_disabled
from .const import DOMAIN
from .coordinator import PayamakConfigEntry
from .entry.assembly import async_put_together
from .entry.work import async_begin_work, async_end_work, async_let_panel_call
from .ledger import async_remove_ledger
from .sending.notify_action import async_setup_notify_action
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NOTIFY,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which are there before and after any account."""
    await async_setup_services(hass)
    async_clear_when_disabled(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: PayamakConfigEntry) -> bool:
    """Set an account up."""
    entry.runtime_data = await async_put_together(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await async_setup_notify_action(hass, entry)
    await async_let_panel_call(hass, entry)
    async_begin_work(hass, entry)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: PayamakConfigEntry) -> bool:
    """Unload an account."""
    await async_end_work(entry)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Forget the repairs, the login and the file of an account that was removed, and tell what waits in it."""
    Repairs(hass, entry.entry_id, entry.title).clear(*Issue)
    forget_login(hass, entry.entry_id)
    await async_tell_what_waits(hass, entry.entry_id, entry.title)
    await async_remove_ledger(hass, entry.entry_id)
