"""How the outbox goes on: one call first, then a few at a time; after trouble in its order; and what ends with Home Assistant."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.sending.caller import Caller
from custom_components.payamak.sending.under_way import under_way_in
from simulator import Away, Gateway
from simulator.faults import Code
from tests.integration.conftest import MINA, OMID, SARA, sent_calls
from tests.integration.story.deliveries import numbers, state_of
from tests.integration.story.disk import on_disk, writing_fails
from tests.integration.story.forms import let_pass
from tests.integration.story.people import Held, received, send_sms
from tests.integration.story.told import Told

from .test_calls_at_a_time import until_no_more_come
from .test_outbox import DELIVERY, MINUTE, OUTBOX, come_back, home_fixture, rows  # noqa: F401 - the fixture is this module's too

# The longest break after a first error, with the most that chance adds.
BREAK = timedelta(seconds=43)


@pytest.fixture(name="held")
async def held_fixture(gateway: Gateway) -> AsyncIterator[Held]:
    """Give what holds answers back until the test ends at the latest."""
    held = Held()
    yield held
    held.released.set()


def be_back(home: MockConfigEntry) -> None:
    """Let the account see that the gateway answers."""
    home.runtime_data.account.watch.note_answer()


async def queue(hass: HomeAssistant, gateway: Gateway, *people: str) -> None:
    """Let a text of their own wait for each of them."""
    await gateway.go_away(Away.REFUSE)
    for number in people:
        await send_sms(hass, number, message=number, retry_for=600)


async def arrived(hass: HomeAssistant, gateway: Gateway, held: Held) -> int:
    """Wait until no more calls come, and give how many are under way."""
    await asyncio.wait_for(held.arrived.wait(), 5)
    await until_no_more_come(hass)
    return len(gateway.under_way)


async def test_one_call_goes_first_and_then_three_at_a_time(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry, held: Held
) -> None:
    """The one shows that the gateway is well; nobody knows that before, whatever wakes the outbox up."""
    await queue(hass, gateway, *numbers(8))
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    be_back(home)
    assert await arrived(hass, gateway, held) == 1
    home.runtime_data.road.outbox.wake()
    assert await arrived(hass, gateway, held) == 1
    others = Held()
    gateway.fault("SendSMS", others, times=None)
    held.released.set()
    assert await arrived(hass, gateway, others) == 3
    others.released.set()
    gateway.clear_faults()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == dict.fromkeys(numbers(8), 1)


async def test_after_each_outage_one_call_goes_first_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    held: Held,
) -> None:
    """That it was well before the outage says nothing."""
    await queue(hass, gateway, SARA)
    await come_back(hass, freezer, gateway)
    assert received(gateway) == {SARA: 1}
    await queue(hass, gateway, *numbers(4))
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    be_back(home)
    assert await arrived(hass, gateway, held) == 1


@pytest.mark.parametrize("trouble", ["gateway", "disk"])
async def test_after_trouble_one_call_goes_first_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    held: Held,
    trouble: str,
) -> None:
    """Of the gateway or the disk, though all was well before."""
    await queue(hass, gateway, SARA, *numbers(5))
    first = Held()
    gateway.fault("SendSMS", first)
    if trouble == "gateway":
        gateway.fault("SendSMS", Code(6), times=3)
    await gateway.come_back()
    be_back(home)
    assert await arrived(hass, gateway, first) == 1
    if trouble == "disk":
        with writing_fails():
            first.released.set()
            await hass.async_block_till_done(wait_background_tasks=True)
    first.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    gateway.clear_faults()
    gateway.fault("SendSMS", held)
    freezer.tick(timedelta(hours=1) if trouble == "gateway" else BREAK)
    home.runtime_data.road.outbox.wake()
    assert await arrived(hass, gateway, held) == 1


async def test_what_failed_less_often_goes_first(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """The oldest tries first of those that have failed equally often: none of them is starved."""
    await queue(hass, gateway, SARA, OMID, MINA)
    gateway.fault("SendSMS", Code(6), times=5)
    await come_back(hass, freezer, gateway)
    for _ in range(12):
        await let_pass(hass, freezer, timedelta(minutes=6))
    tried = [each["to"] for each in sent_calls(gateway)]
    assert tried[:5] == [SARA, OMID, MINA, SARA, OMID]
    assert received(gateway) == dict.fromkeys((SARA, OMID, MINA), 1)


async def test_an_accepted_message_lets_the_others_go_in_their_first_order(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """At once: what held them up is over, and whose try it met is of no account any more."""
    await queue(hass, gateway, SARA, OMID)
    gateway.fault("SendSMS", Code(6))
    await come_back(hass, freezer, gateway)
    assert [each["to"] for each in sent_calls(gateway)] == [SARA]
    await send_sms(hass, MINA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [each["to"] for each in sent_calls(gateway)] == [SARA, MINA, SARA, OMID]


async def test_a_refused_message_ends_no_hold(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """It only shows that the gateway is well enough to refuse."""
    await queue(hass, gateway, SARA, OMID)
    gateway.fault("SendSMS", Code(6))
    await come_back(hass, freezer, gateway)
    gateway.fault("SendSMS", Code(14))
    with pytest.raises(Exception, match="link"):
        await send_sms(hass, MINA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == {}


async def test_what_makes_trouble_is_tried_twice_and_says_why_it_failed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the event, in the history, and on the disk."""
    told = Told(hass, DELIVERY)
    await queue(hass, gateway, SARA)
    tries = []

    async def stumble(_caller: Caller, _message: Any, rows: Any, *_rest: Any) -> None:
        tries.append(rows[0].recipient)
        raise RuntimeError

    monkeypatch.setattr(Caller, "async_send_queued", stumble)
    await come_back(hass, freezer, gateway)
    for _ in range(3):
        await let_pass(hass, freezer, MINUTE)
    assert tries == [SARA, SARA]
    assert [each["event_type"] for each in told.events] == ["failed"]
    [row] = await rows(hass)
    assert (row["state"], row["status"]) == ("failed", "failed")
    assert "unexpected" in row["error"]
    assert on_disk(hass, home.entry_id, "SELECT state, reason FROM sms") == [
        ("failed", "unexpected_error")
    ]


