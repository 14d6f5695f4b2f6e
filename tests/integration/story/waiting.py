"""What the tests of messages that wait share: a gateway that goes away, and time that is too long for them."""

from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import async_update_entity

from simulator import Away, Gateway

from .forms import let_pass
from .people import send_sms
from .repairs import shown

# The account's option unless it is changed.
RETRY_FOR: Final = timedelta(hours=1)
_STEPS: Final = 4


async def lose_gateway(hass: HomeAssistant, gateway: Gateway) -> None:
    """Let the gateway refuse connections, and the account know it."""
    await gateway.go_away(Away.REFUSE)
    await async_update_entity(hass, "sensor.payamak_credit")
    await hass.async_block_till_done(wait_background_tasks=True)


async def send_in_vain(
    hass: HomeAssistant, recipients: object, text: str, **data: Any
) -> list[str]:
    """Send a text while the gateway is away, and give the ids of what waits now."""
    rows = await send_sms(hass, recipients, message=text, **data)
    assert {row["status"] for row in rows} == {"queued"}
    return [row["sms_id"] for row in rows]


async def wait_too_long(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let as much time go by as makes all that waits too old."""
    for _ in range(_STEPS):
        await let_pass(hass, freezer, RETRY_FOR / _STEPS)
    await let_pass(hass, freezer, timedelta(minutes=2))


def said(hass: HomeAssistant, entry: Any) -> tuple[str, str] | None:
    """Give the number and the names that the repair says, None where there is none."""
    repair = shown(hass, entry, "not_sent")
    if repair is None:
        return None
    words = repair.translation_placeholders
    assert words
    return words["count"], words["names"]


async def come_back(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Let the gateway be there again, and the account find that out."""
    await gateway.come_back()
    # The longest gap between two questions, and what an account that was off takes before it sends.
    for _ in range(2):
        await let_pass(hass, freezer, timedelta(minutes=16))
