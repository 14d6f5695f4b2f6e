"""Setting an account up, from the user's point of view."""

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import SelectSelector, TextSelector
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Account, Gateway
from tests.integration.conftest import LINE, OTHER_LINE, SARA
from tests.integration.story.forms import (
    CHECK,
    FETCH,
    fields,
    send,
    shown,
    shown_url,
    take_calls,
)


async def start(hass: HomeAssistant) -> str:
    """Open the flow as the button "Add integration" does."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "user")
    assert not result["errors"]
    return result["flow_id"]


async def log_in(
    hass: HomeAssistant,
    url: str,
    username: str = "sara",
    password: str = "s3cret-word",
    *,
    flow_id: str | None = None,
) -> ConfigFlowResult:
    """Fill in the first step."""
    return await hass.config_entries.flow.async_configure(
        flow_id or await start(hass),
        {"username": username, "password": password, "connection": {"url": url}},
    )


async def choose(
    hass: HomeAssistant,
    result: ConfigFlowResult,
    sender: str = LINE,
    notify_action: str = "payamak",
) -> ConfigFlowResult:
    """Fill in the second step."""
    assert result["step_id"] == "sender"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"sender": sender, "notify_action": notify_action}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def test_user_sets_an_account_up(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """From the first form to a working account, with free calls only."""
    result = await log_in(hass, gateway_url, "  Sara ")
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "sender")
    assert not result["errors"]
    assert take_calls(gateway) == CHECK

    result = await choose(hass, result, OTHER_LINE, "sms_home")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert take_calls(gateway) == [*FETCH, "GetMessages"]
    entry = result["result"]
    assert entry.title == "Payamak"
    assert entry.unique_id == "sara@127.0.0.1"
    assert entry.data == {
        "username": "Sara",
        "password": "s3cret-word",
        "url": gateway_url,
        "sender": OTHER_LINE,
        "sender_listed": True,
        "notify_action": "sms_home",
    }
    assert entry.options == {}
    assert entry.state is ConfigEntryState.LOADED

    await send(hass, "sms_home")
    assert [sms.sender for sms in gateway.phone(SARA).messages] == [OTHER_LINE]


@pytest.mark.parametrize(
    "connection", [{}, {"connection": {}}, {"connection": {"url": ""}}]
)
async def test_connection_may_be_left_out(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    monkeypatch: pytest.MonkeyPatch,
    connection: dict[str, object],
) -> None:
    """Whoever doesn't open the section gets the usual gateway, and a plain unique id."""
    # The usual gateway is out of a test's reach: another one takes its part.
    for module in ("flows.account_flow", "gateway.address"):
        monkeypatch.setattr(
            f"custom_components.payamak.{module}.DEFAULT_URL", gateway_url
        )
    result = await hass.config_entries.flow.async_configure(
        await start(hass),
        {"username": "Sara", "password": "s3cret-word", **connection},
    )
    result = await choose(hass, result)
    assert result["result"].unique_id == "sara"
    assert result["result"].data["url"] == gateway_url


async def test_first_form_offers_the_usual_gateway_in_a_closed_section(
    hass: HomeAssistant,
) -> None:
    """Most users need user name and password only."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    _, connection = fields(result)["connection"]
    assert connection.options == {"collapsed": True}
    assert shown_url(result) == "https://rest.payamak-panel.com/api/SendSMS/"
    assert "username" not in shown(result)
    assert "password" not in shown(result)


async def test_address_is_completed(hass: HomeAssistant, gateway_url: str) -> None:
    """A gateway's bare address is enough."""
    result = await log_in(hass, gateway_url.removesuffix("/api/SendSMS/"))
    result = await choose(hass, result)
    assert result["result"].data["url"] == gateway_url


