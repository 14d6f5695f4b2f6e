"""A home in which the blueprints lie ready, and what its automations do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from tests.integration.conftest import (
    account,
    disk,
    family_home,
    gateway,
    gateway_url,
    household,
)

from .assistants import Assistants
from .sms import Sender, settle

__all__ = ["account", "disk", "family_home", "gateway", "gateway_url", "household"]

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "payamak"

type Automate = Callable[..., Awaitable[None]]
type Done = list[Event[dict[str, Any]]]


@pytest.fixture
async def automate(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> AsyncIterator[Automate]:
    """Give what makes an automation from a blueprint and its inputs; it is switched off in the end."""
    shutil.copytree(BLUEPRINTS, hass.config.path("blueprints/automation/payamak"))
    # They are read in another thread the first time, which time that stands still can't wait for.
    await async_get_translations(hass, hass.config.language, "exceptions", {DOMAIN})

    async def automate(blueprint: str, **inputs: Any) -> None:
        use = {"path": f"payamak/{blueprint}.yaml", "input": inputs}
        config = {"alias": "Payamak", "use_blueprint": use}
        assert await async_setup_component(
            hass, automation.DOMAIN, {automation.DOMAIN: config}
        )
        state = hass.states.get("automation.payamak")
        assert state is not None
        assert state.state == "on"

    yield automate
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"})


@pytest.fixture
def sms(hass: HomeAssistant, gateway: Gateway, family_home: MockConfigEntry) -> Sender:
    """Give what sends SMS to the house."""
    return Sender(hass, gateway, family_home)


@pytest.fixture
def done(hass: HomeAssistant) -> Done:
    """Give what the actions of a blueprint's inputs did."""
    return async_capture_events(hass, "done")


@pytest.fixture
def assistants(hass: HomeAssistant) -> Assistants:
    """Give the agents that the house can ask."""
    return Assistants(hass)


async def let_pass(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway, seconds: int
) -> None:
    """Let time go by in small steps, for nothing to happen later than it should."""
    step = 5 if seconds <= 600 else 20
    while seconds > 0:
        freezer.tick(min(step, seconds))
        seconds -= step
        async_fire_time_changed(hass)
        await settle(hass, gateway)


def runs(hass: HomeAssistant) -> int:
    """Give how often the automation is running now."""
    state = hass.states.get("automation.payamak")
    assert state is not None
    current = state.attributes["current"]
    assert isinstance(current, int)
    return current
