"""An account that is set up, shut down, and set up again, and where its home is."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .disk import forget_memory


async def be_in_tehran(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: str
) -> None:
    """Let it be a time of the clock in Tehran."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to(f"{time}:00+03:30")


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Set an account up, and let its first questions be answered; a new one is added before."""
    if not hass.config_entries.async_get_entry(entry.entry_id):
        entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def shut_down(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Leave of an account what the end of Home Assistant does: its file."""
    await hass.config_entries.async_unload(entry.entry_id)
    await forget_memory(hass)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an account up again with nothing but what the disk holds."""
    await shut_down(hass, entry)
    await set_up(hass, entry)
