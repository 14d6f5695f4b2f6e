"""The lines of the activity page that are not an entity's."""

from collections.abc import Callable

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
    LazyEventPartialState,
)
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .delivery.activity import ATTR_ICON, ATTR_MESSAGE, ATTR_NAME, EVENT_ACTIVITY


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[LazyEventPartialState], dict[str, str]]], None
    ],
) -> None:
    """Have what was told shown as it was told."""

    @callback
    def describe(event: LazyEventPartialState) -> dict[str, str]:
        return {
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: event.data[ATTR_MESSAGE],
            LOGBOOK_ENTRY_ICON: event.data[ATTR_ICON],
        }

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
