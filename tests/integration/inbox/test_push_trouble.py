"""The push address on bad days: the gateway is away, refuses the login, or there are no webhooks."""

from typing import Any

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Account, Gateway
from simulator.faults import Code, Place, Reset
from tests.integration.conftest import SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.forms import reauth_flows, send
from tests.integration.story.told import Told

from .push import ID, PUSH, Panel, for_a_while, let_go_by, polls, ring, until
from .received import arrive, family_with_inbox, listen


@pytest.fixture(name="options")
def push_alone() -> dict[str, Any]:
    """Let the panel alone tell, so that every poll is an answer to a call."""
    return {"inbox_interval": 0, **PUSH}


async def test_what_was_announced_while_the_gateway_was_away_is_asked_for_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    panel: Panel,
    told: Told,
) -> None:
    """Every minute until it answers, also where there are no regular polls; then there are none again."""
    gateway.fault("GetMessages", Reset(), times=3)
    arrive(gateway, "سلام")
    await ring(panel)
    await for_a_while(hass)
    for _ in range(3):
        assert told.texts == []
        await let_go_by(hass, freezer, 61)
    assert told.texts == ["سلام"]
    for _ in range(5):
        await let_go_by(hass, freezer, 61)
    assert polls(gateway) == 4


async def test_the_first_message_counts_where_the_first_poll_failed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """The baseline is set as soon as the gateway answers, not only with the first call."""
    gateway.fault("GetMessages", Reset(), times=2)
    await set_up(hass, family_with_inbox(gateway_url, inbox_interval=0, **PUSH))
    told = listen(hass)
    await let_go_by(hass, freezer, 61)
    await let_go_by(hass, freezer, 61)
    arrive(gateway, "سلام")
    await ring(await hass_client_no_auth())
    await until(hass, lambda: told.texts == ["سلام"])


@pytest.mark.parametrize("offered_before", [True, False])
async def test_a_panel_that_refuses_is_asked_at_each_call_and_else_the_more_seldom(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    hass_client_no_auth: ClientSessionGenerator,
    offered_before: bool,
) -> None:
    """Its login works. One that never offered messages is asked hourly, another one after two minutes now."""
    refusal = Code(35, Place.STATUS)
    entry = family_with_inbox(gateway_url, inbox_interval=0, **PUSH)
    if not offered_before:
        gateway.fault("GetMessages", refusal, times=None)
    await set_up(hass, entry)
    panel = await hass_client_no_auth()
    if offered_before:
        gateway.fault("GetMessages", refusal, times=None)
    gateway.calls.clear()
    for number in range(1, 4):
        await ring(panel)
        await let_go_by(hass, freezer, 6)
        assert polls(gateway) == number
    assert reauth_flows(hass) == []
    await let_go_by(hass, freezer, 110)
    assert polls(gateway) == 3
    await let_go_by(hass, freezer, 130)
    assert polls(gateway) == (4 if offered_before else 3)
    await let_go_by(hass, freezer, 3600)
    assert polls(gateway) == (5 if offered_before else 4)


async def test_calls_after_wrong_credentials_ask_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    panel: Panel,
) -> None:
    """Whoever knows the address must not be able to get ours blocked."""
    account.password = "n3w-secret"
    await ring(panel)
    await for_a_while(hass)
    assert len(reauth_flows(hass)) == 1
    gateway.calls.clear()
    for _ in range(10):
        assert await ring(panel) == "OK"
        await let_go_by(hass, freezer, 6)
    assert gateway.calls == []


async def assert_works_without_push(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Send, and fetch what comes in by regular polls."""
    assert entry.state is ConfigEntryState.LOADED
    assert "The push address is not available" in caplog.text
    assert ID not in caplog.text
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    told = listen(hass)
    arrive(gateway, "سلام")
    await let_go_by(hass, freezer, 61)
    assert told.texts == ["سلام"]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_without_webhooks_the_account_works_all_the_same(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The log says what is missing."""

    async def fails(*_: object) -> bool:
        return False

    monkeypatch.setattr(
        "custom_components.payamak.inbox.doorbell.async_setup_component", fails
    )
    entry = family_with_inbox(gateway_url, **PUSH)
    await set_up(hass, entry)
    await assert_works_without_push(hass, freezer, gateway, entry, caplog)


async def test_with_its_webhook_taken_the_account_works_all_the_same(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    caplog: pytest.LogCaptureFixture,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """An automation may have one with the same id; it keeps it."""

    async def automation(*_: object) -> web.Response:
        return web.Response(text="mine")

    webhook.async_register(
        hass, "automation", "Mine", ID, automation, allowed_methods=("GET",)
    )
    entry = family_with_inbox(gateway_url, **PUSH)
    await set_up(hass, entry)
    await assert_works_without_push(hass, freezer, gateway, entry, caplog)
    assert await ring(await hass_client_no_auth()) == "mine"
