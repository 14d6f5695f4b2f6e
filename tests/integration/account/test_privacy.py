"""What never leaves the integration: credentials, whole numbers, texts."""

from datetime import timedelta
from decimal import Decimal
import json
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import DEFAULT_URL
from simulator import Account, Gateway
from simulator.faults import Code, Maintenance, Reset, ServerError
from tests.integration.conftest import LINE, OMID, OTHER_LINE, SARA
from tests.integration.story.forms import let_pass
from tests.integration.story.people import second_account, send_sms

SECRETS = ("s3cret-word", "sara", SARA, SARA[1:], OMID, LINE, OTHER_LINE, "محرمانه")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "bad_day", [None, Code(2), Code(0), Reset(), ServerError(), Maintenance()]
)
async def test_no_log_line_and_no_error_holds_a_secret_even_at_debug_level(
    hass: HomeAssistant,
    gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
    bad_day: Any,
) -> None:
    """Whatever the day brings."""
    caplog.set_level(logging.DEBUG, "custom_components.payamak")
    if bad_day:
        gateway.fault(None, bad_day, times=None)
    message = ""
    try:
        await hass.services.async_call(
            DOMAIN,
            "send_sms",
            {"message": "متن محرمانه", "recipients": [SARA, OMID], "retry_for": 0},
            blocking=True,
        )
    except HomeAssistantError as error:
        message = f"{error} {error!r} {error.translation_placeholders}"
    assert bool(message) is bool(bad_day)
    ours = "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if record.name.startswith("custom_components.payamak")
    )
    assert "SendSMS" in ours
    for secret in SECRETS:
        assert secret not in ours
        assert secret not in message


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    "bad_day", [None, Code(2), Code(0), Reset(), ServerError(), Maintenance()]
)
async def test_no_log_line_of_the_deliveries_holds_a_secret_even_at_debug_level(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    bad_day: Any,
) -> None:
    """They know numbers and names for days."""
    caplog.set_level(logging.DEBUG, "custom_components.payamak")
    gateway.set_outcome(OMID, 8)
    await hass.services.async_call(
        DOMAIN,
        "send_sms",
        {"message": "متن محرمانه", "recipients": ["Sara", OMID]},
        blocking=True,
    )
    if bad_day:
        gateway.fault("GetDeliveries2", bad_day, times=None)
    for _ in range(40):
        await let_pass(hass, freezer, timedelta(seconds=5))
    ours = "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if record.name.startswith("custom_components.payamak")
    )
    assert "GetDeliveries2" in ours
    ids = [
        sms.rec_id for number in (SARA, OMID) for sms in gateway.phone(number).messages
    ]
    for secret in (*SECRETS, "Sara", "امید", *ids):
        assert secret not in ours


async def diagnostics(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry
) -> dict[str, Any]:
    """Download an account's diagnostics."""
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert isinstance(found, dict)
    return found


async def test_diagnostics_help_without_identifying(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    gateway: Gateway,
    snapshot: SnapshotAssertion,
) -> None:
    """They can be posted in public."""
    found = await diagnostics(hass, hass_client, family_home)
    assert found == snapshot
    for secret in (*SECRETS, "127.0.0.1", "Sara", "امید", "omid"):
        assert secret not in json.dumps(found, ensure_ascii=False)


async def test_diagnostics_tell_what_holds_messages_up(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """In the order of the recipients, by words alone."""
    sara, family = (
        family_home.subentries[f"subentry-{each}"] for each in ("sara", "family")
    )
    now = dt_util.now()
    quiet = {
        "quiet_from": (now - timedelta(hours=1)).time().isoformat("seconds"),
        "quiet_to": (now + timedelta(hours=1)).time().isoformat("seconds"),
    }
    for subentry, rules in ((sara, quiet), (family, {"hourly_limit": 1})):
        hass.config_entries.async_update_subentry(
            family_home, subentry, data={**subentry.data, **rules}
        )
    await hass.async_block_till_done()
    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.payamak_sara_paused"}, blocking=True
    )
    found = await diagnostics(hass, hass_client, family_home)
    closed_by = ["paused", "quiet_hours"]
    assert found["account"]["gates_closed_by"] == [closed_by, [], []]
    await send_sms(hass, OMID)
    found = await diagnostics(hass, hass_client, family_home)
    assert found["account"]["gates_closed_by"] == [closed_by, [], ["hourly_limit"]]


