"""What changes in the very moment in which a message is about to leave, or has just left."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import override

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.account import Account as OurAccount
from custom_components.payamak.sending.fence import Fence
from custom_components.payamak.sending.under_way import under_way_in
from simulator import Away, Gateway
from simulator.exchange import Exchange
from simulator.faults import Code, Reset
from tests.integration.conftest import OMID, SARA, sent_calls
from tests.integration.story.accounts import set_up, shut_down
from tests.integration.story.deliveries import numbers, state_of
from tests.integration.story.disk import on_disk, writing_fails, writing_is_held
from tests.integration.story.forms import call, let_pass
from tests.integration.story.people import Held, received, send_sms
from tests.integration.story.told import Told

from .test_outbox import DELIVERY, MINUTE, OUTBOX, come_back, home_fixture, rows  # noqa: F401 - the fixture is this module's too


@dataclass(frozen=True)
class HeldReset(Held):
    """Holds the request back, and then breaks the connection."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        self.arrived.set()
        await self.released.wait()
        return await Reset(processed=False).answer(exchange)


async def states(hass: HomeAssistant) -> dict[str, int]:
    """Give how many messages are in each state."""
    found = [row["state"] for row in await rows(hass, limit=1000)]
    return {state: found.count(state) for state in found}


async def three_under_way(gateway: Gateway) -> None:
    """Wait until all slots are taken."""
    async with asyncio.timeout(5):
        while len(gateway.under_way) < 3:  # noqa: ASYNC110 - the gateway tells nobody
            await asyncio.sleep(0)


async def queue_and_hold(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    held: Held,
    *to: str,
) -> None:
    """Let a message wait, and let its call be under way when the gateway is back."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, list(to))
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    home.runtime_data.account.watch.note_answer()
    await asyncio.wait_for(held.arrived.wait(), 5)


async def test_a_long_list_does_not_go_on_into_silence(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """The first call shows that nobody would know what becomes of the others."""
    gateway.fault("SendSMS", Reset(processed=False), times=None)
    response = await call(hass, "send_sms", message="a", recipients=numbers(300))
    assert (response["unknown"], response["queued"]) == (100, 200)
    assert len(sent_calls(gateway)) == 1


async def test_what_waits_for_a_slot_does_not_go_on_into_silence(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Each of ten messages would be one of which nobody knows what became of it."""
    held = HeldReset()
    gateway.fault("SendSMS", held, times=None)
    sending = [
        asyncio.create_task(send_sms(hass, number, message=str(number)))
        for number in numbers(10)
    ]
    await three_under_way(gateway)
    held.released.set()
    await asyncio.gather(*sending, return_exceptions=True)
    assert await states(hass) == {"unknown": 3, "waiting": 7}


