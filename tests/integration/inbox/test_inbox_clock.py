"""A panel that dates received SMS by another clock: a repair says so, until a date fits again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from tests.integration.story.told import Told

from .received import arrive, list_late, on_disk, poll, power_cut, start_anew

pytestmark = pytest.mark.usefixtures("silence")

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(name="before")
def one_before() -> list[str]:
    """Let one be there before the account is set up."""
    return ["before"]


class Home:
    """Lets SMS come in, each at a poll of its own, and looks for the repair."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        issues: ir.IssueRegistry,
    ) -> None:
        """Keep what it takes."""
        self._hass = hass
        self._freezer = freezer
        self._gateway = gateway
        self._issues = issues
        self.received = 0

    async def receive(self, *shifts: timedelta) -> None:
        """Let one SMS after the other come in, each dated so long before the true time."""
        for shift in shifts:
            self.received += 1
            arrive(self._gateway, f"{self.received}", ago=shift)
            await poll(self._hass, self._freezer)

    @property
    def hours(self) -> str | None:
        """Give the hours that the repair tells, None where there is none."""
        shown = [each for each in self._issues.issues.values() if each.active]
        if not shown:
            return None
        [issue] = shown
        assert issue.translation_key == "panel_clock_differs"
        placeholders: Mapping[str, Any] | None = issue.translation_placeholders
        assert placeholders is not None
        return str(placeholders["hours"])


@pytest.fixture
def house(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    issue_registry: ir.IssueRegistry,
) -> Home:
    """Give the home of the household, which is set up."""
    return Home(hass, freezer, gateway, issue_registry)


@pytest.mark.parametrize(
    ("shift", "hours"),
    [
        (3.5 * HOUR, "3.5"),
        (-HOUR, "1"),
        (HOUR, "1"),
        (-3.5 * HOUR, "3.5"),
        (10 * HOUR, "10"),
        (12 * MINUTE, "0.2"),
    ],
)
async def test_the_third_wrong_date_in_a_row_is_a_repair_and_the_first_right_one_ends_it(
    house: Home, told: Told, shift: timedelta, hours: str
) -> None:
    """All of them are told."""
    await house.receive(shift, shift)
    assert house.hours is None
    await house.receive(shift)
    assert house.hours == hours
    await house.receive(shift)
    assert house.hours == hours
    await house.receive(timedelta())
    assert house.hours is None
    await house.receive(shift, shift)
    assert house.hours is None
    assert told.texts == [f"{number}" for number in range(1, house.received + 1)]


@pytest.mark.parametrize(
    "shifts",
    [
        # Listed late, but not by the same time.
        [20 * MINUTE, 40 * MINUTE, HOUR],
        [HOUR, -HOUR, HOUR],
        [HOUR, HOUR, timedelta(), HOUR, HOUR],
        # As well as clocks go.
        [4 * MINUTE] * 5,
        [-4 * MINUTE] * 5,
    ],
)
async def test_dates_that_differ_by_different_times_are_no_repair(
    house: Home, shifts: list[timedelta]
) -> None:
    """Nor are small differences."""
    await house.receive(*shifts)
    assert house.hours is None


async def test_a_burst_counts_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    house: Home,
) -> None:
    """Three that an operator held back come together."""
    arrive(gateway, "1", "2", "3", ago=HOUR)
    await poll(hass, freezer)
    assert house.hours is None


async def test_a_message_that_took_most_of_a_long_interval_is_dated_well(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    house: Home,
) -> None:
    """Nobody knows when between two polls it came in."""
    options = {"inbox_interval": 3600, "inbox_max_age": 60}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    for number in range(4):
        arrive(gateway, f"{number}")
        await poll(hass, freezer, 3601)
    assert house.hours is None


async def test_another_shift_takes_the_place_of_the_first(house: Home) -> None:
    """As soon as it is as sure."""
    await house.receive(*[3.5 * HOUR] * 3, HOUR, HOUR)
    assert house.hours == "3.5"
    await house.receive(HOUR)
    assert house.hours == "1"


@pytest.mark.parametrize("shift", [3.5 * HOUR, -HOUR])
async def test_while_the_dates_are_known_to_be_wrong_they_decide_nothing(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    house: Home,
    told: Told,
    shift: timedelta,
) -> None:
    """By a clock that is an hour ahead, an SMS sent an hour ago is one of now. It is known over a power cut, too."""
    await house.receive(shift, shift, shift)
    told.events.clear()
    arrive(gateway, "OPEN", ago=timedelta(seconds=1))
    await power_cut(hass, entry, on_disk(hass, entry))
    assert told.texts == []
    assert house.hours is not None
    await house.receive(shift, timedelta())
    assert told.texts == ["4", "5"]
    assert house.hours is None
    arrive(gateway, "now")
    await start_anew(hass, entry)
    assert told.texts[2:] == ["now"]


async def test_only_what_the_polls_show_to_be_new_tells_of_the_clock(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    house: Home,
) -> None:
    """After a start a message may just be old."""
    for number in range(4):
        arrive(gateway, f"{number}", ago=HOUR)
        await start_anew(hass, entry)
    assert house.hours is None


async def test_what_was_out_of_sight_does_not_tell_of_the_clock(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    house: Home,
) -> None:
    """It has an id below all that were listed."""
    for number in range(4):
        [old] = arrive(gateway, f"{number}", ago=HOUR)
        list_late(account, old, behind=10**6 * (number + 1))
        await poll(hass, freezer)
    assert house.hours is None


async def test_the_repair_stays_over_a_reload(
    hass: HomeAssistant, entry: MockConfigEntry, house: Home
) -> None:
    """But the clock of another panel is another one."""
    await house.receive(HOUR, HOUR, HOUR)
    await start_anew(hass, entry)
    assert house.hours == "1"
    hass.config_entries.async_update_entry(entry, unique_id="sara@another.example")
    await start_anew(hass, entry)
    assert house.hours is None


async def test_the_repair_is_there_again_after_a_restart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    house: Home,
) -> None:
    """What the disk holds brings it back."""
    await house.receive(HOUR, HOUR, HOUR)
    left = on_disk(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    for issue in list(issue_registry.issues.values()):
        ir.async_delete_issue(hass, issue.domain, issue.issue_id)
    await power_cut(hass, entry, left)
    assert house.hours == "1"
