"""The outbox by itself: what leaves when, in which order, what ends, and when it looks again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from itertools import chain
import logging
from typing import Any

import pytest

from custom_components.payamak.gateway import (
    CredentialsError,
    CreditError,
    MessageError,
    OptOutMissingError,
    SmsState,
    TemporaryError,
    UpdatingError,
    WaitError,
)
from custom_components.payamak.ledger import LedgerError
from custom_components.payamak.people.gate import ClosedBy, Gate
from tests.integration.story.turns import turns

from .around_outbox import NOON, World

BUSY = TemporaryError("busy", 6)
REFUSED = MessageError("no", 14)
OPT_OUT = OptOutMissingError("opt_out", 15)
LIMIT = WaitError("limit", 19)
SHUT = Gate(closed_by=ClosedBy.PAUSED, open_for=0)


@pytest.fixture(name="world")
async def world_fixture(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Give the world of an outbox; nothing is under way in the end."""
    world = World(monkeypatch)
    yield world
    world.gate.set()
    world.outbox.async_stop()
    await turns()


def called(world: World) -> list[str]:
    """Give the ids of each call since the last time."""
    calls = [" ".join(each.removeprefix("sms-") for each in ids) for ids in world.calls]
    world.calls.clear()
    return calls


async def test_nothing_leaves_before_the_start(world: World) -> None:
    """Automations could not hear what becomes of it."""
    world.wait(1)
    world.outbox.wake()
    await turns()
    assert called(world) == []
    await world.start()
    assert called(world) == ["1"]
    assert world.waiting == {}


async def test_who_wakes_it_ends_its_sleep(world: World) -> None:
    """Only one timer is there at any time, and none while it works."""
    world.wait(1).not_before = NOON + 30
    await world.start()
    assert world.sleeps == [30]
    world.outbox.wake()
    assert world.sleeps == []
    await turns()
    assert world.sleeps == [30]


async def test_nothing_leaves_after_the_stop(world: World) -> None:
    """Whatever happens; another set-up goes on with it."""
    row = world.wait(1)
    row.not_before = NOON + 30
    await world.start()
    assert world.sleeps == [30]
    assert set(world.listeners) == {"gateway", "credit", "update", "change"}
    world.outbox.async_stop()
    assert (world.sleeps, world.listeners) == ([], {})
    world.time = 4000.0
    world.outbox.wake()
    await turns()
    assert (called(world), world.ends, world.sleeps) == ([], [], [])


async def test_what_is_under_way_at_the_stop_is_accounted_for(world: World) -> None:
    """And is waited for; nothing follows it."""
    world.gate.clear()
    world.wait(1)
    world.wait(2)
    assert list(world.outbox.under_way) == []
    await world.start()
    [work] = world.outbox.under_way
    finishing = asyncio.create_task(world.under_way.async_finish())
    await turns()
    assert not finishing.done()
    world.outbox.async_stop()
    world.gate.set()
    await finishing
    await turns()
    assert work.done()
    assert called(world) == ["1"]
    assert list(world.outbox.under_way) == []
    assert world.sleeps == []


@pytest.mark.parametrize("why", ["away", "login", "stops", "closes"])
async def test_nothing_leaves_where_it_would_be_in_vain(world: World, why: str) -> None:
    """The gateway is away, the login was refused, or Home Assistant ends; nor is the sent box asked."""
    world.is_away = why == "away"
    world.credentials_error = CredentialsError("no") if why == "login" else None
    world.under_way.is_stopping = why == "stops"
    world.is_running = why != "closes"
    world.wait(1)
    await world.start()
    assert called(world) == []
    assert world.opened == 0
    assert world.sleeps == ([60] if why in ("away", "login") else [])


async def test_one_call_shows_the_way_and_then_three_follow_at_a_time(
    world: World,
) -> None:
    """All of them together, and each once."""
    world.gate.clear()
    for number in range(9):
        world.wait(number)
    await world.start()
    assert world.now_under_way == 1
    world.outbox.wake()
    await turns()
    assert world.now_under_way == 1
    world.gate.set()
    await turns(300)
    assert world.most_under_way == 3
    assert called(world) == list("012345678")
    async with asyncio.timeout(1):
        for _ in range(4):
            await world.slots.acquire(urgent=True)


async def test_a_call_is_for_a_hundred(world: World) -> None:
    """The sent box is looked into before."""
    world.wait_together(150)
    await world.start()
    assert [len(each) for each in world.calls] == [100, 50]
    assert world.opened == 1


