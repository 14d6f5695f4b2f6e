"""The conditions about an account: its gateway can be reached, its daily limit leaves room."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConditionError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
import voluptuous as vol

from simulator import Away, Gateway
from tests.integration.conftest import LINE, MINA, OMID, SARA, make_entry
from tests.integration.story.accounts import set_up
from tests.integration.story.people import begin_and_hold, second_account, send_sms

from .checks import is_met

REACHABLE = "is_gateway_reachable"
WITHIN_LIMIT = "is_within_daily_limit"


async def test_the_gateway_is_reachable_until_it_is_not(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """Whoever has found that out."""
    entry = await set_up(hass, make_entry(gateway_url))
    assert await is_met(hass, REACHABLE) is True
    await gateway.go_away(Away.REFUSE)
    [row] = await send_sms(hass, SARA)
    assert row["status"] == "queued"
    assert await is_met(hass, REACHABLE) is False
    await gateway.come_back()
    await entry.runtime_data.coordinator.async_refresh()
    await entry.runtime_data.account.watch.async_ask()
    assert await is_met(hass, REACHABLE) is True


async def test_the_daily_limit_leaves_room_until_it_is_used_up(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """What urgent messages use counts as well."""
    options = {"inbox_interval": 0, "daily_limit": 2}
    await set_up(hass, make_entry(gateway_url, options=options))
    assert await is_met(hass, WITHIN_LIMIT) is True
    await send_sms(hass, SARA)
    assert await is_met(hass, WITHIN_LIMIT) is True
    await send_sms(hass, OMID)
    assert await is_met(hass, WITHIN_LIMIT) is False
    await send_sms(hass, MINA, urgent=True)
    assert await is_met(hass, WITHIN_LIMIT) is False


async def test_what_is_about_to_leave_uses_the_limit_up(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """Else two automations at a time would both find room."""
    options = {"inbox_interval": 0, "daily_limit": 1}
    await set_up(hass, make_entry(gateway_url, options=options))
    sending, held = await begin_and_hold(gateway, send_sms(hass, SARA))
    assert await is_met(hass, WITHIN_LIMIT) is False
    held.released.set()
    await sending
    assert await is_met(hass, WITHIN_LIMIT) is False


async def test_no_limit_always_leaves_room(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """0 is none."""
    await set_up(hass, make_entry(gateway_url))
    await send_sms(hass, SARA)
    assert await is_met(hass, WITHIN_LIMIT) is True


@pytest.mark.parametrize("condition", [REACHABLE, WITHIN_LIMIT])
async def test_of_an_account_that_is_not_at_work_nothing_is_so(
    hass: HomeAssistant, gateway_url: str, condition: str
) -> None:
    """Nothing can be sent over it; nor over none at all."""
    assert await is_met(hass, condition) is False
    entry = await set_up(hass, make_entry(gateway_url))
    chosen = {"options": {"config_entry_id": entry.entry_id}}
    assert await is_met(hass, condition) is True
    assert await is_met(hass, condition, **chosen) is True
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await is_met(hass, condition) is False
    assert await is_met(hass, condition, **chosen) is False


@pytest.mark.parametrize("first_name", ["payamak", "home"])
async def test_of_two_accounts_the_usual_one_is_meant(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, first_name: str
) -> None:
    """Where none is usual, the condition is an error that says what to add."""
    options = {"inbox_interval": 0, "daily_limit": 1}
    first = make_entry(gateway_url, notify_action=first_name, options=options)
    second = second_account(gateway, gateway_url)
    first.add_to_hass(hass)
    await set_up(hass, second)
    if first_name == "payamak":
        assert await is_met(hass, WITHIN_LIMIT) is True
        await send_sms(hass, SARA, sender=LINE)
        assert await is_met(hass, WITHIN_LIMIT) is False
    else:
        with pytest.raises(ConditionError, match="config_entry_id"):
            await is_met(hass, WITHIN_LIMIT)
    chosen = {"config_entry_id": second.entry_id}
    assert await is_met(hass, WITHIN_LIMIT, options=chosen) is True


@pytest.mark.parametrize("condition", [REACHABLE, WITHIN_LIMIT])
@pytest.mark.parametrize("entry_id", ["01GONE", "01ALIEN"])
async def test_an_account_that_is_not_there_is_refused(
    hass: HomeAssistant, condition: str, entry_id: str
) -> None:
    """In the editor, not in silence."""
    MockConfigEntry(domain="other", entry_id="01ALIEN").add_to_hass(hass)
    with pytest.raises(vol.Invalid, match="there is no such account"):
        await is_met(hass, condition, options={"config_entry_id": entry_id})


async def test_an_automation_may_have_them(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """It runs only while they are met."""
    await set_up(hass, make_entry(gateway_url))
    calls = async_mock_service(hass, "test", "tell")
    automation: dict[str, Any] = {
        "alias": "Tell",
        "triggers": {"trigger": "event", "event_type": "leak"},
        "conditions": [
            {"condition": f"payamak.{REACHABLE}"},
            {"condition": f"payamak.{WITHIN_LIMIT}"},
        ],
        "actions": {"action": "test.tell"},
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    for reachable in (True, False):
        if not reachable:
            await gateway.go_away(Away.REFUSE)
            await send_sms(hass, SARA)
        hass.bus.async_fire("leak")
        await hass.async_block_till_done()
    assert len(calls) == 1