async def test_diagnostics_tell_what_the_panel_lacks_and_the_last_error(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    gateway: Gateway,
) -> None:
    """Neither is a secret."""
    gateway.fault("GetBasePrice", Maintenance(), times=None)
    gateway.fault("GetUserNumbers", Maintenance(), times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    gateway.fault("GetCredit", ServerError())
    await entry.runtime_data.coordinator.async_refresh()
    found = await diagnostics(hass, hass_client, entry)
    assert found["account"]["base_price"] is None
    assert found["account"]["lines"] is None
    assert found["account"]["last_update_success"] is False
    assert found["account"]["last_error"].startswith("The gateway had a fault")


async def test_diagnostics_tell_which_repairs_are_shown(
    hass: HomeAssistant,
    home: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    account: Account,
) -> None:
    """By their words alone, which name neither a line nor an action."""
    account.credit, account.lines = Decimal(10), [OTHER_LINE]
    await home.runtime_data.coordinator.async_refresh()
    found = await diagnostics(hass, hass_client, home)
    assert found["account"]["repairs"] == ["sender_line_gone", "credit_low"]


async def test_diagnostics_are_there_when_the_account_is_not(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    gateway: Gateway,
) -> None:
    """That is when they are needed most."""
    gateway.fault(None, ServerError(), times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    found = await diagnostics(hass, hass_client, entry)
    assert found["state"] == "setup_retry"
    assert found["reason"].startswith("The gateway had a fault")
    assert found["account"] is None


async def test_diagnostics_show_the_address_that_everybody_uses(
    hass: HomeAssistant,
    home: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    gateway_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other addresses are somebody's own."""
    monkeypatch.setattr(
        "custom_components.payamak.gateway.address.DEFAULT_URL", gateway_url
    )
    found = await diagnostics(hass, hass_client, home)
    assert found["settings"]["url"] == gateway_url


async def test_system_health_tells_whether_the_gateway_can_be_reached(
    hass: HomeAssistant, home: MockConfigEntry, gateway_url: str
) -> None:
    """And how many accounts work."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert (info["accounts"], info["accounts_working"]) == (1, 1)
    assert await info["can_reach_gateway"] == "ok"


async def test_system_health_tells_how_many_accounts_do_not_work(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Neither one that could not be set up, nor one whose last poll failed; one that is disabled is none."""
    gateway.fault(None, Reset(), times=None)
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(other.entry_id)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await accounts(hass) == (2, 1, 0)
    await let_pass(hass, freezer, timedelta(minutes=16))
    assert await accounts(hass) == (2, 0, 1)
    await hass.config_entries.async_set_disabled_by(
        other.entry_id, ConfigEntryDisabler.USER
    )
    assert await accounts(hass) == (1, 0, 1)


async def accounts(hass: HomeAssistant) -> tuple[int, int, int]:
    """Give how many accounts there are by system health, how many work, and of how many the gateway is away."""
    info = await get_system_health_info(hass, DOMAIN)
    await info["can_reach_gateway"]
    return info["accounts"], info["accounts_working"], info["accounts_away"]


async def test_system_health_works_before_any_account(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It checks the usual address then."""
    asked: list[str] = []
    monkeypatch.setattr(
        "custom_components.payamak.system_health.system_health.async_check_can_reach_url",
        lambda hass, url: asked.append(url),
    )
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["accounts"] == 0
    assert asked == [DEFAULT_URL]
