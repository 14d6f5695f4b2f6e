"""The automation that sends a message is stopped before the answer comes."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from simulator import Gateway
from tests.integration.conftest import SARA, sent_calls
from tests.integration.story.people import begin_and_hold, received, send_sms

pytestmark = pytest.mark.usefixtures("home")


async def test_the_message_is_still_sent_to_all_recipients(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """An automation that restarts must not leave half of the household out."""
    numbers = [f"0912{number:07d}" for number in range(150)]
    sending, held = await begin_and_hold(gateway, send_sms(hass, numbers))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    held.released.set()
    await hass.async_block_till_done()
    assert sum(len(call["to"].split(",")) for call in sent_calls(gateway)) == 150
    assert received(gateway) == dict.fromkeys(numbers, 1)


async def test_a_failure_is_in_the_log(
    hass: HomeAssistant, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """No caller is left to get the error; the log line has no numbers."""
    sending, held = await begin_and_hold(gateway, send_sms(hass, SARA), code=2)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    held.released.set()
    await hass.async_block_till_done()
    [warning] = [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.payamak.sending.messenger"
    ]
    assert "not accepted for 1 of 1 recipients" in warning
    assert SARA not in warning
