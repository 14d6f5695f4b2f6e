"""What was changed in an entry: settings need a reload, recipients don't."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..account.devices import async_rename_recipient_devices
from ..coordinator import PayamakConfigEntry


async def async_apply_changes(hass: HomeAssistant, entry: PayamakConfigEntry) -> None:
    """Apply what was changed: settings by a reload, recipients without one.

    During a reload nobody can be reached, and the entities are gone.
    """
    if (
        entry.state is not ConfigEntryState.LOADED
        or entry.runtime_data.settings != settings_of(entry)
    ):
        await hass.config_entries.async_reload(entry.entry_id)
        return
    entry.runtime_data.address_book.refresh(entry.subentries)
    async_rename_recipient_devices(hass, entry)
    entry.runtime_data.deliveries.async_recipients_changed()
    entry.runtime_data.road.async_recipients_changed()
    for follow in entry.runtime_data.recipient_followers:
        await follow()


def settings_of(entry: PayamakConfigEntry) -> tuple[object, ...]:
    """Return the settings whose change needs a reload: all but the recipients."""
    return entry.data, entry.options, entry.title