async def test_urgent_ones_take_the_slot_that_is_kept_for_them(world: World) -> None:
    """Others wait for one of theirs, and leave only if they still may."""
    for _ in range(3):
        await world.slots.acquire(urgent=False)
    world.wait(1, urgent=True)
    late = world.wait(2)
    await world.start()
    assert called(world) == ["1"]
    late.not_before = NOON + 1000
    world.slots.release()
    await turns()
    assert called(world) == []
    async with asyncio.timeout(1):
        await world.slots.acquire(urgent=False)


async def test_a_gateway_that_goes_away_meanwhile_gets_nothing_more(
    world: World,
) -> None:
    """What waits for a slot stays, and is not written as leaving."""
    for _ in range(3):
        await world.slots.acquire(urgent=False)
    world.wait(1)
    await world.start()
    world.is_away = True
    world.slots.release()
    await turns()
    assert called(world) == []
    assert world.writes == 0
    assert world.sleeps == [60]


async def test_what_may_not_leave_any_more_at_its_turn_keeps_nobody_up(
    world: World,
) -> None:
    """The next one leaves at once."""
    for _ in range(3):
        await world.slots.acquire(urgent=False)
    late = world.wait(1)
    world.wait(2)
    await world.start()
    late.not_before = NOON + 1000
    world.slots.release()
    await turns()
    assert called(world) == ["2"]
    assert world.writes == 1


async def test_nothing_is_set_up_for_later_after_the_stop(world: World) -> None:
    """What was under way has ended then, and the rest waits for the next set-up."""
    world.gate.clear()
    world.wait(1)
    world.wait(2)
    await world.start()
    world.outbox.async_stop()
    world.gate.set()
    await turns()
    assert called(world) == ["1"]
    assert world.sleeps == []
    assert list(world.outbox.under_way) == []


async def test_the_disk_is_left_alone_also_by_urgent_ones(world: World) -> None:
    """They are tried once a minute at most, and not twice in a row."""
    world.wait(1, urgent=True)
    world.answers = [LedgerError("full")] * 5
    await world.start()
    assert called(world) == ["1"]


@pytest.mark.parametrize("trouble", ["busy", "outage", "disk"])
async def test_after_trouble_one_call_goes_first_again(
    world: World, trouble: str
) -> None:
    """Though it was well before."""
    world.wait(0)
    await world.start()
    for number in range(1, 6):
        world.wait(number)
    if trouble == "outage":
        await world.happen("gateway")
        called(world)
        for number in range(6, 12):
            world.wait(number)
        world.gate.clear()
        world.most_under_way = 0
        await world.happen("gateway")
    else:
        world.answers = [BUSY if trouble == "busy" else LedgerError("full")] * 3
        world.outbox.wake()
        await turns(100)
        world.gate.clear()
        world.answers.clear()
        world.most_under_way = 0
        await world.let_pass(120)
    assert world.most_under_way == 1
    world.gate.set()
    await turns(300)
    assert world.waiting == {}
    assert world.most_under_way == 3


async def test_a_gateway_that_is_away_wakes_nobody_up(world: World) -> None:
    """It does when it is back."""
    world.is_away = True
    world.wait(1)
    await world.start()
    world.is_away = True
    opened = world.kept
    await world.happen("gateway")
    assert world.kept == opened
    world.is_away = False
    await world.happen("gateway")
    assert called(world) == ["1"]


async def test_a_busy_gateway_is_left_alone_for_a_while(world: World) -> None:
    """Then what failed least often goes first, and of these the oldest; that the credit is known changes nothing."""
    for number in (1, 2, 3):
        world.wait(number)
    world.answers = [BUSY] * 5
    await world.start()
    assert called(world) == ["1"]
    assert world.sleeps == [30]
    await world.happen("credit", Decimal(5))
    await world.let_pass(29)
    assert called(world) == []
    await world.let_pass(1)
    assert called(world) == ["2"]
    assert world.sleeps == [60]
    tried = []
    for _ in range(60):
        await world.let_pass(60)
        tried += called(world)
        if len(tried) >= 3:
            break
    assert tried[:3] == ["3", "1", "2"]


async def test_an_accepted_message_lets_the_oldest_go_at_once(world: World) -> None:
    """Whatever was tried before; one that was refused does not."""
    one, _ = world.wait(1), world.wait(2)
    world.answers = [BUSY]
    await world.start()
    assert called(world) == ["1"]
    other = world.wait(9)
    del world.waiting[other.sms_id]
    other.state = SmsState.FAILED
    world.outbox.async_noted([other])
    await turns()
    assert called(world) == []
    other.state = SmsState.ACCEPTED
    world.outbox.async_noted([one, other])
    await turns()
    assert called(world) == ["1", "2"]


