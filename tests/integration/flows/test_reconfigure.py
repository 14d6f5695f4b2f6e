"""Changing an account that is set up."""

from socket import AF_INET, AI_NUMERICHOST
from typing import Any
from unittest.mock import AsyncMock

from aiohttp.abc import ResolveResult
from aiohttp.resolver import AsyncResolver
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import SelectSelector, TextSelector
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from simulator import Account, Gateway
from simulator.faults import Code, Maintenance
from tests.integration.conftest import LINE, OTHER_LINE, SARA, make_entry
from tests.integration.story.forms import (
    CHECK,
    FETCH,
    fields,
    reauth_flows,
    send,
    shown,
    shown_url,
    take_calls,
)
from tests.integration.story.login import set_up_refused


async def change(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    *,
    flow_id: str | None = None,
    url: str | None = None,
    **changes: Any,
) -> ConfigFlowResult:
    """Open the form, or go on with it, and submit it with some fields changed."""
    flow_id = flow_id or (await entry.start_reconfigure_flow(hass))["flow_id"]
    unchanged = {
        "sender": entry.data["sender"],
        "notify_action": entry.data["notify_action"],
    }
    connection = {"connection": {"url": url}} if url is not None else {}
    result = await hass.config_entries.flow.async_configure(
        flow_id, unchanged | changes | connection
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def assert_changed(result: ConfigFlowResult) -> None:
    """See that the flow has ended well."""
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "reconfigure_successful",
    )


async def test_form_shows_what_is_set_but_the_password(
    hass: HomeAssistant, gateway_url: str, home: MockConfigEntry
) -> None:
    """The fields hold the present values, the lines are a list, and the user name is named."""
    result = await home.start_reconfigure_flow(hass)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "reconfigure")
    assert shown(result) == {"sender": LINE, "notify_action": "payamak"}
    assert shown_url(result) == gateway_url
    _, selector = fields(result)["sender"]
    assert isinstance(selector, SelectSelector)
    assert selector.config["options"] == [LINE, OTHER_LINE]
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["username"] == "sara"


async def test_nothing_changed_is_one_reload(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """The account is checked and comes back as it was."""
    before = dict(home.data)
    take_calls(gateway)
    assert_changed(await change(hass, home))
    assert take_calls(gateway) == CHECK + FETCH
    assert home.data == before
    assert home.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("typed", "sender", "listed"),
    [
        (OTHER_LINE, OTHER_LINE, True),
        ("۵۰۰۰ ۱۰۶۰۴۶۷۱", OTHER_LINE, True),
        ("۳۰۰۰۱۲۳", "3000123", False),
    ],
)
async def test_sender_line_is_changed(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
    typed: str,
    sender: str,
    listed: bool,
) -> None:
    """Messages go out over the new line after exactly one reload."""
    take_calls(gateway)
    assert_changed(await change(hass, home, sender=typed))
    assert take_calls(gateway) == CHECK + FETCH
    assert home.data["sender"] == sender
    assert home.data["sender_listed"] is listed
    account.lines.append("3000123")
    await send(hass)
    assert [sms.sender for sms in gateway.phone(SARA).messages] == [sender]


async def test_password_is_changed(
    hass: HomeAssistant, gateway: Gateway, account: Account, home: MockConfigEntry
) -> None:
    """The new one is tried once before it is stored."""
    account.password = "n3w-word"
    take_calls(gateway)
    result = await change(hass, home, password="wr0ng-word")
    assert result["errors"] == {"base": "invalid_auth"}
    assert "password" not in shown(result)
    assert take_calls(gateway) == ["GetCredit"]
    assert home.data["password"] == "s3cret-word"

    assert_changed(
        await change(hass, home, flow_id=result["flow_id"], password="n3w-word")
    )
    assert take_calls(gateway) == CHECK + FETCH
    assert home.data["password"] == "n3w-word"
    await send(hass)


@pytest.mark.parametrize("left_empty", [{}, {"password": ""}])
async def test_password_left_empty_stays(
    hass: HomeAssistant, home: MockConfigEntry, left_empty: dict[str, str]
) -> None:
    """Whoever changes something else needn't know it."""
    assert_changed(await change(hass, home, sender=OTHER_LINE, **left_empty))
    assert home.data["password"] == "s3cret-word"


