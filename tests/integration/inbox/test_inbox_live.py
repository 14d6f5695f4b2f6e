"""What came in since the last poll is new, whatever its date says; what may have been there before is not."""

from dataclasses import replace
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Replaced
from tests.integration.story.accounts import set_up
from tests.integration.story.told import Told

from .received import (
    WithoutIds,
    arrive,
    family_with_inbox,
    list_late,
    listen,
    poll,
    start_anew,
)

HOUR = timedelta(hours=1)


@pytest.fixture(name="before")
def some_before() -> list[str]:
    """Let some be there before the account is set up."""
    return ["before", "and before"]


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "ago", [HOUR, 3.5 * HOUR, -3.5 * HOUR, -1 * HOUR, 24 * 365 * HOUR]
)
async def test_a_new_message_is_told_whatever_its_date_says(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    ago: timedelta,
) -> None:
    """Panels may keep another time zone, and nobody has written that they don't."""
    for text in ("1", "2"):
        arrive(gateway, text, ago=ago)
        await poll(hass, freezer)
    assert told.texts == ["1", "2"]


@pytest.mark.usefixtures("silence")
async def test_a_burst_of_wrongly_dated_messages_is_told_over_all_pages(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """A page on which everything looks old is no reason to stop."""
    texts = [f"{number}" for number in range(150)]
    arrive(gateway, *texts, ago=3.5 * HOUR)
    await poll(hass, freezer)
    assert told.texts == texts


@pytest.mark.usefixtures("silence")
async def test_a_wrongly_dated_message_that_is_listed_late_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """It was not in the panel at the last poll, although newer ones were."""
    freezer.tick(10)
    arrive(gateway, "newer")
    await poll(hass, freezer)
    [late] = arrive(gateway, "late", ago=HOUR)
    list_late(account, late, behind=5)
    await poll(hass, freezer)
    assert told.texts == ["newer", "late"]


@pytest.mark.usefixtures("silence")
async def test_a_message_that_is_listed_late_behind_all_others_is_told_by_its_date(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """The first poll ever listed the whole box, so an id below all of it may still be a new one."""
    for number, ago in enumerate((timedelta(), HOUR), start=1):
        [late] = arrive(gateway, f"{number}", ago=ago)
        list_late(account, late, behind=number * 10**6)
        await poll(hass, freezer)
    assert told.texts == ["1"]


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("empty_lists", [0, 1])
async def test_an_old_message_that_comes_into_sight_is_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
    empty_lists: int,
) -> None:
    """It was behind the pages that were read; then newer ones are deleted in the panel."""
    await hass.config_entries.async_unload(entry.entry_id)
    arrive(gateway, *(f"old {number}" for number in range(350)))
    freezer.tick(5 * HOUR)
    arrive(gateway, "now")
    await set_up(hass, entry)
    assert told.texts == ["now"]
    await poll(hass, freezer)
    for _ in range(empty_lists):
        gateway.fault("GetMessages", Replaced("Data", []))
        await poll(hass, freezer)
    # Two were there before; of the rest, the newest 200 are known.
    del account.received[157:]
    await poll(hass, freezer)
    assert told.texts == ["now"]
    # It is known from then on: a message that is new is told all the same.
    arrive(gateway, "new", ago=HOUR)
    await poll(hass, freezer)
    assert told.texts == ["now", "new"]


@pytest.mark.usefixtures("silence")
async def test_old_messages_with_new_ids_are_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """A panel that moves its data may number it anew: then it lists nothing that is known."""
    arrive(gateway, "OPEN")
    await poll(hass, freezer)
    assert told.texts == ["OPEN"]
    freezer.tick(8 * timedelta(minutes=1))
    await poll(hass, freezer)
    freezer.tick(8 * timedelta(minutes=1))
    account.received[:] = [
        replace(each, msg_id=each.msg_id + 10**9) for each in account.received
    ]
    await poll(hass, freezer)
    assert told.texts == ["OPEN"]


@pytest.mark.usefixtures("silence")
async def test_a_box_that_was_emptied_tells_its_next_message(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """By its date, as nothing that is known is left; the one after it whatever its date says."""
    account.received.clear()
    await poll(hass, freezer)
    arrive(gateway, "OPEN", ago=HOUR)
    await poll(hass, freezer)
    account.received.clear()
    arrive(gateway, "1")
    await poll(hass, freezer)
    arrive(gateway, "2", ago=HOUR)
    await poll(hass, freezer)
    assert told.texts == ["1", "2"]


@pytest.mark.usefixtures("silence")
async def test_an_empty_list_at_the_first_poll_makes_nothing_new(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """A gateway in trouble lists nothing, too; what it lists later may be old."""
    arrive(gateway, "OPEN", "SESAME", ago=HOUR)
    gateway.fault("GetMessages", Replaced("Data", None), times=2)
    await set_up(hass, family_with_inbox(gateway_url))
    told = listen(hass)
    for _ in range(3):
        await poll(hass, freezer)
    assert told.texts == []


async def test_a_row_that_could_not_be_read_is_not_new_once_it_can(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """It may have been in the panel for hours: its date decides."""
    [old] = arrive(gateway, "OPEN")
    gateway.fault("GetMessages", WithoutIds((old.msg_id,)), times=30)
    for _ in range(30):
        await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == []
    arrive(gateway, "new", ago=HOUR)
    await poll(hass, freezer)
    assert told.texts == ["new"]


@pytest.mark.usefixtures("silence")
async def test_after_a_restart_nothing_is_new_without_a_date_that_says_so(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """However short it was; the second poll after it can tell again."""
    await poll(hass, freezer)
    arrive(gateway, "OPEN", ago=HOUR)
    await start_anew(hass, entry)
    assert told.texts == []
    arrive(gateway, "new", ago=HOUR)
    await poll(hass, freezer)
    assert told.texts == ["new"]


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(("interval", "minutes"), [(60, 1), (3600, 60)])
async def test_an_age_as_short_as_the_interval_is_long_enough(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    interval: int,
    minutes: int,
) -> None:
    """A poll may come a second late."""
    options = {"inbox_interval": interval, "inbox_max_age": minutes}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    arrive(gateway, "1")
    await poll(hass, freezer, interval + 1)
    assert told.texts == ["1"]


async def test_a_clock_that_leaps_back_proves_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """By such a clock nobody knows how long ago the last poll was."""
    await poll(hass, freezer)
    freezer.tick(timedelta(hours=-2))
    arrive(gateway, "OPEN", ago=HOUR)
    freezer.tick(1)
    # The timer of the next poll would come much later by this clock.
    await entry.runtime_data.inbox.async_refresh()
    assert told.texts == []
