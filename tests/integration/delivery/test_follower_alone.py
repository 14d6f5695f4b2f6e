"""The follower by itself: when it asks for what, what an answer brings, and who waits for how long."""

import asyncio
import logging
from typing import Any

from homeassistant.core import Event
import pytest

from custom_components.payamak.gateway import (
    BadReplyError,
    CredentialsError,
    GatewayError,
    LoginInDoubtError,
    RejectedError,
    SmsState,
    UncertainError,
    UnreachableError,
)
from tests.integration.story.turns import turns

from .around_follower import World

DELIVERED = SmsState.DELIVERED
HOUR = 3600.0


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give what the follower meets."""
    return World(monkeypatch)


async def test_nothing_is_asked_before_the_start(world: World) -> None:
    """Then what was pending is asked for, ten seconds after it was sent."""
    world.sent(1)
    world.follower.async_sent(list(world.pending.values()))
    assert world.timers == []
    await world.start()
    assert world.sleeps == [10]
    await world.let_pass(9)
    assert world.asked == []
    await world.let_pass(1)
    assert world.questions == ["1"]


async def test_where_nothing_is_pending_no_timer_runs(world: World) -> None:
    """What is sent later is asked for in its time."""
    await world.start()
    assert world.timers == []
    world.sent(1)
    await world.happen("change")
    assert world.sleeps == [10]


async def test_what_is_on_its_way_is_asked_for_again_and_that_is_noted(
    world: World,
) -> None:
    """With the gap of a first question."""
    row = world.sent(1)
    world.answer(1, SmsState.ACCEPTED, code=8)
    await world.start()
    await world.let_pass(10)
    assert world.noted == [["sms-1"]]
    assert (row.asked, row.asked_at, row.code) == (1, world.time, 8)
    assert world.sleeps == [20]
    assert world.log == []


async def test_what_the_gateway_does_not_know_goes_on(world: World) -> None:
    """It may know later."""
    row = world.sent(1)
    world.answer(1, SmsState.UNKNOWN, code=100)
    await world.start()
    await world.let_pass(10)
    assert (row.state, row.code) == (SmsState.ACCEPTED, 100)
    assert world.log == []
    assert world.sleeps == [20]


async def test_an_end_is_written_and_then_told(world: World) -> None:
    """With its code; it is asked for no more."""
    row = world.sent(1)
    other = world.sent(2)
    world.answer(1, SmsState.UNDELIVERED, code=2)
    await world.start()
    await world.let_pass(12)
    assert world.log == [("undelivered", ["sms-1"]), ("told", ["sms-1"])]
    assert row.code == 2
    assert other.code is None
    assert world.noted == [["sms-2"]]
    await world.let_pass(60)
    assert world.questions.count("1") == 1


async def test_one_a_second_is_asked_for_the_youngest_first(world: World) -> None:
    """However many there are."""
    world.sent(1, sent_at=world.time - 100)
    world.sent(2, sent_at=world.time - 50)
    world.sent(3, sent_at=world.time - 60)
    await world.start()
    assert world.sleeps == [0]
    await world.let_pass(5)
    begin = world.asked[0][0]
    assert [(at - begin, what) for at, what in world.asked] == [
        (0, "2"),
        (1, "3"),
        (2, "1"),
    ]


async def test_an_id_that_stands_for_two_is_noted_and_ended_for_both(
    world: World,
) -> None:
    """It is told of the first."""
    world.sent(1)
    twin = world.sent(2, message_id="1")
    await world.start()
    await world.let_pass(10)
    assert world.noted == [["sms-1", "sms-2"]]
    world.answer(1, DELIVERED, code=1)
    await world.let_pass(20)
    assert world.log == [("delivered", ["sms-1", "sms-2"]), ("told", ["sms-1"])]
    assert twin.code == 1


async def test_an_id_that_is_given_again_while_it_is_asked_for_ends_too(
    world: World,
) -> None:
    """Both rows are written."""
    world.sent(1)
    world.answer(1, DELIVERED)
    await world.start()
    world.answering.clear()
    await world.let_pass(10)
    world.sent(2, message_id="1")
    world.answering.set()
    await turns()
    assert world.log[0] == ("delivered", ["sms-1", "sms-2"])


# The timer.


async def test_a_new_message_brings_the_timer_forward_but_not_back(
    world: World,
) -> None:
    """One that is due earlier than what the timer waits for."""
    world.sent(1, asked=3, asked_at=world.time)
    await world.start()
    [before] = world.sleeps
    assert before == 10
    await world.let_pass(2)
    timers = list(world.timers)
    world.sent(2)
    await world.happen("change")
    assert world.timers == timers
    world.sent(3, sent_at=world.time - 5)
    await world.happen("change")
    assert world.sleeps == [5]


async def test_the_timer_never_sleeps_for_more_than_a_quarter_of_an_hour(
    world: World,
) -> None:
    """A clock that was set back must be noticed."""
    world.sent(1, sent_at=world.time - HOUR, asked=9, asked_at=world.time)
    await world.start()
    assert world.sleeps == [900]
    await world.let_pass(901)
    assert world.asked == []
    assert len(world.timers) == 1


async def test_while_a_question_is_asked_no_timer_is_set(world: World) -> None:
    """The answer sets it."""
    world.sent(1)
    world.sent(2, sent_at=world.time + 5)
    await world.start()
    world.answering.clear()
    await world.let_pass(10)
    await world.happen("login")
    await world.happen("change")
    assert world.timers == []
    world.answering.set()
    await turns()
    assert world.sleeps == [5]


async def test_a_clock_that_is_set_back_holds_nothing_up(world: World) -> None:
    """What was sent in what is now the future is sent now."""
    row = world.sent(1)
    await world.start()
    await world.let_pass(10)
    world.time -= HOUR
    await world.happen("login")
    assert row.sent_at == row.asked_at == world.time
    assert world.sleeps == [10]


async def test_a_break_does_not_grow_by_a_clock_that_is_set_back(world: World) -> None:
    """It lasts as long as it would have lasted."""
    world.sent(1)
    world.answers["1"] = UncertainError("timeout")
    await world.start()
    await world.let_pass(10)
    assert world.sleeps == [30]
    world.time -= HOUR
    await world.happen("login")
    assert world.sleeps == [30]


@pytest.mark.parametrize(("back", "is_heeded"), [(10, False), (11, True)])
async def test_a_small_correction_of_the_clock_is_none(
    world: World, back: float, is_heeded: bool
) -> None:
    """Ten seconds are let pass."""
    sent_at = world.time
    row = world.sent(1)
    await world.start()
    world.time -= back
    await world.happen("login")
    assert (row.sent_at != sent_at) is is_heeded


async def test_each_look_at_the_clock_is_remembered(world: World) -> None:
    """It went on for a minute, and then back by half of that."""
    row = world.sent(1)
    await world.start()
    world.time += 60
    await world.happen("login")
    world.time -= 30
    row.sent_at = world.time + 5
    await world.happen("login")
    assert row.sent_at == world.time


# A gateway that is away, and a login that is refused.


async def test_nothing_is_asked_while_the_gateway_is_away(world: World) -> None:
    """As soon as it is back, what is due is asked for."""
    world.sent(1)
    await world.start()
    world.is_away = True
    await world.happen("gateway")
    assert world.timers == []
    await world.let_pass(60)
    assert world.asked == []
    world.is_away = False
    await world.happen("gateway")
    await world.let_pass(1)
    assert world.questions == ["1"]


@pytest.mark.parametrize("what", ["away", "credentials"])
async def test_a_timer_that_comes_meanwhile_asks_nothing(
    world: World, what: str
) -> None:
    """It was set before."""
    world.sent(1)
    await world.start()
    if what == "away":
        world.is_away = True
    else:
        world.credentials_error = CredentialsError("credentials")
    await world.let_pass(20)
    assert world.asked == []
    assert world.timers == []


async def test_a_timer_that_comes_before_its_time_asks_nothing(world: World) -> None:
    """Not even for what is due: the last question was less than a second ago."""
    world.sent(1)
    world.sent(2)
    await world.start()
    await world.let_pass(10)
    assert len(world.asked) == 1
    await world.ring()
    assert len(world.asked) == 1
    assert world.sleeps == [1]


async def test_a_refused_login_ends_all_questions_and_all_waiting(
    world: World,
) -> None:
    """Nobody waits for what is not asked any more."""
    row = world.sent(1)
    await world.start()
    waiting = asyncio.ensure_future(world.follower.async_wait([row], 60))
    await turns()
    world.credentials_error = CredentialsError("credentials")
    await world.happen("login")
    assert waiting.done()
    assert world.timers == []
    await asyncio.wait_for(world.follower.async_wait([row], 60), 1)


async def test_a_break_is_over_when_the_gateway_is_back(world: World) -> None:
    """And not when it goes."""
    world.sent(1)
    world.answers["1"] = UnreachableError("connect")
    await world.start()
    await world.let_pass(10)
    assert world.sleeps == [30]
    await world.happen("gateway")
    assert world.sleeps == [1]
    await world.let_pass(1)
    assert world.sleeps == [30]
    world.is_away = True
    await world.happen("gateway")
    world.is_away = False
    await world.happen("login")
    assert world.sleeps == [30]


@pytest.mark.parametrize(
    ("state", "seconds"), [(SmsState.ACCEPTED, 20), (SmsState.FAILED, 30)]
)
async def test_a_message_that_is_accepted_ends_a_break(
    world: World, state: SmsState, seconds: float
) -> None:
    """One that fails does not; both are told."""
    world.sent(1)
    world.answers["1"] = UncertainError("timeout")
    await world.start()
    await world.let_pass(10)
    other = world.sent(2, state=state)
    failed = world.sent(3, state=SmsState.FAILED)
    del world.pending["sms-3"]
    world.pending.pop("sms-2")
    world.follower.async_sent([failed, other])
    assert world.sleeps == [seconds]
    assert world.log == [("changed", [])]


async def test_without_a_break_a_message_that_is_accepted_sets_no_timer(
    world: World,
) -> None:
    """The ledger tells of it."""
    await world.start()
    world.follower.async_sent([world.sent(1)])
    assert world.timers == []


# Errors.


@pytest.mark.parametrize(
    ("error", "is_counted", "sleep"),
    [
        (UnreachableError("connect"), False, 30),
        (CredentialsError("credentials"), False, 30),
        (LoginInDoubtError("login_in_doubt"), False, 30),
        (UncertainError("timeout"), True, 30),
        (RejectedError("rejected"), True, 20),
        (BadReplyError("bad_reply"), True, 20),
        (GatewayError("other"), True, 30),
        (ValueError("surprise"), True, 30),
    ],
)
async def test_an_error_counts_as_a_question_if_the_gateway_was_asked(
    world: World, error: Exception, is_counted: bool, sleep: float
) -> None:
    """Trouble of the method makes a break; what concerns one message does not."""
    row = world.sent(1)
    world.answers["1"] = error
    await world.start()
    await world.let_pass(10)
    assert world.questions == ["1"]
    assert (row.asked == 1) is is_counted
    assert world.sleeps == [sleep]
    assert world.log == []


async def test_what_nobody_foresaw_is_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """And the others are still followed."""
    world.sent(1)
    world.answers["1"] = ValueError("surprise")
    await world.start()
    await world.let_pass(10)
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info
    world.sent(2)
    world.answer(2, DELIVERED)
    await world.happen("change")
    await world.let_pass(60)
    assert ("told", ["sms-2"]) in world.log


async def test_a_message_that_always_fails_is_asked_for_after_the_others(
    world: World,
) -> None:
    """An answer makes it one of them again."""
    for number in (1, 2):
        world.sent(number)
    world.answers["2"] = RejectedError("rejected")
    await world.start()
    await world.let_pass(31)
    assert world.questions.count("2") == 2
    world.sent(3, sent_at=world.time - 2000)
    world.asked.clear()
    await world.let_pass(600)
    assert world.questions.index("3") < world.questions.index("2")


async def test_what_the_watch_knows_makes_no_break(world: World) -> None:
    """It says when to go on: what was due is asked for then."""
    world.sent(1)
    world.answers["1"] = UnreachableError("connect")
    await world.start()
    world.answering.clear()
    await world.let_pass(10)
    world.is_away = True
    world.answering.set()
    await turns()
    assert world.timers == []
    world.is_away = False
    await world.happen("login")
    assert world.sleeps == [1]


async def test_a_break_begins_when_the_question_has_failed(world: World) -> None:
    """The question may have taken longer than the break."""
    world.sent(1)
    world.answers["1"] = UncertainError("timeout")
    await world.start()
    world.answering.clear()
    await world.let_pass(10)
    world.time += 60
    world.answering.set()
    await turns()
    assert world.sleeps == [30]


async def test_an_answer_ends_the_trouble(world: World) -> None:
    """The next break is a short one again."""
    world.sent(1)
    world.answers["1"] = UnreachableError("connect")
    await world.start()
    await world.let_pass(40)
    assert world.sleeps == [60]
    del world.answers["1"]
    await world.let_pass(60)
    assert world.sleeps == [20]
    world.answers["1"] = UnreachableError("connect")
    await world.let_pass(20)
    assert world.sleeps == [30]


async def test_an_answer_between_two_failures_keeps_a_message_among_the_others(
    world: World,
) -> None:
    """It was not silent twice in a row: the younger one is asked for first."""
    row = world.sent(1)
    await world.start()
    for answer in (RejectedError("rejected"), None, RejectedError("rejected")):
        asked = row.asked
        world.answers.pop("1", None)
        if answer:
            world.answers["1"] = answer
        while row.asked == asked:
            await world.let_pass(world.sleeps[0])
    world.sent(2, sent_at=world.time - 2000)
    world.time += 500
    world.asked.clear()
    await world.ring()
    assert world.questions == ["1"]


async def test_codes_that_nobody_knows_are_kept_for_the_diagnostics(
    world: World,
) -> None:
    """A hundred at most; the message goes on."""
    for number in range(103):
        world.sent(number, sent_at=world.time - number)
        world.answer(number, SmsState.ACCEPTED, code=500 + number, known=False)
    world.sent(200, sent_at=world.time - 110)
    world.answer(200, SmsState.ACCEPTED, code=8)
    await world.start()
    await world.let_pass(8)
    assert len(world.follower.unknown_codes) == 9
    await world.let_pass(1000)
    assert len(world.follower.unknown_codes) == 100
    assert all(500 <= code < 603 for code in world.follower.unknown_codes)
    assert world.log == []


async def test_no_code_is_no_unknown_one(world: World) -> None:
    """The gateway may say nothing yet."""
    world.sent(1)
    world.answer(1, SmsState.ACCEPTED, code=None, known=False)
    await world.start()
    await world.let_pass(10)
    assert world.follower.unknown_codes == set()


# What expires.


def old(world: World, number: int) -> None:
    """Let a message be on its way for longer than anybody asks for it."""
    world.sent(
        number, sent_at=world.time - 73 * HOUR, asked=9, asked_at=world.time - HOUR
    )


async def test_what_nobody_can_find_out_expires(world: World) -> None:
    """Twenty at a time; nothing is asked for them."""
    for number in range(45):
        old(world, number)
    await world.start()
    await world.ring()
    assert [(word, len(rows)) for word, rows in world.log] == [
        ("expired", 20),
        ("told", 20),
    ]
    await world.let_pass(5)
    assert [len(rows) for word, rows in world.log if word == "told"] == [20, 20, 5]
    assert world.asked == []
    assert world.timers == []


async def test_what_expires_waits_for_no_second(world: World) -> None:
    """It is no question."""
    for number in range(21):
        old(world, number)
    await world.start()
    begin = world.time
    await world.let_pass(0)
    assert len(world.log) == 4
    assert world.time == begin


@pytest.mark.parametrize("end", ["answer", "expiry"])
async def test_while_home_assistant_stops_nothing_ends(world: World, end: str) -> None:
    """No automation would hear of it: it is asked for again after the start."""
    if end == "answer":
        world.sent(1)
        world.answer(1, DELIVERED)
    else:
        old(world, 1)
    await world.start()
    world.is_running = False
    await world.let_pass(10)
    assert world.log == []
    assert "sms-1" in world.pending


# Who waits.


async def test_a_caller_waits_until_all_have_ended(world: World) -> None:
    """And no longer."""
    rows = [world.sent(1), world.sent(2)]
    await world.start()
    world.answer(1, DELIVERED)
    waiting = asyncio.ensure_future(world.follower.async_wait(rows, 60))
    await world.let_pass(12)
    assert rows[0].state is DELIVERED
    assert not waiting.done()
    world.answer(2, DELIVERED)
    await world.let_pass(10)
    assert waiting.done()
    assert waiting.exception() is None


async def test_what_a_caller_waits_for_is_asked_for_every_ten_seconds(
    world: World,
) -> None:
    """Also what was sent a moment ago; afterwards the gaps grow again."""
    await world.start()
    row = world.sent(1)
    waiting = asyncio.ensure_future(world.follower.async_wait([row], 60))
    await turns()
    assert world.sleeps == [10]
    await world.let_pass(50)
    assert len(world.asked) == 5
    waiting.cancel()
    await turns()
    await world.happen("login")
    assert world.sleeps == [60]


async def test_a_caller_does_not_wait_for_the_end_of_a_long_gap(world: World) -> None:
    """It was asked for some seconds ago, and would be again in hours."""
    row = world.sent(1, sent_at=world.time - 9 * HOUR, asked=9, asked_at=world.time - 3)
    await world.start()
    waiting = asyncio.ensure_future(world.follower.async_wait([row], 60))
    await turns()
    assert world.sleeps == [7]
    waiting.cancel()
    await turns()


async def test_two_callers_may_wait_for_the_same(world: World) -> None:
    """The one that goes on waiting still has it asked for."""
    row = world.sent(1)
    await world.start()
    first, second = (
        asyncio.ensure_future(world.follower.async_wait([row], 60)) for _ in range(2)
    )
    await turns()
    first.cancel()
    await world.let_pass(30)
    assert len(world.asked) == 3
    world.answer(1, DELIVERED)
    await world.let_pass(10)
    assert second.done()


async def test_a_caller_waits_no_longer_than_they_said(world: World) -> None:
    """Nothing is raised then."""
    row = world.sent(1)
    await world.start()
    await asyncio.wait_for(world.follower.async_wait([row], 0.01), 5)
    assert row.state is SmsState.ACCEPTED


async def test_for_what_has_ended_nobody_waits(world: World) -> None:
    """Nor for what was accepted without an id, or is not settled yet."""
    await world.start()
    rows = [
        world.sent(1, state=DELIVERED),
        world.sent(2, state=SmsState.UNKNOWN),
        world.sent(3, message_id=None),
    ]
    world.pending.clear()
    await asyncio.wait_for(world.follower.async_wait(rows, 60), 5)
    assert world.timers == []


@pytest.mark.parametrize("state", [SmsState.WAITING, SmsState.SENDING])
async def test_a_caller_waits_for_what_has_not_left_yet(
    world: World, state: SmsState
) -> None:
    """It is told that it leaves, and what becomes of it."""
    row = world.sent(1, state=state, message_id=None)
    world.pending.clear()
    await world.start()
    waiting = asyncio.ensure_future(world.follower.async_wait([row], 60))
    await turns()
    assert not waiting.done()
    row.state = SmsState.NOT_SENT
    await world.happen("change")
    assert waiting.done()


# The end.


async def test_an_end_lets_nobody_wait_and_asks_no_more(world: World) -> None:
    """Nobody listens any more either."""
    row = world.sent(1)
    await world.start()
    assert set(world.listeners) == {"change", "login", "gateway", "stop"}
    waiting = asyncio.ensure_future(world.follower.async_wait([row], 60))
    await turns()
    await world.follower.async_stop()
    await turns()
    assert waiting.done()
    assert world.timers == []
    assert world.listeners == {}
    await asyncio.wait_for(world.follower.async_wait([row], 60), 1)


async def test_an_end_breaks_a_question_off(world: World) -> None:
    """It counts for nothing, and no timer is set after it."""
    row = world.sent(1)
    await world.start()
    world.answering.clear()
    await world.let_pass(10)
    await asyncio.wait_for(world.follower.async_stop(), 5)
    assert row.asked == 0
    assert world.timers == []
    assert world.log == []
    assert world.asking.exception() is None


async def test_an_end_waits_until_what_was_answered_is_told(world: World) -> None:
    """While the entities are there."""
    world.sent(1)
    world.answer(1, DELIVERED)
    await world.start()
    world.writing.clear()
    await world.let_pass(10)
    stopping = asyncio.ensure_future(world.follower.async_stop())
    await turns()
    assert not stopping.done()
    world.writing.set()
    await stopping
    assert world.log[-1] == ("told", ["sms-1"])


async def test_the_end_of_home_assistant_is_one_too(world: World) -> None:
    """At once."""
    world.sent(1)
    await world.start()
    stopped: Any = Event("homeassistant_stop")
    await world.happen("stop", stopped)
    assert world.timers == []
    assert world.listeners == {}


async def test_entities_are_told_that_recipients_have_changed(world: World) -> None:
    """They show what is known of the present numbers."""
    world.follower.async_recipients_changed()
    assert world.log == [("changed", [])]