async def test_action_name_is_changed(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """The new action sends, the old one is gone, and the title stays."""
    take_calls(gateway)
    assert_changed(await change(hass, home, notify_action="sms_home"))
    assert take_calls(gateway) == CHECK + FETCH
    assert not hass.services.has_service("notify", "payamak")
    assert home.title == "Payamak"
    await send(hass, "sms_home")
    assert len(gateway.phone(SARA).messages) == 1


async def test_renamed_entry_keeps_its_action_name(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Automations go on working when the account gets a nicer title."""
    hass.config_entries.async_update_entry(home, title="Home")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert home.state is ConfigEntryState.LOADED
    assert not hass.services.has_service("notify", "home")
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    assert shown(await home.start_reconfigure_flow(hass))["notify_action"] == "payamak"


async def test_mistakes_cost_no_call_and_can_be_corrected(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, home: MockConfigEntry
) -> None:
    """Each field has its error, and what was typed stays."""

    async def notify_family(call: ServiceCall) -> None:
        """Stand for another integration's action."""

    hass.services.async_register("notify", "family", notify_family)
    before = dict(home.data)
    take_calls(gateway)
    result = await change(
        hass,
        home,
        password="n3w-word",
        sender="none",
        notify_action="پیامک",
        url="http://rest.payamak-panel.com/",
    )
    assert result["errors"] == {
        "sender": "invalid_sender",
        "notify_action": "invalid_notify_action",
        "base": "insecure_url",
    }
    assert shown(result) == {"sender": "none", "notify_action": "پیامک"}
    assert shown_url(result) == "http://rest.payamak-panel.com/"

    flow_id = result["flow_id"]
    result = await change(hass, home, flow_id=flow_id, notify_action="family")
    assert result["errors"] == {"notify_action": "notify_action_taken"}
    assert take_calls(gateway) == []
    assert home.data == before
    assert_changed(await change(hass, home, flow_id=flow_id, url=gateway_url))


async def test_bad_day_changes_nothing(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """What can't be checked isn't stored; the next attempt goes on."""
    gateway.fault("GetCredit", Maintenance())
    result = await change(hass, home, sender=OTHER_LINE)
    assert result["errors"] == {"base": "not_the_gateway"}
    assert home.data["sender"] == LINE
    assert_changed(
        await change(hass, home, flow_id=result["flow_id"], sender=OTHER_LINE)
    )
    assert home.data["sender"] == OTHER_LINE


async def test_lines_that_are_not_told_leave_what_is_known_of_the_line(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """A line that was listed may still go; nothing is known of another one."""
    gateway.fault("GetUserNumbers", Maintenance(), times=None)
    assert_changed(await change(hass, home, password="s3cret-word"))
    await hass.async_block_till_done()
    assert home.data["sender_listed"] is True
    assert_changed(await change(hass, home, sender="1000999"))
    assert home.data["sender_listed"] is False


async def test_a_line_that_never_was_listed_stays_unlisted_where_lines_are_not_told(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Nothing new is known of it."""
    assert_changed(await change(hass, home, sender="1000999"))
    assert home.data["sender_listed"] is False
    gateway.fault("GetUserNumbers", Maintenance(), times=None)
    assert_changed(await change(hass, home, notify_action="sms_home"))
    assert home.data["sender_listed"] is False


async def test_a_listed_line_is_kept_as_the_panel_writes_it(
    hass: HomeAssistant, account: Account, home: MockConfigEntry
) -> None:
    """That is how it has to be sent."""
    account.lines = [LINE, "+983000123"]
    await home.runtime_data.coordinator.async_refresh()
    assert_changed(await change(hass, home, sender="+983000123"))
    assert home.data["sender"] == "+983000123"
    assert home.data["sender_listed"] is True


async def test_other_address_changes_the_unique_id(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same user name with another gateway is another account."""
    # The harness's own resolver lives in another event loop.
    loopback = ResolveResult(
        hostname="localhost",
        host="127.0.0.1",
        port=URL(gateway_url).port or 0,
        family=AF_INET,
        proto=0,
        flags=AI_NUMERICHOST,
    )
    monkeypatch.setattr(AsyncResolver, "resolve", AsyncMock(return_value=[loopback]))
    other = gateway_url.replace("127.0.0.1", "localhost")
    take_calls(gateway)
    assert_changed(await change(hass, home, url=other.removesuffix("api/SendSMS/")))
    assert take_calls(gateway) == CHECK + FETCH
    assert home.unique_id == "sara@localhost"
    assert home.data["url"] == other
    assert home.state is ConfigEntryState.LOADED


async def test_address_of_another_entry_aborts(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, home: MockConfigEntry
) -> None:
    """Two entries never become one account, and no password goes to the other address."""
    other = make_entry(
        "http://localhost/api/SendSMS/", username="Sara", notify_action="payamak_2"
    )
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, unique_id="sara@localhost")
    take_calls(gateway)
    result = await change(hass, home, url=gateway_url.replace("127.0.0.1", "localhost"))
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    assert take_calls(gateway) == []
    assert home.unique_id == "sara@127.0.0.1"
    assert home.data["url"] == gateway_url


async def test_action_name_of_another_entry_is_taken(
    hass: HomeAssistant, gateway_url: str, home: MockConfigEntry
) -> None:
    """Not even while that entry isn't loaded."""
    make_entry(gateway_url, username="omid", notify_action="payamak_2").add_to_hass(
        hass
    )
    result = await change(hass, home, notify_action="payamak_2")
    assert result["errors"] == {"notify_action": "notify_action_taken"}


async def test_entry_that_never_came_up_can_be_changed(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without the account's data the line is a text field; one set-up follows, and the password's form goes."""
    account.password = "n3w-word"
    await set_up_refused(hass, freezer, entry)
    take_calls(gateway)

    result = await entry.start_reconfigure_flow(hass)
    _, selector = fields(result)["sender"]
    assert isinstance(selector, TextSelector)
    assert_changed(
        await change(
            hass,
            entry,
            flow_id=result["flow_id"],
            password="n3w-word",
            sender=OTHER_LINE,
        )
    )
    assert take_calls(gateway) == CHECK + FETCH
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["sender_listed"] is True
    assert reauth_flows(hass) == []


async def test_entry_that_waits_for_the_gateway_is_not_set_up_twice(
    hass: HomeAssistant, gateway: Gateway, entry: MockConfigEntry
) -> None:
    """Its retry is over when the form has set it up."""
    gateway.fault("GetCredit", Code(6))
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    take_calls(gateway)
    assert_changed(await change(hass, entry))
    assert take_calls(gateway) == CHECK + FETCH
    assert hass.services.has_service("notify", "payamak")
