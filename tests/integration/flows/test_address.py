"""The gateway's address as users write it."""

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
import pytest
from yarl import URL

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.flows.address import (
    UnusableAddressError,
    account_id,
    complete_address,
)
from simulator import Gateway
from tests.integration.story.forms import shown_url, take_calls

DEFAULT = "https://rest.payamak-panel.com/api/SendSMS/"


@pytest.mark.parametrize(
    ("written", "complete"),
    [
        (DEFAULT, DEFAULT),
        ("https://rest.payamak-panel.com", DEFAULT),
        ("https://rest.payamak-panel.com/", DEFAULT),
        ("https://rest.payamak-panel.com/api/SendSMS", DEFAULT),
        ("https://rest.payamak-panel.com/api/SendSMS///", DEFAULT),
        (f"  {DEFAULT}\n", DEFAULT),
        ("HTTPS://Rest.Payamak-Panel.COM", DEFAULT),
        ("https://rest.payamak-panel.com:443", DEFAULT),
        (f"{DEFAULT}?op=1#top", DEFAULT),
        ("https://sms.example.com/v2", "https://sms.example.com/v2/"),
        ("https://sms.example.com:8443", "https://sms.example.com:8443/api/SendSMS/"),
        ("https://sms.example.com/a%2Fb%25", "https://sms.example.com/a%2Fb%25/"),
        (
            "https://پیامک.ایران/",
            "https://xn--mgb4drisgqg.xn--mgba3a4f16a/api/SendSMS/",
        ),
    ],
)
def test_address_is_completed(written: str, complete: str) -> None:
    """Whatever part of it a user pastes, the methods' base address comes out."""
    assert complete_address(written) == complete
    assert complete_address(complete) == complete


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:8123",
        "127.8.8.8",
        "[::1]:8080",
        "[::ffff:127.0.0.1]",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.10",
        "169.254.7.7",
        "[fd12:3456::1]",
        "[fe80::1]",
    ],
)
def test_plain_http_is_fine_at_home(host: str) -> None:
    """A gateway of one's own on this machine or in a private network needs no certificate."""
    assert complete_address(f"http://{host}") == f"http://{host.lower()}/api/SendSMS/"


@pytest.mark.parametrize(
    "host",
    [
        "rest.payamak-panel.com",
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "192.169.0.1",
        "192.0.2.1",
        "0.0.0.0",
        "[2001:db8::1]",
        "[::ffff:8.8.8.8]",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "homeassistant",
        "2130706433",
    ],
)
def test_plain_http_is_refused_elsewhere(host: str) -> None:
    """The password never travels in the clear beyond the home."""
    with pytest.raises(UnusableAddressError) as refused:
        complete_address(f"http://{host}/api/SendSMS/")
    assert refused.value.word == "insecure_url"
    assert complete_address(f"https://{host}/") == f"https://{host}/api/SendSMS/"


UNUSABLE = [
    "",
    "   ",
    "/",
    "rest.payamak-panel.com",
    "//rest.payamak-panel.com/api/SendSMS/",
    "rest.payamak-panel.com:443/api",
    "سلام",
    "https://",
    "https:///api/SendSMS/",
    "https://:8443/",
    "ftp://rest.payamak-panel.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "wss://rest.payamak-panel.com/",
    "https://sara@rest.payamak-panel.com/",
    "https://:s3cret@rest.payamak-panel.com/",
    "https://sara:s3cret@rest.payamak-panel.com/",
    "http://sara:s3cret@127.0.0.1/",
    "https://rest.payamak-panel.com:port/",
    "https://rest.payamak-panel.com:99999/",
    "https://[::1/",
    "https://[1::2::3]/",
    "https://xn--/",
    "https://rest.payamak-panel.com\\@example.com/",
]


@pytest.mark.parametrize("written", UNUSABLE)
def test_unusable_address_is_refused(written: str) -> None:
    """Other schemes, credentials in the address and nonsense have one answer, which repeats none of it."""
    with pytest.raises(UnusableAddressError) as refused:
        complete_address(written)
    assert refused.value.word == str(refused.value) == "invalid_url"


@pytest.mark.parametrize(
    ("written", "error"),
    [
        *((each, "invalid_url") for each in UNUSABLE if each),
        ("http://rest.payamak-panel.com/", "insecure_url"),
    ],
)
async def test_form_refuses_unusable_address_without_a_call(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str, written: str, error: str
) -> None:
    """The form names the trouble, keeps what was typed, and goes on once it is corrected."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    login = {"username": "sara", "password": "s3cret-word"}
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {**login, "connection": {"url": written}}
    )
    assert (result["step_id"], result["errors"]) == ("user", {"base": error})
    assert shown_url(result) == written
    assert take_calls(gateway) == []

    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {**login, "connection": {"url": gateway_url}}
    )
    assert result["step_id"] == "sender"


@pytest.mark.parametrize(
    ("username", "url", "unique_id"),
    [
        ("sara", DEFAULT, "sara"),
        ("Sara", DEFAULT, "sara"),
        ("09121234567", DEFAULT, "09121234567"),
        ("sara", "https://rest.payamak-panel.com/other/", "sara"),
        ("Sara", "https://sms.example.com/v2/", "sara@sms.example.com"),
        ("sara", "http://192.168.1.10:8080/", "sara@192.168.1.10"),
        ("sara", "http://[::1]:8080/", "sara@::1"),
    ],
)
def test_account_is_told_apart_by_user_name_and_other_host(
    username: str, url: str, unique_id: str
) -> None:
    """Case doesn't matter, and the usual gateway goes without saying."""
    assert account_id(username, url) == unique_id
    assert account_id(username, str(URL(url))) == unique_id
