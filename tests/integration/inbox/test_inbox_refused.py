"""The inbox where the gateway refuses to tell: the login is wrong, or the panel lacks the method."""

from datetime import timedelta
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, Fault, Place, Reset
from tests.integration.conftest import SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.forms import let_pass, reauth_flows, send, take_calls
from tests.integration.story.login import enter_password
from tests.integration.story.told import Told

from .received import (
    arrive,
    asked,
    complaints,
    family_with_inbox,
    listen,
    poll,
    start_anew,
)

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


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_panel_that_never_offered_messages_is_asked_hourly_and_keeps_sending(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    caplog: pytest.LogCaptureFixture,
    restarts: bool,
) -> None:
    """The login works, as the credit shows; so nobody is asked to log in again."""
    entry = family_with_inbox(gateway_url, refresh_interval=1440)
    gateway.fault("GetMessages", NOT_TOLD, times=None)
    await set_up(hass, entry)
    if restarts:
        await start_anew(hass, entry)
    take_calls(gateway)
    caplog.clear()
    for _ in range(2):
        await poll(hass, freezer)
        assert take_calls(gateway) == ["GetMessages", "GetCredit"]
    for _ in range(2):
        for _ in range(5):
            await let_pass(hass, freezer, timedelta(minutes=11))
        assert take_calls(gateway) == []
        await let_pass(hass, freezer, timedelta(minutes=6))
        assert take_calls(gateway) == ["GetMessages", "GetCredit"]
    assert reauth_flows(hass) == []
    assert complaints(caplog) == []
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    gateway.clear_faults()
    await let_pass(hass, freezer, timedelta(minutes=61))
    told = listen(hass)
    arrive(gateway, "سلام")
    take_calls(gateway)
    await poll(hass, freezer)
    assert asked(gateway) == ["0"]
    assert told.texts == ["سلام"]


async def test_a_panel_that_never_offered_messages_is_not_asked_more_often_than_usual(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """Where the interval is more than an hour."""
    gateway.fault("GetMessages", NOT_TOLD, times=None)
    options = {"inbox_interval": 7200, "inbox_max_age": 120, "refresh_interval": 1440}
    await set_up(hass, family_with_inbox(gateway_url, **options))
    for _ in range(3):
        await poll(hass, freezer, 7201)
    take_calls(gateway)
    await poll(hass, freezer, 3601)
    assert take_calls(gateway) == []
    await poll(hass, freezer, 3601)
    assert take_calls(gateway) == ["GetMessages", "GetCredit"]


async def gaps(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway, minutes: int
) -> list[float]:
    """Let minutes go by in short steps, and give the minutes between the polls, roughly."""
    polled: list[int] = []
    for step in range(minutes * 4):
        await let_pass(hass, freezer, timedelta(seconds=15.1))
        if "GetMessages" in take_calls(gateway):
            polled.append(step)
    return [(later - earlier) / 4 for earlier, later in pairwise([-1, *polled])]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (60, [1, 1, 1, 2, 4, 5, 5]),
        (120, [2, 2, 2, 4, 5, 5]),
        (600, [10, 10, 10, 10]),
        (15, [0.25, 0.25, 0.25, 0.5, 1, 2, 4, 5, 5]),
    ],
)
async def test_a_panel_that_offered_messages_once_is_asked_again_soon_though_it_refuses(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    interval: int,
    expected: list[float],
) -> None:
    """A panel in trouble for three minutes must not be deaf for an hour; after a restart, neither."""
    options = {
        "inbox_interval": interval,
        "inbox_max_age": 20,
        "refresh_interval": 1440,
    }
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    gateway.fault("GetMessages", NOT_TOLD, times=None)
    take_calls(gateway)
    found = await gaps(hass, freezer, gateway, int(sum(expected)) + 2)
    assert found[: len(expected)] == pytest.approx(expected, abs=0.26)
    await start_anew(hass, entry)
    for _ in range(10):
        await let_pass(hass, freezer, timedelta(minutes=5, seconds=1))
    gateway.clear_faults()
    arrive(gateway, "سلام")
    await let_pass(hass, freezer, timedelta(seconds=max(interval, 300) + 1))
    assert told.texts == ["سلام"]
    # And then as usual.
    take_calls(gateway)
    await let_pass(hass, freezer, timedelta(seconds=interval + 1))
    assert asked(gateway) == ["0"]


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
    """Once it has the method, the first poll sets the baseline."""
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