async def test_the_end_of_an_update_lets_the_oldest_go_at_once(world: World) -> None:
    """It ends no other hold."""
    world.wait(1)
    world.wait(2)
    world.answers = [BUSY]
    await world.start()
    await world.happen("update")
    assert called(world) == ["1"]
    world.answers = [UpdatingError("updating")]
    await world.let_pass(60)
    assert called(world) != []
    await world.happen("update")
    assert {*called(world)} == {"1", "2"}


async def test_more_credit_lets_the_oldest_go_at_once(world: World) -> None:
    """The same does not."""
    world.wait(1)
    world.wait(2)
    world.answers = [CreditError("credit", 2)]
    await world.start()
    await world.happen("credit", Decimal(5))
    await world.happen("credit", Decimal(5))
    assert called(world) == ["1"]
    await world.happen("credit", Decimal(6))
    assert called(world) == ["1", "2"]


async def test_an_urgent_one_is_tried_in_a_hold_once_a_minute(world: World) -> None:
    """What is usual waits for the hour."""
    world.wait(1)
    world.wait(2, urgent=True)
    world.answers = [LIMIT] * 100
    await world.start()
    assert called(world) == ["2"]
    await world.let_pass(0.1)
    world.outbox.wake()
    await turns()
    assert called(world) == ["2"]
    for _ in range(3):
        world.outbox.wake()
        await turns()
    assert called(world) == []
    await world.let_pass(60)
    assert called(world) == ["2"]


async def test_a_refused_message_is_told_and_the_others_go_on(world: World) -> None:
    """Those that were accepted are told later, when they end."""
    for number in (1, 2):
        world.wait(number)
    world.answers = [REFUSED]
    await world.start()
    assert called(world) == ["1", "2"]
    assert world.ends == [("told", ["sms-1"])]


async def test_without_the_opt_out_words_each_gets_a_call_of_its_own(
    world: World,
) -> None:
    """At once, and only those of this text."""
    world.wait_together(3)
    world.wait_together(2, key=2000)
    world.answers = [OPT_OUT]
    await world.start()
    assert called(world) == ["1000 1001 1002", "1000", "1001", "1002", "2000 2001"]


async def test_what_the_disk_does_not_take_is_tried_again_in_half_a_minute(
    world: World,
) -> None:
    """It has not left, and nothing else leaves meanwhile."""
    world.wait(1)
    world.wait(2)
    world.answers = [LedgerError("full")]
    await world.start()
    assert called(world) == ["1"]
    assert world.outbox.holds.reason == "not_stored"
    assert world.sleeps == [30]
    await world.let_pass(30)
    assert called(world) == ["1", "2"]


