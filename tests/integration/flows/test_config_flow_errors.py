"""Bad days while an account is set up: each has its own word in the form, and the form goes on afterwards."""

from collections.abc import Iterator
from functools import partial
import logging

from aiohttp import ClientTimeout
from aiohttp.test_utils import TestServer, unused_port
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import PayamakClient
from simulator import Account, Gateway, create_app
from simulator.faults import (
    Body,
    BrokenOff,
    Code,
    Disconnect,
    Document,
    Fault,
    Hang,
    HugeBody,
    Maintenance,
    Place,
    ProxyError,
    Redirect,
    Reset,
    ServerError,
    TruncatedJson,
)
from tests.integration.conftest import LINE
from tests.integration.story.forms import CHECK, shown, shown_url, take_calls

PASSWORD = "s3cret-word"


@pytest.fixture(autouse=True)
def _no_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Let no error bring the password into the log, at debug level either."""
    caplog.set_level(logging.DEBUG)
    yield
    assert PASSWORD not in "".join(
        record.getMessage() for record in caplog.get_records("call")
    )


@pytest.fixture
async def flow_id(hass: HomeAssistant) -> str:
    """Open the flow."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return result["flow_id"]


async def log_in(
    hass: HomeAssistant,
    flow_id: str,
    url: str,
    username: str = "sara",
    password: str = PASSWORD,
) -> ConfigFlowResult:
    """Fill in the first step."""
    return await hass.config_entries.flow.async_configure(
        flow_id,
        {"username": username, "password": password, "connection": {"url": url}},
    )


async def assert_goes_on(hass: HomeAssistant, flow_id: str, url: str) -> None:
    """Finish the flow."""
    result = await log_in(hass, flow_id, url)
    assert result["step_id"] == "sender"
    result = await hass.config_entries.flow.async_configure(
        flow_id, {"sender": LINE, "notify_action": "payamak"}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data["password"] == PASSWORD
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    ("username", "password"),
    [("sara", "wr0ng-word"), ("sarra", PASSWORD), ("sara", f"{PASSWORD} ")],
)
async def test_wrong_credentials_are_tried_once(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    flow_id: str,
    username: str,
    password: str,
) -> None:
    """The gateway blocks addresses after failed logins, so nothing repeats one by itself."""
    result = await log_in(hass, flow_id, gateway_url, username, password)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (result["step_id"], result["errors"]) == ("user", {"base": "invalid_auth"})
    assert take_calls(gateway) == ["GetCredit"]
    await assert_goes_on(hass, flow_id, gateway_url)
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert entry.unique_id == "sara@127.0.0.1"


async def test_form_keeps_what_was_typed_but_the_password(
    hass: HomeAssistant, gateway_url: str, flow_id: str
) -> None:
    """A secret doesn't travel back to the browser."""
    result = await log_in(hass, flow_id, gateway_url, "sarra")
    assert shown(result) == {"username": "sarra"}
    assert shown_url(result) == gateway_url


async def test_api_key_in_place_of_the_password(
    hass: HomeAssistant, account: Account, gateway_url: str, flow_id: str
) -> None:
    """Accounts that demand the API key say so, and take it."""
    account.api_key = "k3y"
    result = await log_in(hass, flow_id, gateway_url)
    assert result["errors"] == {"base": "api_key_required"}
    result = await log_in(hass, flow_id, gateway_url, password="k3y")
    assert result["step_id"] == "sender"


@pytest.mark.parametrize(("addresses", "code"), [([], "109"), (["10.0.0.1"], "111")])
async def test_address_that_the_account_does_not_allow(
    hass: HomeAssistant,
    account: Account,
    gateway_url: str,
    flow_id: str,
    addresses: list[str],
    code: str,
) -> None:
    """The error names the code that the panel's support knows."""
    account.allowed_addresses = addresses
    result = await log_in(hass, flow_id, gateway_url)
    assert result["errors"] == {"base": "address_refused"}
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["code"] == code
    account.allowed_addresses = ["127.0.0.1"]
    await assert_goes_on(hass, flow_id, gateway_url)


async def test_blocked_address(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, flow_id: str
) -> None:
    """After too many failed logins the address is the trouble, not the password."""
    gateway.blocks.block("127.0.0.1", gateway.now())
    result = await log_in(hass, flow_id, gateway_url)
    assert result["errors"] == {"base": "address_refused"}
    gateway.blocks.clear()
    await assert_goes_on(hass, flow_id, gateway_url)


_EVERY_CALL = [
    (Code(110), "api_key_required"),
    (Code(-110, Place.VALUE), "api_key_required"),
    (Code(108), "address_refused"),
    (Code(-109, Place.BESIDE_OK), "address_refused"),
    (Code(-111, Place.BOTH), "address_refused"),
]
_CREDIT_ALONE = [
    (Code(0, Place.VALUE), "invalid_auth"),
    (Code(10), "account_refused"),
    (Code(12, Place.VALUE), "account_refused"),
    (Code(6), "try_later"),
    (Code(3), "try_later"),
    (Code(2), "refused"),
]


