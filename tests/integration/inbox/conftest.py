"""A household that hears of received SMS, and what it is told."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Gateway
from tests.integration.story.accounts import set_up
from tests.integration.story.told import Told

from .push import Panel
from .received import arrive, family_with_inbox, listen


@pytest.fixture(name="options")
def polled() -> dict[str, Any]:
    """Give the options, by which the household is polled as usual."""
    return {}


@pytest.fixture(name="before")
def none_before() -> list[str]:
    """Give the texts that are there before the account is set up."""
    return []


@pytest.fixture(name="entry")
async def listening_entry(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    options: dict[str, Any],
    before: list[str],
) -> MockConfigEntry:
    """Set the household up, in a time that stands still; what that took is forgotten."""
    arrive(gateway, *before)
    entry = family_with_inbox(gateway_url, **options)
    await set_up(hass, entry)
    gateway.calls.clear()
    return entry


@pytest.fixture
def told(hass: HomeAssistant, entry: MockConfigEntry) -> Told:
    """Note what is told from now on."""
    return listen(hass)


@pytest.fixture
async def panel(
    entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> Panel:
    """Call Home Assistant as the panel does, which knows no password of it."""
    return await hass_client_no_auth()
