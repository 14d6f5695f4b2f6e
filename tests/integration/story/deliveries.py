"""What the tests of the deliveries share: what was asked when, what was told, and what time brings."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from simulator import Gateway
from simulator.calls import Call

from .forms import let_pass
from .people import send_sms
from .told import Told

DELIVERY = "event.payamak_delivery"
PENDING = "sensor.payamak_pending_deliveries"
SECOND = timedelta(seconds=1)
# The gaps between questions, in seconds: the first after sending, the last ones until 72 hours are over.
GAPS = [*(10 * 2**doublings for doublings in range(12)), *[6 * 60 * 60] * 10]


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
