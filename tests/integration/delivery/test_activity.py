"""The activity page says to whom an SMS was, how it ended, and from whom one came."""

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
from tests.integration.story.automations import receive
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

    def lines(self) -> dict[str, tuple[str | None, str]]:
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
            "پیامک به \u2068{}\u2069:",
            "به گوشی تحویل شد",
            "تحویل نشد: اپراتور متن پیام را فیلتر کرد",
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


_REPLY = "mdi:message-reply-text-outline"


@pytest.mark.parametrize(
    ("language", "options", "expected"),
    [
        ("en", {}, {"SMS from Sara": None, "SMS from …9999": None}),
        (
            "fa",
            {"show_texts": False},
            {
                "پیامک از \u2068Sara\u2069": None,
                "پیامک از \u2068…9999\u2069": None,
            },
        ),
        (
            "en",
            {"show_texts": True},
            {
                "SMS from Sara:": "\u2068باز کن!\u2069",
                "SMS from …9999:": "\u2068Open!\u2069",
            },
        ),
    ],
)
async def test_it_says_from_whom_an_sms_came_and_its_text_only_if_the_user_wants_that(
    hass: HomeAssistant,
    household: MockConfigEntry,
    language: str,
    options: dict[str, Any],
    expected: dict[str, str | None],
) -> None:
    """Whoever may open the page could read it. What belongs to another account is no line of this one."""
    hass.config.language = language
    activity = Activity(hass)
    household.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        household, options=household.options | options
    )
    assert await hass.config_entries.async_setup(household.entry_id)
    entry_id = household.entry_id
    receive(hass, "باز کن!", entry_id=entry_id, name="Sara")
    receive(hass, "Open!", entry_id=entry_id, sender="09129999999")
    receive(hass, "Not ours", entry_id="another")
    await hass.async_block_till_done()
    assert activity.lines() == {name: (text, _REPLY) for name, text in expected.items()}
