"""The account is reloaded, unloaded, changed or removed while a message is being sent."""

import asyncio
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import MINA, OMID, SARA, sent_calls
from tests.integration.story.people import (
    begin_and_hold,
    notify,
    received,
    send_message,
    send_sms,
)

silence = pytest.mark.usefixtures("silence")


async def disturb(hass: HomeAssistant, entry: MockConfigEntry, how: str) -> None:
    """Change the account in a way that reloads or unloads it."""
    sara = entry.subentries["subentry-sara"]
    match how:
        case "add":
            neda = {"name": "Neda", "numbers": [MINA], "slug": "neda"}
            hass.config_entries.async_add_subentry(
                entry,
                ConfigSubentry(
                    data=MappingProxyType(neda),
                    subentry_type="recipient",
                    title="Neda",
                    unique_id=None,
                ),
            )
        case "change":
            hass.config_entries.async_update_subentry(
                entry, sara, data={**sara.data, "numbers": [MINA]}
            )
        case "remove":
            hass.config_entries.async_remove_subentry(entry, "subentry-sara")
        case "reload":
            await hass.config_entries.async_reload(entry.entry_id)
        case "unload":
            await hass.config_entries.async_unload(entry.entry_id)
    # A reload that was started by the change is over when the entry is free again.
    async with entry.setup_lock:
        if how == "unload":
            assert entry.state is ConfigEntryState.NOT_LOADED
        else:
            assert entry.state is ConfigEntryState.LOADED


every_way = pytest.mark.parametrize(
    "how", ["add", "change", "remove", "reload", "unload"]
)


@silence
@every_way
async def test_a_response_tells_what_became_of_the_message(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway, how: str
) -> None:
    """Sent once, to the numbers of when it was called."""
    sending, held = await begin_and_hold(gateway, send_sms(hass, ["Sara", "امید"]))
    await disturb(hass, family_home, how)
    assert not sending.done()
    held.released.set()
    rows = await sending
    assert [(row["name"], row["status"], row["message_id"]) for row in rows] == [
        ("Sara", "accepted", gateway.phone(SARA).messages[0].rec_id),
        ("امید", "accepted", gateway.phone(OMID).messages[0].rec_id),
    ]
    assert received(gateway) == {SARA: 1, OMID: 1}
    assert len(sent_calls(gateway)) == 1
    await hass.async_block_till_done()


@silence
@every_way
@pytest.mark.parametrize(
    "door",
    [
        lambda hass: notify(hass, "payamak_sara"),
        lambda hass: notify(hass, target="Sara"),
        lambda hass: send_message(hass, "sara"),
        lambda hass: send_message(hass, "sara", "omid"),
    ],
    ids=["action_of_sara", "action", "entity", "entities"],
)
async def test_every_door_ends_as_the_message_does(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    how: str,
    door: Any,
) -> None:
    """The door that was gone through may be gone by then."""
    sending, held = await begin_and_hold(gateway, door(hass))
    await disturb(hass, family_home, how)
    held.released.set()
    await sending
    assert gateway.phone(SARA).messages
    assert set(received(gateway).values()) == {1}
    await hass.async_block_till_done()


@silence
@pytest.mark.parametrize("how", ["add", "remove", "unload"])
async def test_a_failure_is_still_the_callers(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway, how: str
) -> None:
    """A message that was not sent never looks sent."""
    gateway.phone(SARA)
    sending, held = await begin_and_hold(gateway, send_message(hass, "sara"))
    await disturb(hass, family_home, how)
    gateway.accounts["sara"].credit *= 0
    held.released.set()
    with pytest.raises(HomeAssistantError, match="Sara: The credit does not cover"):
        await sending
    assert not received(gateway)
    await hass.async_block_till_done()


@silence
async def test_the_calls_that_follow_the_one_on_its_way_are_made_too(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """A message to several hundreds is not cut off in the middle."""
    numbers = [f"0913{n:07d}" for n in range(250)]
    sending, held = await begin_and_hold(gateway, send_sms(hass, numbers))
    await disturb(hass, family_home, "add")
    gateway.fault("SendSMS", Code(18))
    held.released.set()
    rows = await sending
    statuses = [row["status"] for row in rows]
    assert statuses[:100] == ["accepted"] * 100
    assert len(statuses) == 250
    # Two calls follow at the same time; either may meet the refusal.
    assert statuses.count("failed") in (50, 100)
    assert received(gateway) == {
        row["recipient"]: 1 for row in rows if row["status"] == "accepted"
    }
    assert family_home.state is ConfigEntryState.LOADED
    await hass.async_block_till_done()


async def test_a_reload_waits_for_the_message(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """The caller gets the true result although the reload began before the answer came."""
    sending, held = await begin_and_hold(gateway, send_sms(hass, SARA))
    reloading = asyncio.create_task(hass.config_entries.async_reload(home.entry_id))
    await asyncio.sleep(0)
    held.released.set()
    [row] = await sending
    assert await reloading
    [sms] = gateway.phone(SARA).messages
    assert row["message_id"] == sms.rec_id


async def test_an_answer_to_old_credentials_does_not_ask_to_log_in_again(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """The account was reloaded with new credentials meanwhile."""
    sending, held = await begin_and_hold(
        gateway, send_sms(hass, SARA, retry_for=0), code=0
    )
    assert await hass.config_entries.async_reload(home.entry_id)
    held.released.set()
    with pytest.raises(HomeAssistantError):
        await sending
    await hass.async_block_till_done()
    [row] = await send_sms(hass, SARA)
    assert row["status"] == "accepted"


@pytest.mark.parametrize("code", [0, 5, 10, 109])
async def test_a_removed_account_raises_no_repair_and_no_login_form(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    issue_registry: ir.IssueRegistry,
    caplog: pytest.LogCaptureFixture,
    code: int,
) -> None:
    """The refusal comes when there is no account any more."""
    sending, held = await begin_and_hold(gateway, send_sms(hass, SARA), code)
    removing = asyncio.create_task(hass.config_entries.async_remove(home.entry_id))
    await asyncio.sleep(0)
    held.released.set()
    with pytest.raises(HomeAssistantError):
        await sending
    await removing
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()
    assert not [issue for issue in issue_registry.issues if issue[0] == DOMAIN]
    assert "exception was never retrieved" not in caplog.text