@pytest.mark.parametrize(
    ("method", "fault", "error"),
    [
        *(("GetCredit", fault, error) for fault, error in _EVERY_CALL + _CREDIT_ALONE),
        *(("GetUserNumbers", fault, error) for fault, error in _EVERY_CALL),
    ],
    ids=repr,
)
async def test_what_concerns_the_account_is_a_form_error(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    flow_id: str,
    method: str,
    fault: Fault,
    error: str,
) -> None:
    """Whichever call it hits: one attempt, an error of its own, and the next goes on."""
    gateway.fault(method, fault)
    result = await log_in(hass, flow_id, gateway_url)
    assert (result["step_id"], result["errors"]) == ("user", {"base": error})
    assert take_calls(gateway) == CHECK[: CHECK.index(method) + 1]
    await assert_goes_on(hass, flow_id, gateway_url)


_BAD_DAYS = pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Code(77, Place.VALUE), "refused"),
        (Code(2), "refused"),
        (Code(6), "try_later"),
        (Reset(), "no_answer"),
        (Disconnect(), "no_answer"),
        (BrokenOff(), "no_answer"),
        (ServerError(), "no_answer"),
        (ServerError(short=True, status=200), "no_answer"),
        (ProxyError(), "no_answer"),
        (Maintenance(), "not_the_gateway"),
        (Body(), "not_the_gateway"),
        (Body(b'{"Message":', status=404), "not_the_gateway"),
        (TruncatedJson(), "not_the_gateway"),
        (HugeBody(), "not_the_gateway"),
        (HugeBody(announced=True), "not_the_gateway"),
        (Document(None), "not_the_gateway"),
        (Document([1]), "not_the_gateway"),
    ],
    ids=repr,
)


@_BAD_DAYS
async def test_bad_day_is_a_form_error(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    flow_id: str,
    fault: Fault,
    error: str,
) -> None:
    """One attempt, an error of its own, and the next attempt goes on."""
    gateway.fault("GetCredit", fault)
    result = await log_in(hass, flow_id, gateway_url)
    assert (result["step_id"], result["errors"]) == ("user", {"base": error})
    assert take_calls(gateway) == ["GetCredit"]
    await assert_goes_on(hass, flow_id, gateway_url)


@_BAD_DAYS
async def test_panel_that_does_not_tell_its_lines_lets_one_type_the_line(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    flow_id: str,
    fault: Fault,
    error: str,
) -> None:
    """The credit has shown that the account works."""
    assert error
    gateway.fault("GetUserNumbers", fault, times=None)
    await assert_goes_on(hass, flow_id, gateway_url)
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["sender_listed"] is False


@pytest.mark.parametrize(("username", "password"), [(" ", PASSWORD), ("sara", "")])
async def test_nothing_typed_is_no_login(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    flow_id: str,
    username: str,
    password: str,
) -> None:
    """It would count as a failed one."""
    result = await log_in(hass, flow_id, gateway_url, username, password)
    assert result["errors"] == {"base": "invalid_auth"}
    assert take_calls(gateway) == []


async def test_gateway_that_hangs(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    flow_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The form comes back when the time is over."""
    monkeypatch.setattr(
        "custom_components.payamak.account.account.PayamakClient",
        partial(PayamakClient, timeout=ClientTimeout(total=0.2)),
    )
    gateway.fault("GetCredit", Hang())
    result = await log_in(hass, flow_id, gateway_url)
    assert result["errors"] == {"base": "no_answer"}
    assert take_calls(gateway) == ["GetCredit"]
    await assert_goes_on(hass, flow_id, gateway_url)


@pytest.mark.parametrize(
    "nowhere",
    ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "http://127.0.0.1:0/"],
)
async def test_gateway_out_of_reach(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, flow_id: str, nowhere: str
) -> None:
    """Nobody listens there; the address can be corrected."""
    result = await log_in(hass, flow_id, nowhere.format(port=unused_port()))
    assert result["errors"] == {"base": "cannot_connect"}
    assert take_calls(gateway) == []
    await assert_goes_on(hass, flow_id, gateway_url)


async def test_tls_with_a_server_that_has_none(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, flow_id: str
) -> None:
    """The credentials don't leave without the encryption that the address demands."""
    result = await log_in(hass, flow_id, gateway_url.replace("http:", "https:"))
    assert result["errors"] == {"base": "cannot_connect"}
    assert take_calls(gateway) == []
    await assert_goes_on(hass, flow_id, gateway_url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_not_followed(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, flow_id: str, status: int
) -> None:
    """The credentials go to the address that the user wrote, and nowhere else."""
    elsewhere = Gateway()
    async with TestServer(create_app(elsewhere), host="127.0.0.1") as server:
        location = str(server.make_url("/api/SendSMS/GetCredit"))
        gateway.fault("GetCredit", Redirect(location, status))
        result = await log_in(hass, flow_id, gateway_url)
    assert result["errors"] == {"base": "not_the_gateway"}
    assert take_calls(elsewhere) == []
    await assert_goes_on(hass, flow_id, gateway_url)
