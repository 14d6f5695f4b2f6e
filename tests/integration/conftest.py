"""A gateway, an account, and a home that uses it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from decimal import Decimal
import logging
from typing import Any

from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.delivery.timing import FIRST_QUESTION_AFTER
from simulator import Account, Gateway, Listener, create_app

LINE = "50004001234567"
OTHER_LINE = "500010604671"
SARA = "09120000001"
OMID = "09120000002"
MINA = "09120000003"


@pytest.fixture(autouse=True)
def disk(hass_storage: dict[str, Any]) -> dict[str, Any]:
    """Give what Home Assistant's storage holds, which is never the real one."""
    return hass_storage


@pytest.fixture
def gateway() -> Gateway:
    """Give a gateway with no account yet, where a message arrives shortly before the first question."""
    gateway = Gateway()
    gateway.delivery_time = FIRST_QUESTION_AFTER * 0.8
    return gateway


@pytest.fixture
def account(gateway: Gateway) -> Account:
    """Open an account with a thousand SMS and two lines."""
    return gateway.add_account(
        "sara",
        "s3cret-word",
        credit=Decimal(1000),
        base_price=Decimal(1730),
        lines=[LINE, OTHER_LINE],
    )


@pytest.fixture
async def gateway_url(gateway: Gateway, account: Account) -> AsyncIterator[str]:
    """Run the gateway on a free port of this machine; in an outage, it can refuse connections, too."""
    async with TestServer(create_app(gateway), host="127.0.0.1") as server:
        assert server.runner
        async with Listener(gateway, server.runner):
            yield str(server.make_url("/api/SendSMS/"))
            await gateway.come_back()


@pytest.fixture
def entry(gateway_url: str) -> MockConfigEntry:
    """Give the account's config entry, not set up yet."""
    return make_entry(gateway_url)


@pytest.fixture
def household(gateway_url: str) -> MockConfigEntry:
    """Give the account of a household of two, and the family they are."""
    return make_entry(
        gateway_url,
        recipients=(
            recipient("Sara", "sara", SARA),
            recipient("امید", "omid", OMID),
            recipient("خانواده", "family", SARA, OMID, MINA),
        ),
    )


@pytest.fixture
async def family_home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, household: MockConfigEntry
) -> MockConfigEntry:
    """Set the household's account up, in a time that stands still."""
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    await hass.async_block_till_done()
    return household


def recipient(name: str, slug: str, *numbers: str) -> ConfigSubentryDataWithId:
    """Make a saved recipient as the flow would."""
    return ConfigSubentryDataWithId(
        data={"name": name, "numbers": list(numbers), "slug": slug},
        subentry_id=f"subentry-{slug}",
        subentry_type="recipient",
        title=name,
        unique_id=None,
    )


def make_entry(
    url: str,
    recipients: Sequence[ConfigSubentryDataWithId] = (),
    entry_id: str | None = None,
    options: Mapping[str, Any] | None = None,
    **changes: Any,
) -> MockConfigEntry:
    """Make a config entry as the flow would."""
    data = {
        "username": "sara",
        "password": "s3cret-word",
        "url": url,
        "sender": LINE,
        "sender_listed": True,
        "notify_action": "payamak",
    } | changes
    return MockConfigEntry(
        domain=DOMAIN,
        title="Payamak",
        unique_id=f"{data['username']}@127.0.0.1",
        data=data,
        # Most tests count calls, and are not about what comes in, nor about the limit.
        options={"inbox_interval": 0, "daily_limit": 0, "bundle": False}
        if options is None
        else options,
        subentries_data=recipients,
        **({"entry_id": entry_id} if entry_id else {}),
    )


@pytest.fixture
async def home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> MockConfigEntry:
    """Set the account up, in a time that stands still."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


@pytest.fixture
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Let nothing in the log go beyond information about us, by whomever it is written."""
    yield
    loud = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno > logging.INFO
        # Said of every custom integration when Home Assistant finds it.
        and record.name != "homeassistant.loader"
        # A clock that is put forward makes what is running look slow.
        and not (record.name == "asyncio" and " took " in record.getMessage())
        and ("payamak" in record.name or "payamak" in record.getMessage())
    ]
    assert loud == []


def sent_calls(gateway: Gateway) -> list[dict[str, str]]:
    """Give the parameters of the calls that sent something."""
    return [
        call.parameters
        for call in gateway.calls
        if call.method in ("SendSMS", "BaseServiceNumber")
    ]
