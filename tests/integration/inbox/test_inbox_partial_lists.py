"""A list that lacks what was in it before makes nothing new: neither what was told, nor what is old."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Fault, Replaced
from tests.integration.story.accounts import set_up
from tests.integration.story.told import Told

from .lists import HOUR, OldestFirst, WithoutNewest
from .received import arrive, family_with_inbox, poll, start_anew

pytestmark = pytest.mark.usefixtures("silence")

# Of 251 messages: none, all but the newest, the oldest hundred, and the oldest ten.
EMPTY = Replaced("Data", [])
ALL_BUT_ONE = WithoutNewest(1)
OLDEST_HUNDRED = WithoutNewest(151)
OLDEST_TEN = WithoutNewest(241)
PARTIAL = [EMPTY, ALL_BUT_ONE, OLDEST_HUNDRED, OLDEST_TEN, OldestFirst()]


@pytest.fixture(name="entry")
async def entry_with_many_old_messages(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> MockConfigEntry:
    """Set the household up when 250 old messages are in the panel, of which 150 are out of sight."""
    arrive(gateway, *(f"old {number}" for number in range(250)), ago=3 * HOUR)
    entry = family_with_inbox(gateway_url)
    return await set_up(hass, entry)


@pytest.fixture
async def fresh(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway, told: Told
) -> None:
    """Let a fresh message be told."""
    arrive(gateway, "fresh")
    await poll(hass, freezer)
    assert told.texts == ["fresh"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("times", [1, 2, 3, 12])
@pytest.mark.parametrize("fault", PARTIAL, ids=repr)
async def test_a_list_of_a_part_repeats_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    fault: Fault,
    times: int,
) -> None:
    """Neither then, nor at the next list, nor after a restart; what comes in later is told."""
    gateway.fault("GetMessages", fault, times=times)
    for _ in range(times + 2):
        await poll(hass, freezer)
    assert told.texts == ["fresh"]
    arrive(gateway, "new")
    await poll(hass, freezer)
    await poll(hass, freezer)
    await start_anew(hass, entry)
    assert told.texts == ["fresh", "new"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("fault", PARTIAL, ids=repr)
async def test_after_one_list_of_a_part_a_new_message_is_told_whatever_its_date_says(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault,
) -> None:
    """The poll before it counts."""
    gateway.fault("GetMessages", fault)
    await poll(hass, freezer)
    arrive(gateway, "new", ago=HOUR)
    await poll(hass, freezer)
    assert told.texts == ["fresh", "new"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    "fault", [EMPTY, WithoutNewest(2), OLDEST_HUNDRED, OLDEST_TEN], ids=repr
)
@pytest.mark.parametrize("polls", [8, 12])
async def test_what_came_in_while_the_lists_were_partial_is_told_by_its_date(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault,
    polls: int,
) -> None:
    """It was there all the time: after more than ten minutes it is old. From then on, polls tell what is new."""
    arrive(gateway, "OPEN")
    gateway.fault("GetMessages", fault, times=polls)
    for _ in range(polls):
        await poll(hass, freezer)
    assert told.texts == ["fresh"]
    await poll(hass, freezer)
    expected = ["fresh", "OPEN"] if polls == 8 else ["fresh"]
    assert told.texts == expected
    arrive(gateway, "new", ago=HOUR)
    await poll(hass, freezer)
    assert told.texts == [*expected, "new"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize(
    "fault", [EMPTY, WithoutNewest(2), OLDEST_HUNDRED, OLDEST_TEN], ids=repr
)
async def test_partial_lists_after_a_start_make_nothing_new(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    fault: Fault,
    times: int,
) -> None:
    """What came in while Home Assistant was off is as old as its date says."""
    await hass.config_entries.async_unload(entry.entry_id)
    arrive(gateway, "OPEN")
    freezer.tick(5 * HOUR)
    gateway.fault("GetMessages", fault, times=times)
    await set_up(hass, entry)
    for _ in range(times - 1):
        await poll(hass, freezer)
    arrive(gateway, "now")
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["fresh", "now"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("polls", [1, 2, 5])
@pytest.mark.parametrize("deleted", [1, 50, 100, 200])
async def test_after_the_newest_were_deleted_new_messages_are_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    deleted: int,
    polls: int,
) -> None:
    """Old ones come into sight in the panel, and start nothing."""
    del account.received[-deleted:]
    for _ in range(polls):
        await poll(hass, freezer)
    for number in range(3):
        arrive(gateway, f"{number}", ago=number * HOUR)
        await poll(hass, freezer)
    assert told.texts == ["fresh", "0", "1", "2"]


async def test_a_late_list_shows_that_the_one_before_it_was_partial_on_any_page(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """A whole page of unseen messages, and what was missing is on the second one."""
    arrive(gateway, *(f"{number}" for number in range(10)))
    await poll(hass, freezer)
    await hass.config_entries.async_unload(entry.entry_id)
    arrive(gateway, *(f"OPEN {number}" for number in range(120)))
    freezer.tick(timedelta(minutes=30))
    gateway.fault("GetMessages", WithoutNewest(125))
    await set_up(hass, entry)
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == [f"{number}" for number in range(10)]
