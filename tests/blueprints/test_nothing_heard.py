"""The blueprint that warns when nothing was heard from somebody by a certain time."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    mock_restore_cache,
)

from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import LINE, MINA, OMID, SARA
from tests.integration.story.people import SECOND_LINE, second_account

from .conftest import Automate, Done, runs
from .sms import STRANGER, answers, settle

BLUEPRINT = "nothing_heard"
DAY = datetime(2026, 11, 28, tzinfo=ZoneInfo("Asia/Tehran"))
INPUTS: dict[str, Any] = {
    "people": ["Sara"],
    "recipients": [STRANGER],
    "actions": [{"event": "done"}],
}
WARNING = (
    STRANGER,
    "Nothing was heard from Sara by 10:00. Please see whether all is well.",
)


class Morning:
    """The hours of a day, with what comes in and what is sent in them."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway
    ) -> None:
        """Keep where it happens."""
        self._hass, self._freezer, self._gateway = hass, freezer, gateway

    def receive(self, at: timedelta, sender: str = SARA, line: str = LINE) -> None:
        """Let an SMS have come in at some time of the day."""
        self._freezer.move_to(DAY + at)
        self._gateway.receive(line, sender, "Good morning")

    async def comes_to(self, at: timedelta) -> None:
        """Go on to a time of the day."""
        self._freezer.move_to(DAY + at)
        async_fire_time_changed(self._hass)
        await settle(self._hass, self._gateway)

    async def passes(self, minutes: int) -> None:
        """Let minutes pass one by one."""
        for _ in range(minutes):
            self._freezer.tick(timedelta(minutes=1))
            async_fire_time_changed(self._hass)
            await settle(self._hass, self._gateway)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Give numbers and texts of all that was sent."""
        return [(number, text) for number, _, text in answers(self._gateway)]


def at(hours: int, minutes: int = 0, seconds: int = 0) -> timedelta:
    """Give a time of the day."""
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


@pytest.fixture
async def morning(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    family_home: MockConfigEntry,
) -> Morning:
    """Begin a day in Tehran."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to(DAY)
    return Morning(hass, freezer, gateway)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "",
            "Nothing was heard from Sara, امید by 10:00. Please see whether all is well.",
        ),
        ("_fa", "تا ساعت ۱۰:۰۰ خبری از Sara، امید نرسید. لطفاً احوالی بپرسید."),
    ],
)
async def test_a_warning_is_sent_when_nothing_was_heard(
    automate: Automate, morning: Morning, done: Done, language: str, text: str
) -> None:
    """From whom, and who is warned, are all that has to be filled in."""
    await automate(
        f"{BLUEPRINT}{language}",
        people=["Sara", "امید"],
        warned={"entity_id": ["notify.payamak_family"]},
        recipients=[STRANGER],
    )
    await morning.comes_to(at(9, 59, 59))
    assert morning.sent == []
    await morning.comes_to(at(10))
    assert morning.sent == [(number, text) for number in (SARA, OMID, MINA, STRANGER)]
    await morning.comes_to(at(12))
    assert len(morning.sent) == 4


@pytest.mark.parametrize("when", [at(0, 0, 1), at(9, 59, 59)])
async def test_nobody_is_warned_when_an_sms_came_in(
    automate: Automate, morning: Morning, done: Done, when: timedelta
) -> None:
    """Whenever since the hours that count."""
    await automate(BLUEPRINT, **INPUTS)
    morning.receive(when)
    await morning.comes_to(at(10))
    assert morning.sent == []
    assert done == []


async def test_an_sms_from_before_does_not_count(
    automate: Automate, morning: Morning
) -> None:
    """Nor one from yesterday, nor another person's."""
    await automate(BLUEPRINT, **INPUTS | {"hours": 2})
    morning.receive(at(7, 59, 58))
    morning.receive(at(9), OMID)
    await morning.comes_to(at(10))
    assert morning.sent == [WARNING]


@pytest.mark.parametrize(
    ("sender", "warnings"), [(MINA, 0), ("09350000001", 0), (STRANGER, 1)]
)
async def test_of_several_people_one_is_enough(
    automate: Automate, morning: Morning, sender: str, warnings: int
) -> None:
    """Names, groups, and numbers as people write them."""
    people = ["Sara", "خانواده", "+98 935 000 0001"]
    await automate(BLUEPRINT, **INPUTS | {"people": people})
    morning.receive(at(9), sender)
    await morning.comes_to(at(10))
    assert len(morning.sent) == warnings