async def test_home_assistant_waits_for_what_the_outbox_sends_when_it_stops(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry, held: Held
) -> None:
    """Else nobody would know what became of it."""
    await queue(hass, gateway, SARA)
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    be_back(home)
    assert await arrived(hass, gateway, held) == 1
    finishing = asyncio.create_task(under_way_in(hass).async_finish())
    await until_no_more_come(hass)
    assert not finishing.done()
    held.released.set()
    await finishing
    assert on_disk(hass, home.entry_id, "SELECT state FROM sms") == [("accepted",)]


@pytest.mark.parametrize(("seconds", "state"), [(0.3, "waiting"), (1, "not_sent")])
async def test_it_looks_once_a_second_at_most(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    seconds: float,
    state: str,
) -> None:
    """However soon something is due."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, retry_for=0.2 / 60)
    await hass.async_block_till_done(wait_background_tasks=True)
    await let_pass(hass, freezer, timedelta(seconds=seconds))
    assert [row["state"] for row in await rows(hass)] == [state]


@pytest.mark.parametrize(("seconds", "has_left"), [(58, False), (59, True)])
async def test_it_looks_once_a_minute_at_least(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    seconds: int,
    has_left: bool,
) -> None:
    """What was to leave in an hour may leave earlier, as the clock was set. The last look was a second ago."""
    await queue(hass, gateway, SARA)
    [row] = home.runtime_data.ledger.outgoing.waiting.values()
    row.not_before = (freezer() + timedelta(hours=1)).timestamp()
    await come_back(hass, freezer, gateway)
    row.not_before = None
    await let_pass(hass, freezer, timedelta(seconds=seconds))
    assert received(gateway) == ({SARA: 1} if has_left else {})


async def test_nothing_is_looked_at_after_the_stop(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Neither the time nor the gateway wakes it up."""
    await queue(hass, gateway, SARA)
    road = home.runtime_data.road
    await road.async_stop()
    await come_back(hass, freezer, gateway)
    await let_pass(hass, freezer, timedelta(hours=11))
    assert state_of(hass, OUTBOX) == "1"
    assert received(gateway) == {}
    road.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [row["state"] for row in await rows(hass)] == ["not_sent"]
