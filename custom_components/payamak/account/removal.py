"""What is told when an account is removed: how many messages waited, and will not go out."""

import logging
from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..gateway import SmsState
from ..ledger import async_open_ledger

_LOGGER = logging.getLogger(__name__)

_TEXT: Final = f"component.{DOMAIN}.common.removed_while_waiting"


async def async_tell_what_waits(hass: HomeAssistant, entry_id: str, title: str) -> None:
    """Tell what waits in the account's ledger, which is read from the disk where the account was not loaded."""
    ledger = await async_open_ledger(hass, entry_id)
    count = sum(
        row.state is SmsState.WAITING for row in ledger.outgoing.waiting.values()
    )
    if not count:
        return
    _LOGGER.warning("%s was removed, and %d SMS that waited are not sent", title, count)
    texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
    persistent_notification.async_create(
        hass,
        texts[_TEXT].format(count=count),
        texts[f"{_TEXT}_title"].format(account=title),
        f"{DOMAIN}_{entry_id}_removed",
    )
