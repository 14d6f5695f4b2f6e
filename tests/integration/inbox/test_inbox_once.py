"""Each received SMS is told once, whatever happens to Home Assistant, its clock, or the gateway's list."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Fault, RepeatedRows, ReversedRows, ShuffledRows
from tests.integration.story.disk import Left, received_on_disk
from tests.integration.story.forms import reload
from tests.integration.story.told import Told

from .received import RECEIVED, arrive, list_late, on_disk, poll, power_cut

pytestmark = pytest.mark.usefixtures("silence")

# More than are noted at once.
MANY = [f"{number}" for number in range(250)]


async def test_a_restart_repeats_nothing_and_tells_what_is_young_enough(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """The rest is known from then on."""
    arrive(gateway, "before")
    await poll(hass, freezer)
    await hass.config_entries.async_unload(entry.entry_id)
    arrive(gateway, "OPEN")
    freezer.tick(timedelta(minutes=9))
    arrive(gateway, "CLOSE")
    freezer.tick(timedelta(minutes=2))
    await power_cut(hass, entry, on_disk(hass, entry))
    assert told.texts == ["before", "CLOSE"]
    hass.config_entries.async_update_entry(entry, options={"inbox_max_age": 1440})
    await hass.async_block_till_done(wait_background_tasks=True)
    await poll(hass, freezer)
    assert told.texts == ["before", "CLOSE"]


@pytest.mark.parametrize("cut_at", [0, 1, 99, 100, 150, 249])
async def test_a_power_cut_between_two_messages_repeats_none(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    cut_at: int,
) -> None:
    """They are noted before they are told: of a hundred that are noted together, some may be lost, but none comes twice."""
    left: list[Left] = []

    @callback
    def look_at_the_disk(event: Event[EventStateChangedData]) -> None:
        left.append(on_disk(hass, entry))

    stop = async_track_state_change_event(hass, RECEIVED, look_at_the_disk)
    arrive(gateway, *MANY)
    await poll(hass, freezer)
    stop()
    assert told.texts == MANY
    before = told.texts[: cut_at + 1]
    told.events.clear()
    await power_cut(hass, entry, left[cut_at])
    after = told.texts
    assert after == MANY[cut_at // 100 * 100 + 100 :]
    assert not set(before) & set(after)


@pytest.mark.parametrize("known", [0, 1, 3])
async def test_a_power_cut_before_they_are_noted_loses_none(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    known: int,
) -> None:
    """The new ones are told after the start."""
    texts = ["یک", "دو", "سه"]
    arrive(gateway, *texts[:known])
    await poll(hass, freezer)
    left = on_disk(hass, entry)
    told.events.clear()
    arrive(gateway, *texts[known:])
    await power_cut(hass, entry, left)
    assert told.texts == texts[known:]


async def test_a_power_cut_before_the_baseline_is_set_sets_it_later(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """So does a file that was lost: rather nothing than something old."""
    arrive(gateway, "unlucky")
    await power_cut(hass, entry, {})
    assert told.texts == []
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    assert told.texts == ["سلام"]


@pytest.mark.parametrize("leap", [timedelta(hours=3), timedelta(hours=-3)])
async def test_a_changed_clock_repeats_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    leap: timedelta,
) -> None:
    """And doesn't keep those that come then, either; both clocks are one here."""
    arrive(gateway, "before")
    await poll(hass, freezer)
    freezer.tick(leap)
    arrive(gateway, "after")
    await reload(hass, entry)
    await hass.async_block_till_done()
    assert told.texts == ["before", "after"]
    await poll(hass, freezer)
    assert told.texts == ["before", "after"]


async def test_a_clock_that_is_ahead_of_the_gateways_tells_nothing_and_nothing_later_either(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """Put right, it doesn't bring back what came meanwhile."""
    gateway.advance(timedelta(hours=-2))
    arrive(gateway, "OPEN")
    await poll(hass, freezer)
    gateway.advance(timedelta(hours=2))
    await poll(hass, freezer)
    assert told.texts == []


async def test_a_clock_that_stood_still_in_a_power_cut_makes_nothing_young_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """The gateway's own clock, in its replies, tells how old a message is by now."""
    await poll(hass, freezer)
    gateway.advance(timedelta(minutes=5))
    arrive(gateway, "OPEN")
    gateway.advance(timedelta(hours=3))
    arrive(gateway, "now")
    await poll(hass, freezer)
    assert told.texts == ["now"]


@pytest.mark.parametrize(
    "fault",
    [
        ReversedRows(),
        ShuffledRows(seed=1),
        ShuffledRows(seed=2),
        RepeatedRows(),
        RepeatedRows(copies=40),
    ],
)
async def test_rows_in_another_order_or_several_times_change_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault,
) -> None:
    """Each once, the oldest first, over pages too."""
    gateway.fault("GetMessages", fault, times=None)
    arrive(gateway, "1", "2", "3")
    await poll(hass, freezer)
    assert told.texts == ["1", "2", "3"]
    arrive(gateway, *MANY)
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts[3:] == MANY


async def test_a_message_that_is_listed_late_behind_newer_ones_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Its id is lower than the highest known; once known itself, it is never told again."""
    arrive(gateway, "first")
    freezer.tick(timedelta(seconds=10))
    arrive(gateway, "second")
    await poll(hass, freezer)
    [late] = arrive(gateway, "late")
    list_late(account, late, behind=5)
    await poll(hass, freezer)
    assert told.texts == ["first", "second", "late"]
    await reload(hass, entry)
    await hass.async_block_till_done()
    await poll(hass, freezer)
    assert told.texts == ["first", "second", "late"]


@pytest.mark.parametrize("left", [50, 100, 101])
async def test_the_file_stays_small_and_forgets_nothing_that_counts(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    left: int,
) -> None:
    """The ids that were seen first are forgotten; the messages up to these then count as old."""
    monkeypatch.setattr("custom_components.payamak.ledger.received._MOST_KEPT", 1000)
    arrive(gateway, *(f"{number}" for number in range(1100)))
    await poll(hass, freezer)
    assert len(told.texts) == 1100
    ids = [str(each.msg_id) for each in account.received]
    assert received_on_disk(hass, entry.entry_id) == set(ids[100:])
    freezer.tick(timedelta(minutes=11))
    await power_cut(hass, entry, on_disk(hass, entry))
    # Newer ones are deleted in the panel, and the oldest come into sight.
    del account.received[left:]
    await poll(hass, freezer)
    arrive(gateway, "new")
    await poll(hass, freezer)
    assert told.texts[1100:] == ["new"]