@pytest.fixture
def devices(hass: HomeAssistant, family_home: MockConfigEntry) -> dict[str | None, str]:
    """Give the ids of the devices that can be picked, by name."""
    of_account = dr.async_entries_for_config_entry(
        dr.async_get(hass), family_home.entry_id
    )
    return {device.name: device.id for device in of_account}


@pytest.mark.parametrize("language", ["", "_fa"])
@pytest.mark.parametrize(("sender", "warnings"), [(SARA, 0), (OMID, 0), (STRANGER, 1)])
async def test_people_can_be_picked_or_typed(
    automate: Automate,
    morning: Morning,
    devices: dict[str | None, str],
    language: str,
    sender: str,
    warnings: int,
) -> None:
    """Both are one list."""
    who, typed = [devices["Sara"]], ["امید"]
    await automate(f"{BLUEPRINT}{language}", **INPUTS | {"who": who, "people": typed})
    morning.receive(at(9), sender)
    await morning.comes_to(at(10))
    assert len(morning.sent) == warnings


async def test_who_was_picked_is_asked_and_named(
    automate: Automate, morning: Morning, devices: dict[str | None, str]
) -> None:
    """As if the name was typed."""
    inputs = {"people": [], "who": [devices["Sara"]], "ask": True}
    await automate(BLUEPRINT, **INPUTS | inputs)
    await morning.comes_to(at(9))
    question = (SARA, "Good morning! Are you well? Please answer with any SMS.")
    assert morning.sent == [question]
    await morning.comes_to(at(10))
    assert morning.sent == [question, WARNING]


async def test_a_name_that_is_written_without_a_list_counts(
    automate: Automate, morning: Morning
) -> None:
    """As one may write it in YAML."""
    await automate(BLUEPRINT, **INPUTS | {"people": "Sara"})
    await morning.comes_to(at(10))
    assert morning.sent == [WARNING]


@pytest.mark.parametrize("who", [[], ["gone"]])
async def test_nobody_and_somebody_who_is_gone_lead_to_the_warning(
    hass: HomeAssistant, automate: Automate, morning: Morning, who: list[str]
) -> None:
    """Whoever else wrote, it is no sign of life."""
    await automate(BLUEPRINT, **INPUTS | {"people": [], "who": who})
    morning.receive(at(9))
    await morning.comes_to(at(10))
    await morning.passes(61)
    assert [number for number, _ in morning.sent] == [STRANGER]
    assert runs(hass) == 0


async def test_it_looks_anew_every_day(automate: Automate, morning: Morning) -> None:
    """What was heard yesterday does not count today."""
    await automate(BLUEPRINT, **INPUTS)
    morning.receive(at(9))
    await morning.comes_to(at(10))
    await morning.comes_to(at(24 + 10))
    assert morning.sent == [WARNING]


async def test_they_are_asked_first_if_that_is_wanted(
    automate: Automate, morning: Morning
) -> None:
    """An answer is enough."""
    await automate(BLUEPRINT, **INPUTS | {"ask": True})
    await morning.comes_to(at(9))
    question = (SARA, "Good morning! Are you well? Please answer with any SMS.")
    assert morning.sent == [question]
    morning.receive(at(9, 30))
    await morning.comes_to(at(10))
    assert morning.sent == [question]


async def test_who_was_heard_already_is_not_asked(
    automate: Automate, morning: Morning
) -> None:
    """Since the hours that count; what was said before is old."""
    await automate(BLUEPRINT, **INPUTS | {"ask": True, "hours": 2})
    morning.receive(at(8, 0, 1))
    await morning.comes_to(at(9))
    await morning.comes_to(at(10))
    assert morning.sent == []
    morning.receive(at(24 + 7, 59))
    await morning.comes_to(at(24 + 9))
    assert len(morning.sent) == 1


async def test_an_unanswered_question_is_followed_by_the_warning(
    automate: Automate, morning: Morning
) -> None:
    """In Persian as well."""
    await automate(f"{BLUEPRINT}_fa", **INPUTS | {"ask": True, "ask_at": "09:30:00"})
    await morning.comes_to(at(9, 30))
    await morning.comes_to(at(10))
    assert morning.sent == [
        (SARA, "صبح بخیر! حالتان خوب است؟ لطفاً با هر پیامکی که می‌خواهید پاسخ دهید."),
        (STRANGER, "تا ساعت ۱۰:۰۰ خبری از Sara نرسید. لطفاً احوالی بپرسید."),
    ]


