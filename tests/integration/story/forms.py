"""What the tests of the flows share: what a form shows, what the gateway was asked, and what time brings."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
import voluptuous as vol

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from tests.integration.conftest import SARA

# What a flow asks to try an account, and what a set-up or a poll asks.
CHECK = ["GetCredit", "GetUserNumbers"]
FETCH = ["GetCredit", "GetBasePrice", "GetUserNumbers"]


def take_calls(gateway: Gateway) -> list[str]:
    """Give the methods that were called since the last time, in order."""
    methods = [call.method for call in gateway.calls]
    gateway.calls.clear()
    return methods


def fields(result: ConfigFlowResult) -> dict[str, tuple[Any, Any]]:
    """Give the fields of a form: for each its marker and what it takes."""
    schema = result["data_schema"]
    assert schema is not None
    return {
        str(marker.schema): (marker, kind) for marker, kind in schema.schema.items()
    }


def shown(result: ConfigFlowResult) -> dict[str, Any]:
    """Give what a form is filled in with."""
    return {
        name: value
        for name, (marker, _) in fields(result).items()
        if (value := _shown(marker)) is not None
    }


def shown_url(result: ConfigFlowResult) -> str:
    """Give the address that the closed section is filled in with."""
    _, connection = fields(result)["connection"]
    [marker] = connection.schema.schema
    return str(_shown(marker))


def _shown(marker: Any) -> Any:
    if marker.description:
        return marker.description["suggested_value"]
    return None if isinstance(marker.default, vol.Undefined) else marker.default()


def reauth_flows(hass: HomeAssistant) -> list[str]:
    """Give the ids of the flows that ask for a password again."""
    return [
        flow["flow_id"]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == "reauth"
    ]


async def let_pass(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: timedelta
) -> None:
    """Let time go by, and everything that is due happen."""
    freezer.tick(time)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action of ours and give its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    return response


async def send(hass: HomeAssistant, notify_action: str = "payamak") -> None:
    """Send Sara an SMS through a notify action."""
    await hass.services.async_call(
        "notify", notify_action, {"message": "سلام", "target": SARA}, blocking=True
    )


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load an account anew, and let its first question be answered."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def reload_meanwhile(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load an account anew while something is under way that must not be waited for."""
    await hass.config_entries.async_reload(entry.entry_id)
    answered = asyncio.Event()
    stop = entry.runtime_data.coordinator.async_add_listener(answered.set)
    await asyncio.wait_for(answered.wait(), 5)
    stop()
