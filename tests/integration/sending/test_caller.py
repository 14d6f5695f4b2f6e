"""The one way out: what is written before a request leaves, what may still stop it, and what is noted of its outcome."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from custom_components.payamak.gateway import (
    CreditError,
    GatewayError,
    MessageError,
    OptOutMissingError,
    SmsState,
    TemporaryError,
    UncertainError,
)
from custom_components.payamak.ledger import LedgerError, SmsRow
from custom_components.payamak.sending.caller import NotStoredError
from custom_components.payamak.sending.message import Message, PatternSms, Sms
from tests.integration.conftest import LINE, OTHER_LINE
from tests.integration.story.deliveries import numbers
from tests.integration.story.rows import content, waiting_row

from .around_caller import World, receipt

REFUSED = MessageError("no", 14)
BUSY = TemporaryError("busy", 6)
OPT_OUT = OptOutMissingError("opt_out", 15)

type Errors = Sequence[GatewayError | None]


@pytest.fixture(name="world")
def world_fixture() -> World:
    """Give the world of a caller."""
    return World()


def rows_to(
    world: World, count: int, *, waited: bool, retry_for: float = 60.0, **how: Any
) -> list[SmsRow]:
    """Give rows of one text: those that have waited are on the disk, the others count for today."""
    text = content(1, retry_for=retry_for, **how)
    rows = [
        waiting_row(place, number, content=text)
        for place, number in enumerate(numbers(count))
    ]
    if waited:
        world.disk |= {row.sms_id: SmsState.WAITING for row in rows}
    else:
        world.leaving_today += count
    return rows


def sms() -> Message:
    """Give the text."""
    return Sms(recipients=(), text="سلام")


async def send(
    world: World, rows: Sequence[SmsRow], message: Message | None = None
) -> Errors:
    """Announce and send rows that have not waited, as the messenger does."""
    held: list[Any] = []
    leaving = await world.caller.async_announce(rows, lambda *each: held.append(each))
    assert held == []
    assert list(leaving) == list(rows)
    return await world.caller.async_send_now(message or sms(), leaving, world.on_answer)


async def send_queued(
    world: World,
    rows: Sequence[SmsRow],
    may_leave: Callable[[SmsRow], bool] = lambda _: True,
) -> Errors:
    """Send rows that have waited, as the outbox does."""
    return await world.caller.async_send_queued(sms(), rows, may_leave, world.on_answer)


def states(rows: Sequence[SmsRow]) -> list[SmsState]:
    """Give the state of each row."""
    return [row.state for row in rows]


def nothing_is_under_way(world: World) -> bool:
    """Tell whether neither the limit nor a gate counts anything that has not left."""
    return world.leaving_today == 0 and not world.passed


async def test_it_is_on_the_disk_before_it_leaves_and_noted_when_it_is_answered(
    world: World,
) -> None:
    """Nothing else may leave between the answer and its note."""
    rows = rows_to(world, 2, waited=False)
    assert await send(world, rows) == [None, None]
    assert world.met == ["sending", "call", "heard", "ended", "outcome"]
    assert world.called_with == [(numbers(2), "سلام", LINE)]
    assert [row.message_id for row in rows] == ["0", "1"]
    assert states(rows) == list(world.disk.values()) == [SmsState.ACCEPTED] * 2
    assert world.told == [states(rows)]
    assert nothing_is_under_way(world)


async def test_each_row_gets_the_answer_of_its_own_number(world: World) -> None:
    """The account hears of each, and of the line that it went out over."""
    rows = rows_to(world, 2, waited=False)
    world.answer = [receipt("7"), receipt(error=REFUSED)]
    assert await send(world, rows) == [None, REFUSED]
    assert [(row.state, row.message_id, row.code, row.reason) for row in rows] == [
        (SmsState.ACCEPTED, "7", None, None),
        (SmsState.FAILED, None, 14, "no"),
    ]
    assert world.answers == [[None, REFUSED]]
    assert world.results == [[None], [REFUSED]]
    assert world.sender_results == [(LINE, None), (LINE, REFUSED)]


async def test_recipients_in_a_row_with_the_same_result_are_told_of_once(
    world: World,
) -> None:
    """The order stays: what the account heard last is how it stands."""
    accepted, refused = receipt("7"), receipt(error=REFUSED)
    world.answer = [accepted, accepted, refused, refused, accepted]
    await send(world, rows_to(world, 5, waited=False))
    assert world.results == [[None], [REFUSED], [None]]
    assert world.sender_results == [(LINE, None), (LINE, REFUSED), (LINE, None)]


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (Sms(recipients=(), text="سلام", sender=OTHER_LINE), [OTHER_LINE]),
        (PatternSms(recipients=(), pattern_id=1, variables=()), []),
    ],
)
async def test_of_a_line_it_is_noted_which_it_was(
    world: World, message: Message, lines: list[str]
) -> None:
    """The shared line of the patterns is nobody's."""
    await send(world, rows_to(world, 1, waited=False), message)
    assert [line for line, _ in world.sender_results] == lines
    assert world.results == [[None]]


