"""Home Assistant stops while a message is being sent."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.sending import under_way
from custom_components.payamak.sending.under_way import under_way_in
from simulator import Gateway
from tests.integration.conftest import sent_calls
from tests.integration.story.accounts import set_up
from tests.integration.story.disk import on_disk
from tests.integration.story.people import Held, begin_and_hold, send_sms

# In these tests time does not stand still: Home Assistant waits for it when it stops.


@pytest.fixture(name="running")
async def running_fixture(
    hass: HomeAssistant, entry: MockConfigEntry
) -> MockConfigEntry:
    """Set the account up."""
    return await set_up(hass, entry)


NUMBERS = [f"0913{number:07d}" for number in range(250)]


@pytest.mark.parametrize(
    ("retry_for", "status", "noted"),
    [
        (0, "failed", ("failed", "home_assistant_stops", 1, 150)),
        (60, "queued", ("waiting", None, 1, 150)),
    ],
)
async def test_what_is_under_way_is_noted_and_nothing_new_begins(
    hass: HomeAssistant,
    running: MockConfigEntry,
    gateway: Gateway,
    retry_for: int,
    status: str,
    noted: tuple[str, str | None, int, int],
) -> None:
    """Each recipient is accounted for: with the gateway's id, or as one who surely got nothing."""
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_sms(hass, NUMBERS, retry_for=retry_for))
    await held.arrived.wait()
    stopping = asyncio.create_task(hass.async_stop(force=True))
    await asyncio.sleep(0)
    held.released.set()
    rows = await sending
    await stopping
    assert len(sent_calls(gateway)) == 1
    assert [row["status"] for row in rows] == ["accepted"] * 100 + [status] * 150
    if status == "failed":
        assert rows[-1]["error"].startswith("Home Assistant was shutting down.")
    assert [("accepted", None, 0, 100), noted] == on_disk(
        hass,
        running.entry_id,
        "SELECT state, reason, message_id IS NULL, count(*) FROM sms GROUP BY 1, 2, 3 ORDER BY 1",
    )


async def test_a_message_outlives_its_account_s_reload_and_is_waited_for(
    hass: HomeAssistant, running: MockConfigEntry, gateway: Gateway
) -> None:
    """Nothing more of it leaves, either."""
    sending, held = await begin_and_hold(gateway, send_sms(hass, NUMBERS))
    await hass.config_entries.async_reload(running.entry_id)
    stopping = asyncio.create_task(hass.async_stop(force=True))
    await asyncio.sleep(0)
    held.released.set()
    rows = await sending
    await stopping
    assert [row["status"] for row in rows] == ["accepted"] * 100 + ["queued"] * 150
    assert len(sent_calls(gateway)) == 1


async def test_a_gateway_that_hangs_holds_the_stop_up_only_for_a_while(
    hass: HomeAssistant,
    running: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it would have answered is not known then, and is not sent again."""
    monkeypatch.setattr(under_way, "_SECONDS_TO_FINISH", 0.01)
    held = Held()
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send_sms(hass, NUMBERS[:1]))
    await held.arrived.wait()
    async with asyncio.timeout(5):
        await under_way_in(hass).async_finish()
    assert not sending.done()
    assert on_disk(hass, running.entry_id, "SELECT state FROM sms") == [("sending",)]
    held.released.set()
    await sending


async def test_a_stop_in_which_nothing_is_sent_waits_for_nothing(
    hass: HomeAssistant, running: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As nearly always."""
    async with asyncio.timeout(1):
        await under_way_in(hass).async_finish()
