"""The notify doors: ``notify.<notify_action>`` for automations, ``alert`` and other integrations."""

from typing import Any, Final, override

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_TARGET,
    ATTR_TITLE,
    DOMAIN as NOTIFY_DOMAIN,
    BaseNotificationService,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import slugify
import voluptuous as vol

from .const import CONF_NOTIFY_ACTION, DOMAIN
from .coordinator import PayamakConfigEntry
from .errors import validation_error
from .issues import Issue, async_raise_issue
from .messenger import Sms
from .recipients import resolve_recipients
from .report import async_raise_for_failures
from .services import ATTR_FLASH, ATTR_SENDER, sender_line

# A notify group hands the same data to all its members, so what others understand is passed over.
_DATA_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_SENDER): cv.string,
        vol.Optional(ATTR_FLASH, default=False): cv.boolean,
    },
    extra=vol.REMOVE_EXTRA,
)


def is_notify_action_name(name: str) -> bool:
    """Tell whether a name can be one: a Latin slug."""
    return bool(name) and name == slugify(name)


@callback
def is_notify_action_free(
    hass: HomeAssistant, name: str, entry: ConfigEntry | None
) -> bool:
    """Tell whether an account, a new one where there is none yet, may take a name."""
    if entry and entry.data[CONF_NOTIFY_ACTION] == name:
        return True
    return not hass.services.has_service(NOTIFY_DOMAIN, name) and all(
        other.data[CONF_NOTIFY_ACTION] != name
        for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    )


async def async_setup_notify_action(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> None:
    """Register the account's notify action, as long as nobody else has its name."""
    name: str = entry.data[CONF_NOTIFY_ACTION]
    if hass.services.has_service(NOTIFY_DOMAIN, name):
        async_raise_issue(
            hass, entry, Issue.NOTIFY_ACTION, "notify_action_taken", action=name
        )
        return
    notify_action = PayamakNotifyAction(entry)
    await notify_action.async_setup(hass, name, name)
    await notify_action.async_register_services()
    entry.async_on_unload(notify_action.async_unregister_services)


class PayamakNotifyAction(BaseNotificationService):
    """The action that sends an SMS to the numbers in ``target``."""

    def __init__(self, entry: PayamakConfigEntry) -> None:
        """Send over the account's messenger."""
        self._messenger = entry.runtime_data.messenger

    @override
    async def async_send_message(self, message: str, **kwargs: Any) -> None:
        """Send; raises where anybody's message was not accepted."""
        title: str | None = kwargs.get(ATTR_TITLE)
        try:
            data = _DATA_SCHEMA(kwargs.get(ATTR_DATA) or {})
        except vol.Invalid as error:
            raise validation_error("invalid_data") from error
        report = await self._messenger.async_send(
            Sms(
                recipients=resolve_recipients(kwargs.get(ATTR_TARGET)),
                text=f"{title}\n{message}" if title else message,
                sender=sender_line(data.get(ATTR_SENDER)),
                flash=data[ATTR_FLASH],
            )
        )
        await async_raise_for_failures(self.hass, report, partial_is_fine=False)
