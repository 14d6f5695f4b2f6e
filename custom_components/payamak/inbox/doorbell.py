"""The push address: a webhook that the panel calls for each received SMS. A call only starts a poll."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from aiohttp.hdrs import METH_GET, METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.setup import async_setup_component

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

# The first call starts a poll at once, further ones not before this: whoever knows the address can't make us
# flood the gateway.
_SECONDS_BETWEEN_POLLS: Final = 5


class Doorbell:
    """Polls when the push address is called. What a call carries is neither trusted nor read."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        title: str,
        webhook_id: str,
        poll: Callable[[], Awaitable[None]],
    ) -> None:
        """Belong to an account; calls are not answered before the start."""
        self._hass = hass
        self._title = title
        self._webhook_id = webhook_id
        self._poll = poll
        self._registered = False
        self._called = False
        self._polling: asyncio.Task[None] | None = None

    async def async_start(self) -> None:
        """Register the webhook; where that fails, messages are still sent and polled for."""
        if not await async_setup_component(self._hass, webhook.DOMAIN, {}):
            _LOGGER.warning("The push address is not available, as webhooks are not")
            return
        try:
            webhook.async_register(
                self._hass,
                DOMAIN,
                self._title,
                self._webhook_id,
                self._async_called,
                allowed_methods=(METH_GET, METH_POST),
            )
        except ValueError:
            # An automation can have a webhook of any id.
            _LOGGER.warning(
                "The push address is not available, as something else has its webhook"
            )
            return
        self._registered = True

    @callback
    def async_stop(self) -> None:
        """Answer no more calls, and end the polls that they started."""
        if self._registered:
            webhook.async_unregister(self._hass, self._webhook_id)
        if self._polling:
            self._polling.cancel()

    async def _async_called(
        self, hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        """Answer at once, as the panel expects: it switches off an address that fails."""
        self._called = True
        if self._polling is None or self._polling.done():
            self._polling = self._hass.async_create_background_task(
                self._async_poll_while_called(), "payamak answers its push address"
            )
        return Response(text="OK")

    async def _async_poll_while_called(self) -> None:
        """Poll once for all calls, and again for those that came meanwhile.

        Home Assistant's Debouncer would drop a call during a poll that takes long, and with it the
        message that came too late for that poll.
        """
        while self._called:
            self._called = False
            await self._poll()
            await asyncio.sleep(_SECONDS_BETWEEN_POLLS)


@callback
def async_push_address(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return the address to copy into the panel, None where Home Assistant doesn't know its own."""
    try:
        return webhook.async_generate_url(hass, webhook_id)
    except NoURLAvailableError:
        return None
