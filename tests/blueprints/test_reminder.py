"""The blueprint that reminds of the events of a calendar."""

from datetime import date, datetime, timedelta
from typing import Any, override
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from simulator import Gateway
from tests.integration.conftest import SARA

from .conftest import Automate
from .sms import answers, settle

TEHRAN = ZoneInfo("Asia/Tehran")
SATURDAY = datetime(2026, 11, 28, 6, 0, tzinfo=TEHRAN)
INPUTS: dict[str, Any] = {
    "calendars": ["calendar.family"],
    "people": {"entity_id": ["notify.payamak_sara"]},
}


class Calendar(CalendarEntity):
    """A calendar with a few events."""

    _attr_name = "Family"

    def __init__(self) -> None:
        """Begin without any."""
        self.events: list[CalendarEvent] = []

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Have no state: the trigger asks for the events."""
        return None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Give the events of a time."""
        return [
            event
            for event in self.events
            if event.start_datetime_local < end_date
            and event.end_datetime_local > start_date
        ]


class Family:
    """A family's calendar, and the time that passes in it."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        calendar: Calendar,
    ) -> None:
        """Keep where it is."""
        self._hass, self._freezer, self._gateway = hass, freezer, gateway
        self._calendar = calendar

    def plan(self, summary: str, start: date, description: str | None = None) -> None:
        """Enter an event: a date lasts the whole day, a moment an hour."""
        lasts = timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1)
        self._calendar.events.append(
            CalendarEvent(
                start=start,
                end=start + lasts,
                summary=summary,
                description=description,
                location="Tehran",
            )
        )

    async def told_by(self, moment: datetime) -> list[str]:
        """Go on to a moment, and give what the phone then shows."""
        now = datetime.now(TEHRAN)
        while now < moment:
            now = min(now + timedelta(minutes=5), moment)
            self._freezer.move_to(now)
            # The calendar is read every quarter of an hour: what is due just then comes a moment later.
            for _ in range(2):
                async_fire_time_changed(self._hass)
                await settle(self._hass, self._gateway)
        assert all(number == SARA for number, _, _ in answers(self._gateway))
        return [text for _, _, text in answers(self._gateway)]


@pytest.fixture
async def family(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    automate: Automate,
) -> Family:
    """Set the calendar up, on a Saturday morning."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to(SATURDAY)
    assert await async_setup_component(hass, "calendar", {})
    calendar = Calendar()
    await hass.data["calendar"].async_add_entities([calendar])
    await settle(hass, gateway)
    return Family(hass, freezer, gateway, calendar)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "Reminder: Dentist (Saturday, 09:30)"),
        ("_fa", "یادآوری: Dentist (شنبه، ساعت ۰۹:۳۰)"),
    ],
)
async def test_an_event_is_reminded_of_an_hour_before(
    automate: Automate, family: Family, language: str, text: str
) -> None:
    """Calendar and recipients are all that has to be filled in."""
    family.plan("Dentist", SATURDAY.replace(hour=9, minute=30))
    await automate(f"calendar_reminder{language}", **INPUTS)
    assert await family.told_by(SATURDAY.replace(hour=8, minute=25)) == []
    assert await family.told_by(SATURDAY.replace(hour=8, minute=30)) == [text]
    assert await family.told_by(SATURDAY.replace(hour=11)) == [text]


async def test_the_time_before_can_be_another_and_the_text_as_well(
    automate: Automate, family: Family
) -> None:
    """A day before, say; the event's own texts can stand in it."""
    family.plan("Dentist", SATURDAY + timedelta(days=1, hours=2), "Bring the card.")
    message = "{{ trigger.calendar_event.location }}, {{ when }}: {{ trigger.calendar_event.description }}"
    await automate(
        "calendar_reminder", **INPUTS | {"before": {"days": 1}, "message": message}
    )
    assert await family.told_by(SATURDAY + timedelta(hours=1, minutes=55)) == []
    assert await family.told_by(SATURDAY + timedelta(hours=2)) == [
        "Tehran, Sunday, 08:00: Bring the card."
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [("", "Reminder: Birthday (Saturday)"), ("_fa", "یادآوری: Birthday (شنبه)")],
)
async def test_an_event_that_lasts_the_whole_day_is_reminded_of_in_the_morning(
    automate: Automate, family: Family, language: str, text: str
) -> None:
    """Not at eleven in the night before."""
    family.plan("Birthday", SATURDAY.date())
    await automate(f"calendar_reminder{language}", **INPUTS)
    assert await family.told_by(SATURDAY.replace(hour=8, minute=55)) == []
    assert await family.told_by(SATURDAY.replace(hour=9)) == [text]
    assert await family.told_by(SATURDAY + timedelta(days=1)) == [text]


@pytest.mark.parametrize(
    ("word", "reminded"),
    [("sms", ["SMS: oil", "Oil"]), (" كليد ", ["کلید"]), ("SMSs", [])],
)
async def test_only_events_with_the_word_are_reminded_of(
    automate: Automate, family: Family, word: str, reminded: list[str]
) -> None:
    """In title or description, however it is typed."""
    at = SATURDAY.replace(hour=9)
    family.plan("SMS: oil", at)
    family.plan("Oil", at, "tell by Sms")
    family.plan("کلید", at)
    family.plan("Something else", at)
    message = "{{ trigger.calendar_event.summary }}"
    await automate(
        "calendar_reminder", **INPUTS | {"contains": word, "message": message}
    )
    assert sorted(await family.told_by(at)) == sorted(reminded)


async def test_the_conditions_of_the_form_count(
    automate: Automate, family: Family
) -> None:
    """Nothing is sent when they don't hold."""
    family.plan("Dentist", SATURDAY.replace(hour=9))
    condition = {"condition": "template", "value_template": "{{ false }}"}
    await automate("calendar_reminder", **INPUTS | {"conditions": [condition]})
    assert await family.told_by(SATURDAY.replace(hour=10)) == []


async def test_run_in_the_editor_sends_nothing(
    hass: HomeAssistant,
    automate: Automate,
    family: Family,
    gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is no event that could be reminded of."""
    await automate("calendar_reminder", **INPUTS)
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.payamak"}, blocking=True
    )
    await settle(hass, gateway)
    assert answers(gateway) == []
    assert "rror" not in caplog.text
