"""A message that takes several calls of the gateway, of which one goes wrong."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import PayamakClient, Receipt
from simulator import Account, Gateway
from simulator.faults import Code
from tests.integration.conftest import sent_calls
from tests.integration.story.people import send_sms

pytestmark = pytest.mark.usefixtures("home")


async def test_an_unexpected_error_in_one_call_leaves_the_other_results(
    hass: HomeAssistant,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The caller learns what was accepted, and the error is in the log."""
    honest = PayamakClient.send_sms

    async def sometimes(
        self: PayamakClient, recipients: Sequence[str], *args: Any, **more: Any
    ) -> list[Receipt]:
        if recipients[0].endswith("0000100"):
            raise RuntimeError("out of the blue")
        return await honest(self, recipients, *args, **more)

    monkeypatch.setattr(PayamakClient, "send_sms", sometimes)
    rows = await send_sms(hass, [f"0912{number:07d}" for number in range(300)])
    statuses = Counter(row["status"] for row in rows)
    assert statuses == {"accepted": 200, "unknown": 100}
    assert "log" in rows[100]["error"]
    assert "out of the blue" in caplog.text


async def test_a_limit_that_is_reached_ends_the_calls_of_that_message(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """The gateway would refuse each further call too."""
    account.patterns = {1: 0}
    gateway.fault("BaseServiceNumber", Code(19), times=None)
    with pytest.raises(HomeAssistantError, match="hourly limit"):
        await hass.services.async_call(
            DOMAIN,
            "send_pattern",
            {"pattern_id": 1, "recipients": [f"0912{n:07d}" for n in range(50)]},
            blocking=True,
        )
    assert len(sent_calls(gateway)) == 1
