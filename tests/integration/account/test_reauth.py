"""A password that the gateway refuses later: two failed logins, and a form that mends everything."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, Maintenance
from tests.integration.conftest import SARA
from tests.integration.story.forms import (
    CHECK,
    FETCH,
    call,
    fields,
    let_pass,
    reauth_flows,
    send,
    shown,
    take_calls,
)
from tests.integration.story.login import (
    POLL,
    SECOND_QUESTION,
    change_password,
    enter_password,
    set_up_refused,
)


async def assert_finishes(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    flow_id: str,
    password: str,
) -> None:
    """Enter the right password: one reload, and messages go out again."""
    take_calls(gateway)
    result = await enter_password(hass, password, flow_id)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "reauth_successful",
    )
    assert take_calls(gateway) == CHECK + FETCH
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["password"] == password
    assert reauth_flows(hass) == []
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1


async def test_changed_password_costs_two_failed_logins(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The second refused poll is the last call; nothing asks again until the user has acted."""
    take_calls(gateway)
    await change_password(hass, freezer, account)
    assert take_calls(gateway) == ["GetCredit", "GetCredit"]

    for _ in range(5):
        await let_pass(hass, freezer, POLL)
    await let_pass(hass, freezer, timedelta(days=1))
    with pytest.raises(HomeAssistantError):
        await send(hass)
    await let_pass(hass, freezer, timedelta(minutes=1))
    assert take_calls(gateway) == []
    assert len(reauth_flows(hass)) == 1


async def test_right_password_mends_everything_without_a_restart(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Wrong again is a form error and one more login; right is one reload, and polling goes on."""
    flow_id = await change_password(hass, freezer, account)
    take_calls(gateway)
    result = await enter_password(hass, "wr0ng-word", flow_id)
    assert (result["step_id"], result["errors"]) == (
        "reauth_confirm",
        {"base": "invalid_auth"},
    )
    assert shown(result) == {}
    assert take_calls(gateway) == ["GetCredit"]

    await assert_finishes(hass, gateway, home, flow_id, "n3w-word")
    take_calls(gateway)
    await let_pass(hass, freezer, POLL)
    assert sorted(take_calls(gateway)) == sorted([*FETCH, "GetDeliveries2"])


async def test_form_names_the_account_and_asks_for_the_password_only(
    hass: HomeAssistant,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The user sees which account it is; the old password isn't shown."""
    flow_id = await change_password(hass, freezer, account)
    result = await hass.config_entries.flow.async_configure(flow_id)
    assert result["step_id"] == "reauth_confirm"
    assert list(fields(result)) == ["password"]
    assert shown(result) == {}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["username"] == "sara"


async def test_refused_message_starts_it_too(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Where a message is the first to be refused, one poll confirms it, and nothing follows."""
    account.password = "n3w-word"
    take_calls(gateway)
    with pytest.raises(HomeAssistantError):
        await call(hass, "send_sms", message="a", recipients=[SARA], retry_for=0)
    for _ in range(3):
        await let_pass(hass, freezer, POLL)
    assert take_calls(gateway) == ["SendSMS", "GetCredit"]
    [flow_id] = reauth_flows(hass)
    await assert_finishes(hass, gateway, home, flow_id, "n3w-word")


async def test_api_key_demanded_later(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The form says that the API key is wanted, and takes it."""
    account.api_key = "k3y"
    await let_pass(hass, freezer, POLL)
    await let_pass(hass, freezer, SECOND_QUESTION)
    [flow_id] = reauth_flows(hass)
    result = await enter_password(hass, "s3cret-word", flow_id)
    assert result["errors"] == {"base": "api_key_required"}
    await assert_finishes(hass, gateway, home, flow_id, "k3y")


async def test_refused_at_start(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An entry that never came up is set up by the form, exactly once."""
    account.password = "n3w-word"
    flow_id = await set_up_refused(hass, freezer, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert take_calls(gateway) == ["GetCredit", "GetCredit"]
    await assert_finishes(hass, gateway, entry, flow_id, "n3w-word")


async def test_same_password_after_a_passing_refusal(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The entry comes back although nothing has changed."""
    gateway.fault("GetCredit", Code(0), times=2)
    await let_pass(hass, freezer, POLL)
    await let_pass(hass, freezer, SECOND_QUESTION)
    [flow_id] = reauth_flows(hass)
    await assert_finishes(hass, gateway, home, flow_id, "s3cret-word")


async def test_same_password_after_a_refusal_at_start(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The entry comes up although nothing has changed."""
    gateway.fault("GetCredit", Code(0), times=2)
    flow_id = await set_up_refused(hass, freezer, entry)
    await assert_finishes(hass, gateway, entry, flow_id, "s3cret-word")


async def test_bad_day_in_between_is_a_form_error(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The password is neither stored nor given up while the gateway doesn't answer as it should."""
    flow_id = await change_password(hass, freezer, account)
    gateway.fault("GetCredit", Maintenance())
    result = await enter_password(hass, "n3w-word", flow_id)
    assert result["errors"] == {"base": "not_the_gateway"}
    assert home.data["password"] == "s3cret-word"
    await assert_finishes(hass, gateway, home, flow_id, "n3w-word")


async def test_it_is_no_repair_of_ours(
    hass: HomeAssistant,
    account: Account,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Home Assistant's own notice of the flow is all there is, and it goes with the flow."""
    flow_id = await change_password(hass, freezer, account)
    assert [domain for domain, _ in issue_registry.issues] == ["homeassistant"]
    await enter_password(hass, "n3w-word", flow_id)
    assert not issue_registry.issues
