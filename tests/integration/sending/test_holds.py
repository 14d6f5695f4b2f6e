"""What holds the outbox up ends as soon as the gateway shows that it is mended."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

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