async def test_what_has_no_patience_goes_out_at_its_turn_all_the_same(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Whoever does not want it to wait wants it to be tried."""
    gateway.fault("SendSMS", Reset(processed=False))
    await send_sms(hass, numbers(200), retry_for=0)
    assert await states(hass) == {"unknown": 100, "accepted": 100}


@pytest.mark.parametrize(("seconds", "status"), [(5.9, "accepted"), (6, "queued")])
async def test_what_grows_too_old_while_it_waits_for_a_slot_does_not_leave(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    seconds: float,
    status: str,
) -> None:
    """The outbox tells what became of it, as of all that waited too long."""
    told = Told(hass, DELIVERY)
    held = Held()
    gateway.fault("SendSMS", held, times=3)
    others = [asyncio.create_task(send_sms(hass, each)) for each in numbers(3)]
    await three_under_way(gateway)
    late = asyncio.create_task(send_sms(hass, SARA, message="2", retry_for=0.1))
    for _ in range(20):
        await asyncio.sleep(0)
    freezer.tick(timedelta(seconds=seconds))
    held.released.set()
    await asyncio.gather(*others)
    [row] = await late
    assert row["status"] == status
    await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway).get(SARA, 0) == (status == "accepted")
    not_sent = [each for each in told.events if each["event_type"] == "not_sent"]
    assert len(not_sent) == (status == "queued")


@pytest.mark.parametrize("what", ["away", "stop", "age"])
async def test_it_is_looked_at_again_after_the_write(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    what: str,
) -> None:
    """The disk may take its time, and much can happen meanwhile."""
    with writing_is_held(hass) as (begun, go):
        sending = asyncio.create_task(send_sms(hass, SARA, retry_for=1))
        await asyncio.wait_for(begun.wait(), 5)
        if what == "away":
            await gateway.go_away(Away.REFUSE)
            await home.runtime_data.account.watch.async_ask()
        elif what == "stop":
            under_way_in(hass).is_stopping = True
        else:
            freezer.tick(MINUTE)
        go.set()
        [row] = await sending
    assert row["status"] == "queued"
    assert sent_calls(gateway) == []


async def test_a_stop_after_the_write_lets_fail_what_does_not_want_to_wait(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """And it says why."""
    with writing_is_held(hass) as (begun, go):
        sending = asyncio.create_task(send_sms(hass, SARA, retry_for=0))
        await asyncio.wait_for(begun.wait(), 5)
        under_way_in(hass).is_stopping = True
        go.set()
        with pytest.raises(HomeAssistantError, match="was shutting down"):
            await sending
    assert sent_calls(gateway) == []
    assert await states(hass) == {"failed": 1}


@pytest.mark.parametrize("both", [False, True])
async def test_what_may_not_leave_any_more_after_the_write_goes_on_waiting(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    both: bool,
) -> None:
    """Somebody's quiet hours begin, say; the others get it."""
    people = (SARA, OMID)
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, list(people))
    later = (freezer() + timedelta(minutes=10)).timestamp()
    await gateway.come_back()
    with writing_is_held(hass) as (begun, go):
        home.runtime_data.account.watch.note_answer()
        await asyncio.wait_for(begun.wait(), 5)
        for row in home.runtime_data.ledger.outgoing.waiting.values():
            if both or row.recipient == SARA:
                row.not_before = later
        go.set()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert received(gateway) == ({} if both else {OMID: 1})
    assert state_of(hass, OUTBOX) == ("2" if both else "1")
    for _ in range(11):
        await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == dict.fromkeys(people, 1)


async def test_what_was_written_as_leaving_and_can_not_be_written_as_waiting_waits_in_memory(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """On the disk it may have left: after a crash it would be unknown, and not be sent twice."""
    held = Held(6)
    await queue_and_hold(hass, gateway, home, held, SARA)
    with writing_fails():
        held.released.set()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert on_disk(hass, home.entry_id, "SELECT state FROM sms") == [("sending",)]
        assert state_of(hass, OUTBOX) == "1"
    await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 1}


