"""What is on its way survives a reload, a restart and a crash, and nothing is told twice."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.payamak.delivery.timing import EXPIRES_AFTER
from simulator import Gateway
from simulator.codes import Delivery
from simulator.faults import Envelope, Replaced, ServerError
from tests.integration.conftest import OMID, SARA, make_entry, recipient
from tests.integration.story.deliveries import (
    DELIVERY,
    GAPS,
    PENDING,
    asked_for,
    before_first_question,
    hold_a_question,
    listen,
    numbers,
    pass_by,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.disk import (
    Left,
    disk_at_rest,
    pending_delivery,
    put_deliveries_on_disk,
    put_on_disk,
    questions_on_disk,
    text_on_disk,
    what_is_on_disk,
    writing_is_held,
)
from tests.integration.story.forms import let_pass, reload, reload_meanwhile
from tests.integration.story.people import Held, send_sms, wait_for
from tests.integration.story.told import Told

pytestmark = pytest.mark.usefixtures("silence")

AFTER = "01AFTER"


async def come_up_again(
    hass: HomeAssistant, entry: MockConfigEntry, content: Left
) -> tuple[MockConfigEntry, Told]:
    """Begin anew with what was on the disk at some moment, after a crash or a restart."""
    told = listen(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    put_on_disk(hass, AFTER, content)
    again = make_entry(
        entry.data["url"], [recipient("Sara", "sara", SARA)], entry_id=AFTER
    )
    again.add_to_hass(hass)
    assert await hass.config_entries.async_setup(AFTER)
    await hass.async_block_till_done(wait_background_tasks=True)
    return again, told


async def test_a_message_is_on_the_disk_as_soon_as_it_is_accepted(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A crash a moment later loses nothing."""
    sent = await send_to(hass, SARA, *numbers(1))
    content = what_is_on_disk(hass, family_home.entry_id)
    _, told = await come_up_again(hass, family_home, content)
    assert state_of(hass, PENDING) == "2"
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "pending"
    await until_first_question(hass, freezer, 5)
    assert told.words == dict.fromkeys(sent, "delivered")
    assert {each["name"] for each in told.events} == {"Sara", None}