async def test_it_goes_out_once_even_where_the_disk_takes_nothing(
    world: World,
) -> None:
    """What is in no file is never repeated."""
    rows = rows_to(world, 1, waited=False)
    world.disk_takes = False
    assert await send(world, rows) == [None]
    assert states(rows) == [SmsState.ACCEPTED]
    assert nothing_is_under_way(world)


@pytest.mark.parametrize(
    "error", [REFUSED, BUSY, UncertainError("lost"), RuntimeError("a mistake of ours")]
)
@pytest.mark.parametrize("waited", [False, True])
async def test_an_error_is_that_of_all_rows_of_the_call(
    world: World, error: Exception, waited: bool
) -> None:
    """A mistake of our own may have come after it had left."""
    rows = rows_to(world, 3, waited=waited)
    world.answer = error
    errors = await (send_queued if waited else send)(world, rows)
    expected = {
        REFUSED: SmsState.FAILED,
        BUSY: SmsState.WAITING,
    }.get(cast("GatewayError", error), SmsState.UNKNOWN)
    assert states(rows) == list(world.disk.values()) == [expected] * 3
    assert len(errors) == 3
    [cause] = {each.reason for each in errors if each}
    assert cause == getattr(error, "reason", "unexpected_error")
    told = None if expected is SmsState.WAITING else cause
    assert [row.reason for row in rows] == [told] * 3
    assert nothing_is_under_way(world)


async def test_what_waits_again_keeps_no_code(world: World) -> None:
    """It has not failed."""
    rows = rows_to(world, 1, waited=True)
    world.answer = BUSY
    await send_queued(world, rows)
    assert (rows[0].code, rows[0].reason) == (None, None)


@pytest.mark.parametrize("waited", [False, True])
async def test_without_the_opt_out_words_several_are_neither_sent_nor_counted(
    world: World, waited: bool
) -> None:
    """They are sent one by one; one alone is refused like any other. Those that do not wait still count for today."""
    rows = rows_to(world, 2, waited=waited)
    world.answer = OPT_OUT
    with pytest.raises(OptOutMissingError):
        await (send_queued if waited else send)(world, rows)
    assert not world.passed
    assert world.leaving_today == (0 if waited else 2)
    if waited:
        assert states(rows) == list(world.disk.values()) == [SmsState.WAITING] * 2
    assert (world.answers, world.told) == ([], [])


@pytest.mark.parametrize("waited", [False, True])
async def test_one_alone_that_is_refused_for_the_opt_out_words_has_failed(
    world: World, waited: bool
) -> None:
    """There is nothing left to try."""
    rows = rows_to(world, 1, waited=waited)
    world.answer = OPT_OUT
    assert await (send_queued if waited else send)(world, rows) == [OPT_OUT]
    assert states(rows) == [SmsState.FAILED]


async def test_a_limit_that_ends_lets_what_is_sent_at_once_fail(world: World) -> None:
    """Who waits for the answer hears it."""
    credit = TemporaryError("busy", 6)
    rows = rows_to(world, 1, waited=False, retry_for=0.0)
    world.answer = credit
    assert await send(world, rows) == [credit]
    assert states(rows) == [SmsState.FAILED]


@pytest.mark.parametrize(
    ("patience", "age", "waits"),
    [(60.0, 59.9, False), (60.0, 60.0, True), (60.0, 61.0, True), (0.5, 0.4, False)],
)
async def test_what_is_too_old_after_the_write_does_not_leave(
    world: World, patience: float, age: float, waits: bool
) -> None:
    """The outbox tells what becomes of it."""
    rows = rows_to(world, 2, waited=False, retry_for=patience)
    world.on_write = lambda: setattr(world, "rows_age", age)
    assert await send(world, rows) == [None, None]
    assert states(rows) == [SmsState.WAITING if waits else SmsState.ACCEPTED] * 2
    assert ("call" in world.met) is not waits
    assert nothing_is_under_way(world)


