"""However much is on its way, the gateway isn't flooded, and nobody is forgotten."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.delivery.timing import FIRST_QUESTION_AFTER
from simulator import Gateway
from simulator.calls import Call
from simulator.codes import Delivery
from tests.integration.conftest import SARA
from tests.integration.story.deliveries import (
    PENDING,
    asked_for,
    listen,
    numbers,
    pass_by,
    questions,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.forms import let_pass

pytestmark = pytest.mark.usefixtures("silence")

# One a second, counting both ends of the minute.
MOST_IN_A_MINUTE = 61


def never_ending(gateway: Gateway, count: int, first: int = 0) -> list[str]:
    """Give numbers of phones of which the operator never gives a last word."""
    strangers = numbers(count, first)
    for number in strangers:
        gateway.set_outcome(number, Delivery.SENT_TO_OPERATOR)
    return strangers


def most_in_a_minute(calls: Sequence[Call]) -> int:
    """Give the most calls of any sixty seconds."""
    moments = [call.at for call in calls]
    return max(
        sum(began <= moment <= began + timedelta(minutes=1) for moment in moments)
        for began in moments
    )


async def test_questions_are_bounded_and_a_fresh_alarm_comes_first(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With 350 in flight, the alarm is asked for as early as if it were alone."""
    told = listen(hass)
    bulk = await send_to(hass, *never_ending(gateway, 350))
    await pass_by(hass, freezer, 100)
    calls = questions(gateway)
    [alarm] = await send_to(hass, SARA)
    sent_at = dt_util.utcnow()
    await pass_by(hass, freezer, 100)
    later = questions(gateway)
    assert told.words == {alarm: "delivered"}
    [asked_at] = [call.at for call in later if call.parameters["recId"] == alarm]
    assert (
        timedelta() <= asked_at - sent_at - FIRST_QUESTION_AFTER <= timedelta(seconds=1)
    )
    calls += later
    await pass_by(hass, freezer, 200)
    calls += questions(gateway)
    assert most_in_a_minute(calls) <= MOST_IN_A_MINUTE
    # The capacity is used as long as somebody waits for it.
    assert len(calls) >= 380
    assert {call.parameters["recId"] for call in calls} == {*bulk, alarm}


async def test_an_alarm_that_is_pending_is_asked_for_again_before_the_bulk(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Its second and third question don't wait behind those who were never asked for either."""
    await send_to(hass, *never_ending(gateway, 350))
    await pass_by(hass, freezer, 60)
    gateway.delivery_time = timedelta(seconds=60)
    told = listen(hass)
    [alarm] = await send_to(hass, SARA)
    await pass_by(hass, freezer, 80)
    assert told.words == {alarm: "delivered"}
    assert asked_for(gateway).count(alarm) == 3


async def test_of_a_bulk_everybody_is_asked_for_before_anybody_is_asked_for_twice(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Those whose phone is off don't hide those who have it."""
    bulk = await send_to(hass, *never_ending(gateway, 120))
    await until_first_question(hass, freezer, 119)
    times = Counter(asked_for(gateway))
    assert times.keys() == set(bulk)
    assert set(times.values()) == {1}


async def test_a_younger_bulk_goes_before_an_older_one_and_starves_it_not(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Its gaps grow, and then there is time for the others."""
    older = await send_to(hass, *never_ending(gateway, 60))
    await until_first_question(hass, freezer, 10)
    asked_for(gateway)
    younger = await send_to(hass, *never_ending(gateway, 60, first=1000))
    await until_first_question(hass, freezer, 5)
    asked_for(gateway)
    await pass_by(hass, freezer, 50)
    assert set(asked_for(gateway)) <= set(younger)
    await pass_by(hass, freezer, 400)
    assert set(asked_for(gateway)) >= {*older, *younger}


async def test_a_backlog_of_a_day_is_worked_off_at_the_same_pace(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Everything being due at once is no reason to hurry."""
    told = listen(hass)
    await send_to(hass, *numbers(100))
    await let_pass(hass, freezer, timedelta(days=1))
    await pass_by(hass, freezer, 60)
    assert len(told.words) == MOST_IN_A_MINUTE
    await pass_by(hass, freezer, 39)
    assert len(told.words) == 100
    assert most_in_a_minute(questions(gateway)) <= MOST_IN_A_MINUTE
    assert state_of(hass, PENDING) == "0"
