"""The worker of an alert by itself: what it sends and tells, how long it sleeps, and what ends it."""

import asyncio
from collections.abc import Iterable

import pytest

from custom_components.payamak.alerts.matter import Matter
from custom_components.payamak.alerts.question import Question
from custom_components.payamak.alerts.sentences import Answers
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import AlertRow, AlertState
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.turns import turns

from .around_alerts import (
    MINA_IS_TOLD,
    NOON,
    OMID_IS_TOLD,
    OVER,
    SARA_IS_TOLD,
    SMOKE,
    World,
    alert_row,
    step,
)

ACKNOWLEDGED, RESOLVED = AlertState.ACKNOWLEDGED, AlertState.RESOLVED
UNANSWERED = AlertState.UNANSWERED


async def test_nothing_happens_before_it_is_woken(world: World) -> None:
    """Nor in the same turn of the loop: who raises an alert goes on first."""
    case = world.case()
    await turns()
    assert (world.sent, world.told, world.sleeps) == ([], [], [])
    case.wake()
    assert world.sent == []
    await turns()
    assert world.texts == [(SMOKE, "Sara")]


async def test_the_first_step_is_told_past_all_limits(world: World) -> None:
    """How long the text was, is known since the alert was raised."""
    message = "a" * 3000
    world.case(alert_row(message=message)).wake()
    await turns()
    [sms] = world.sent
    assert [each.number for each in sms.recipients] == [SARA]
    assert sms.text == message
    assert sms.urgent is True
    assert sms.purpose == "A:0"


@pytest.mark.parametrize(
    ("minutes", "option", "waits"), [(3, 1, 3), (3, 10, 10), (0.5, 0, 0.5)]
)
async def test_a_text_is_of_use_as_long_as_its_step(
    world: World, minutes: float, option: float, waits: float
) -> None:
    """It waits for a gateway that is away so long, or longer where the account does."""
    row = alert_row(steps=(step(SARA_IS_TOLD, minutes=minutes),))
    world.case(row, retry_for=option).wake()
    await turns()
    assert [sms.retry_for for sms in world.sent] == [waits]


async def test_where_nobody_needs_a_code_that_is_not_noted(world: World) -> None:
    """What Home Assistant was told is the one thing that is written."""
    case = world.case()
    world.written_soon.clear()
    case.wake()
    await turns()
    assert world.texts == [(SMOKE, "Sara")]
    assert len(world.written_soon) == 1


async def test_a_text_is_wanted_until_somebody_has_it(world: World) -> None:
    """What is under way right then does not leave, either."""
    case = world.case()
    world.gate.clear()
    case.wake()
    await turns()
    [sms] = world.sent
    assert sms.is_wanted() is True
    world.change(state=ACKNOWLEDGED)
    assert sms.is_wanted() is False
    world.gate.set()
    await turns()
    assert world.texts == [(SMOKE, "Sara")]


async def test_the_next_step_is_told_when_it_is_time(world: World) -> None:
    """Meanwhile it is looked at each minute, as the clock may be put right."""
    world.case().wake()
    await turns()
    for _ in range(2):
        assert world.sleeps == [60]
        await world.let_pass(60)
    assert world.sleeps == [60]
    await world.let_pass(30)
    assert world.sleeps == [30]
    world.timers.clear()
    assert world.texts == [(SMOKE, "Sara")]


async def test_it_goes_on_to_the_second_and_then_is_unanswered(world: World) -> None:
    """Each step has its time, and then nothing is looked at any more."""
    world.case().wake()
    await turns()
    for _ in range(3):
        await world.let_pass(60)
    assert world.texts == [(SMOKE, "Sara"), (SMOKE, "Omid")]
    assert world.sent[1].purpose == "A:1"
    for _ in range(3):
        assert world.sleeps == [60]
        await world.let_pass(60)
    assert world.book["A"].state is UNANSWERED
    assert world.book["A"].ended_at == NOON + 360
    assert world.sleeps == []
    assert len(world.sent) == 2


@pytest.mark.parametrize(("left", "sleeps"), [(20, 20), (0.2, 0.2), (0.02, 0.1)])
async def test_it_sleeps_as_long_as_there_is_nothing_to_do(
    world: World, left: float, sleeps: float
) -> None:
    """But it never turns around in a circle."""
    case = world.case()
    world.text("A:0", SARA)
    world.time += 180 - left
    case.wake()
    await turns()
    assert world.sleeps == [sleeps]