@pytest.mark.parametrize("patience", [0.0, 0.5, 60.0])
@pytest.mark.parametrize("what", ["away", "stop"])
async def test_what_may_wait_does_not_leave_where_nobody_would_know_of_it(
    world: World, what: str, patience: float
) -> None:
    """What may not is tried as long as Home Assistant does not stop."""
    rows = rows_to(world, 2, waited=False, retry_for=patience)
    world.is_away = what == "away"
    world.under_way.is_stopping = what == "stop"
    errors = await send(world, rows)
    if patience:
        expected = SmsState.WAITING
        assert errors == [None, None]
    elif what == "away":
        expected = SmsState.ACCEPTED
    else:
        expected = SmsState.FAILED
        assert [error and error.reason for error in errors] == [
            "home_assistant_stops"
        ] * 2
    assert states(rows) == list(world.disk.values()) == [expected] * 2
    assert ("call" in world.met) == (expected is SmsState.ACCEPTED)
    assert world.told == [states(rows)]
    assert nothing_is_under_way(world)


async def test_what_a_gate_holds_waits_and_the_others_leave(world: World) -> None:
    """Also what has no patience for the gateway."""
    rows = rows_to(world, 3, waited=False, retry_for=0.0)
    world.closed = {rows[1].recipient}
    held: list[Any] = []
    leaving = await world.caller.async_announce(rows, lambda *each: held.append(each))
    assert list(leaving) == [rows[0], rows[2]]
    assert held == [([rows[1]], [None])]
    assert world.disk[rows[1].sms_id] is rows[1].state is SmsState.WAITING
    assert world.passed == {rows[0].sms_id, rows[2].sms_id}
    assert world.leaving_today == 2


async def test_a_gate_that_closes_while_the_others_are_written_holds_too(
    world: World,
) -> None:
    """Each write takes its time."""
    rows = rows_to(world, 3, waited=False)
    world.closed = {rows[0].recipient}
    waiting: list[SmsRow] = []

    def close() -> None:
        if "waiting" in world.met:
            world.closed.add(rows[1].recipient)

    world.on_write = close
    leaving = await world.caller.async_announce(
        rows, lambda some, _: waiting.extend(some)
    )
    assert list(leaving) == rows[2:]
    assert waiting == rows[:2]


@pytest.mark.parametrize("some_left", [False, True])
async def test_what_the_disk_does_not_take_can_not_wait(
    world: World, some_left: bool
) -> None:
    """It fails and says so; what was accepted stays accepted."""
    rows = rows_to(world, 2, waited=False)
    world.disk_takes = False
    world.answer = [
        receipt("7") if some_left else receipt(error=BUSY),
        receipt(error=BUSY),
    ]
    first, second = await send(world, rows)
    assert isinstance(second, NotStoredError)
    assert second.reason == rows[1].reason == "not_stored"
    assert first is (None if some_left else second)
    assert states(rows) == [
        SmsState.ACCEPTED if some_left else SmsState.FAILED,
        SmsState.FAILED,
    ]
    assert world.met[-2:] == ["ended", "outcome"]
    assert nothing_is_under_way(world)


async def test_what_the_disk_does_not_take_can_not_be_queued(world: World) -> None:
    """While the gateway is away, it fails at once and says why."""
    rows = rows_to(world, 2, waited=False)
    world.disk_takes = False
    errors = await world.caller.async_queue(rows)
    assert [error and error.reason for error in errors] == ["not_stored"] * 2
    assert states(rows) == [SmsState.FAILED] * 2
    assert world.met == ["waiting", "ended", "outcome"]
    assert nothing_is_under_way(world)


async def test_what_has_waited_and_can_not_be_written_goes_on_waiting_in_memory(
    world: World,
) -> None:
    """On the disk it may have left, so it is not sent twice after a crash."""
    rows = rows_to(world, 1, waited=True)
    world.answer = BUSY

    def fail_later() -> None:
        world.disk_takes = "call" not in world.met

    world.on_write = fail_later
    assert await send_queued(world, rows) == [BUSY]
    assert states(rows) == [SmsState.WAITING]
    assert world.disk == {rows[0].sms_id: SmsState.SENDING}


