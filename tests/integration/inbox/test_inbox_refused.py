"""The inbox where the gateway refuses to tell: the login is wrong, or the panel lacks the method."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, Fault, Place, Reset
from tests.integration.conftest import SARA
from tests.integration.story.forms import let_pass, reauth_flows, send, take_calls
from tests.integration.story.login import enter_password
from tests.integration.story.told import Told

from .received import arrive, asked, complaints, family_with_inbox, listen, poll, set_up

# What a panel says that doesn't have the method.
NOT_TOLD = Code(35, Place.STATUS)


async def test_wrong_credentials_stop_everything_until_the_user_has_acted(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """The gateway says null and 35 here, too; the credit tells that it is the login. Failed logins stay few."""
    account.password = "n3w-secret"
    arrive(gateway, "meanwhile")
    await poll(hass, freezer)
    assert take_calls(gateway) == ["GetMessages", "GetCredit"]
    assert len(reauth_flows(hass)) == 1
    for _ in range(20):
        await poll(hass, freezer)
    assert take_calls(gateway) == []
    result = await enter_password(hass, "n3w-secret")
    assert result["reason"] == "reauth_successful"
    assert entry.state is ConfigEntryState.LOADED
    # It has been 21 minutes.
    assert told.texts == []
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    assert told.texts == ["سلام"]


async def test_wrong_credentials_that_another_question_found_stop_the_polls_too(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    entry: MockConfigEntry,
) -> None:
    """No poll is a failed login of its own, before it is believed or after."""
    account.password = "n3w-secret"
    await entry.runtime_data.coordinator.async_refresh()
    for _ in range(5):
        await poll(hass, freezer)
    assert take_calls(gateway) == ["GetCredit", "GetCredit"]
    assert len(reauth_flows(hass)) == 1


async def test_a_panel_that_lacks_the_method_is_asked_hourly_and_keeps_sending(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The login works, as the credit shows; so nobody is asked to log in again."""
    hass.config_entries.async_update_entry(entry, options={"refresh_interval": 1440})
    await hass.async_block_till_done()
    gateway.fault("GetMessages", NOT_TOLD, times=None)
    take_calls(gateway)
    for _ in range(3):
        await poll(hass, freezer)
        assert take_calls(gateway) == ["GetMessages", "GetCredit"]
    for _ in range(2):
        for _ in range(5):
            await let_pass(hass, freezer, timedelta(minutes=11))
        assert take_calls(gateway) == []
        await let_pass(hass, freezer, timedelta(minutes=6))
        assert take_calls(gateway) == ["GetMessages", "GetCredit"]
    assert reauth_flows(hass) == []
    assert len(complaints(caplog)) == 1
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    gateway.clear_faults()
    await let_pass(hass, freezer, timedelta(minutes=61))
    arrive(gateway, "سلام")
    take_calls(gateway)
    await poll(hass, freezer)
    assert asked(gateway) == ["0"]
    assert told.texts == ["سلام"]


@pytest.mark.parametrize("fault", [NOT_TOLD, Code(4242), Code(7)])
async def test_a_passing_refusal_delays_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault,
) -> None:
    """However often they come; only one after the other they mean something."""
    for number in range(3):
        gateway.fault("GetMessages", fault, times=2)
        arrive(gateway, f"{number}")
        await poll(hass, freezer)
        await poll(hass, freezer)
        assert len(told.texts) == number
        await poll(hass, freezer)
        assert len(told.texts) == number + 1


async def test_a_panel_that_lacks_the_method_from_the_beginning_has_an_account_all_the_same(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Once it has the method, the first poll takes the mark."""
    gateway.fault("GetMessages", NOT_TOLD, times=4)
    entry = family_with_inbox(gateway_url)
    await set_up(hass, entry)
    told = listen(hass)
    assert entry.state is ConfigEntryState.LOADED
    arrive(gateway, "before")
    for seconds in (61, 61, 3601, 3601):
        await poll(hass, freezer, seconds)
    assert told.texts == []
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    assert told.texts == ["سلام"]


async def test_a_gateway_that_goes_away_while_the_login_is_checked_is_just_away(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """The next poll comes as usual."""
    gateway.fault("GetMessages", NOT_TOLD)
    gateway.fault("GetCredit", Reset())
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    assert reauth_flows(hass) == []
    await poll(hass, freezer)
    assert told.texts == ["سلام"]
