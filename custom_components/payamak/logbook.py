"""The line on the activity page for each SMS that has ended."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import LazyEventPartialState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .delivery.activity import EVENT_ACTIVITY


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[LazyEventPartialState], dict[str, Any]]], None
    ],
) -> None:
    """Show the line as it was written: the event holds its name, message and icon."""

    @callback
    def describe(event: LazyEventPartialState) -> dict[str, Any]:
        return dict(event.data)

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
