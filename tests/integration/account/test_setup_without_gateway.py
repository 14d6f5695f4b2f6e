"""An account that worked before: it is there after a start, whatever the gateway does meanwhile."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.payamak.account.gateway_watch import GatewayWatch
from custom_components.payamak.delivery.follower import DeliveryFollower
from simulator import Account, Away, Gateway
from tests.integration.conftest import LINE, OTHER_LINE, SARA
from tests.integration.story.deliveries import state_of
from tests.integration.story.forms import (
    FETCH,
    fields,
    let_pass,
    reauth_flows,
    reload,
    send,
    take_calls,
)
from tests.integration.story.login import SECOND_QUESTION, enter_password
from tests.integration.story.outages import BACK, LOST, lines
from tests.integration.story.people import Held

SENSORS = ("credit", "base_price", "balance")
GATEWAY = "binary_sensor.payamak_gateway"


@pytest.fixture(name="known")
async def known_account(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> MockConfigEntry:
    """Give an account that worked until Home Assistant was ended."""
    await hass.config_entries.async_unload(family_home.entry_id)
    return family_home


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an account up, which must not take long."""
    async with asyncio.timeout(5):
        assert await hass.config_entries.async_setup(entry.entry_id)


def states(hass: HomeAssistant) -> set[str]:
    """Give the states of the sensors that the gateway tells."""
    return {state_of(hass, f"sensor.payamak_{key}") for key in SENSORS}