async def test_a_newer_one_does_not_overtake_one_that_is_being_written(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """The gateway comes back in that moment."""
    await gateway.go_away(Away.REFUSE)
    await home.runtime_data.account.watch.async_ask()
    with writing_is_held(hass) as (begun, go):
        one = asyncio.create_task(send_sms(hass, SARA, message="1"))
        await asyncio.wait_for(begun.wait(), 5)
        await gateway.come_back()
        home.runtime_data.account.watch.note_answer()
        two = asyncio.create_task(send_sms(hass, SARA, message="2"))
        await asyncio.sleep(0)
        go.set()
        for sending in (one, two):
            [row] = await sending
            assert row["status"] == "queued"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [each["text"] for each in sent_calls(gateway)] == ["1", "2"]


async def test_what_could_not_be_written_stands_in_nobodys_way(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """It has failed, and waits no more."""
    await gateway.go_away(Away.REFUSE)
    with writing_fails(), pytest.raises(HomeAssistantError):
        await send_sms(hass, SARA)
    await gateway.come_back()
    home.runtime_data.account.watch.note_answer()
    await send_sms(hass, OMID)
    [row] = await send_sms(hass, SARA)
    assert row["status"] == "accepted"


async def test_the_end_of_what_is_under_way_is_told_before_the_entities_go(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """An unload waits for it a short time; nobody could be told afterwards."""
    told = Told(hass, DELIVERY)
    held = Held(14)
    await queue_and_hold(hass, gateway, home, held, SARA)
    unloading = asyncio.create_task(hass.config_entries.async_unload(home.entry_id))
    for _ in range(20):
        await asyncio.sleep(0)
    held.released.set()
    assert await unloading
    assert [event["event_type"] for event in told.events] == ["failed"]


async def test_trouble_after_a_request_has_left_does_not_send_it_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is unknown what became of it, and is looked for."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)

    def stumble(_account: OurAccount, _error: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(OurAccount, "note_message_result", stumble)
        await come_back(hass, freezer, gateway)
    assert await states(hass) == {"unknown": 1}
    assert home.runtime_data.ledger.outgoing.today.leaving == 0
    for _ in range(3):
        await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 1}
    assert "unknown" not in await states(hass)


async def test_trouble_before_anything_leaves_is_tried_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A minute later, and the log says what it was."""

    async def stumble(_fence: Fence) -> None:
        raise RuntimeError

    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)
    with monkeypatch.context() as patched:
        patched.setattr(Fence, "async_open", stumble)
        await come_back(hass, freezer, gateway)
    assert "The outbox had unexpected trouble" in caplog.text
    assert received(gateway) == {}
    await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 1}


async def test_what_is_called_back_and_not_written_may_leave_after_a_restart_and_says_so(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """As long as Home Assistant runs, it does not leave."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)
    with writing_fails():
        with pytest.raises(HomeAssistantError) as raised:
            await call(hass, "cancel")
        assert raised.value.translation_key == "cancel_not_stored"
        assert state_of(hass, OUTBOX) == "0"
        await come_back(hass, freezer, gateway)
        assert received(gateway) == {}
        await gateway.go_away(Away.REFUSE)
        await shut_down(hass, home)
    await set_up(hass, home)
    assert state_of(hass, OUTBOX) == "1"


async def test_what_is_called_back_while_others_are_given_up_is_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """They are given up five hundred at a time."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    response = await call(hass, "send_sms", message="a", recipients=numbers(501))
    last = response["messages"][-1]["sms_id"]
    freezer.tick(timedelta(hours=1))
    outbox = home.runtime_data.road.outbox
    with writing_is_held(hass) as (begun, go):
        outbox.wake()
        await asyncio.wait_for(begun.wait(), 5)
        cancelling = asyncio.create_task(call(hass, "cancel", sms_ids=last))
        await asyncio.sleep(0)
        go.set()
        assert (await cancelling)["cancelled"] == 1
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told.events) == 500
    assert await states(hass) == {"not_sent": 500, "cancelled": 1}


def _finish(hass: HomeAssistant) -> None:
    under_way_in(hass).is_stopping = True


def _close(hass: HomeAssistant) -> None:
    hass.set_state(CoreState.not_running)


@pytest.mark.parametrize("end", [_finish, _close])
async def test_nothing_is_given_up_while_home_assistant_ends(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    end: Callable[[HomeAssistant], None],
) -> None:
    """Automations would not hear of it: it is told after the start."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    await call(hass, "send_sms", message="a", recipients=numbers(501))
    freezer.tick(timedelta(hours=1))
    outbox = home.runtime_data.road.outbox
    with writing_is_held(hass) as (begun, go):
        outbox.wake()
        await asyncio.wait_for(begun.wait(), 5)
        end(hass)
        go.set()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told.events) == 500
    outbox.wake()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told.events) == 500
    under_way_in(hass).is_stopping = False
    hass.set_state(CoreState.running)
    outbox.wake()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told.events) == 501


@pytest.mark.parametrize("end", [_finish, _close])
async def test_what_wakes_up_while_home_assistant_ends_gives_nothing_up(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    end: Callable[[HomeAssistant], None],
) -> None:
    """It may have been woken a moment before."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)
    freezer.tick(timedelta(hours=1))
    home.runtime_data.road.outbox.wake()
    end(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert told.events == []
    assert await states(hass) == {"waiting": 1}
    hass.set_state(CoreState.running)


@pytest.mark.parametrize("code", [-6, 10, 12])
async def test_a_gateway_in_trouble_does_not_meet_the_whole_outbox(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    code: int,
) -> None:
    """One answer shows it, and the others wait for a better time."""
    await gateway.go_away(Away.REFUSE)
    people = numbers(20)
    for number in people:
        await send_sms(hass, number, message=str(number), retry_for=600)
    gateway.fault("SendSMS", Code(code), times=None)
    await come_back(hass, freezer, gateway)
    assert len(sent_calls(gateway)) == 1
    assert (await states(hass))["waiting"] >= 19
    gateway.clear_faults()
    for _ in range(12):
        await let_pass(hass, freezer, timedelta(minutes=6))
    assert set(received(gateway).values()) == {1}
    assert len(received(gateway)) >= 19
    assert state_of(hass, OUTBOX) == "0"
