"""What the tests of deliveries share: which questions came when, what was reported, and how time passes."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.payamak.delivery.timing import (
    AGAIN_AFTER,
    AWAITED_EVERY,
    EXPIRES_AFTER,
    FIRST_QUESTION_AFTER,
    LONGEST_GAP,
)
from simulator import Gateway
from simulator.calls import Call

from .forms import let_pass
from .people import Held, send_sms
from .told import Told

DELIVERY = "event.payamak_delivery"
PENDING = "sensor.payamak_pending_deliveries"
FIRST_QUESTION = round(FIRST_QUESTION_AFTER.total_seconds())
AWAITED = round(AWAITED_EVERY.total_seconds())


def _gaps() -> Iterator[int]:
    yield FIRST_QUESTION
    total, gap = FIRST_QUESTION_AFTER, AGAIN_AFTER
    while (total := total + gap) < EXPIRES_AFTER:
        yield round(gap.total_seconds())
        gap = min(2 * gap, LONGEST_GAP)


# The seconds from sending to the first question, and from each question to the next, until the message expires.
GAPS = list(_gaps())


def listen(hass: HomeAssistant) -> Told:
    """Begin to listen to the delivery event."""
    return Told(hass, DELIVERY)


async def send_to(hass: HomeAssistant, *recipients: str, **data: Any) -> list[str]:
    """Send a message, and give the ids of it."""
    rows = await send_sms(hass, list(recipients), **data)
    return [row["message_id"] for row in rows]


def numbers(count: int, first: int = 0) -> list[str]:
    """Give so many strangers' numbers."""
    return [f"0913{number:07d}" for number in range(first, first + count)]


def questions(gateway: Gateway) -> list[Call]:
    """Give the questions for deliveries that came since the last time."""
    calls = [call for call in gateway.calls if call.method == "GetDeliveries2"]
    gateway.calls.clear()
    return calls


def asked_for(gateway: Gateway) -> list[str]:
    """Give the ids that were asked for since the last time."""
    return [call.parameters["recId"] for call in questions(gateway)]


async def pass_by(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    seconds: int,
    step: int = 1,
) -> None:
    """Let time go by second by second, or in longer steps."""
    for _ in range(0, seconds, step):
        await let_pass(hass, freezer, timedelta(seconds=step))


async def until_first_question(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, and_seconds: int = 0
) -> None:
    """Let time go by until a message that was just sent is asked for, and so many seconds more."""
    await pass_by(hass, freezer, FIRST_QUESTION + and_seconds)


async def before_first_question(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Let time go by until a message that was just sent is asked for within a second."""
    await pass_by(hass, freezer, FIRST_QUESTION - 1)


async def hold_a_question(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway
) -> Held:
    """Let the first question be asked, and hold its answer back."""
    await before_first_question(hass, freezer)
    held = Held()
    gateway.fault("GetDeliveries2", held)
    freezer.tick(timedelta(seconds=1))
    async_fire_time_changed(hass)
    await held.arrived.wait()
    return held


async def until_question(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, number: int
) -> None:
    """Let time go by until a message that was just sent is asked for the nth time."""
    await pass_by(hass, freezer, sum(GAPS[:number]))


def gaps_between(began: datetime, calls: Iterable[Call]) -> list[float]:
    """Give the seconds from one question to the next, rounded to whole ones."""
    moments = [began, *(call.at for call in calls)]
    return [
        round((later - earlier).total_seconds()) for earlier, later in pairwise(moments)
    ]


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Give the state of an entity."""
    state = hass.states.get(entity_id)
    assert state
    return state.state