async def test_lines_are_offered_as_a_list(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """The account's own lines can be picked, the first of them is filled in, another can be typed."""
    result = await log_in(hass, gateway_url)
    _, selector = fields(result)["sender"]
    assert isinstance(selector, SelectSelector)
    assert selector.config["options"] == [LINE, OTHER_LINE]
    assert selector.config["custom_value"] is True
    assert shown(result) == {
        "sender": LINE,
        "notify_action": "payamak",
        "add_recipient": True,
    }


@pytest.mark.parametrize(
    ("typed", "sender", "listed"),
    [
        (OTHER_LINE, OTHER_LINE, True),
        ("۵۰۰۰۱۰۶۰۴۶۷۱", OTHER_LINE, True),
        ("٥٠٠٠١٠٦٠٤٦٧١", OTHER_LINE, True),
        (" 5000-1060-4671 ", OTHER_LINE, True),
        ("+985000123", "985000123", False),
        ("۳۰۰۰ ۱۲۳", "3000123", False),
    ],
)
async def test_another_line_is_accepted_in_any_script(
    hass: HomeAssistant, gateway_url: str, typed: str, sender: str, listed: bool
) -> None:
    """What is typed becomes plain digits, and it is kept whether the account has that line."""
    result = await choose(hass, await log_in(hass, gateway_url), typed)
    data = result["result"].data
    assert (data["sender"], data["sender_listed"]) == (sender, listed)


async def test_account_without_lines_gets_a_text_field(
    hass: HomeAssistant, account: Account, gateway_url: str
) -> None:
    """There is nothing to pick from, so the line is typed."""
    account.lines = []
    result = await log_in(hass, gateway_url)
    _, selector = fields(result)["sender"]
    assert isinstance(selector, TextSelector)
    assert "sender" not in shown(result)
    result = await choose(hass, result, "۳۰۰۰۱۲۳")
    assert result["result"].data["sender"] == "3000123"
    assert result["result"].data["sender_listed"] is False


@pytest.mark.parametrize("sender", ["", "12", "9" * 21, "my line", "5000a"])
async def test_line_that_is_none_is_refused(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, sender: str
) -> None:
    """The form keeps what was typed and goes on once it is corrected, without new calls."""
    result = await log_in(hass, gateway_url)
    take_calls(gateway)
    result = await choose(hass, result, sender, "sms_home")
    assert result["errors"] == {"sender": "invalid_sender"}
    assert shown(result) == {
        "sender": sender,
        "notify_action": "sms_home",
        "add_recipient": True,
    }
    assert take_calls(gateway) == []
    result = await choose(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "notify_action",
    ["", " ", "پیامک", "Payamak", "my sms", "sms-home", "sms.home", "۱۲"],
)
async def test_action_name_must_be_a_latin_slug(
    hass: HomeAssistant, gateway_url: str, notify_action: str
) -> None:
    """Automations have to be able to write the name."""
    result = await choose(
        hass, await log_in(hass, gateway_url), notify_action=notify_action
    )
    assert result["errors"] == {"notify_action": "invalid_notify_action"}
    result = await choose(hass, result, notify_action=" sms_home ")
    assert result["result"].data["notify_action"] == "sms_home"
    assert hass.services.has_service("notify", "sms_home")


async def test_every_mistake_of_the_second_form_is_shown_at_once(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """Each field has its own error."""
    result = await choose(hass, await log_in(hass, gateway_url), "none", "پیامک")
    assert result["errors"] == {
        "sender": "invalid_sender",
        "notify_action": "invalid_notify_action",
    }


async def test_further_account_is_told_apart(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, home: MockConfigEntry
) -> None:
    """Its title names the user, and its action gets a number; both accounts send."""
    gateway.add_account("Omid", "0mid-word", lines=["30001234"])
    result = await log_in(hass, gateway_url, "Omid", "0mid-word")
    assert shown(result)["notify_action"] == "payamak_2"
    result = await choose(hass, result, "30001234", "payamak_2")
    assert result["title"] == "Payamak Omid"
    assert result["result"].unique_id == "omid@127.0.0.1"
    await send(hass, "payamak")
    await send(hass, "payamak_2")
    assert [sms.sender for sms in gateway.phone(SARA).messages] == [LINE, "30001234"]


async def test_action_name_of_another_account_is_taken_even_while_that_is_unloaded(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, home: MockConfigEntry
) -> None:
    """A name is never given twice: the other account will want it back."""
    gateway.add_account("omid", "0mid-word", lines=[LINE])
    result = await log_in(hass, gateway_url, "omid", "0mid-word")
    result = await choose(hass, result, notify_action="payamak")
    assert result["errors"] == {"notify_action": "notify_action_taken"}

    await hass.config_entries.async_unload(home.entry_id)
    assert not hass.services.has_service("notify", "payamak")
    result = await choose(hass, result, notify_action="payamak")
    assert result["errors"] == {"notify_action": "notify_action_taken"}
    assert shown(result)["notify_action"] == "payamak"
    result = await choose(hass, result, notify_action="payamak_2")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_action_name_of_another_integration_is_taken(
    hass: HomeAssistant, gateway_url: str, home: MockConfigEntry
) -> None:
    """Other integrations' actions stay theirs, and the name filled in passes over them."""

    async def notify_family(call: ServiceCall) -> None:
        """Stand for another integration's action."""

    hass.services.async_register("notify", "payamak_2", notify_family)
    await hass.config_entries.async_remove(home.entry_id)
    assert shown(await log_in(hass, gateway_url))["notify_action"] == "payamak"
    hass.services.async_register("notify", "payamak", notify_family)
    result = await log_in(hass, gateway_url)
    assert shown(result)["notify_action"] == "payamak_3"
    result = await choose(hass, result, notify_action="payamak_2")
    assert result["errors"] == {"notify_action": "notify_action_taken"}


@pytest.mark.parametrize("username", ["sara", "SARA", " Sara "])
async def test_same_account_is_not_set_up_twice(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    home: MockConfigEntry,
    username: str,
) -> None:
    """It is recognised however it is written, without a call."""
    take_calls(gateway)
    result = await log_in(hass, gateway_url, username, "another-word")
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    assert take_calls(gateway) == []


async def test_abandoned_flow_does_not_stand_in_the_way(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """Whoever lost the first form in a closed browser starts again, and the lost one goes."""
    await log_in(hass, gateway_url)
    result = await choose(hass, await log_in(hass, gateway_url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert hass.config_entries.flow.async_progress() == []
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
