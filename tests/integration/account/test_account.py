"""The account's data, and what only the user can mend: reauth and repairs."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from aiohttp import ClientTimeout
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT as UNIT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import PayamakClient
from simulator import Account, Gateway
from simulator.faults import (
    Code,
    Envelope,
    Fault,
    Hang,
    Maintenance,
    Reset,
    ServerError,
)
from tests.integration.conftest import (
    LINE,
    OMID,
    OTHER_LINE,
    SARA,
    make_entry,
    recipient,
)
from tests.integration.story.accounts import set_up
from tests.integration.story.forms import call, fields
from tests.integration.story.outages import BACK, LOST, lines


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **time: float
) -> None:
    """Let time go by, and what was due be done."""
    freezer.tick(timedelta(**time))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def send(hass: HomeAssistant, **data: object) -> None:
    """Send a message."""
    await hass.services.async_call(
        DOMAIN, "send_sms", {"message": "a", "recipients": SARA} | data, blocking=True
    )


def issue(hass: HomeAssistant, entry: MockConfigEntry, about: str) -> str | None:
    """Give the translation key of a repair, None where there is none."""
    found = ir.async_get(hass).async_get_issue(DOMAIN, f"{entry.entry_id}_{about}")
    return found.translation_key if found else None


def units(hass: HomeAssistant) -> set[str]:
    """Give the units of all states that have one."""
    return {
        state.attributes[UNIT]
        for state in hass.states.async_all()
        if UNIT in state.attributes
    }


async def test_the_entities_are_as_designed(
    hass: HomeAssistant,
    gateway_url: str,
    account: Account,
    entity_registry: er.EntityRegistry,
    freezer: FrozenDateTimeFactory,
    snapshot: SnapshotAssertion,
) -> None:
    """Names, units, classes and states."""
    freezer.move_to("2026-11-24 12:00:00+00:00")
    account.credit = Decimal("27989.784030396946")
    entry = make_entry(
        gateway_url, (recipient("امید", "omid", SARA),), entry_id="01PAYAMAK"
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert described_entities(hass, entity_registry, entry) == snapshot


def described_entities(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, entry: MockConfigEntry
) -> dict[str, Any]:
    """Give what is ours about each entity, which is the same in every Home Assistant."""
    described = {}
    for each in er.async_entries_for_config_entry(entity_registry, entry.entry_id):
        state = hass.states.get(each.entity_id)
        assert state
        described[each.entity_id] = {
            "unique_id": each.unique_id,
            "translation_key": each.translation_key,
            "category": each.entity_category,
            "disabled": each.disabled,
            "state": state.state,
            "attributes": {str(k): str(v) for k, v in state.attributes.items()},
        }
    return described


async def test_the_unit_of_a_state_is_the_same_in_every_language(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """The frontend translates it; long-term statistics would break off with another one."""
    assert units(hass) == {"IRR", "IRR/SMS", "SMS"}
    hass.config.language = "fa"
    await hass.config_entries.async_reload(home.entry_id)
    await hass.async_block_till_done()
    assert units(hass) == {"IRR", "IRR/SMS", "SMS"}


async def test_credit_is_polled_as_often_as_the_options_say(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """And not before."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={"refresh_interval": 5})
    await set_up(hass, entry)
    account.credit = Decimal(12)
    await pass_time(hass, freezer, minutes=4)
    assert hass.states.get("sensor.payamak_credit").state == "1000"  # type: ignore[union-attr] # a missing state fails the test
    await pass_time(hass, freezer, minutes=1, seconds=2)
    assert hass.states.get("sensor.payamak_credit").state == "12"  # type: ignore[union-attr] # likewise


