"""A message on its way while the account is reloaded, which a change of the recipients does."""

import asyncio
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import MINA, OMID, SARA, sent_calls
from tests.integration.story.people import (
    Held,
    notify,
    received,
    send_message,
    send_sms,
    wait_for,
)

pytestmark = pytest.mark.usefixtures("silence")


async def disturb(hass: HomeAssistant, entry: MockConfigEntry, how: str) -> None:
    """Do one of the things that take the account down."""
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


@every_way
async def test_a_response_tells_what_became_of_the_message(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway, how: str
) -> None:
    """Sent once, to the numbers of when it was called."""
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_sms(hass, ["Sara", "امید"]))
    await wait_for(held, sending)
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
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(door(hass))
    await wait_for(held, sending)
    await disturb(hass, family_home, how)
    held.released.set()
    await sending
    assert gateway.phone(SARA).messages
    assert set(received(gateway).values()) == {1}
    await hass.async_block_till_done()


@pytest.mark.parametrize("how", ["add", "remove", "unload"])
async def test_a_failure_is_still_the_callers(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway, how: str
) -> None:
    """A message that was not sent never looks sent."""
    held = Held()
    gateway.fault("SendSMS", held)
    gateway.phone(SARA)
    sending = asyncio.create_task(send_message(hass, "sara"))
    await wait_for(held, sending)
    await disturb(hass, family_home, how)
    gateway.accounts["sara"].credit *= 0
    held.released.set()
    with pytest.raises(HomeAssistantError, match="Sara: The credit does not cover"):
        await sending
    assert not received(gateway)
    await hass.async_block_till_done()


async def test_the_calls_that_follow_the_one_on_its_way_are_made_too(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """A message to several hundreds is not cut off in the middle."""
    held = Held()
    gateway.fault("SendSMS", held)
    numbers = [f"0913{n:07d}" for n in range(250)]
    sending = asyncio.create_task(send_sms(hass, numbers))
    await wait_for(held, sending)
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
