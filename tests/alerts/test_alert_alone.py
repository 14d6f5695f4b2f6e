"""An alert as something that can be answered: by whom, for how long, and what an answer changes."""

import pytest

from custom_components.payamak.alerts.decisions import Reach
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import AlertPerson, AlertState
from tests.integration.conftest import MINA, OMID, SARA

from .around_alerts import (
    ENTRY,
    MINA_IS_TOLD,
    OMID_IS_TOLD,
    OTHER_ENTRY,
    SARA_IS_TOLD,
    World,
    alert_row,
    step,
)


@pytest.mark.parametrize(
    ("state", "is_open", "is_waited_for"),
    [
        (AlertState.OPEN, True, True),
        (AlertState.UNANSWERED, True, False),
        (AlertState.ACKNOWLEDGED, False, False),
        (AlertState.RESOLVED, False, False),
    ],
)
async def test_it_is_heard_until_somebody_has_it(
    world: World, state: AlertState, is_open: bool, is_waited_for: bool
) -> None:
    """A late answer is better than none, but nobody waits for it any more."""
    alert = world.alert(alert_row(state=state))
    assert alert.is_open is is_open
    assert alert.is_waited_for is is_waited_for


async def test_only_the_newest_of_the_same_is_heard(world: World) -> None:
    """What has another name is something else."""
    first = world.alert(alert_row("A", state=AlertState.UNANSWERED))
    other = world.alert(alert_row("B", alert_id="water"))
    assert first.is_open
    second = world.alert(alert_row("C"))
    assert not first.is_open
    assert second.is_open
    assert other.is_open


async def test_it_has_its_own_code_and_pin(world: World) -> None:
    """They are those of the row."""
    alert = world.alert(alert_row(code=31, pin="1234", coded=(OMID,)))
    assert (alert.code, alert.pin) == (31, "1234")
    assert alert.asked_at == alert.row.raised_at - world.time
    assert alert.told_its_code(OMID)
    assert not alert.told_its_code(SARA)


async def test_it_is_for_all_of_its_steps(world: World) -> None:
    """Also for those whose turn has not come yet."""
    alert = world.alert()
    assert [alert.is_for(each) for each in (SARA, OMID, MINA)] == [True, True, False]


async def test_its_texts_are_those_of_all_turns_to_one_number(world: World) -> None:
    """They are the account's own: a text of another account was about something else."""
    alert = world.alert(alert_row(turn=2, rounds=2))
    first, last = world.text("A:0", SARA), world.text("A:2", SARA)
    world.text("A:1", OMID)
    world.text("A:taken", SARA)
    assert list(alert.texts_to(ENTRY, SARA)) == [last, first]
    assert list(alert.texts_to(OTHER_ENTRY, SARA)) == []
    assert list(alert.texts_to(ENTRY, MINA)) == []


@pytest.mark.parametrize(
    ("text", "by_code", "answer"),
    [
        ("ok", False, True),
        ("ok", True, True),
        ("", True, True),
        ("", False, None),
        ("no", True, None),
        ("no", False, None),
    ],
)
async def test_yes_and_the_code_alone_are_answers(
    world: World, text: str, by_code: bool, answer: bool | None
) -> None:
    """A text that says something else is none, with or without the code."""
    assert world.alert().answer(text, by_code=by_code) is answer


@pytest.mark.parametrize(
    ("sender", "name", "who"),
    [
        (SARA, "Sara at work", SARA_IS_TOLD.number),
        (OMID, None, OMID_IS_TOLD.number),
        (MINA, None, MINA),
    ],
)
async def test_who_answers_has_it(
    world: World, sender: str, name: str | None, who: str
) -> None:
    """Their name is the one that the SMS has, else the one that the alert knows."""
    alert = world.alert(alert_row(turn=1))
    world.time += 90
    sms = world.received(sender=sender, name=name)
    [(statement, _)] = alert.take(sms, True)
    assert "alert" in statement
    known = {SARA: "Sara at work", OMID: "Omid", MINA: None}[sender]
    assert alert.row.took_it == AlertPerson(number=who, name=known)
    assert alert.row.state is AlertState.ACKNOWLEDGED
    assert alert.row.ended_at == world.time
    assert world.taken == ["A"]


async def test_who_has_it_changes_nothing_by_itself(world: World) -> None:
    """The change is made by who asks for it."""
    alert = world.alert()
    taken = alert.taken_by(MINA_IS_TOLD)
    assert (taken.state, taken.ended_at, taken.took_it) == (
        AlertState.ACKNOWLEDGED,
        world.time,
        MINA_IS_TOLD,
    )
    assert taken.steps == alert.row.steps
    assert alert.is_waited_for


async def test_it_knows_whom_its_texts_reach(world: World) -> None:
    """Each text by its word."""
    alert = world.alert(alert_row(turn=1))
    world.text("A:0", SARA)
    world.text("A:1", OMID, state=SmsState.FAILED)
    world.text("A:1", SARA, state=SmsState.WAITING)
    world.text("B:0", OMID)
    assert alert.reaches("0", SARA) is Reach.LEFT
    assert alert.reaches("1", OMID) is Reach.MISSED
    assert alert.reaches("1", SARA) is Reach.WAITS
    assert alert.reaches("0", OMID) is Reach.NOT_BEGUN


async def test_what_waits_is_found_in_all_turns(world: World) -> None:
    """Nothing that has left, and none of the texts that tell of its end."""
    people = step(SARA_IS_TOLD, OMID_IS_TOLD)
    alert = world.alert(alert_row(steps=(people,), turn=1, rounds=2))
    waits = SmsState.WAITING
    world.text("A:0", SARA, state=waits)
    world.text("A:0", OMID)
    world.text("A:1", OMID, state=waits)
    world.text("A:taken", SARA, state=waits)
    world.text("B:0", SARA, state=waits)
    assert alert.waiting() == [f"A:1 to {OMID}", f"A:0 to {SARA}"]
