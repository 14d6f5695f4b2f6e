"""An action that responds once the message has arrived, or surely has not."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
import voluptuous as vol

from custom_components.payamak.delivery.timing import FIRST_QUESTION_AFTER
from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.faults import CodesInList, Envelope, Replaced, ServerError, WithoutId
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.deliveries import (
    AWAITED,
    FIRST_QUESTION,
    GAPS,
    PENDING,
    asked_for,
    listen,
    numbers,
    pass_by,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.forms import reload, reload_meanwhile, take_calls
from tests.integration.story.people import Held, send_sms
from tests.integration.story.told import Told

pytestmark = pytest.mark.usefixtures("silence", "family_home")

type Waiting = asyncio.Task[list[Any]]


async def begin(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, *recipients: str, seconds: int
) -> Waiting:
    """Send a message and wait for its end; what becomes of the message itself is known now."""
    waiting = asyncio.create_task(
        send_sms(hass, list(recipients), wait_for_delivery=seconds)
    )
    await asyncio.sleep(0)
    await hass.async_block_till_done()
    return waiting


def words(waiting: Waiting) -> list[str]:
    """Give the deliveries of a response that has come."""
    assert waiting.done()
    return [row["delivery"] for row in waiting.result()]


async def test_the_response_comes_as_soon_as_all_have_it(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Long before the time is over."""
    waiting = await begin(hass, freezer, SARA, OMID, seconds=300)
    await until_first_question(hass, freezer)
    assert not waiting.done()
    await pass_by(hass, freezer, 1)
    assert words(waiting) == ["delivered", "delivered"]
    assert [row["status"] for row in waiting.result()] == ["accepted", "accepted"]


