"""How a message goes out: who is left out, who must wait, how many calls are made at a time, and what is told in the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
import logging
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.payamak.gateway import (
    CreditError,
    GatewayError,
    MessageError,
    OptOutMissingError,
    SmsState,
    TemporaryError,
    UncertainError,
    WaitError,
)
from custom_components.payamak.ledger import SmsRow, Text
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.sending.message import PatternSms, Size, Sms
from custom_components.payamak.sending.progress import SendReport
from tests.integration.conftest import OTHER_LINE
from tests.integration.story.deliveries import numbers
from tests.integration.story.rows import waiting_row
from tests.integration.story.turns import turns

from .around_messenger import World

type Errors = Sequence[GatewayError | None]

LIMIT = WaitError("limit", 3)


@pytest.fixture(name="world")
async def world_fixture(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Give the world of a messenger; nothing is held in the end."""
    world = World(monkeypatch)
    yield world
    world.gate.set()
    world.noting.set()
    await turns()


def to(count: int, **how: Any) -> list[Recipient]:
    """Give so many people."""
    return [Recipient(number=number, **how) for number in numbers(count)]


async def send(world: World, count: int, text: str = "سلام", **how: Any) -> SendReport:
    """Send a text to so many."""
    return await world.messenger.async_send(Sms(recipients=to(count), text=text, **how))


async def send_pattern(world: World, count: int, **how: Any) -> SendReport:
    """Send a pattern, which takes a call for each, to so many."""
    return await world.messenger.async_send(
        PatternSms(recipients=to(count), pattern_id=1, variables=("a",), **how)
    )


def states(report: SendReport) -> list[SmsState]:
    """Give the state of each recipient."""
    return [row.state for row in report.rows]


def reasons(report: SendReport) -> list[str | None]:
    """Give the cause of each recipient."""
    return [row.error.reason if row.error else None for row in report.rows]


ACCEPTED, FAILED = SmsState.ACCEPTED, SmsState.FAILED
WAITING, UNKNOWN = SmsState.WAITING, SmsState.UNKNOWN


async def all_slots_are_free(world: World) -> None:
    """Expect that whoever comes next gets each of them at once."""
    await turns()
    async with asyncio.timeout(1):
        for _ in range(4):
            await world.slots.acquire(urgent=True)


async def test_a_message_is_sent_and_its_sender_told(world: World) -> None:
    """The credit is asked for afterwards; nothing waits."""
    report = await send(world, 2, "آ" * 71, sender=OTHER_LINE)
    assert states(report) == [ACCEPTED] * 2
    assert [row.recipient for row in report.rows] == to(2)
    assert report.size == Size(parts=4, tariff_units=4)
    assert (world.sent, world.woken, world.probes) == (1, 0, 0)
    assert world.calls == [2]
    assert world.heeded == [[None, None]]
    [text] = world.texts
    assert text == Text(
        key=0,
        text="آ" * 71,
        parts=2,
        cost=3460.0,
        sender=OTHER_LINE,
        flash=False,
        retry_for=3600,
    )
    assert isinstance(text.cost, float)
    await all_slots_are_free(world)


@pytest.mark.parametrize(
    ("chosen", "seconds"), [(None, 3600), (0, 0), (0.5, 30), (90, 5400)]
)
async def test_patience_is_chosen_in_minutes(
    world: World, chosen: float | None, seconds: float
) -> None:
    """The account's own counts where nothing is said, and none is none."""
    await send(world, 1, retry_for=chosen, urgent=True)
    [text] = world.texts
    assert (text.retry_for, text.urgent) == (seconds, True)


async def test_what_costs_nobody_knows_what_is_sent_all_the_same(world: World) -> None:
    """The panel has told no price, or the text stands there."""
    await send_pattern(world, 1)
    world.price = None
    await send(world, 1)
    assert [(text.cost, text.parts) for text in world.texts] == [(None, 1)] * 2
    assert world.texts[0].pattern_id == 1


async def test_a_row_is_begun_by_the_name_that_was_asked_for_or_is_saved(
    world: World,
) -> None:
    """Or none."""
    asked = [Recipient(number=number) for number in numbers(2)]
    asked.append(Recipient(number=numbers(1, 11)[0], name="Asked"))
    await world.messenger.async_send(Sms(recipients=asked, text="سلام"))
    assert [row.name for row in world.begun] == [None, "Saved", "Asked"]


