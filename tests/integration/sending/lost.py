"""What the tests of lost answers and restored files share: how an answer gets lost, what time brings, what is known then."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Fault, Reset
from tests.integration.conftest import SARA
from tests.integration.story.disk import on_disk
from tests.integration.story.forms import let_pass
from tests.integration.story.people import send_sms

MINUTE = timedelta(minutes=1)
TEN_MINUTES = timedelta(minutes=10)
REFUSED = 35
"""What a panel says that has no such method."""


async def lose_answer(
    hass: HomeAssistant,
    gateway: Gateway,
    *numbers: str,
    processed: bool = True,
    fault: Fault | None = None,
    **data: Any,
) -> None:
    """Send a message whose answer gets lost, and make sure that the caller is told so."""
    gateway.fault("SendSMS", fault or Reset(processed=processed))
    with pytest.raises(HomeAssistantError) as told:
        await send_sms(hass, list(numbers or [SARA]), **data)
    assert told.value.translation_key == "not_confirmed"
    gateway.clear_faults()
    await hear_of_gateway(hass)


async def hear_of_gateway(hass: HomeAssistant) -> None:
    """Let the gateway answer, so that it is not taken to be away because of a lost answer."""
    for entry in hass.config_entries.async_loaded_entries("payamak"):
        await entry.runtime_data.account.watch.async_ask()


async def pass_minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: int
) -> None:
    """Let so many minutes go by, one after the other."""
    for _ in range(minutes):
        await let_pass(hass, freezer, MINUTE)


def looks(gateway: Gateway) -> int:
    """Give how often the sent box was asked for since the last time."""
    count = sum(call.method == "GetMessages" for call in gateway.calls)
    gateway.calls.clear()
    return count


def states(hass: HomeAssistant, entry: MockConfigEntry) -> list[tuple[str, bool]]:
    """Give the state of each message on the disk, and whether it has ended, in their order."""
    statement = "SELECT state, ended_at IS NOT NULL FROM sms ORDER BY text, sms_id"
    return [
        (state, bool(ended))
        for state, ended in on_disk(hass, entry.entry_id, statement)
    ]


def reasons(hass: HomeAssistant, entry: MockConfigEntry) -> list[str | None]:
    """Give the reason of each message on the disk, in their order."""
    rows: Sequence[tuple[str | None]] = on_disk(
        hass, entry.entry_id, "SELECT reason FROM sms ORDER BY text, sms_id"
    )
    return [reason for (reason,) in rows]
