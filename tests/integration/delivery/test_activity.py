"""The activity page says to whom an SMS was, and how it ended."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.payamak.logbook import async_describe_events
from simulator import Gateway
from simulator.codes import Delivery
from tests.integration.conftest import OMID
from tests.integration.story.deliveries import send_to, until_first_question


class Activity:
    """The lines that the logbook makes of the integration's events."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Ask the integration which events it describes, and record those."""
        self._events: list[tuple[list[Event], Any]] = []
        async_describe_events(
            hass,
            lambda domain, event_type, describe: self._events.append(
                (async_capture_events(hass, event_type), describe)
            ),
        )

    def lines(self) -> dict[str, tuple[str, str]]:
        """Return message and icon of each line, by its name."""
        described = [
            describe(event) for events, describe in self._events for event in events
        ]
        return {each["name"]: (each["message"], each["icon"]) for each in described}


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
    activity = Activity(hass)
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    gateway.set_outcome(OMID, Delivery.FILTERED)
    await send_to(hass, "Sara", "امید", "09130000000")
    await until_first_question(hass, freezer, 5)
    assert activity.lines() == {
        name.format("Sara"): (delivered, "mdi:message-check-outline"),
        name.format("امید"): (filtered, "mdi:message-alert-outline"),
        name.format("…0000"): (delivered, "mdi:message-check-outline"),
    }