async def test_what_can_not_be_right_begins_nothing(world: World) -> None:
    """Neither a text that shows nothing nor one that is too long; a trial says only the first."""
    for text in ("", "آ" * 671):
        with pytest.raises(ServiceValidationError):
            await send(world, 1, text)
    assert world.texts == []
    with pytest.raises(ServiceValidationError):
        world.messenger.preview(Sms(recipients=to(1), text=""))


async def test_a_trial_measures_for_all_and_sends_nothing(world: World) -> None:
    """There are no rows."""
    report = world.messenger.preview(Sms(recipients=to(3), text="آ" * 671))
    assert report == SendReport(rows=(), size=Size(parts=33, tariff_units=33))
    assert world.begun == []


async def test_an_equal_message_is_answered_with_the_first_one(world: World) -> None:
    """The others are sent, and remembered."""
    world.window = True
    first = waiting_row(99, numbers(2)[1], state=SmsState.DELIVERED)
    world.equal = {first.recipient: first}
    report = await send(world, 3)
    assert report.rows[1].sms is first
    assert states(report) == [ACCEPTED] * 3
    assert world.calls == [2]
    assert world.remembered == [numbers(3)[0], numbers(3)[2]]
    assert (world.loads, world.took) == (1, [(2, False)])


async def test_without_a_window_or_with_urgency_equal_messages_are_sent(
    world: World,
) -> None:
    """What is urgent is remembered, though."""
    for window, urgent in ((False, False), (True, True)):
        world.window = window
        world.equal = {numbers(1)[0]: waiting_row(99, numbers(1)[0])}
        await send(world, 1, urgent=urgent)
    assert world.calls == [1, 1]
    assert world.loads == 0
    assert world.remembered == numbers(1)


async def test_what_was_sent_before_and_can_not_be_read_is_no_duplicate(
    world: World,
) -> None:
    """An alarm that is sent twice is better than none."""
    world.window = world.reading_fails = True
    assert states(await send(world, 1)) == [ACCEPTED]


async def test_an_equal_message_waits_for_the_first_one_that_is_under_way(
    world: World,
) -> None:
    """It may fail."""
    world.gate.clear()
    world.answer = lambda rows: [MessageError("no")] * len(rows)
    one = asyncio.create_task(send(world, 1))
    await turns()
    world.window = True
    world.equal = {row.recipient: row for row in world.begun}
    two = asyncio.create_task(send(world, 1))
    await turns()
    assert not two.done()
    world.gate.set()
    assert states(await one) == states(await two) == [FAILED]
    assert world.calls == [1]


async def test_home_assistant_goes_on_while_thousands_are_begun(world: World) -> None:
    """They are begun in parts."""
    seen: list[int] = []

    async def others() -> None:
        while not seen or seen[-1] < 1200:
            seen.append(len(world.begun))
            await asyncio.sleep(0)

    going_on = asyncio.create_task(others())
    report = await send(world, 1200)
    await going_on
    assert {500, 1000} <= set(seen)
    assert [row.recipient for row in report.rows] == to(1200)
    assert sum(world.calls) == 1200


@pytest.mark.parametrize("urgent", [False, True])
async def test_a_message_that_finds_no_room_today_fails_as_a_whole(
    world: World, urgent: bool
) -> None:
    """Nobody else gets half of it, and nobody's credit is asked for."""
    world.has_room = False
    report = await send(world, 700, urgent=urgent)
    assert set(states(report)) == {FAILED}
    assert set(reasons(report)) == {"daily_limit"}
    assert world.took == [(700, urgent)]
    assert (world.calls, world.sent) == ([], 0)
    assert world.given_up == [(500, "daily_limit"), (200, "daily_limit")]