async def test_who_wakes_it_ends_its_sleep(world: World) -> None:
    """Only one timer is there at any time."""
    case = world.case()
    case.wake()
    await turns()
    assert world.sleeps == [60]
    world.time += 10
    case.wake()
    assert world.sleeps == []
    await turns()
    assert world.sleeps == [60]
    case.wake()
    case.wake()
    await turns()
    assert world.sleeps == [60]


async def test_who_wakes_it_at_work_lets_it_look_again(world: World) -> None:
    """There is one worker, and it does what came up when it has done the rest."""
    case = world.case()
    world.gate.clear()
    case.wake()
    await turns()
    world.change(state=ACKNOWLEDGED, took_it=OMID_IS_TOLD)
    case.wake()
    await turns()
    assert len(world.tasks) == 1
    assert [each.state for each in world.told] == [AlertState.OPEN]
    world.gate.set()
    await turns()
    assert len(world.tasks) == 1
    assert [each.state for each in world.told] == [AlertState.OPEN, ACKNOWLEDGED]


async def test_who_wakes_it_right_at_the_end_is_heard(world: World) -> None:
    """Its work is over then, but it doesn't know of that yet."""
    world.text("A:0", SARA)
    case = world.case()

    def acknowledge() -> None:
        assert world.tasks[0].done()
        world.change(state=ACKNOWLEDGED, took_it=SARA_IS_TOLD)
        case.wake()

    case.wake()
    asyncio.get_running_loop().call_soon(acknowledge)
    await turns()
    assert [each.state for each in world.told] == [AlertState.OPEN, ACKNOWLEDGED]
    assert world.sleeps == []


async def test_what_was_stopped_begins_nothing(world: World) -> None:
    """Neither from sleep, nor when somebody wakes it."""
    case = world.case()
    case.wake()
    await turns()
    case.stop()
    assert world.sleeps == []
    world.time += 180
    case.wake()
    await turns()
    assert world.texts == [(SMOKE, "Sara")]
    assert len(world.tasks) == 1


async def test_what_is_stopped_at_work_ends_with_what_it_does(world: World) -> None:
    """It looks no more, and sleeps no more."""
    case = world.case()
    world.gate.clear()
    case.wake()
    await turns()
    world.change(state=ACKNOWLEDGED, took_it=OMID_IS_TOLD)
    case.stop()
    world.gate.set()
    await turns()
    assert world.tasks[0].done()
    assert len(world.tasks) == 1
    assert world.sleeps == []
    assert [each.state for each in world.told] == [AlertState.OPEN]


async def test_what_is_stopped_right_at_the_end_does_not_sleep(world: World) -> None:
    """Its work is over then, but it doesn't know of that yet."""
    world.text("A:0", SARA)
    case = world.case()
    case.wake()
    asyncio.get_running_loop().call_soon(case.stop)
    await turns()
    assert world.tasks[0].done()
    assert world.sleeps == []


async def test_what_changes_while_home_assistant_stops_is_told_later(
    world: World,
) -> None:
    """Nobody would hear of it now; the next start goes on."""
    world.text("A:0", SARA)
    case = world.case()
    case.wake()
    await turns()
    world.is_running = False
    world.change(state=ACKNOWLEDGED, took_it=OMID_IS_TOLD)
    case.tell_what_is_new()
    case.wake()
    await turns()
    assert world.sent == []
    assert [each.state for each in world.told] == [AlertState.OPEN]
    assert world.book["A"].told == "open 0"
    world.is_running = True
    case.wake()
    await turns()
    assert [each.state for each in world.told] == [AlertState.OPEN, ACKNOWLEDGED]
    assert world.texts == [("Omid has it: Smoke!", "Sara")]


async def test_nothing_leaves_any_more_while_home_assistant_stops(
    world: World,
) -> None:
    """It stops while the disk takes its time."""
    case = world.case()
    world.text("A:0", SARA)
    world.time += 180
    case.wake()
    for _ in range(2):
        await asyncio.sleep(0)
        world.is_running = False
    await turns()
    assert world.book["A"].turn == 1
    assert (world.sent, world.told) == ([], [])
    assert world.sleeps == []


async def test_who_hears_of_it_may_change_it(world: World) -> None:
    """What was told is noted without writing anything old over that."""
    world.text("A:0", SARA)
    case = world.case()

    def acknowledge(row: AlertRow) -> None:
        if row.is_open:
            world.change(state=ACKNOWLEDGED, took_it=SARA_IS_TOLD)
            case.wake()
        else:
            heard.append(row)

    heard: list[AlertRow] = []
    world.on_told = acknowledge
    case.wake()
    await turns()
    assert world.book["A"].state is ACKNOWLEDGED
    assert [each.state for each in heard] == [ACKNOWLEDGED]