@pytest.mark.usefixtures("home")
async def test_the_new_credit_shows_soon_after_sending(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """A burst of messages asks for it once."""
    before = len([c for c in gateway.calls if c.method == "GetCredit"])
    for _ in range(5):
        await send(hass, message="سلام")
    await pass_time(hass, freezer, seconds=6)
    assert hass.states.get("sensor.payamak_credit").state == "995"  # type: ignore[union-attr] # a missing state fails the test
    assert len([c for c in gateway.calls if c.method == "GetCredit"]) == before + 1


@pytest.mark.usefixtures("home")
async def test_a_message_that_surely_failed_does_not_ask_for_the_credit(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """It can't have changed."""
    before = len(gateway.calls)
    gateway.fault("SendSMS", Code(7))
    with pytest.raises(HomeAssistantError):
        await send(hass)
    await pass_time(hass, freezer, seconds=30)
    assert len(gateway.calls) == before + 1


async def test_a_gateway_out_of_reach_at_start_is_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The reason is readable, and set-up succeeds once the gateway is back."""
    gateway.fault(None, ServerError(), times=None)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert (
        entry.reason
        == "The gateway had a fault of its own. If it lasts, ask the panel's support"
    )
    gateway.clear_faults()
    await pass_time(hass, freezer, minutes=2)
    assert entry.state.value == "loaded"


async def test_entities_are_unavailable_while_the_gateway_is_away(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged once, and once more when it is back."""
    caplog.clear()
    gateway.fault(None, ServerError(), times=None)
    for _ in range(3):
        await pass_time(hass, freezer, minutes=16)
    assert hass.states.get("sensor.payamak_credit").state == "unavailable"  # type: ignore[union-attr] # a missing state fails the test
    gateway.clear_faults()
    await pass_time(hass, freezer, minutes=16)
    assert hass.states.get("sensor.payamak_credit").state == "1000"  # type: ignore[union-attr] # likewise
    assert lines(caplog) == [LOST, BACK]


@pytest.mark.parametrize(
    ("price", "lines"),
    [
        (Code(4711), Maintenance()),
        (Code(0), Code(0)),
        (Code(2), Code(2)),
        (Code(6), Code(6)),
        (Code(10), Code(-1)),
        (Reset(processed=False), Reset(processed=False)),
        (ServerError(short=True, status=404), ServerError(short=True, status=404)),
        (Reset(), Reset()),
    ],
)
async def test_a_panel_without_a_price_still_has_credit_and_sends(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gateway: Gateway,
    price: Fault,
    lines: Fault,
) -> None:
    """Messages matter more than a number on a dashboard."""
    gateway.fault("GetBasePrice", price, times=None)
    gateway.fault("GetUserNumbers", lines, times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    states = {
        key: hass.states.get(f"sensor.payamak_{key}").state  # type: ignore[union-attr] # a missing state fails the test
        for key in ("credit", "base_price", "balance")
    }
    assert states == {"credit": "1000", "base_price": "unknown", "balance": "unknown"}
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1


@pytest.mark.parametrize("method", ["GetBasePrice", "GetUserNumbers"])
async def test_a_price_or_lines_that_hang_keep_no_account_from_loading(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    """Once their time is over, the account is there."""
    monkeypatch.setattr(
        "custom_components.payamak.account.account.PayamakClient",
        partial(PayamakClient, timeout=ClientTimeout(total=0.2)),
    )
    gateway.fault(method, Hang())
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1


@pytest.mark.parametrize("method", ["GetBasePrice", "GetUserNumbers"])
async def test_an_address_that_is_refused_to_the_price_or_the_lines_is_a_repair(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Gateway, method: str
) -> None:
    """It concerns every call; the set-up is tried again."""
    gateway.fault(method, Code(-111))
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert issue(hass, entry, "address") == "address_not_allowed"


async def test_what_is_not_told_for_once_stays_known(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """A price does not get lost in a fault that passes."""
    gateway.fault("GetBasePrice", ServerError())
    gateway.fault("GetUserNumbers", ServerError())
    await home.runtime_data.coordinator.async_refresh()
    data = home.runtime_data.coordinator.data
    assert (data.base_price, data.lines) == (Decimal(1730), (LINE, OTHER_LINE))


async def test_what_changes_in_the_panel_shows_after_the_next_poll(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A new price, and a line that was bought."""
    account.base_price = Decimal(2000)
    account.lines = [LINE, OTHER_LINE, "3000123"]
    await pass_time(hass, freezer, minutes=16)
    assert hass.states.get("sensor.payamak_base_price").state == "2000"  # type: ignore[union-attr] # a missing state fails the test
    form = await home.start_reconfigure_flow(hass)
    _, selector = fields(form)["sender"]
    assert selector.config["options"] == [LINE, OTHER_LINE, "3000123"]


async def test_a_refused_pattern_does_not_pin_the_repair_of_a_poll(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The pattern's own trouble has no repair."""
    gateway.fault("GetCredit", Code(10))
    await pass_time(hass, freezer, minutes=16)
    gateway.fault("BaseServiceNumber", Code(-1))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            DOMAIN, "send_pattern", {"pattern_id": 1, "recipients": SARA}, blocking=True
        )
    assert issue(hass, home, "account") == "account_inactive"
    await pass_time(hass, freezer, minutes=16)
    assert issue(hass, home, "account") is None


@pytest.mark.parametrize("method", ["GetCredit", "SendSMS"])
async def test_wrong_credentials_stop_everything_until_the_user_acts(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    method: str,
) -> None:
    """The second refusal starts reauth; no third failed login ever leaves."""
    account.password = "changed"
    gateway.calls.clear()
    if method == "GetCredit":
        await pass_time(hass, freezer, minutes=16)
        await pass_time(hass, freezer, seconds=11)
    else:
        # It waits for the end of the doubt, and then for the user.
        await call(hass, "send_sms", message="a", recipients=[OMID])
        await pass_time(hass, freezer, minutes=16)
    for _ in range(3):
        with pytest.raises(HomeAssistantError, match="user name or password"):
            await send(hass)
        await pass_time(hass, freezer, minutes=3)
    assert [call.method for call in gateway.calls] == [method, "GetCredit"]
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"

    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": "changed"}
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    assert len(gateway.phone(OMID).messages) == (method == "SendSMS")


@pytest.mark.parametrize(
    ("code", "about", "translation_key"),
    [
        (-108, "address", "address_blocked"),
        (109, "address", "address_required"),
        (111, "address", "address_not_allowed"),
        (10, "account", "account_inactive"),
        (12, "account", "documents_incomplete"),
    ],
)
@pytest.mark.parametrize("method", ["GetCredit", "SendSMS"])
async def test_what_only_the_user_can_mend_is_a_repair_until_it_is_mended(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    code: int,
    about: str,
    translation_key: str,
    method: str,
) -> None:
    """It comes and goes by itself, whoever meets it."""
    gateway.fault(method, Code(code), times=None)
    if method == "SendSMS":
        with pytest.raises(HomeAssistantError):
            await send(hass)
    else:
        await pass_time(hass, freezer, minutes=16)
    assert issue(hass, home, about) == translation_key
    gateway.clear_faults()
    await pass_time(hass, freezer, minutes=16)
    if (method, about) == ("SendSMS", "account"):
        assert issue(hass, home, about) == translation_key  # a poll shows nothing of it
        await send(hass)
    assert issue(hass, home, about) is None
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("code", [5, 9])
async def test_a_refused_line_stays_a_repair_though_it_is_listed(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    code: int,
) -> None:
    """Only a message that goes out over it shows that it is mended."""
    gateway.fault("SendSMS", Code(code))
    with pytest.raises(HomeAssistantError):
        await send(hass)
    await pass_time(hass, freezer, minutes=16)
    assert issue(hass, home, "sender_line") == "sender_line_refused"
    await send(hass)
    assert issue(hass, home, "sender_line") is None


async def test_an_account_wide_code_inside_a_list_is_heeded_too(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """Whatever place it stands in."""
    gateway.fault("SendSMS", Envelope(value="10,10", ret_status=1))
    with pytest.raises(HomeAssistantError):
        await send(hass, recipients=[SARA, "09120000002"])
    assert issue(hass, home, "account") == "account_inactive"


async def test_missing_pattern_access_is_no_repair(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """The account works but for this."""
    gateway.fault("BaseServiceNumber", Code(-1))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            DOMAIN, "send_pattern", {"pattern_id": 1, "recipients": SARA}, blocking=True
        )
    assert issue(hass, home, "account") is None


async def test_a_line_that_left_the_account_is_a_repair_until_it_is_back(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Messages would be refused."""
    lines = account.lines
    account.lines = [OTHER_LINE]
    await pass_time(hass, freezer, minutes=16)
    assert issue(hass, home, "sender_line") == "sender_line_gone"
    account.lines = lines
    await pass_time(hass, freezer, minutes=16)
    assert issue(hass, home, "sender_line") is None


async def test_a_line_that_never_was_listed_is_no_repair_until_it_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Gateway
) -> None:
    """The user may know better; the gateway has the last word, in both directions."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "sender": "1000999", "sender_listed": False}
    )
    await hass.config_entries.async_setup(entry.entry_id)
    assert issue(hass, entry, "sender_line") is None
    with pytest.raises(HomeAssistantError, match="not valid for this account"):
        await send(hass)
    assert issue(hass, entry, "sender_line") == "sender_line_refused"
    gateway.fault("SendSMS", Envelope(value="5325462146549872113"))
    await send(hass)
    assert issue(hass, entry, "sender_line") is None


async def test_a_refused_line_that_the_caller_chose_is_the_callers_affair(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """The account's own line is fine."""
    with pytest.raises(HomeAssistantError):
        await send(hass, sender="1000999")
    assert issue(hass, home, "sender_line") is None


async def test_removing_an_account_takes_its_repairs_along(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Nothing is left to mend."""
    gateway.fault("SendSMS", Code(10))
    with pytest.raises(HomeAssistantError):
        await send(hass)
    assert issue(hass, home, "account")
    await hass.config_entries.async_remove(home.entry_id)
    assert issue(hass, home, "account") is None
