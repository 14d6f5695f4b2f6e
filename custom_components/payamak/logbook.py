"""The line on the activity page for each SMS that has ended or was received."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import LazyEventPartialState
from homeassistant.core import HomeAssistant, callback

from .account.activity import EVENT_ACTIVITY
from .const import DOMAIN


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
