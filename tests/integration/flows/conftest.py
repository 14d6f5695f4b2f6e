"""A browser, in which the forms of repairs are opened."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from tests.integration.story.repairs import Browser


@pytest.fixture
async def browser(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
) -> Browser:
    """Give the frontend of a user who may change things."""
    # No further address can be added once the first connection is made.
    assert await async_setup_component(hass, "websocket_api", {})
    return Browser(hass, hass_client, hass_ws_client)
