"""Home Assistant stops while a message is being sent."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.sending import messenger
from simulator import Gateway
from tests.integration.conftest import sent_calls
from tests.integration.story.disk import on_disk
from tests.integration.story.people import Held, send_sms

# In these tests time does not stand still: Home Assistant waits for it when it stops.


@pytest.fixture(name="running")
async def running_fixture(
    hass: HomeAssistant, entry: MockConfigEntry
) -> MockConfigEntry:
    """Set the account up."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


NUMBERS = [f"0913{number:07d}" for number in range(250)]


async def test_what_is_under_way_is_noted_and_nothing_new_begins(
    hass: HomeAssistant, running: MockConfigEntry, gateway: Gateway
) -> None:
    """Each recipient is accounted for: with the gateway's id, or as one who surely got nothing."""
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_sms(hass, NUMBERS))
    await held.arrived.wait()
    stopping = asyncio.create_task(hass.async_stop(force=True))
    await asyncio.sleep(0)
    held.released.set()
    rows = await sending
    await stopping
    assert len(sent_calls(gateway)) == 1
    assert [row["status"] for row in rows] == ["accepted"] * 100 + ["failed"] * 150
    assert rows[-1]["error"].startswith("Home Assistant was stopping.")
    noted = on_disk(
        hass,
        running.entry_id,
        "SELECT state, reason, message_id IS NULL, count(*) FROM sms GROUP BY 1, 2, 3 ORDER BY 1",
    )
    assert noted == [
        ("accepted", None, 0, 100),
        ("failed", "home_assistant_stops", 1, 150),
    ]


async def test_a_gateway_that_hangs_holds_the_stop_up_only_for_a_while(
    hass: HomeAssistant,
    running: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it would have answered is not known then, and is not sent again."""
    monkeypatch.setattr(messenger, "_SECONDS_TO_FINISH", 0.01)
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_sms(hass, NUMBERS[:1]))
    await held.arrived.wait()
    async with asyncio.timeout(5):
        await running.runtime_data.messenger.async_finish()
    assert not sending.done()
    assert on_disk(hass, running.entry_id, "SELECT state FROM sms") == [("sending",)]
    held.released.set()
    await sending


async def test_a_stop_in_which_nothing_is_sent_waits_for_nothing(
    running: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As nearly always."""
    async with asyncio.timeout(1):
        await running.runtime_data.messenger.async_finish()
