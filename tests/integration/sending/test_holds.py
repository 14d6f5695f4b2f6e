"""What holds the outbox up ends as soon as the gateway shows that it is mended."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.gateway import UpdatingError
from simulator import Away, Gateway
from simulator.faults import Code
from tests.integration.conftest import SARA, sent_calls
from tests.integration.story.forms import let_pass
from tests.integration.story.people import received, send_sms

from .test_outbox import MINUTE, come_back, home_fixture  # noqa: F401 - the fixture is this module's too


@pytest.mark.parametrize("code", [0, 109])
async def test_a_refused_login_or_address_ends_with_the_next_good_answer(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    code: int,
) -> None:
    """The next hour is far away, and by then the message may be too old."""
    freezer.move_to("2026-03-01 12:05:00+00:00")
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)
    gateway.fault("SendSMS", Code(code))
    await come_back(hass, freezer, gateway)
    assert len(sent_calls(gateway)) == 1
    assert received(gateway) == {}
    for _ in range(16):
        await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 1}


async def test_an_update_ends_with_the_first_good_answer_after_a_refused_question(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """By then the outbox asks every quarter of an hour alone."""
    gateway.updating = True
    await send_sms(hass, SARA, retry_for=600)
    for _ in range(60):
        await let_pass(hass, freezer, MINUTE)
    gateway.updating = False
    hold = home.runtime_data.road.outbox.holds
    assert hold.seconds_left is not None
    gateway.calls.clear()
    await home.runtime_data.account.ask_credit()
    await let_pass(hass, freezer, timedelta(seconds=2))
    assert received(gateway) == {SARA: 1}
    assert len(sent_calls(gateway)) == 1


async def test_where_messages_alone_are_refused_no_answer_ends_the_hold(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Else each poll would be followed by a call that is refused; an update that is long over changes nothing."""
    account = home.runtime_data.account
    gateway.updating = True
    with pytest.raises(UpdatingError):
        await account.ask_credit()
    gateway.updating = False
    await account.ask_credit()
    gateway.fault("SendSMS", Code(6), times=None)
    await send_sms(hass, SARA, retry_for=600)
    for _ in range(30):
        await let_pass(hass, freezer, MINUTE)
    gateway.calls.clear()
    for _ in range(5):
        await account.ask_credit()
        await let_pass(hass, freezer, timedelta(seconds=2))
    assert len(sent_calls(gateway)) <= 1


async def test_a_login_that_is_refused_for_good_is_not_tried_every_hour(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """It waits for the user."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, retry_for=600)
    gateway.fault(None, Code(0), times=None)
    await come_back(hass, freezer, gateway)
    for _ in range(10):
        await let_pass(hass, freezer, timedelta(minutes=30))
    assert len(sent_calls(gateway)) == 1


async def test_one_refusal_of_a_good_login_loses_no_alarm(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """The gateway refuses good ones now and then."""
    gateway.fault("SendSMS", Code(0))
    [row] = await send_sms(hass, SARA, urgent=True)
    assert row["status"] == "queued"
    await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 1}