async def test_what_makes_trouble_twice_is_set_aside(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The others go on, and it says why it failed."""
    row = world.wait(1)
    world.wait(2)
    mistake = RuntimeError("a mistake of ours")

    def stumble() -> None:
        if row.state is SmsState.SENDING:
            row.state = SmsState.WAITING
            raise mistake

    world.on_write = stumble
    await world.start()
    assert called(world) == ["2"]
    assert world.ends == [("failed", ["sms-1"]), ("told", ["sms-1"])]
    assert (row.state, row.reason) == (SmsState.FAILED, "unexpected_error")
    assert caplog.text.count("Unexpected trouble with what waits") == 2


async def test_what_makes_trouble_once_is_tried_again(world: World) -> None:
    """It was not its own fault."""
    row = world.wait(1)
    mistakes = [RuntimeError("a mistake of ours")]

    def stumble() -> None:
        if mistakes:
            row.state = SmsState.WAITING
            raise mistakes.pop()

    world.on_write = stumble
    await world.start()
    assert called(world) == ["1"]
    assert world.ends == []


async def test_what_makes_trouble_and_may_have_left_is_not_sent_again(
    world: World,
) -> None:
    """It is unknown, and looked for."""
    row = world.wait(1)
    world.answers = [RuntimeError("a mistake of ours")]
    await world.start()
    assert called(world) == ["1"]
    assert row.state is SmsState.UNKNOWN
    assert world.ends == [("gave up: unexpected_error", ["sms-1"])]


@pytest.mark.parametrize("is_away", [False, True])
async def test_what_waited_too_long_is_written_and_then_told(
    world: World, is_away: bool
) -> None:
    """With the repair that belongs to it; it does not leave any more."""
    world.is_away = is_away
    world.wait(1, retry_for=10.0)
    world.wait(2, retry_for=20.0)
    for row in world.waiting.values():
        row.not_before = NOON + 10**6
    await world.start()
    assert world.sleeps == [10]
    await world.let_pass(9.9)
    assert world.ends == []
    await world.let_pass(0.1)
    assert world.ends == [
        ("not_sent repair of 1", ["sms-1"]),
        ("told", ["sms-1"]),
    ]
    assert world.repairs == 1
    assert world.sleeps == [10]


async def test_thousands_are_given_up_in_parts(world: World) -> None:
    """Those that were called back meanwhile are left out."""
    rows = world.wait_together(1501, retry_for=10.0)
    world.is_away = True
    world.time = 10.0
    world.writing.clear()
    await world.start()
    for row in rows[500:1000]:
        row.state = SmsState.CANCELLED
        del world.waiting[row.sms_id]
    world.writing.set()
    await turns()
    told = [ids for what, ids in world.ends if what == "told"]
    assert [len(ids) for ids in told] == [500, 500, 1]
    assert list(chain.from_iterable(told)) == [
        row.sms_id for row in rows[:500] + rows[1000:]
    ]


async def test_what_the_fence_tells_of_is_not_given_up(world: World) -> None:
    """As long as it may look; else nobody would ever tell of it."""
    world.wait(1, retry_for=10.0)
    world.told_by_fence = {"sms-1"}
    world.fenced = {"sms-1"}
    world.time = 10.0
    await world.start()
    assert world.ends == []
    world.is_away = True
    world.outbox.wake()
    await turns()
    assert [what for what, _ in world.ends] == ["not_sent repair of 1", "told"]


async def test_what_is_behind_the_fence_does_not_leave(world: World) -> None:
    """It may have left before the start."""
    world.wait(1)
    world.wait(2)
    world.fenced = {"sms-1"}
    world.fence_left = 12.0
    await world.start()
    assert called(world) == ["2"]
    assert world.sleeps == [12]


async def test_nothing_is_given_up_while_home_assistant_ends(world: World) -> None:
    """Automations hear of it after the start; what has begun is ended."""
    rows = world.wait_together(501, retry_for=10.0)
    world.is_away = True
    world.time = 10.0
    world.writing.clear()
    await world.start()
    world.under_way.is_stopping = True
    world.writing.set()
    await turns()
    assert [len(ids) for what, ids in world.ends if what == "told"] == [500]
    assert rows[500].state is SmsState.WAITING


async def test_what_ends_after_the_stop_is_shown_by_the_next_set_up(
    world: World,
) -> None:
    """There is none where the account was removed."""
    world.wait(1, retry_for=10.0)
    world.is_away = True
    world.time = 10.0
    world.writing.clear()
    await world.start()
    world.outbox.async_stop()
    world.writing.set()
    await turns()
    assert [what for what, _ in world.ends] == ["not_sent repair of 1", "told"]
    assert world.repairs == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda world, row: setattr(row, "not_before", NOON + 0.1),
        lambda world, row: setattr(world, "time", 3600.0),
        lambda world, row: setattr(world, "is_away", True),
        lambda world, row: setattr(world.under_way, "is_stopping", True),
    ],
)
async def test_it_is_looked_at_again_after_the_write(
    world: World, change: Callable[[World, Any], object]
) -> None:
    """Right before the request, as the disk takes its time."""
    row = world.wait(1)
    world.on_write = lambda: change(world, row) and None
    await world.start()
    assert called(world) == []
    assert row.state in (SmsState.WAITING, SmsState.NOT_SENT)


@pytest.mark.parametrize(
    "change",
    [
        lambda world, row: setattr(row, "not_before", NOON),
        lambda world, row: setattr(world, "time", 3599.9),
        lambda world, row: None,
    ],
)
async def test_what_still_may_leave_after_the_write_leaves(
    world: World, change: Callable[[World, Any], object]
) -> None:
    """A moment earlier is early enough."""
    row = world.wait(1)
    world.on_write = lambda: change(world, row) and None
    await world.start()
    assert called(world) == ["1"]


async def test_a_closed_gate_holds_only_what_is_for_its_person(world: World) -> None:
    """It is opened, and what waited leaves."""
    world.wait(1)
    world.wait(2)
    world.gates = {"1": SHUT}
    await world.start()
    assert called(world) == ["2"]
    world.gates = {}
    world.outbox.wake()
    await turns()
    assert called(world) == ["1"]


@pytest.mark.parametrize(
    ("seconds", "sleeps"), [(3600, 60), (59.5, 59.5), (1.5, 1.5), (0.5, 1)]
)
async def test_it_looks_again_when_something_is_due(
    world: World, seconds: float, sleeps: float
) -> None:
    """Once a second at most, and once a minute at least; the clock's reading is kept."""
    row = world.wait(1, retry_for=seconds)
    row.not_before = NOON + 10**6
    await world.start()
    assert world.sleeps == [sleeps]
    assert world.kept == 1
    world.outbox.wake()
    await turns()
    assert world.sleeps == [sleeps]


async def test_where_nothing_waits_it_does_not_look_again(world: World) -> None:
    """Somebody wakes it up."""
    await world.start()
    assert world.sleeps == []
    assert world.kept == 0
    world.wait(1)
    await world.happen("change")
    assert called(world) == ["1"]


async def test_a_change_is_no_reason_to_look_before_the_time(world: World) -> None:
    """It is known already what waits."""
    world.wait(1).not_before = NOON + 10**6
    await world.start()
    opened = world.opened
    await world.happen("change")
    assert world.opened == opened
    world.waiting.clear()
    await world.let_pass(60)
    opened = world.opened
    await world.happen("change")
    assert world.opened == opened


async def test_while_the_gateway_is_away_no_hold_is_waited_for(world: World) -> None:
    """It ends when the gateway is back."""
    world.wait(1)
    world.answers = [BUSY]
    await world.start()
    assert world.sleeps == [30]
    world.is_away = True
    world.outbox.wake()
    await turns()
    assert world.sleeps == [60]


async def test_what_wakes_it_up_while_it_works_is_looked_at_afterwards(
    world: World,
) -> None:
    """Somebody else's message is accepted right after the gateway was busy, which is over by then."""
    world.wait(1)
    world.answers = [BUSY]
    accepted = world.wait(9)
    del world.waiting[accepted.sms_id]
    accepted.state = SmsState.ACCEPTED

    def accept() -> None:
        world.on_answered = lambda: None
        world.outbox.async_noted([accepted])

    world.on_answered = accept
    await world.start()
    assert called(world) == ["1", "1"]


async def test_several_that_come_at_once_leave_together(world: World) -> None:
    """The work begins when all of them wait."""
    await world.start()
    [first, second] = world.wait_together(2)
    del world.waiting[second.sms_id]
    world.outbox.wake()
    world.waiting[second.sms_id] = second
    await turns()
    assert called(world) == [f"{first.sms_id} {second.sms_id}".replace("sms-", "")]


async def test_trouble_of_its_own_is_logged_and_it_goes_on_in_a_minute(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Not at once, and for ever."""
    world.wait(1)
    mistakes = [RuntimeError("a mistake of ours")]

    def stumble() -> None:
        if mistakes:
            world.outbox.wake()
            raise mistakes.pop()

    world.on_open = stumble
    await world.start()
    assert [
        record.getMessage()
        for record in caplog.records
        if record.levelno == logging.ERROR
    ] == ["The outbox had unexpected trouble"]
    assert called(world) == []
    assert world.sleeps == [60]
    await world.let_pass(60)
    assert called(world) == ["1"]


async def test_work_that_is_cancelled_is_no_trouble(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It goes on in a minute, should Home Assistant go on."""
    world.gate.clear()
    world.wait(1, retry_for=7200.0)
    world.wait(2, retry_for=7200.0)
    await world.start()
    [work] = world.outbox.under_way
    work.cancel()
    await turns()
    assert caplog.records == []
    assert world.sleeps == [60]


@pytest.mark.parametrize("disk_takes", [True, False])
async def test_what_waits_can_be_called_back(world: World, disk_takes: bool) -> None:
    """Some of it, or all; what is under way can't. Who looks at the ledger hears of it in any case."""
    rows = [world.wait(number) for number in (1, 2, 3, 4)]
    rows[3].state = SmsState.SENDING
    world.disk_takes = disk_takes
    outbox = world.outbox
    assert await outbox.async_cancel([]) == []
    assert await outbox.async_cancel(["sms-4", "sms-9"]) == []
    assert world.changes_told == 0
    if disk_takes:
        assert await outbox.async_cancel(["sms-2", "sms-4"]) == [rows[1]]
        assert await outbox.async_cancel(None) == [rows[0], rows[2]]
        assert world.changes_told == 2
    else:
        with pytest.raises(LedgerError):
            await outbox.async_cancel(None)
        assert world.changes_told == 1
    assert {row.state for row in rows[:3]} == {SmsState.CANCELLED}
    assert rows[3].state is SmsState.SENDING
