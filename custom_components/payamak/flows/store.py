"""Storing what was changed in an account."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant, callback

from ..coordinator import PayamakConfigEntry


@callback
def store_and_reload(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    data: Mapping[str, Any],
    unique_id: str | None = None,
) -> None:
    """Store what changed, and have the entry reloaded exactly once.

    The update listener does that for a change, but it isn't attached while set-up fails.
    """
    will_reload = bool(entry.update_listeners)
    changed = hass.config_entries.async_update_entry(
        entry, data=data, unique_id=unique_id or entry.unique_id
    )
    if not (changed and will_reload):
        hass.config_entries.async_schedule_reload(entry.entry_id)
