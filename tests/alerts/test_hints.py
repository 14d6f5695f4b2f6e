"""Hints by themselves: one to a number in an hour."""

from typing import Any

import pytest

from custom_components.payamak.alerts.hints import Hints
from custom_components.payamak.alerts.question import Question
from custom_components.payamak.alerts.sentences import Answers
from custom_components.payamak.ledger import AlertState
from tests.integration.conftest import OMID, SARA
from tests.integration.story.turns import turns

from .around_alerts import NOON, OMID_IS_TOLD, World, alert_row

HOUR = 3600


def hints_of(world: World) -> Hints:
    """Give the hints of the account."""
    this: Any = world
    return Hints(this, world.ledger, this)


async def test_a_late_reply_is_told_who_has_it(world: World) -> None:
    """It leaves now, or never."""
    hints = hints_of(world)
    alert = world.alert(alert_row(state=AlertState.ACKNOWLEDGED, took_it=OMID_IS_TOLD))
    hints.tell_too_late(world.received(), alert)
    await turns()
    [sms] = world.sent
    assert [(each.number, each.name) for each in sms.recipients] == [(SARA, "Sara")]
    assert sms.text == "27: Omid has it already."
    assert sms.retry_for == 0
    assert not sms.urgent
    assert sms.purpose is None
    assert world.facts.get("hints") == {SARA: NOON}


async def test_a_late_answer_to_a_question_is_told_that_it_is_closed(
    world: World,
) -> None:
    """Nobody has a question."""
    question = Question(31, None, Answers.of([]), {}, {})
    hints_of(world).tell_too_late(world.received(name=None), question)
    await turns()
    assert world.texts == [("31 is closed, your reply came too late.", None)]


@pytest.mark.parametrize(
    ("seconds", "hints_sent"), [(0, 1), (0.5, 1), (HOUR - 1, 1), (HOUR, 2), (-1, 2)]
)
async def test_a_number_gets_one_hint_an_hour(
    world: World, seconds: float, hints_sent: int
) -> None:
    """Also over a restart; a time in the future is none."""
    alert = world.alert()
    hints_of(world).tell_too_late(world.received(), alert)
    await turns()
    world.time += seconds
    hints_of(world).tell_too_late(world.received(), alert)
    await turns()
    assert len(world.sent) == hints_sent


async def test_each_number_has_its_own_hour(world: World) -> None:
    """What was told to one is kept when another is told."""
    hints, alert = hints_of(world), world.alert()
    hints.tell_too_late(world.received(), alert)
    world.time += 60
    hints.tell_too_late(world.received(sender=OMID, name="Omid"), alert)
    await turns()
    assert [name for _, name in world.texts] == ["Sara", "Omid"]
    assert world.facts.get("hints") == {SARA: NOON, OMID: NOON + 60}


async def test_numbers_are_forgotten_after_their_hour(world: World) -> None:
    """Where there is nothing to forget, nothing is written."""
    hints = hints_of(world)
    hints.forget_old()
    assert world.written_soon == []
    assert world.facts.get("hints") is None
    world.facts.keep("hints", {SARA: NOON, OMID: NOON + 1})
    world.time += HOUR
    hints.forget_old()
    assert world.facts.get("hints") == {OMID: NOON + 1}
