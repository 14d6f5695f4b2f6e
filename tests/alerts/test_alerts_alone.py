"""The alerts of an account by themselves: what goes on after a start, who is heard, and what Home Assistant is told."""

import asyncio
from typing import Any

import pytest

from custom_components.payamak.account.signals import AlertReport
from custom_components.payamak.alerts.alerts import EVENTS, AlertPlan
from custom_components.payamak.alerts.question import Question
from custom_components.payamak.alerts.sentences import Answers
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import AlertPerson, AlertState
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.turns import turns

from .around_alerts import (
    ENTRY,
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

DAY = 24 * 3600
OPEN, ACKNOWLEDGED = AlertState.OPEN, AlertState.ACKNOWLEDGED
RESOLVED, UNANSWERED = AlertState.RESOLVED, AlertState.UNANSWERED


def plan(alert_id: str = "smoke", **changes: Any) -> AlertPlan:
    """Give an alert as somebody wants to raise it: Sara is told first, and Omid after her."""
    fields: dict[str, Any] = {
        "alert_id": alert_id,
        "message": SMOKE,
        "resolved_message": OVER,
        "pin": "1234",
        "steps": (step(SARA_IS_TOLD), step(OMID_IS_TOLD)),
        "rounds": 2,
    }
    return AlertPlan(**fields | changes)


def report(event: str, name: str | None = None, minutes: int = 0) -> AlertReport:
    """Give what Home Assistant is told of the alert."""
    return AlertReport(
        entry_id=ENTRY, event=event, alert_id="smoke", name=name, minutes=minutes
    )


async def test_an_alert_is_raised_as_it_was_planned(world: World) -> None:
    """It is on the disk before its first text leaves."""
    alerts = world.alerts()
    written_before: list[int] = []
    world.on_send = lambda: written_before.append(len(world.written))
    outcome = await alerts.async_raise(plan())
    assert written_before == [1]
    [row] = world.book
    [(statement, [values])] = world.written
    assert "alert" in statement
    assert values[0] == row.key
    assert outcome.row is row
    assert outcome.is_new is True
    assert [each.recipient.name for each in outcome.reports[0].rows] == ["Sara"]
    assert (row.alert_id, row.message, row.resolved_message) == ("smoke", SMOKE, OVER)
    assert (row.pin, row.rounds, row.code) == ("1234", 2, 11)
    assert row.steps == plan().steps
    assert row.raised_at == row.turn_at == NOON
    assert world.texts == [(SMOKE, "Sara")]
    # The account's option is longer than the step.
    assert [sms.retry_for for sms in world.sent] == [7]
    assert world.reports == [report("raised", "Sara")]


async def test_each_alert_has_its_own_key_and_code(world: World) -> None:
    """So that they can be told apart."""
    alerts = world.alerts()
    first = (await alerts.async_raise(plan())).row
    second = (await alerts.async_raise(plan("water"))).row
    assert first.key != second.key
    assert (first.code, second.code) == (11, 12)
    assert alerts.find_open("smoke") is world.book[first.key]
    assert alerts.find_open("water") is world.book[second.key]
    assert alerts.find_open("burglary") is None
    assert alerts.open_count == 2


async def test_what_is_open_is_not_raised_again(world: World) -> None:
    """Not even in the same moment, before anything stands on the disk."""
    alerts = world.alerts()
    first, second = await asyncio.gather(
        alerts.async_raise(plan()), alerts.async_raise(plan(message="Again"))
    )
    assert (first.is_new, second.is_new) == (True, False)
    assert second.row.key == first.row.key
    assert second.reports == ()
    assert world.texts == [(SMOKE, "Sara")]


@pytest.mark.parametrize("state", [ACKNOWLEDGED, RESOLVED, UNANSWERED])
async def test_what_is_over_is_raised_anew(world: World, state: AlertState) -> None:
    """It is another alert then."""
    alerts = world.alerts()
    first = (await alerts.async_raise(plan())).row
    world.change(first.key, state=state)
    assert alerts.find_open("smoke") is None
    again = await alerts.async_raise(plan())
    assert again.is_new
    assert again.row.key != first.key


async def test_a_disk_that_takes_nothing_stops_no_action(world: World) -> None:
    """The alert is known in memory."""
    alerts = world.alerts()
    world.disk_takes = False
    await alerts.async_raise(plan())
    assert world.texts == [(SMOKE, "Sara")]
    await alerts.async_resolve("smoke")
    assert world.texts[1:] == [(OVER, "Sara")]
    assert alerts.open_count == 0


async def test_what_is_resolved_is_over_with_a_text(world: World) -> None:
    """Its own time is noted, and who waits for the action gets the reports."""
    alerts = world.alerts()
    await alerts.async_raise(plan())
    world.time += 150
    written = len(world.written)
    outcome = await alerts.async_resolve("smoke")
    assert outcome is not None
    assert (outcome.row.state, outcome.row.ended_at) == (RESOLVED, NOON + 150)
    assert outcome.is_new is True
    assert [row.recipient.name for each in outcome.reports for row in each.rows] == [
        "Sara"
    ]
    [(_, [values])] = world.written[written:]
    assert values[0] == outcome.row.key
    # 2.5 minutes are nearer to 2 than to 3 where a half is rounded to the even number.
    assert world.reports[1:] == [report("resolved", None, 2)]
    assert await alerts.async_resolve("smoke") is None
    assert await alerts.async_resolve("water") is None
    assert world.texts[1:] == [(OVER, "Sara")]


@pytest.mark.parametrize(
    ("chosen", "taken"), [(None, ["smoke", "water"]), ("water", ["water"])]
)
async def test_somebody_at_home_has_one_alert_or_all(
    world: World, chosen: str | None, taken: list[str]
) -> None:
    """What is over stays as it is."""
    alerts = world.alerts()
    await alerts.async_raise(plan("over"))
    await alerts.async_resolve("over")
    for each in ("smoke", "water"):
        await alerts.async_raise(plan(each))
    world.time += 60
    who = AlertPerson(number="", name="Sara Rad")
    written = len(world.written)
    outcomes = await alerts.async_acknowledge(chosen, who)
    assert [values[0] for _, [values] in world.written[written:]] == [
        outcome.row.key for outcome in outcomes
    ]
    assert [outcome.row.alert_id for outcome in outcomes] == taken
    for outcome in outcomes:
        assert (outcome.row.state, outcome.row.took_it) == (ACKNOWLEDGED, who)
        assert outcome.row.ended_at == NOON + 60
        assert outcome.is_new
    assert alerts.open_count == 2 - len(taken)
    assert await alerts.async_acknowledge(chosen, who) == []


async def test_all_alerts_are_taken_before_anybody_hears_of_it(world: World) -> None:
    """The gateway may hang with the first notice."""
    alerts = world.alerts()
    for each in ("smoke", "water"):
        await alerts.async_raise(plan(each))
    world.gate.clear()
    who = AlertPerson(number="", name="Mina")
    action = asyncio.ensure_future(alerts.async_acknowledge(None, who))
    await turns()
    assert alerts.open_count == 0
    told = [(each.event, each.alert_id, each.name) for each in world.reports[2:]]
    assert told == [
        ("acknowledged", "smoke", "Mina"),
        ("acknowledged", "water", "Mina"),
    ]
    # Both notices are under way.
    assert len(world.texts) == 4
    assert not action.done()
    world.gate.set()
    assert len(await action) == 2


@pytest.mark.parametrize("disk_takes", [True, False])
async def test_what_is_over_is_told_while_its_text_still_leaves(
    world: World, disk_takes: bool
) -> None:
    """A siren must not sound on for that."""
    alerts = world.alerts()
    world.gate.clear()
    raising = asyncio.ensure_future(alerts.async_raise(plan()))
    await turns()
    world.disk_takes = disk_takes
    resolving = asyncio.ensure_future(alerts.async_resolve("smoke"))
    await turns()
    assert [each.event for each in world.reports] == ["raised", "resolved"]
    assert not resolving.done()
    world.gate.set()
    await raising
    await resolving
    assert [each.event for each in world.reports] == ["raised", "resolved"]


async def test_a_reply_says_who_has_it(world: World) -> None:
    """It is written with the id of the SMS, and the worker looks at once."""
    alerts = world.alerts()
    outcome = await alerts.async_raise(plan(steps=(step(SARA_IS_TOLD, OMID_IS_TOLD),)))
    sms = world.received("ok 1234")
    [(statement, _)] = alerts.hear(sms)
    assert "alert" in statement
    assert world.book[outcome.row.key].took_it == SARA_IS_TOLD
    await turns()
    assert world.texts[2:] == [("Sara has it: Smoke!", "Omid")]
    assert world.reports[1:] == [report("acknowledged", "Sara")]


async def test_what_waits_is_called_back_when_it_is_over(world: World) -> None:
    """The gateway was away all the time."""
    alerts = world.alerts()
    world.becomes[SARA] = SmsState.WAITING
    key = (await alerts.async_raise(plan())).row.key
    await alerts.async_resolve("smoke")
    assert world.cancelled == [[f"{key}:0 to {SARA}"]]


async def test_a_question_gets_its_answer(world: World) -> None:
    """Nothing is written for it."""
    answers = Answers.of([{"id": "yes", "sentences": ["yes"]}])
    question = Question(28, None, answers, {ENTRY: [SARA]}, {ENTRY: world.purposes})
    world.matters.add(question)
    world.text(question.purpose, SARA)
    assert list(world.alerts().hear(world.received("Yes"))) == []
    assert question.answered.result().answer.id == "yes"


async def test_other_texts_say_nothing(world: World) -> None:
    """Nobody gets an answer to them."""
    alerts = world.alerts()
    await alerts.async_raise(plan())
    assert alerts.hear(world.received("When do you come?")) == ()
    assert alerts.hear(world.received("ok 1234", sender=MINA)) == ()
    assert alerts.open_count == 1
    await turns()
    assert world.texts == [(SMOKE, "Sara")]


async def test_who_guesses_pins_is_heard_no_more(world: World) -> None:
    """Somebody else is heard still."""
    alerts = world.alerts()
    await alerts.async_raise(plan(steps=(step(SARA_IS_TOLD, OMID_IS_TOLD),)))
    for guess in range(1000, 1005):
        assert alerts.hear(world.received(f"ok {guess}")) == ()
    assert alerts.hear(world.received("ok 1234")) == ()
    assert alerts.open_count == 1
    await turns()
    assert len(world.texts) == 2
    assert alerts.hear(world.received("ok 1234", sender=OMID))


async def test_a_code_of_something_closed_gets_a_hint(world: World) -> None:
    """A wrong PIN is not counted then."""
    alerts = world.alerts()
    key = (await alerts.async_raise(plan())).row.key
    world.change(key, coded=(SARA,))
    await alerts.async_acknowledge(None, AlertPerson(number="", name="Mina"))
    assert alerts.hear(world.received("ok 11")) == ()
    await turns()
    assert world.texts[1:] == [
        ("Mina has it: Smoke!", "Sara"),
        ("11: Mina has it already.", "Sara"),
    ]


async def test_the_inbox_is_polled_as_long_as_something_is_open(world: World) -> None:
    """A poll at once is asked for by the first, whatever else is raised."""
    alerts = world.alerts()
    alerts.async_start()
    assert (alerts.is_answer_awaited(), world.polls) == (False, 0)
    assert world.looks == 1
    await alerts.async_raise(plan())
    await alerts.async_raise(plan("water"))
    assert (alerts.is_answer_awaited(), world.polls) == (True, 1)
    looks = world.looks
    await alerts.async_resolve("smoke")
    assert alerts.is_answer_awaited()
    assert world.looks > looks
    await alerts.async_resolve("water")
    assert not alerts.is_answer_awaited()
    await alerts.async_raise(plan())
    assert (alerts.is_answer_awaited(), world.polls) == (True, 2)


async def test_the_inbox_is_polled_before_the_first_text_has_left(world: World) -> None:
    """An answer may come while the action still waits."""
    alerts = world.alerts()
    world.gate.clear()
    raising = asyncio.ensure_future(alerts.async_raise(plan()))
    await asyncio.sleep(0)
    assert (alerts.is_answer_awaited(), world.polls) == (True, 1)
    assert world.looks == 1
    world.gate.set()
    await raising


async def test_what_was_open_goes_on_after_the_start(world: World) -> None:
    """It is heard before."""
    world.book.keep(alert_row())
    world.text("A:0", SARA)
    alerts = world.alerts()
    await turns()
    assert (world.reports, world.sleeps) == ([], [])
    assert alerts.is_answer_awaited()
    assert world.matters.must_show_code([SARA], besides=None)
    alerts.async_start()
    await turns()
    assert world.reports == [report("raised", "Sara")]
    assert world.sleeps == [60]
    assert world.texts == []


async def test_what_was_stopped_goes_on_no_more(world: World) -> None:
    """Another set-up follows the texts; answers are heard until nothing is read any more."""
    alerts = world.alerts()
    alerts.async_start()
    await alerts.async_raise(plan())
    await alerts.async_raise(plan("water"))
    assert len(world.sleeps) == 2
    alerts.async_stop()
    assert world.sleeps == []
    assert world.listeners == {}
    assert world.matters.must_show_code([SARA], besides=None)
    alerts.async_close()
    assert not world.matters.must_show_code([SARA], besides=None)
    assert alerts.hear(world.received("ok 1234")) == ()


async def test_what_never_began_can_be_stopped(world: World) -> None:
    """The set-up may fail in between."""
    world.book.keep(alert_row())
    alerts = world.alerts()
    alerts.async_stop()
    alerts.async_close()
    assert not world.matters.must_show_code([SARA], besides=None)


async def test_a_text_that_reaches_nobody_is_seen_at_once(world: World) -> None:
    """What is over isn't looked at, even if something else waits."""
    world.book.keep(alert_row("B", alert_id="water", state=UNANSWERED, ended_at=NOON))
    world.text("something else", OMID, state=SmsState.WAITING)
    alerts = world.alerts()
    alerts.async_start()
    key = (await alerts.async_raise(plan())).row.key
    await turns()
    done = len(world.tasks)
    world.purposes.rows(f"{key}:0")[SARA].state = SmsState.UNDELIVERED
    world.listeners["deliveries"]()
    await turns()
    assert world.texts == [(SMOKE, "Sara"), (SMOKE, "Omid")]
    assert len(world.tasks) == done + 1
    assert world.reports[-1] == report("escalated", "Omid")


async def test_what_waits_again_after_the_end_is_called_back(world: World) -> None:
    """It was on its way when somebody took the alert, and the gateway was away."""
    world.book.keep(alert_row(state=RESOLVED, ended_at=NOON, told="resolved 0"))
    text = world.text("A:0", SARA, state=SmsState.SENDING)
    world.alerts().async_start()
    await turns()
    assert world.cancelled == []
    text.state = SmsState.WAITING
    world.listeners["deliveries"]()
    await turns()
    assert world.cancelled == [[text.sms_id]]


@pytest.mark.parametrize("by", ["start", "raise", "deliveries"])
async def test_what_ended_a_day_ago_is_forgotten(world: World, by: str) -> None:
    """With its texts and numbers; what is open, or ended later, is not."""
    world.book.keep(
        alert_row("A", alert_id="old", state=ACKNOWLEDGED, ended_at=NOON, coded=(SARA,))
    )
    world.book.keep(alert_row("B", alert_id="late", state=RESOLVED, ended_at=NOON + 1))
    world.text("A:0", SARA)
    world.text("B:0", SARA)
    alerts = world.alerts()
    world.facts.keep("hints", {OMID: NOON})
    if by == "deliveries":
        alerts.async_start()
    world.time += DAY
    if by == "deliveries":
        world.listeners["deliveries"]()
    assert [row.key for row in world.book] == ["A", "B"]
    world.time += 0.5
    if by == "start":
        alerts.async_start()
    elif by == "raise":
        await alerts.async_raise(plan())
    else:
        world.listeners["deliveries"]()
    keys = [row.key for row in world.book]
    assert keys[0] == "B"
    assert "A" not in keys
    assert world.purposes.rows("A:0") == {}
    assert SARA in world.purposes.rows("B:0")
    assert world.facts.get("hints") == {}
    # Its code means nothing any more.
    assert alerts.hear(world.received("ok 27")) == ()
    await turns()
    assert "27" not in "".join(text for text, _ in world.texts)


async def test_what_is_forgotten_is_at_work_no_more(world: World) -> None:
    """It was looked at once more right before."""
    world.book.keep(alert_row(state=UNANSWERED, ended_at=NOON - DAY - 1))
    world.text("A:0", SARA)
    alerts = world.alerts()
    alerts.async_start()
    await turns()
    assert list(world.book) == []
    assert world.tasks == []
    assert alerts.hear(world.received("ok")) == ()


@pytest.mark.parametrize(
    ("changes", "event", "name"),
    [
        ({}, "raised", None),
        ({"turn": 1, "turn_at": NOON + 90}, "escalated", "Mina"),
        ({"state": ACKNOWLEDGED, "took_it": OMID_IS_TOLD}, "acknowledged", "Omid"),
        (
            {"state": ACKNOWLEDGED, "took_it": AlertPerson(number="", name=None)},
            "acknowledged",
            None,
        ),
        ({"state": RESOLVED}, "resolved", None),
        ({"state": UNANSWERED}, "unanswered", None),
    ],
)
async def test_home_assistant_is_told_who_it_is_about(
    world: World, changes: dict[str, Any], event: str, name: str | None
) -> None:
    """By their names, each once, else by the end of their number."""
    two_of_sara = (SARA_IS_TOLD, AlertPerson(number=MINA, name="Sara"))
    steps = (
        step(*two_of_sara, AlertPerson(number=OMID, name=None)),
        step(MINA_IS_TOLD),
    )
    world.book.keep(alert_row(steps=steps, raised_at=NOON - 3600, **changes))
    world.time += 89
    world.alerts().async_start()
    await turns()
    [told] = world.reports
    assert (told.event, told.minutes) == (event, 61)
    if event == "raised":
        assert told.name is not None
        names = told.name.split(", ")
        assert names[0] == "Sara"
        assert len(names) == 2
        assert names[1].endswith(OMID[-2:])
        assert OMID not in names[1]
    else:
        assert told.name == name
    assert event in EVENTS


async def test_an_alert_that_comes_from_the_future_is_new(world: World) -> None:
    """The clock was put right."""
    world.book.keep(alert_row(raised_at=NOON + 90, turn_at=NOON))
    world.alerts().async_start()
    await turns()
    assert [each.minutes for each in world.reports] == [0]