async def test_what_is_stopped_before_it_began_does_nothing(world: World) -> None:
    """It was woken only just before."""
    case = world.case()
    case.wake()
    case.stop()
    await turns()
    assert (world.sent, world.told, world.sleeps) == ([], [], [])


async def test_an_action_waits_until_there_is_nothing_to_do(world: World) -> None:
    """It gets what became of the texts meanwhile: of a step in vain, and of the next one."""
    case = world.case()
    world.becomes[SARA] = SmsState.FAILED
    world.gate.clear()
    action = asyncio.ensure_future(case.async_do_what_is_due())
    await turns()
    assert not action.done()
    world.gate.set()
    reports = await action
    assert [[row.recipient.name for row in each.rows] for each in reports] == [
        ["Sara"],
        ["Omid"],
    ]
    assert world.book["A"].turn == 1
    assert await case.async_do_what_is_due() == []


async def test_an_action_waits_for_what_comes_up_meanwhile(world: World) -> None:
    """The work ends, and begins once more."""
    case = world.case()
    case.wake()
    world.tasks[0].add_done_callback(lambda _: case.wake())
    action = asyncio.ensure_future(case.async_do_what_is_due())
    await turns()
    assert action.done()
    assert len(world.tasks) == 2
    assert world.sleeps == [60]


