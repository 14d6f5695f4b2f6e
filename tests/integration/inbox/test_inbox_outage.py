"""An outage in the log: one line when the gateway is lost, and one when it is back."""

import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Code, Place, Reset, ServerError
from tests.integration.story.forms import FETCH
from tests.integration.story.outages import BACK, LOST, lines, without_chance
from tests.integration.story.told import Told

from .received import family_with_inbox, poll

INBOX_FAILS = "ERROR Error fetching payamak inbox data"
INBOX_WORKS = "INFO Fetching payamak inbox data recovered"
ACCOUNT_FAILS = "ERROR Error fetching payamak data"
ACCOUNT_WORKS = "INFO Fetching payamak data recovered"


@pytest.fixture(name="options")
def credit_every_two_minutes() -> dict[str, Any]:
    """Let the credit be asked for at every second poll of the inbox."""
    return {"refresh_interval": 2}


@pytest.fixture(name="log")
def log_from_now_on(
    entry: MockConfigEntry, told: Told, caplog: pytest.LogCaptureFixture
) -> pytest.LogCaptureFixture:
    """Give the log, in which nothing is yet."""
    caplog.set_level(logging.INFO, "custom_components.payamak")
    caplog.clear()
    return caplog


async def minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, number: int
) -> None:
    """Let some minutes go by."""
    for _ in range(number):
        await poll(hass, freezer)


@pytest.mark.parametrize("begins_after", [0, 1])
@pytest.mark.parametrize("lasts", [2, 3, 4, 5])
async def test_an_outage_is_told_once_whoever_notices_its_begin_and_its_end(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    begins_after: int,
    lasts: int,
) -> None:
    """The reason is in words; the next outage is told, too."""
    without_chance(monkeypatch)
    await minutes(hass, freezer, begins_after)
    for _ in range(2):
        gateway.fault(None, Reset(), times=None)
        await minutes(hass, freezer, lasts)
        gateway.clear_faults()
        assert lines(log) == [LOST]
        assert "The connection broke before the answer came" in log.text
        await minutes(hass, freezer, 4)
        assert lines(log) == [LOST, BACK]
        assert entry.runtime_data.coordinator.last_update_success
        assert entry.runtime_data.inbox.last_update_success
        log.clear()


async def test_an_outage_makes_the_entities_unavailable_and_its_end_brings_them_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    log: pytest.LogCaptureFixture,
) -> None:
    """Though the coordinator logs nothing."""
    gateway.fault(None, Reset(), times=None)
    await minutes(hass, freezer, 3)
    assert hass.states.get("sensor.payamak_credit").state == "unavailable"  # type: ignore[union-attr] # a missing state fails the test
    gateway.clear_faults()
    await minutes(hass, freezer, 3)
    assert hass.states.get("sensor.payamak_credit").state == "1000"  # type: ignore[union-attr] # likewise
    assert lines(log) == [LOST, BACK]


async def test_trouble_of_the_inbox_alone_is_its_own(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    log: pytest.LogCaptureFixture,
) -> None:
    """It looks like an outage, so the credit is asked for once; as that is told, it is the inbox alone."""
    gateway.fault("GetMessages", Reset(), times=None)
    gateway.calls.clear()
    await minutes(hass, freezer, 1)
    assert [call.method for call in gateway.calls] == ["GetMessages", *FETCH]
    await minutes(hass, freezer, 11)
    assert lines(log) == [INBOX_FAILS]
    gateway.clear_faults()
    await minutes(hass, freezer, 4)
    assert lines(log) == [INBOX_FAILS, INBOX_WORKS]


@pytest.mark.parametrize("fault", [ServerError(), Code(35, Place.STATUS)])
async def test_an_answer_is_no_outage(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    log: pytest.LogCaptureFixture,
    fault: ServerError | Code,
) -> None:
    """Each coordinator tells its own trouble."""
    gateway.fault("GetMessages", fault, times=None)
    await minutes(hass, freezer, 4)
    gateway.clear_faults()
    await minutes(hass, freezer, 4)
    assert lines(log) == [INBOX_FAILS, INBOX_WORKS]


async def test_a_refusal_ends_an_outage_and_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    log: pytest.LogCaptureFixture,
) -> None:
    """The gateway is back, and has a fault of its own."""
    gateway.fault(None, Reset(), times=None)
    await minutes(hass, freezer, 2)
    gateway.clear_faults()
    gateway.fault(None, Code(6), times=None)
    await minutes(hass, freezer, 5)
    assert lines(log)[:2] == [LOST, BACK]
    assert sorted(lines(log)[2:]) == [ACCOUNT_FAILS, INBOX_FAILS]
    gateway.clear_faults()
    await minutes(hass, freezer, 4)
    assert sorted(lines(log)[4:]) == [ACCOUNT_WORKS, INBOX_WORKS]


async def test_an_outage_during_the_first_set_up_is_told_by_home_assistant_alone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It repeats the set-up until the gateway answers."""
    caplog.set_level(logging.INFO, "custom_components.payamak")
    entry = family_with_inbox(gateway_url)
    gateway.fault(None, Reset(), times=None)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    gateway.clear_faults()
    await minutes(hass, freezer, 2)
    assert entry.state is ConfigEntryState.LOADED
    assert lines(caplog) == []