async def test_every_end_ends_the_waiting(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """An automation can then try the next channel."""
    gateway.set_outcome(SARA, Delivery.BLACKLISTED)
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    waiting = await begin(hass, freezer, SARA, OMID, MINA, seconds=60)
    await until_first_question(hass, freezer, 2)
    assert words(waiting) == ["blacklisted", "undelivered", "delivered"]


async def test_what_is_not_known_when_the_time_is_over_is_pending(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """It is followed on, and told by the event."""
    gateway.set_outcome(OMID, Delivery.REACHED_OPERATOR)
    told = listen(hass)
    waiting = await begin(hass, freezer, SARA, OMID, seconds=30)
    await pass_by(hass, freezer, 29)
    assert not waiting.done()
    await pass_by(hass, freezer, 1)
    assert words(waiting) == ["delivered", "pending"]
    omid = waiting.result()[1]["message_id"]
    gateway.set_outcome(omid, Delivery.DELIVERED)
    await pass_by(hass, freezer, 60)
    assert told.words[omid] == "delivered"


async def test_while_somebody_waits_the_gateway_is_asked_more_often(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Always with the same gap; afterwards with the gap that belongs to the age of the message."""
    gateway.set_outcome(SARA, Delivery.REACHED_OPERATOR)
    seconds = FIRST_QUESTION + 5 * AWAITED
    waiting = await begin(hass, freezer, SARA, seconds=seconds)
    await pass_by(hass, freezer, seconds)
    assert words(waiting) == ["pending"]
    assert len(asked_for(gateway)) == 6
    gap_for_its_age = seconds + GAPS[1] - GAPS[0]
    await pass_by(hass, freezer, gap_for_its_age - 1)
    assert len(asked_for(gateway)) == 0
    await pass_by(hass, freezer, 1)
    assert len(asked_for(gateway)) == 1


async def test_of_a_big_message_everybody_is_asked_for(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Those whose phone is off don't hide those who have it, however long the list."""
    strangers = numbers(150)
    for number in strangers[:30]:
        gateway.set_outcome(number, Delivery.REACHED_OPERATOR)
    waiting = await begin(hass, freezer, *strangers, seconds=180)
    await pass_by(hass, freezer, 180)
    assert words(waiting) == ["pending"] * 30 + ["delivered"] * 120


async def test_ends_before_the_waiting_began_are_not_lost(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Of a message in several calls the first may have arrived before the last is taken."""
    first, second = Held(), Held()
    gateway.fault("SendSMS", first)
    gateway.fault("SendSMS", second)
    first.released.set()
    sending = asyncio.create_task(send_sms(hass, numbers(120), wait_for_delivery=150))
    await second.arrived.wait()
    changed = asyncio.Event()
    async_track_state_change_event(hass, PENDING, callback(lambda _: changed.set()))
    for seconds in (FIRST_QUESTION, 5, 5, 5):
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        # Anything more thorough would wait for the message that is held back.
        await changed.wait()
        changed.clear()
    assert state_of(hass, PENDING) == "96"
    second.released.set()
    await pass_by(hass, freezer, 120)
    assert words(sending) == ["delivered"] * 120


async def test_what_can_not_be_followed_is_not_waited_for(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody knows what becomes of it."""
    gateway.fault("SendSMS", WithoutId())
    waiting = await begin(hass, freezer, SARA, OMID, seconds=300)
    assert words(waiting) == ["unknown", "unknown"]


async def test_a_refused_message_has_failed(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Without waiting; the others are waited for."""
    gateway.fault("SendSMS", CodesInList((None, 18)))
    waiting = await begin(hass, freezer, SARA, OMID, seconds=300)
    await until_first_question(hass, freezer)
    assert words(waiting) == ["delivered", "failed"]


async def test_an_uncertain_message_is_unknown(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """A time-out is no failure and no success."""
    gateway.fault("SendSMS", CodesInList((None, -6)))
    waiting = await begin(hass, freezer, SARA, OMID, seconds=300)
    await until_first_question(hass, freezer)
    assert words(waiting) == ["delivered", "unknown"]


@pytest.mark.usefixtures("freezer")
async def test_where_nothing_was_accepted_the_error_comes_at_once(
    hass: HomeAssistant, account: Account
) -> None:
    """There is nothing to wait for."""
    account.credit *= 0
    with pytest.raises(HomeAssistantError, match="credit"):
        await send_sms(hass, [SARA], wait_for_delivery=300)


async def test_without_waiting_the_response_says_nothing_of_delivery(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Nor does a dry run, which sends nothing."""
    rows = await send_sms(hass, [SARA], wait_for_delivery=0)
    assert "delivery" not in rows[0]
    assert await send_sms(hass, [SARA], wait_for_delivery=300, dry_run=True) == []
    assert len(gateway.phone(SARA).messages) == 1


@pytest.mark.parametrize("seconds", [-1, 301, "soon"])
async def test_the_time_has_a_limit(
    hass: HomeAssistant, gateway: Gateway, seconds: object
) -> None:
    """Nothing is sent then."""
    take_calls(gateway)
    with pytest.raises(vol.Invalid):
        await send_sms(hass, [SARA], wait_for_delivery=seconds)
    assert take_calls(gateway) == []


async def test_patterns_can_be_waited_for_too(
    hass: HomeAssistant, account: Account, freezer: FrozenDateTimeFactory
) -> None:
    """They reach those whom other messages don't."""
    account.patterns = {7: 1}
    call = hass.services.async_call(
        "payamak",
        "send_pattern",
        {
            "pattern_id": 7,
            "variables": ["1234"],
            "recipients": [SARA],
            "wait_for_delivery": 60,
        },
        blocking=True,
        return_response=True,
    )
    waiting = asyncio.create_task(call)
    await asyncio.sleep(0)
    await hass.async_block_till_done()
    await until_first_question(hass, freezer)
    response = await waiting
    assert response
    rows = response["messages"]
    assert isinstance(rows, list)
    assert [isinstance(row, dict) and row["delivery"] for row in rows] == ["delivered"]


async def test_several_can_wait_at_the_same_time(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Each for its own message and time."""
    gateway.set_outcome(OMID, Delivery.REACHED_OPERATOR)
    short = await begin(hass, freezer, OMID, seconds=20)
    long = await begin(hass, freezer, OMID, seconds=120)
    other = await begin(hass, freezer, SARA, seconds=120)
    await pass_by(hass, freezer, 25)
    assert (words(short), words(other)) == (["pending"], ["delivered"])
    assert not long.done()
    gateway.set_outcome(gateway.phone(OMID).messages[1].rec_id, Delivery.DELIVERED)
    await pass_by(hass, freezer, 15)
    assert words(long) == ["delivered"]


async def test_a_caller_that_goes_away_stops_nothing(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """The message is followed on."""
    told = listen(hass)
    waiting = await begin(hass, freezer, SARA, seconds=60)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until_first_question(hass, freezer)
    assert list(told.words.values()) == ["delivered"]


async def test_a_reload_ends_the_waiting_and_not_the_following(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Pending is true at that moment; nothing is ever called delivered that isn't."""
    told = listen(hass)
    waiting = await begin(hass, freezer, SARA, seconds=300)
    await reload(hass, family_home)
    assert words(waiting) == ["pending"]
    await until_first_question(hass, freezer, 10)
    assert list(told.words.values()) == ["delivered"]


async def test_a_message_accepted_after_an_unload_is_not_waited_for(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nobody asks for it before the account is back."""
    held = Held()
    gateway.fault("SendSMS", held)
    waiting = asyncio.create_task(send_sms(hass, [SARA], wait_for_delivery=300))
    await held.arrived.wait()
    assert await hass.config_entries.async_unload(family_home.entry_id)
    held.released.set()
    assert [row["delivery"] for row in await waiting] == ["pending"]


async def test_a_gateway_that_goes_away_meanwhile_leaves_it_pending(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """The response comes in time all the same."""
    gateway.fault("GetDeliveries2", ServerError(), times=None)
    waiting = await begin(hass, freezer, SARA, seconds=60)
    await pass_by(hass, freezer, 60)
    assert words(waiting) == ["pending"]
    gateway.clear_faults()
    assert await send_to(hass, OMID)


async def a_slow_question(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> tuple[Waiting, Told, Held]:
    """Wait for two messages, of which the second one asked for is not answered."""
    waiting = await begin(hass, freezer, SARA, OMID, seconds=FIRST_QUESTION + 20)
    told = listen(hass)
    await until_first_question(hass, freezer)
    held = Held()
    gateway.fault("GetDeliveries2", held)
    freezer.tick(timedelta(seconds=1))
    async_fire_time_changed(hass)
    await held.arrived.wait()
    return waiting, told, held


async def pass_without(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: int
) -> None:
    """Let time go by while something is held back, for which all else would wait."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_slow_question_holds_back_nothing_that_is_known(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """What has arrived is never called pending for another one's sake."""
    waiting, told, held = await a_slow_question(hass, gateway, freezer)
    assert list(told.words.values()) == ["delivered"]
    await pass_without(hass, freezer, 18)
    assert not waiting.done()
    await pass_without(hass, freezer, 1)
    rows = await waiting
    assert sorted(row["delivery"] for row in rows) == ["delivered", "pending"]
    held.released.set()
    await pass_by(hass, freezer, 10)
    assert list(told.words.values()) == ["delivered", "delivered"]


async def test_an_unload_during_a_slow_question_ends_the_waiting(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With what is known."""
    waiting, _, held = await a_slow_question(hass, gateway, freezer)
    assert await hass.config_entries.async_unload(family_home.entry_id)
    rows = await waiting
    assert sorted(row["delivery"] for row in rows) == ["delivered", "pending"]
    held.released.set()


async def test_two_can_wait_for_an_id_that_the_gateway_gives_twice(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Both hear of its end; so does a list in which it stands twice."""
    gateway.fault("SendSMS", Replaced("Value", "1234567890123456789"), times=2)
    gateway.fault("SendSMS", Replaced("Value", ",".join(["1234567890123456789"] * 2)))
    gateway.fault("GetDeliveries2", Envelope("1"), times=None)
    several = [
        await begin(hass, freezer, *recipients, seconds=60)
        for recipients in ((SARA,), (OMID,), (SARA, OMID))
    ]
    await until_first_question(hass, freezer)
    assert [words(each) for each in several] == [
        ["delivered"],
        ["delivered"],
        ["delivered"] * 2,
    ]


async def test_ends_of_before_and_after_a_reload_are_not_lost(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A message in two calls, with a reload in between."""
    told = listen(hass)
    held = Held()
    gateway.fault("SendSMS", Held(released=(go := asyncio.Event())))
    gateway.fault("SendSMS", held)
    go.set()
    sending = asyncio.create_task(send_sms(hass, numbers(101), wait_for_delivery=60))
    await held.arrived.wait()
    asked = asyncio.Event()
    stop = async_track_state_change_event(
        hass, PENDING, callback(lambda _: asked.set())
    )
    freezer.tick(FIRST_QUESTION_AFTER)
    async_fire_time_changed(hass)
    await asked.wait()
    stop()
    before = len(told.words)
    await reload_meanwhile(hass, family_home)
    assert family_home.state is ConfigEntryState.LOADED
    # No longer than the message that is held may take.
    changed = asyncio.Event()
    async_track_state_change_event(hass, PENDING, callback(lambda _: changed.set()))
    freezer.tick(timedelta(seconds=10))
    async_fire_time_changed(hass)
    await changed.wait()
    held.released.set()
    rows = await sending
    assert 0 < before < len(told.words) < 100
    assert {row["message_id"]: row["delivery"] for row in rows} == {
        row["message_id"]: told.words.get(row["message_id"], "pending") for row in rows
    }


async def test_what_ended_before_the_waiting_began_is_known(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """A message to many goes out in several calls: the first may be delivered before the last is over."""
    held = Held()
    gateway.fault("SendSMS", Held(released=(go := asyncio.Event())))
    gateway.fault("SendSMS", held)
    go.set()
    sending = asyncio.create_task(send_sms(hass, numbers(101), wait_for_delivery=60))
    await held.arrived.wait()
    changed = asyncio.Event()
    async_track_state_change_event(hass, PENDING, callback(lambda _: changed.set()))
    freezer.tick(FIRST_QUESTION_AFTER)
    async_fire_time_changed(hass)
    await changed.wait()
    assert state_of(hass, PENDING) == "99"
    held.released.set()
    await pass_by(hass, freezer, 65)
    assert "unknown" not in words(sending)
    assert Counter(words(sending))["delivered"] > 50


async def test_while_home_assistant_starts_the_end_is_waited_for(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is asked for once everything has started."""
    assert await hass.config_entries.async_unload(family_home.entry_id)
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(family_home.entry_id)
    waiting = await begin(hass, freezer, SARA, seconds=120)
    await pass_by(hass, freezer, 20)
    assert not waiting.done()
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await pass_by(hass, freezer, 2)
    assert words(waiting) == ["delivered"]