@pytest.mark.parametrize(
    ("how", "waiting"),
    [
        ({}, [WAITING, WAITING, ACCEPTED]),
        ({"retry_for": 0.01}, [WAITING, WAITING, ACCEPTED]),
        ({"retry_for": 0}, [ACCEPTED, WAITING, ACCEPTED]),
        ({"urgent": True}, [ACCEPTED, ACCEPTED, ACCEPTED]),
    ],
)
async def test_who_has_an_older_message_or_a_closed_gate_waits(
    world: World, how: dict[str, Any], waiting: list[SmsState]
) -> None:
    """A message without patience does not go after another one, and an urgent one passes both."""
    first, second, _ = numbers(3)
    world.waited_for, world.closed = {first}, {second}
    report = await send(world, 3, **how)
    assert states(report) == waiting
    assert sum(world.queued) == waiting.count(WAITING)
    assert world.calls == [waiting.count(ACCEPTED)]
    assert world.woken == (WAITING in waiting)
    assert world.sent == 1


async def test_nobody_who_may_leave_waits(world: World) -> None:
    """And no call is made for nobody."""
    world.waited_for = set(numbers(2))
    report = await send(world, 2)
    assert states(report) == [WAITING] * 2
    assert (world.calls, world.sent, world.woken) == ([], 0, 1)
    assert world.queued == [2]


async def test_the_first_call_goes_alone_and_then_three_at_a_time(
    world: World,
) -> None:
    """Each slot is taken again as soon as it is free."""
    world.gate.clear()
    sending = asyncio.create_task(send_pattern(world, 9))
    await turns()
    assert world.now_under_way == 1
    world.gate.set()
    assert states(await sending) == [ACCEPTED] * 9
    assert world.most_under_way == 3
    assert world.calls == [1] * 9
    await all_slots_are_free(world)


@pytest.mark.parametrize("urgent", [False, True])
async def test_one_slot_is_for_urgent_ones(world: World, urgent: bool) -> None:
    """An alarm doesn't wait for a long list."""
    for _ in range(3):
        await world.slots.acquire(urgent=False)
    sending = asyncio.create_task(send(world, 1, urgent=urgent))
    await turns()
    assert sending.done() is urgent
    world.slots.release()
    await sending


async def test_what_stops_all_is_the_cause_for_those_who_have_not_left(
    world: World,
) -> None:
    """No call is made for them, and the way is free for others."""
    world.answer = lambda rows: [LIMIT] * len(rows)
    report = await send(world, 250)
    assert states(report) == [FAILED] * 250
    assert set(reasons(report)) == {"limit"}
    assert world.calls == [100]
    assert world.given_up == [(150, "limit")]
    assert world.sent == 0
    await all_slots_are_free(world)


async def test_nothing_leaves_while_what_stops_all_is_noted(world: World) -> None:
    """It is heard before it is written, by the outbox, too."""
    world.noting.clear()
    world.answer = lambda rows: [LIMIT] * len(rows)
    sending = asyncio.create_task(send_pattern(world, 30))
    await turns(100)
    assert world.heeded[-1] == [LIMIT]
    made = len(world.calls)
    await turns(100)
    assert len(world.calls) == made <= 4
    world.noting.set()
    assert set(states(await sending)) == {FAILED}


async def test_what_is_of_one_call_stops_no_other(world: World) -> None:
    """Too little credit may be enough for a smaller one."""
    world.answer = lambda rows: (
        [CreditError("credit") if len(rows) == 100 else None] * len(rows)
    )
    report = await send(world, 101)
    assert states(report) == [FAILED] * 100 + [ACCEPTED]
    assert world.sent == 1


@pytest.mark.parametrize(
    ("how", "stopped"),
    [({}, True), ({"retry_for": 0.01}, True), ({"retry_for": 0}, False)],
)
async def test_a_busy_gateway_stops_what_may_wait(
    world: World, how: dict[str, Any], stopped: bool
) -> None:
    """Else each call is tried for itself."""
    world.answer = lambda rows: [TemporaryError("busy")] * len(rows)
    await send(world, 300, **how)
    assert len(world.calls) == (1 if stopped else 3)


async def test_what_must_wait_goes_to_the_outbox(world: World) -> None:
    """The gateway is away, say; nothing was sent."""
    world.late = True
    report = await send(world, 3)
    assert states(report) == [WAITING] * 3
    assert (world.calls, world.sent, world.woken) == ([], 0, 1)
    await all_slots_are_free(world)


