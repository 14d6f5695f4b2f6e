"""The activity page says to whom an SMS was, and how it ended."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_LOGBOOK_ENTRY
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from simulator import Gateway
from simulator.codes import Delivery
from tests.integration.conftest import OMID
from tests.integration.story.deliveries import send_to, until_first_question


@pytest.mark.parametrize(
    ("language", "name", "delivered", "filtered"),
    [
        (
            "en",
            "SMS to {}:",
            "Delivered to the phone",
            "Not delivered: the operator filtered the text",
        ),
        (
            "fa",
            "پیامک به {}:",
            "به گوشی رسید",
            "نرسید: اپراتور متن پیام را فیلتر کرد",
        ),
    ],
)
async def test_it_says_to_whom_an_sms_was_and_how_it_ended(
    hass: HomeAssistant,
    gateway: Gateway,
    household: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    language: str,
    name: str,
    delivered: str,
    filtered: str,
) -> None:
    """The line is in Home Assistant's own language; a number without a name is masked."""
    hass.config.language = language
    lines = async_capture_events(hass, EVENT_LOGBOOK_ENTRY)
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    gateway.set_outcome(OMID, Delivery.FILTERED)
    await send_to(hass, "Sara", "امید", "09130000000")
    await until_first_question(hass, freezer, 5)
    assert {line.data["name"]: line.data["message"] for line in lines} == {
        name.format("Sara"): delivered,
        name.format("امید"): filtered,
        name.format("…0000"): delivered,
    }
    # With an entity's id, Home Assistant's page would show the entity's name instead.
    assert [(line.data["domain"], "entity_id" in line.data) for line in lines] == [
        ("payamak", False)
    ] * 3