async def test_trouble_is_told_and_tried_again_a_minute_later(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """However soon something is due, and although it was to look again."""
    row = alert_row(steps=(step(SARA_IS_TOLD, minutes=0.5),))
    case = world.case(row)

    def fail() -> None:
        case.wake()
        raise RuntimeError("oh")

    world.on_send = fail
    case.wake()
    await turns()
    assert "An alert had unexpected trouble" in caplog.text
    assert "RuntimeError: oh" in caplog.text
    assert len(world.tasks) == 1
    assert world.sleeps == [60]


async def test_trouble_after_the_end_is_tried_again_too(world: World) -> None:
    """Somebody has still to hear that it is over."""
    world.text("A:0", SARA)
    case = world.case(alert_row(state=RESOLVED, resolved_message=OVER))

    def fail() -> None:
        world.purposes.forget(["A"])
        world.text("A:0", SARA)
        raise RuntimeError("oh")

    world.on_send = fail
    case.wake()
    await turns()
    assert world.sleeps == [60]
    world.on_send = lambda: None
    await world.let_pass(60)
    assert world.texts == [(OVER, "Sara")] * 2
    assert world.sleeps == []


async def test_work_that_is_called_off_is_no_trouble(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It goes on when it is time."""
    world.gate.clear()
    world.case().wake()
    await turns()
    world.tasks[0].cancel()
    await turns()
    assert caplog.text == ""
    assert world.sleeps == [60]


async def test_each_change_is_told_once(world: World) -> None:
    """That it was told stands in the ledger, for a restart."""
    case = world.case(alert_row(rounds=2, steps=(step(SARA_IS_TOLD),)))
    case.wake()
    await turns()
    case.wake()
    await turns()
    assert [(each.key, each.turn) for each in world.told] == [("A", 0)]
    for _ in range(3):
        await world.let_pass(60)
    assert [each.turn for each in world.told] == [0, 1]
    world.change(state=ACKNOWLEDGED, took_it=OMID_IS_TOLD)
    for _ in range(2):
        case.wake()
        await turns()
    assert [each.state for each in world.told[2:]] == [ACKNOWLEDGED]
    world.case(world.book["A"]).wake()
    await turns()
    assert len(world.told) == 3


async def test_a_change_is_on_the_disk_before_it_is_told(world: World) -> None:
    """A crash between them tells twice rather than never."""
    world.case().wake()
    await turns()
    written = len(world.written)
    await world.let_pass(180)
    assert len(world.written) == written + 1
    # What was told is not worth waiting for.
    assert world.book["A"].told == "open 1"


async def test_a_disk_that_takes_nothing_stops_no_alert(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The next step is told all the same."""
    case = world.case()
    world.disk_takes = False
    case.wake()
    await turns()
    await world.let_pass(180)
    assert world.texts == [(SMOKE, "Sara"), (SMOKE, "Omid")]
    assert caplog.text == ""


@pytest.mark.parametrize("state", [ACKNOWLEDGED, RESOLVED])
@pytest.mark.parametrize("disk_takes", [True, False])
async def test_what_waits_is_called_back_when_it_is_over(
    world: World, state: AlertState, disk_takes: bool
) -> None:
    """Who was told hears who has it, whatever the disk says."""
    world.text("A:0", SARA)
    world.text("A:1", OMID, state=SmsState.WAITING)
    case = world.case(
        alert_row(state=state, turn=1, resolved_message=OVER, took_it=MINA_IS_TOLD)
    )
    world.disk_takes = disk_takes
    case.wake()
    await turns()
    assert world.cancelled[0] == [f"A:1 to {OMID}"]
    text = "Mina has it: Smoke!" if state is ACKNOWLEDGED else OVER
    assert world.texts == [(text, "Sara")]
    word = "taken" if state is ACKNOWLEDGED else "resolved"
    [sms] = world.sent
    assert sms.purpose == f"A:{word}"
    assert sms.urgent is True
    # As long as the account says.
    assert sms.retry_for is None


@pytest.mark.parametrize("state", [AlertState.OPEN, UNANSWERED])
async def test_what_waits_goes_on_waiting_while_nobody_has_it(
    world: World, state: AlertState
) -> None:
    """A late text is better than none."""
    world.text("A:0", SARA, state=SmsState.WAITING)
    world.case(alert_row(state=state)).wake()
    await turns()
    assert world.cancelled == []


async def test_nothing_is_called_back_where_nothing_waits(world: World) -> None:
    """The outbox is left alone."""
    world.text("A:0", SARA)
    world.case(alert_row(state=ACKNOWLEDGED, took_it=SARA_IS_TOLD)).wake()
    await turns()
    assert world.cancelled == []
    assert world.sent == []


async def test_two_alerts_of_one_phone_show_their_codes(world: World) -> None:
    """Who has nothing else to answer gets the text alone."""
    world.alert(alert_row("B", code=28, steps=(step(SARA_IS_TOLD, MINA_IS_TOLD),)))
    row = alert_row(steps=(step(SARA_IS_TOLD, OMID_IS_TOLD, MINA_IS_TOLD),))
    world.case(row).wake()
    await turns()
    with_code = f'{SMOKE}\nReply "ok 27".'
    assert world.texts == [
        (SMOKE, "Omid"),
        (with_code, "Sara"),
        (with_code, "Mina"),
    ]
    assert {sms.purpose for sms in world.sent} == {"A:0"}
    assert world.book["A"].coded == (SARA, MINA)


async def test_a_call_that_hangs_keeps_nobody_else_of_the_step_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are begun in the moment in which it is found out who is left; another set-up could look then."""
    begun: list[int] = []
    needs_code = world.matters.must_show_code

    def look_soon(numbers: Iterable[str], besides: Matter | None) -> bool:
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: begun.append(len(world.sent)))
        return needs_code(numbers, besides)

    monkeypatch.setattr(world.matters, "must_show_code", look_soon)
    world.alert(alert_row("B", code=28, steps=(step(SARA_IS_TOLD),)))
    world.gate.clear()
    case = world.case(alert_row(steps=(step(SARA_IS_TOLD, OMID_IS_TOLD),)))
    case.wake()
    await turns()
    both = [(SMOKE, "Omid"), (f'{SMOKE}\nReply "ok 27".', "Sara")]
    assert world.texts == both
    assert begun == [2, 2]
    world.gate.set()
    await turns()
    assert world.texts == both
    assert len(case._reports) == 2


async def test_a_question_shows_the_code_of_an_alert(world: World) -> None:
    """Who saw the code once is told it again, also when nothing else is open any more."""
    question = Question(28, None, Answers.of([]), {"01SECOND": [SARA]}, {})
    world.matters.add(question)
    people = step(OMID_IS_TOLD, SARA_IS_TOLD)
    case = world.case(alert_row(steps=(people,), rounds=2))
    case.wake()
    await turns()
    assert world.book["A"].coded == (SARA,)
    assert world.book["A"].told == "open 0"
    question.end()
    for _ in range(3):
        await world.let_pass(60)
    assert world.texts[2:] == [(SMOKE, "Omid"), (f'{SMOKE}\nReply "ok 27".', "Sara")]
    assert world.book["A"].coded == (SARA,)


async def test_an_alert_that_is_taken_between_two_texts_stays_taken(
    world: World,
) -> None:
    """That its code is noted writes nothing old over it."""
    world.alert(alert_row("B", code=28))
    case = world.case(alert_row(steps=(step(SARA_IS_TOLD, OMID_IS_TOLD),)))
    world.on_send = lambda: world.change(state=ACKNOWLEDGED, took_it=MINA_IS_TOLD)
    world.alert(alert_row("C", code=29, steps=(step(SARA_IS_TOLD),)))
    world.change("B", state=ACKNOWLEDGED)
    case.wake()
    await turns()
    assert world.book["A"].state is ACKNOWLEDGED
    assert MINA not in [who.number for sms in world.sent for who in sms.recipients]
