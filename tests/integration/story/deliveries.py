"""What the tests of the deliveries share: what was asked when, what was told, and what time brings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from simulator import Gateway
from simulator.calls import Call

from .forms import let_pass
from .people import send_sms

DELIVERY = "event.payamak_delivery"
PENDING = "sensor.payamak_pending_deliveries"
SECOND = timedelta(seconds=1)
# The gaps between questions, in seconds: the first after sending, the last ones until 72 hours are over.
GAPS = [*(10 * 2**doublings for doublings in range(12)), *[6 * 60 * 60] * 10]


@dataclass
class Told:
    """What the delivery event has told, each time once: a restored state is no news."""

    events: list[dict[str, Any]] = field(default_factory=list)
    moments: set[str] = field(default_factory=set)

    @callback
    def hear(self, event: Event[EventStateChangedData]) -> None:
        """Keep a new state of the event entity."""
        state = event.data["new_state"]
        if state is None or state.entity_id != DELIVERY or state.state in self.moments:
            return
        self.moments.add(state.state)
        if state.state not in ("unknown", "unavailable"):
            self.events.append(dict(state.attributes))

    @property
    def words(self) -> dict[str, str]:
        """Give what was told of each message; a message told of twice fails the test."""
        words = {each["message_id"]: each["event_type"] for each in self.events}
        assert len(words) == len(self.events)
        return words


def listen(hass: HomeAssistant, told: Told | None = None) -> Told:
    """Begin to listen to the delivery event."""
    told = told or Told()
    hass.bus.async_listen(EVENT_STATE_CHANGED, told.hear)
    return told


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