async def test_an_end_is_on_the_disk_before_it_is_told(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Else a crash right after would have it told again."""
    on_disk_when_told: list[Any] = []

    @callback
    def look(event: Event[Any]) -> None:
        if event.data["entity_id"] == DELIVERY:
            on_disk_when_told.append(what_is_on_disk(hass, family_home.entry_id))

    await send_to(hass, SARA)
    hass.bus.async_listen(EVENT_STATE_CHANGED, look)
    await until_first_question(hass, freezer)
    [content] = on_disk_when_told
    _, told = await come_up_again(hass, family_home, content)
    assert state_of(hass, PENDING) == "0"
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "delivered"
    await let_pass(hass, freezer, timedelta(days=4))
    assert not told.events


async def test_a_crash_during_a_question_has_it_asked_again(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It was answered, but nobody was there to hear it."""
    sent = await send_to(hass, SARA)
    held = await hold_a_question(hass, freezer, gateway)
    content = what_is_on_disk(hass, family_home.entry_id)
    asked_for(gateway)
    _, told = await come_up_again(hass, family_home, content)
    held.released.set()
    await pass_by(hass, freezer, 5)
    assert asked_for(gateway) == sent
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_the_gaps_go_on_growing_after_a_crash(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is known of the questions is written within half a minute."""
    gateway.set_outcome(SARA, Delivery.SENT_TO_OPERATOR)
    sent = await send_to(hass, SARA)
    await pass_by(hass, freezer, sum(GAPS[:4]) + 30)
    assert asked_for(gateway) == sent * 4
    await disk_at_rest(hass)
    content = what_is_on_disk(hass, family_home.entry_id)
    await come_up_again(hass, family_home, content)
    asked_for(gateway)
    await pass_by(hass, freezer, GAPS[4] - 31)
    assert asked_for(gateway) == []
    await pass_by(hass, freezer, 1)
    assert asked_for(gateway) == sent


async def test_a_reload_at_any_time_loses_and_repeats_nothing(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Every second another one."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    gateway.delivery_time = timedelta(seconds=25)
    told = listen(hass)
    sent = await send_to(hass, SARA, OMID, *numbers(8))
    for _ in range(75):
        await reload(hass, family_home)
        await let_pass(hass, freezer, timedelta(seconds=1))
    assert told.words == dict.fromkeys(sent, "delivered") | {sent[1]: "undelivered"}
    assert len(asked_for(gateway)) <= 3 * len(sent)
    assert state_of(hass, "sensor.payamak_family_last_delivery") == "undelivered"


async def test_an_unload_does_not_wait_for_an_answer(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The question is asked again when the account is back."""
    told = listen(hass)
    sent = await send_to(hass, SARA)
    held = await hold_a_question(hass, freezer, gateway)
    assert await hass.config_entries.async_unload(family_home.entry_id)
    assert family_home.state is ConfigEntryState.NOT_LOADED
    held.released.set()
    await let_pass(hass, freezer, timedelta(hours=1))
    assert len(asked_for(gateway)) == 1
    assert not told.events
    assert await hass.config_entries.async_setup(family_home.entry_id)
    await pass_by(hass, freezer, 2)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_what_was_answered_before_an_unload_is_told(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """To those who are still there, and only once."""
    told = listen(hass)
    sending = asyncio.create_task(send_sms(hass, [SARA, OMID], wait_for_delivery=60))
    await asyncio.sleep(0)
    await hass.async_block_till_done()
    await before_first_question(hass, freezer)
    await let_pass(hass, freezer, timedelta(seconds=1))
    held = Held()
    gateway.fault("GetDeliveries2", held)
    freezer.tick(timedelta(seconds=1))
    async_fire_time_changed(hass)
    await held.arrived.wait()
    await reload(hass, family_home)
    held.released.set()
    assert len(told.words) == 1
    rows = await sending
    assert [row["delivery"] for row in rows] == ["delivered", "pending"]
    sent = [row["message_id"] for row in rows]
    await pass_by(hass, freezer, 5)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_an_end_that_is_being_written_during_an_unload_is_told(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The unload waits for the disk: on it the end counts as told already."""
    told = listen(hass)
    sent = await send_to(hass, SARA)
    await before_first_question(hass, freezer)
    with writing_is_held(hass) as (begun, go):
        freezer.tick(timedelta(seconds=1))
        async_fire_time_changed(hass)
        await begun.wait()
        assert told.words == {}
        unloading = asyncio.create_task(
            hass.config_entries.async_unload(family_home.entry_id)
        )
        for _ in range(50):
            await asyncio.sleep(0)
        assert not unloading.done()
        go.set()
        assert await unloading
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_the_end_of_home_assistant_does_not_wait_for_an_answer(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Where the gateway hangs a restart is no slower, and what is known is written."""
    gateway.set_outcome(SARA, Delivery.SENT_TO_OPERATOR)
    [message_id] = await send_to(hass, SARA)
    await until_first_question(hass, freezer)
    [omid] = await send_to(hass, OMID)
    held = await hold_a_question(hass, freezer, gateway)
    await asyncio.wait_for(hass.async_stop(force=True), 10)
    held.released.set()
    assert questions_on_disk(hass, family_home.entry_id) == {message_id: 1, omid: 0}


@pytest.mark.parametrize("state", [CoreState.stopping, CoreState.not_running])
async def test_an_end_that_is_answered_while_home_assistant_stops_is_told_after_the_start(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    state: CoreState,
) -> None:
    """No automation runs any more, so it stays open."""
    told = listen(hass)
    sent = await send_to(hass, SARA)
    held = await hold_a_question(hass, freezer, gateway)
    hass.set_state(state)
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not told.events
    left = what_is_on_disk(hass, family_home.entry_id)
    hass.set_state(CoreState.running)
    _, told = await come_up_again(hass, family_home, left)
    assert state_of(hass, PENDING) == "1"
    await pass_by(hass, freezer, 30)
    assert told.words == dict.fromkeys(sent, "delivered")
    assert len(told.events) == 1


async def test_two_messages_with_one_id_end_together_after_a_crash(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """They are asked for once and told once."""
    rec_id = "1234567890123456789"
    gateway.fault("SendSMS", Replaced("Value", f"{rec_id},{rec_id}"))
    gateway.fault("GetDeliveries2", Envelope("2"), times=None)
    await send_to(hass, SARA, OMID)
    left = what_is_on_disk(hass, family_home.entry_id)
    _, told = await come_up_again(hass, family_home, left)
    assert state_of(hass, PENDING) == "2"
    asked_for(gateway)
    await until_first_question(hass, freezer, 20)
    assert asked_for(gateway) == [rec_id]
    assert told.words == {rec_id: "undelivered"}
    assert len(told.events) == 1
    assert state_of(hass, PENDING) == "0"


async def test_a_message_under_way_during_a_reload_is_followed_afterwards(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is accepted by those before, and asked for by those after."""
    told = listen(hass)
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_to(hass, SARA))
    await wait_for(held, sending)
    await reload_meanwhile(hass, family_home)
    held.released.set()
    sent = await sending
    assert state_of(hass, PENDING) == "1"
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "pending"
    assert sent[0] in text_on_disk(hass, family_home.entry_id)
    await until_first_question(hass, freezer)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_a_message_under_way_when_its_account_is_removed_leaves_no_file(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nobody would ever delete it."""
    await send_to(hass, OMID)
    assert what_is_on_disk(hass, family_home.entry_id)
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_to(hass, SARA))
    await wait_for(held, sending)
    await hass.config_entries.async_remove(family_home.entry_id)
    held.released.set()
    await sending
    asked_for(gateway)
    await pass_by(hass, freezer, 60, 10)
    assert what_is_on_disk(hass, family_home.entry_id) == {}
    assert asked_for(gateway) == []


async def test_an_account_that_never_came_up_can_be_removed(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
) -> None:
    """With the file that it left in better days."""
    put_deliveries_on_disk(hass, entry.entry_id, [])
    entry.add_to_hass(hass)
    gateway.fault("GetCredit", ServerError())
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert what_is_on_disk(hass, entry.entry_id) == {}


@pytest.mark.parametrize("hours_away", [71, 200])
async def test_what_was_long_not_asked_for_is_asked_for_some_hours_more(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    hours_away: int,
) -> None:
    """Home Assistant was off; the gateway still knows what became of it."""
    gateway.set_outcome(OMID, Delivery.REACHED_OPERATOR)
    arrived, lost = await send_to(hass, SARA, OMID)
    content = what_is_on_disk(hass, family_home.entry_id)
    freezer.tick(timedelta(hours=hours_away))
    _, told = await come_up_again(hass, family_home, content)
    asked_for(gateway)
    await until_first_question(hass, freezer)
    assert sorted(asked_for(gateway)) == sorted([arrived, lost])
    assert told.words == {arrived: "delivered"}
    await let_pass(hass, freezer, timedelta(hours=6))
    await pass_by(hass, freezer, 10)
    assert told.words == {arrived: "delivered", lost: "expired"}


async def test_many_that_expire_at_once_are_all_told(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without a question."""
    now = dt_util.utcnow()
    await send_to(hass, SARA)
    put_deliveries_on_disk(
        hass,
        family_home.entry_id,
        [
            pending_delivery(
                f"90000000000000{each:05d}",
                SARA,
                now - EXPIRES_AFTER,
                asked=22,
                asked_at=now - timedelta(hours=1),
            )
            for each in range(1100)
        ],
    )
    content = what_is_on_disk(hass, family_home.entry_id)
    _, told = await come_up_again(hass, family_home, content)
    asked_for(gateway)
    for _ in range(60):
        await let_pass(hass, freezer, timedelta(seconds=1))
    assert set(told.words.values()) == {"expired"}
    assert len(told.words) == 1100
    assert asked_for(gateway) == []
    assert state_of(hass, PENDING) == "0"