async def test_everything_is_there_while_connections_are_refused(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    known: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And half a minute after the gateway is back all is as ever."""
    caplog.clear()
    await gateway.go_away(Away.REFUSE)
    await start(hass, known)
    assert known.state is ConfigEntryState.LOADED
    await hass.async_block_till_done(wait_background_tasks=True)
    assert states(hass) == {"unavailable"}
    assert state_of(hass, GATEWAY) == "off"
    assert state_of(hass, "notify.payamak_sara") == "unknown"
    assert state_of(hass, "sensor.payamak_pending_deliveries") == "0"
    for action in ("payamak", "payamak_sara"):
        assert hass.services.has_service("notify", action)
    form = await known.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    await let_pass(hass, freezer, timedelta(hours=3))
    await gateway.come_back()
    await let_pass(hass, freezer, timedelta(seconds=31))
    assert states(hass) == {"1000", "1730", "1730000"}
    assert state_of(hass, GATEWAY) == "on"
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    assert lines(caplog) == [LOST, BACK]


async def test_a_gateway_that_hangs_keeps_nobody_waiting(
    hass: HomeAssistant, gateway: Gateway, known: MockConfigEntry
) -> None:
    """Neither the set-up nor the start of Home Assistant; until the first answer nobody knows whether it is there."""
    await gateway.go_away(Away.HANG)
    await start(hass, known)
    async with asyncio.timeout(5):
        await hass.async_block_till_done()
    assert known.state is ConfigEntryState.LOADED
    assert states(hass) == {"unavailable"}
    assert state_of(hass, GATEWAY) == "unknown"
    assert known.runtime_data.coordinator.data.lines == (LINE, OTHER_LINE)
    async with asyncio.timeout(5):
        assert await hass.config_entries.async_unload(known.entry_id)


async def test_nothing_else_is_asked_before_the_first_answer(
    hass: HomeAssistant, gateway: Gateway, known: MockConfigEntry
) -> None:
    """With a wrong password, several questions at once would be as many failed logins."""
    hass.config_entries.async_update_entry(known, options={"inbox_interval": 60})
    held = Held()
    gateway.fault("GetCredit", held)
    take_calls(gateway)
    await start(hass, known)
    await held.arrived.wait()
    for _ in range(200):
        await asyncio.sleep(0)
    assert [call.method for call in gateway.calls] in ([], ["GetCredit"])
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert take_calls(gateway) == [*FETCH, "GetMessages"]


async def test_an_unload_before_the_first_answer_asks_nothing_afterwards(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    known: MockConfigEntry,
) -> None:
    """Nobody is there to be told."""
    hass.config_entries.async_update_entry(known, options={"inbox_interval": 60})
    held = Held()
    gateway.fault("GetCredit", held)
    await start(hass, known)
    await held.arrived.wait()
    await hass.config_entries.async_unload(known.entry_id)
    held.released.set()
    take_calls(gateway)
    await let_pass(hass, freezer, timedelta(hours=1))
    assert [each for each in take_calls(gateway) if each != "GetCredit"] == []


async def test_a_first_answer_in_the_middle_of_an_unload_starts_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    known: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was started then would never be stopped."""
    hass.config_entries.async_update_entry(known, options={"inbox_interval": 60})
    held, answered = Held(), asyncio.Event()
    ask, stop = GatewayWatch.async_ask, DeliveryFollower.async_stop

    async def ask_and_tell(watch: GatewayWatch) -> None:
        await ask(watch)
        hass.loop.call_soon(answered.set)

    async def stop_slowly(follower: DeliveryFollower) -> None:
        held.released.set()
        await answered.wait()
        await stop(follower)

    monkeypatch.setattr(GatewayWatch, "async_ask", ask_and_tell)
    monkeypatch.setattr(DeliveryFollower, "async_stop", stop_slowly)
    gateway.fault("GetCredit", held)
    await start(hass, known)
    await held.arrived.wait()
    assert await hass.config_entries.async_unload(known.entry_id)
    take_calls(gateway)
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == []


async def test_an_unload_ends_a_question_of_the_watch(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    known: MockConfigEntry,
) -> None:
    """Nobody waits for the answer."""
    await gateway.go_away(Away.REFUSE)
    await start(hass, known)
    await hass.async_block_till_done(wait_background_tasks=True)
    held = Held()
    gateway.fault("GetCredit", held)
    take_calls(gateway)
    await gateway.come_back()
    freezer.tick(timedelta(seconds=31))
    async_fire_time_changed(hass)
    await held.arrived.wait()
    async with asyncio.timeout(5):
        assert await hass.config_entries.async_unload(known.entry_id)
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert take_calls(gateway) == ["GetCredit"]


async def test_no_old_value_is_shown_as_one_of_now(
    hass: HomeAssistant, account: Account, known: MockConfigEntry
) -> None:
    """Statistics would take it for one."""
    seen: list[str] = []

    @callback
    def look(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == "sensor.payamak_credit":
            assert event.data["new_state"]
            seen.append(event.data["new_state"].state)

    hass.bus.async_listen(EVENT_STATE_CHANGED, look)
    account.credit = Decimal(7)
    await start(hass, known)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(seen) == {"unavailable", "7"}
    assert seen[-1] == "7"


async def test_what_is_known_of_the_lines_is_offered_meanwhile(
    hass: HomeAssistant, gateway: Gateway, known: MockConfigEntry
) -> None:
    """A form that can't ask shows what was told the last time."""
    await gateway.go_away(Away.REFUSE)
    await start(hass, known)
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await known.start_reconfigure_flow(hass)
    assert "sender" in fields(form)


async def test_a_password_that_was_changed_meanwhile_is_asked_for_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    known: MockConfigEntry,
) -> None:
    """The account stays; two failed logins, one form, and then all works."""
    hass.config_entries.async_update_entry(known, options={"inbox_interval": 60})
    account.password = "n3w-word"
    take_calls(gateway)
    await start(hass, known)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert reauth_flows(hass) == []
    await let_pass(hass, freezer, SECOND_QUESTION)
    assert len(reauth_flows(hass)) == 1
    assert known.state is ConfigEntryState.LOADED
    await let_pass(hass, freezer, timedelta(hours=2))
    assert take_calls(gateway) == ["GetCredit", "GetCredit"]
    assert len(reauth_flows(hass)) == 1
    await enter_password(hass, "n3w-word")
    assert known.state is ConfigEntryState.LOADED
    assert states(hass) == {"1000", "1730", "1730000"}


async def test_another_account_at_the_entry_asks_first(
    hass: HomeAssistant, gateway: Gateway, known: MockConfigEntry
) -> None:
    """What is known is of another panel, and so is that its gateway was away."""
    await gateway.go_away(Away.ERRORS)
    await start(hass, known)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, GATEWAY) == "off"
    hass.config_entries.async_update_entry(known, unique_id="omid@127.0.0.1")
    await reload(hass, known)
    assert known.state.value == "setup_retry"
    await gateway.come_back()
    await reload(hass, known)
    assert known.state is ConfigEntryState.LOADED
    assert state_of(hass, GATEWAY) == "on"