async def test_nobody_is_asked_unless_that_is_wanted_or_while_the_panel_is_silent(
    automate: Automate, morning: Morning, gateway: Gateway
) -> None:
    """They may have written already."""
    await automate(BLUEPRINT, **INPUTS | {"ask": True})
    gateway.fault("GetMessages", Code(6), times=None)
    await morning.comes_to(at(9))
    await morning.passes(5)
    assert morning.sent == []


async def test_a_panel_that_does_not_answer_is_asked_until_it_does(
    hass: HomeAssistant, automate: Automate, morning: Morning, gateway: Gateway
) -> None:
    """What it says then counts, not that it was silent."""
    await automate(BLUEPRINT, **INPUTS)
    morning.receive(at(9))
    gateway.fault("GetMessages", Code(6), times=None)
    await morning.comes_to(at(10))
    await morning.passes(20)
    assert runs(hass) == 1
    gateway.clear_faults()
    await morning.passes(2)
    assert runs(hass) == 0
    assert morning.sent == []


async def test_after_an_hour_of_silence_the_warning_is_sent_all_the_same(
    automate: Automate, morning: Morning, gateway: Gateway, done: Done
) -> None:
    """Once too often is better than once too little."""
    await automate(BLUEPRINT, **INPUTS)
    gateway.fault("GetMessages", Code(6), times=None)
    await morning.comes_to(at(10))
    await morning.passes(59)
    assert morning.sent == []
    await morning.passes(2)
    assert morning.sent == [WARNING]
    assert len(done) == 1


async def test_a_name_that_nobody_has_leads_to_the_warning(
    automate: Automate, morning: Morning
) -> None:
    """A mistake in the form must not look like a sign of life."""
    await automate(BLUEPRINT, **INPUTS | {"people": ["Nobody"]})
    morning.receive(at(9))
    await morning.comes_to(at(10))
    assert len(morning.sent) == 1


@pytest.mark.parametrize(
    "inputs", [{"message": "{{ 1 / 0 }}"}, {"recipients": ["Nobody"]}]
)
async def test_the_actions_run_also_where_the_warning_cannot_be_sent(
    automate: Automate, morning: Morning, done: Done, inputs: dict[str, Any]
) -> None:
    """It is the second way to raise the alarm."""
    await automate(BLUEPRINT, **INPUTS | inputs)
    await morning.comes_to(at(10))
    assert morning.sent == []
    assert len(done) == 1


@pytest.mark.parametrize(
    ("started", "last", "warnings"),
    [
        (at(10, 30), None, 1),
        (at(10, 30), at(9), 1),
        (at(10, 30), at(10, 0, 1), 0),
        (at(11, 59), at(-14), 1),
        (at(12, 1), None, 0),
        (at(9, 59), None, 0),
    ],
)
async def test_it_looks_at_the_start_if_it_could_not_at_the_time(
    hass: HomeAssistant,
    automate: Automate,
    morning: Morning,
    gateway: Gateway,
    started: timedelta,
    last: timedelta | None,
    warnings: int,
) -> None:
    """Within two hours, and only if it has not looked before the restart."""
    await morning.comes_to(started)
    ran = {"last_triggered": (DAY + last).isoformat()} if last is not None else {}
    mock_restore_cache(hass, [State("automation.payamak", "on", ran)])
    hass.set_state(CoreState.starting)
    await automate(BLUEPRINT, **INPUTS)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass, gateway)
    assert len(morning.sent) == warnings


async def test_one_of_several_accounts_can_be_chosen(
    hass: HomeAssistant,
    automate: Automate,
    morning: Morning,
    gateway: Gateway,
    gateway_url: str,
    done: Done,
) -> None:
    """It is the one that they write to."""
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    await automate(BLUEPRINT, **INPUTS | {"account": other.entry_id, "people": [SARA]})
    morning.receive(at(8), SARA, SECOND_LINE)
    await morning.comes_to(at(10))
    assert done == []
    morning.receive(at(24 + 8), SARA, LINE)
    await morning.comes_to(at(24 + 10))
    assert len(done) == 1


async def test_the_conditions_of_the_form_count(
    automate: Automate, morning: Morning, done: Done
) -> None:
    """They are asked each time."""
    condition = {"condition": "time", "weekday": ["sun"]}
    await automate(BLUEPRINT, **INPUTS | {"conditions": [condition]})
    await morning.comes_to(at(10))
    assert morning.sent == []
    await morning.comes_to(at(24 + 10))
    assert morning.sent == [WARNING]
