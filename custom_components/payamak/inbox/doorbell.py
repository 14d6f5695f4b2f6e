"""The push address: a webhook that the panel calls for each received SMS. It is a doorbell, and nothing more."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from aiohttp.hdrs import METH_GET, METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.setup import async_setup_component

from ..const import CONF_WEBHOOK_ID, DOMAIN

_LOGGER = logging.getLogger(__name__)

# Heard at once, and then after this long at the earliest: whoever knows the address can't make us flood the gateway.
_SECONDS_BETWEEN_POLLS: Final = 5


class Doorbell:
    """Polls when somebody rings. What a call carries is neither believed nor read."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        poll: Callable[[], Awaitable[None]],
    ) -> None:
        """Belong to an account; nothing is heard before the start."""
        self._hass = hass
        self._entry = entry
        self._poll = poll
        self._rung = False
        self._answering: asyncio.Task[None] | None = None

    async def async_start(self) -> None:
        """Listen; where that can't be had, messages are still sent and polled for."""
        if not await async_setup_component(self._hass, webhook.DOMAIN, {}):
            _LOGGER.warning("The push address is not available, as webhooks are not")
            return
        webhook_id: str = self._entry.options[CONF_WEBHOOK_ID]
        try:
            webhook.async_register(
                self._hass,
                DOMAIN,
                self._entry.title,
                webhook_id,
                self._async_rung,
                allowed_methods=(METH_GET, METH_POST),
            )
        except ValueError:
            # An automation can have a webhook of any id.
            _LOGGER.warning(
                "The push address is not available, as something else has its webhook"
            )
            return
        self._entry.async_on_unload(
            lambda: webhook.async_unregister(self._hass, webhook_id)
        )

    async def _async_rung(
        self, hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        """Answer at once, as the panel expects: an address that fails gets switched off."""
        self._rung = True
        if self._answering is None or self._answering.done():
            self._answering = self._entry.async_create_background_task(
                self._hass, self._async_answer(), "payamak answers the doorbell"
            )
        return Response(text="OK")

    async def _async_answer(self) -> None:
        """Poll for all who have rung, and again for those who rang meanwhile.

        Home Assistant's Debouncer would drop a ring during a poll that takes long, and with it the
        message that came too late for that poll.
        """
        while self._rung:
            self._rung = False
            await self._poll()
            await asyncio.sleep(_SECONDS_BETWEEN_POLLS)


@callback
def async_push_address(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return the address to copy into the panel, None where Home Assistant doesn't know its own."""
    try:
        return webhook.async_generate_url(hass, webhook_id)
    except NoURLAvailableError:
        return None
