"""The house that the pages speak of: its account and its people, in the language of the page."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.signals import signal_deliveries_changed
from simulator import Gateway
from tests.integration.conftest import MINA, OMID, SARA, make_entry, recipient

from .pages import Page

PEOPLE = {
    "en": ("Sara", "Mother", "Family"),
    "fa": ("سارا", "مادر", "خانواده"),
}


@pytest.fixture(name="house")
async def house_fixture(
    hass: HomeAssistant, gateway_url: str, page: Page
) -> MockConfigEntry:
    """Set the account up that the pages speak of, with its people in the page's language."""
    sara, mother, family = PEOPLE[page.language]
    entry = make_entry(
        gateway_url,
        recipients=(
            recipient(sara, "sara", SARA),
            recipient(mother, "mother", OMID),
            recipient(family, "family", SARA, OMID, MINA),
        ),
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "homeassistant", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def async_has(
    hass: HomeAssistant,
    house: MockConfigEntry,
    gateway: Gateway,
    text: str,
    number: str = SARA,
) -> None:
    """Wait until a text is on a phone."""
    changed = asyncio.Event()
    stop = async_dispatcher_connect(
        hass, signal_deliveries_changed(house.entry_id), changed.set
    )
    while text not in [sms.text for sms in gateway.phone(number).messages]:
        await changed.wait()
        changed.clear()
    stop()