async def test_what_must_wait_when_its_turn_comes_goes_to_the_outbox(
    world: World,
) -> None:
    """It waited for a slot until then, which it gives back."""
    for _ in range(3):
        await world.slots.acquire(urgent=False)
    sending = asyncio.create_task(send(world, 1))
    await turns()
    assert world.queued == []
    world.late = True
    world.slots.release()
    assert states(await sending) == [WAITING]
    assert world.calls == []
    for _ in range(2):
        world.slots.release()
    await all_slots_are_free(world)


async def test_when_home_assistant_stops_nothing_further_leaves(world: World) -> None:
    """Those who are left are told why."""
    world.gate.clear()
    sending = asyncio.create_task(send(world, 200))
    await turns()
    world.under_way.is_stopping = True
    world.gate.set()
    report = await sending
    assert states(report) == [ACCEPTED] * 100 + [FAILED] * 100
    assert set(reasons(report)[100:]) == {"home_assistant_stops"}
    await all_slots_are_free(world)


@pytest.mark.parametrize(
    ("is_away", "how", "probes"),
    [
        (True, {"urgent": True}, 1),
        (True, {"urgent": True, "retry_for": 0}, 0),
        (True, {}, 0),
        (False, {"urgent": True}, 0),
    ],
)
async def test_an_urgent_one_that_waits_asks_whether_the_gateway_is_back(
    world: World, is_away: bool, how: dict[str, Any], probes: int
) -> None:
    """Nobody waits for the next question."""
    world.is_away = is_away
    world.late = is_away
    await send(world, 1, **how)
    assert world.probes == probes


async def test_without_the_opt_out_words_each_gets_a_call_of_its_own(
    world: World,
) -> None:
    """Also those who have not been tried yet."""

    def answer(rows: Sequence[SmsRow]) -> Errors:
        if len(rows) > 1:
            raise OptOutMissingError("word")
        return [None]

    world.answer = answer
    report = await send(world, 103)
    assert states(report) == [ACCEPTED] * 103
    assert world.calls == [100] + [1] * 103
    assert world.most_under_way == 3


async def test_who_is_held_right_before_the_call_waits(world: World) -> None:
    """The others leave; no call is made for nobody."""
    world.held = {numbers(2)[0]}
    assert states(await send(world, 2)) == [WAITING, ACCEPTED]
    assert states(await send(world, 1)) == [WAITING]
    assert world.calls == [1]


async def test_what_may_have_been_sent_costs_credit(world: World) -> None:
    """So it is asked for."""
    world.answer = lambda rows: [UncertainError("lost")] * len(rows)
    assert states(await send(world, 1)) == [UNKNOWN]
    assert world.sent == 1


async def test_a_message_goes_on_when_its_automation_is_stopped(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The log tells what it can't be told any more; Home Assistant waits for it when it stops."""
    caplog.set_level(logging.WARNING)
    world.gate.clear()
    world.answer = lambda rows: [None, *[MessageError("no")] * (len(rows) - 1)]
    sending = asyncio.create_task(send(world, 3))
    await turns()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    finishing = asyncio.create_task(world.under_way.async_finish())
    await turns()
    assert not finishing.done()
    world.gate.set()
    await finishing
    await turns()
    assert [row.state for row in world.begun] == [ACCEPTED, FAILED, FAILED]
    [record] = caplog.records
    assert "for 2 of 3 recipients" in record.getMessage()


async def test_a_message_that_was_accepted_after_all_is_not_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """There is nothing to tell."""
    world.gate.clear()
    sending = asyncio.create_task(send(world, 1))
    await turns()
    sending.cancel()
    await turns()
    world.gate.set()
    await turns()
    assert world.begun[0].state is ACCEPTED
    assert caplog.records == []


async def test_nobody_waits_for_a_message_that_something_unexpected_has_ended(
    world: World,
) -> None:
    """Its sender hears of it, and an equal one is not kept waiting; what has left may have arrived."""

    def stumble(_rows: Sequence[SmsRow]) -> Errors:
        raise RuntimeError("a mistake of ours")

    world.answer = stumble
    with pytest.raises(RuntimeError, match="mistake"):
        await send(world, 1)
    [row] = world.begun
    assert (row.state, row.reason) == (UNKNOWN, "unexpected_error")
    await all_slots_are_free(world)