async def test_what_has_waited_does_not_leave_where_the_disk_takes_nothing(
    world: World,
) -> None:
    """It might leave again after a crash."""
    rows = rows_to(world, 2, waited=True)
    world.disk_takes = False
    with pytest.raises(LedgerError):
        await send_queued(world, rows)
    assert states(rows) == [SmsState.WAITING] * 2
    assert "call" not in world.met
    assert nothing_is_under_way(world)


@pytest.mark.parametrize("closed_by", ["outbox", "gate"])
async def test_what_may_not_leave_any_more_after_the_write_goes_on_waiting(
    world: World, closed_by: str
) -> None:
    """The others leave; where there are none, no call is made."""
    rows = rows_to(world, 3, waited=True)
    if closed_by == "gate":
        world.closed = {rows[0].recipient}
    assert await send_queued(
        world, rows, lambda row: closed_by == "gate" or row is not rows[0]
    ) == [None, None]
    assert states(rows) == [
        SmsState.WAITING,
        SmsState.ACCEPTED,
        SmsState.ACCEPTED,
    ]
    assert world.disk == {row.sms_id: row.state for row in rows}
    assert world.called_with[0][0] == [row.recipient for row in rows[1:]]
    world.met.clear()
    assert await send_queued(world, rows[:1], lambda _: False) == ()
    assert world.met == ["sending", "waiting"]
    assert states(rows[:1]) == [SmsState.WAITING]
    assert nothing_is_under_way(world)


@pytest.mark.parametrize(("room", "urgent"), [(2, False), (1, True)])
async def test_what_has_waited_leaves_where_there_is_room_today_or_it_is_urgent(
    world: World, room: int, urgent: bool
) -> None:
    """It counts for the day on which it leaves."""
    rows = rows_to(world, 2, waited=True, urgent=urgent)
    world.room = room
    assert await send_queued(world, rows) == [None, None]
    assert states(rows) == [SmsState.ACCEPTED] * 2
    assert nothing_is_under_way(world)


async def test_what_has_waited_and_finds_no_room_today_waits_for_tomorrow(
    world: World,
) -> None:
    """The outbox hears why, or it would try again at once."""
    rows = rows_to(world, 2, waited=True)
    world.room = 1
    errors = await send_queued(world, rows)
    assert [error and error.reason for error in errors] == ["daily_limit"] * 2
    assert world.answers == [errors]
    assert states(rows) == list(world.disk.values()) == [SmsState.WAITING] * 2
    assert "call" not in world.met
    assert nothing_is_under_way(world)


async def test_what_is_given_up_is_told_with_its_cause(world: World) -> None:
    """Without a call, which would meet the same."""
    rows = rows_to(world, 2, waited=False)
    assert await world.caller.async_give_up(rows, REFUSED) == [REFUSED] * 2
    assert [(row.state, row.reason, row.code) for row in rows] == [
        (SmsState.FAILED, "no", 14)
    ] * 2
    assert world.met == ["ended", "outcome"]
    assert nothing_is_under_way(world)


async def test_what_meets_a_limit_of_the_account_and_has_not_waited_has_failed(
    world: World,
) -> None:
    """Its sender hears of it at once; only code 6 lets it wait."""
    rows = rows_to(world, 1, waited=False)
    error = CreditError("credit", 2)
    world.answer = error
    assert await send(world, rows) == [error]
    assert states(rows) == [SmsState.FAILED]
    queued = rows_to(world, 1, waited=True)
    assert await send_queued(world, queued) == [error]
    assert states(queued) == [SmsState.WAITING]
    gone = rows_to(world, 1, waited=False)
    assert await world.caller.async_give_up(gone, error) == [error]
    assert states(gone) == [SmsState.FAILED]


async def test_what_is_not_wanted_any_more_does_not_leave(world: World) -> None:
    """It was announced, and answered meanwhile."""
    rows = rows_to(world, 1, waited=False)
    errors = await send(world, rows, replace(sms(), is_wanted=lambda: False))
    assert [error and error.reason for error in errors] == ["called_back"]
    assert states(rows) == [SmsState.FAILED]
    assert world.called_with == []
    assert nothing_is_under_way(world)
