"""A clock that is set right, back or forward, neither stops the following nor ends it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.codes import Delivery
from simulator.faults import ServerError
from tests.integration.conftest import OMID, SARA
from tests.integration.story.deliveries import (
    FIRST_QUESTION,
    GAPS,
    asked_for,
    before_first_question,
    listen,
    numbers,
    pass_by,
    send_to,
    until_first_question,
)
from tests.integration.story.disk import pending_delivery, put_deliveries_on_disk
from tests.integration.story.forms import let_pass
from tests.integration.story.people import begin_and_hold

pytestmark = pytest.mark.usefixtures("silence")

BACK = timedelta(hours=-3, minutes=-30)
FORWARD = timedelta(days=400)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give what sets the clock by some time; what is timed by the time that passes goes on as ever."""

    def set_by(time: timedelta) -> None:
        monkeypatch.setattr(dt_util, "utcnow", lambda: datetime.now(UTC) + time)

    return set_by


@pytest.mark.parametrize("seconds", [1, FIRST_QUESTION, FIRST_QUESTION + 1])
async def test_a_clock_that_is_put_back_holds_nothing_back(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    set_clock: Any,
    seconds: int,
) -> None:
    """Before the first question, or between two questions."""
    told = listen(hass)
    sent = await send_to(hass, *numbers(12))
    await pass_by(hass, freezer, seconds)
    set_clock(BACK)
    await until_first_question(hass, freezer, 30)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_a_clock_that_is_put_back_while_a_message_is_sent_holds_it_not_back(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    set_clock: Any,
) -> None:
    """It left at a time that is in the future now; the correction was noticed before it was accepted."""
    told = listen(hass)
    sending, held = await begin_and_hold(gateway, send_to(hass, SARA))
    set_clock(BACK)
    others = await send_to(hass, OMID)
    held.released.set()
    sent = await sending
    await until_first_question(hass, freezer, 2)
    assert told.words == dict.fromkeys([*sent, *others], "delivered")


async def test_gaps_and_breaks_do_not_grow_by_a_clock_that_is_put_back(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    set_clock: Any,
) -> None:
    """A message of yesterday is asked for within its gap, and the gateway is asked after its break."""
    gateway.set_outcome(SARA, Delivery.REACHED_OPERATOR)
    sent = await send_to(hass, SARA)
    await pass_by(hass, freezer, 2000, 10)
    gateway.fault("GetDeliveries2", ServerError(), times=None)
    await pass_by(hass, freezer, 1000, 10)
    gateway.clear_faults()
    asked_for(gateway)
    gateway.set_outcome(sent[0], Delivery.DELIVERED)
    told = listen(hass)
    set_clock(BACK)
    await pass_by(hass, freezer, 3600, 60)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_a_clock_that_is_a_little_ahead_is_no_reason_to_ask_earlier(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    set_clock: Any,
) -> None:
    """It is set right every now and then."""
    told = listen(hass)
    await send_to(hass, SARA)
    await before_first_question(hass, freezer)
    set_clock(timedelta(seconds=-3))
    await pass_by(hass, freezer, 3)
    assert told.words == {}
    await pass_by(hass, freezer, 1)
    assert len(told.words) == 1


async def test_a_file_from_the_future_holds_nothing_back(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It was written by a clock that was ahead, and the board has none while it is off."""
    ahead = dt_util.utcnow() + timedelta(days=30)
    put_deliveries_on_disk(
        hass,
        household.entry_id,
        [
            pending_delivery("1234567890123456780", OMID, ahead),
            pending_delivery(
                "1234567890123456783",
                OMID,
                ahead,
                asked=3,
                asked_at=ahead + timedelta(minutes=1),
            ),
        ],
    )
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    gateway.calls.clear()
    await pass_by(hass, freezer, max(FIRST_QUESTION, GAPS[1] - FIRST_QUESTION) + 1)
    assert sorted(asked_for(gateway)) == [
        "1234567890123456780",
        "1234567890123456783",
    ]


async def test_a_clock_that_is_put_forward_ends_no_message(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    set_clock: Any,
) -> None:
    """A board without a clock gets the time after its start; a fresh message isn't 400 days old."""
    gateway.set_outcome(SARA, Delivery.REACHED_OPERATOR)
    gateway.set_outcome(OMID, Delivery.REACHED_OPERATOR)
    told = listen(hass)
    slow, never = await send_to(hass, SARA, OMID)
    await until_first_question(hass, freezer, 2)
    set_clock(FORWARD)
    asked_for(gateway)
    await pass_by(hass, freezer, 3600, 10)
    assert 6 <= asked_for(gateway).count(slow) <= 10
    assert told.words == {}
    gateway.set_outcome(slow, Delivery.DELIVERED)
    for _ in range(5):
        await let_pass(hass, freezer, timedelta(hours=1))
    assert told.words == {slow: "delivered"}
    await let_pass(hass, freezer, timedelta(minutes=15))
    await pass_by(hass, freezer, 10)
    assert told.words == {slow: "delivered", never: "expired"}


async def test_a_late_message_of_which_nothing_can_be_known_expires_too(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    set_clock: Any,
) -> None:
    """Some hours after it was first asked for again, also where the clock is put back in between."""
    gateway.fault("GetDeliveries2", ServerError(), times=None)
    told = listen(hass)
    [lost] = await send_to(hass, SARA)
    set_clock(FORWARD)
    await pass_by(hass, freezer, 60)
    set_clock(FORWARD + BACK)
    for _ in range(10):
        await let_pass(hass, freezer, timedelta(hours=1))
    assert told.words == {lost: "expired"}
