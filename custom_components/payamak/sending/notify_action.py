"""The action ``notify.<notify_action>``, and one for each saved recipient.

They are the older kind of notify action, which ``alert``, notify groups and other integrations still call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_TARGET,
    ATTR_TITLE,
    DOMAIN as NOTIFY_DOMAIN,
    BaseNotificationService,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import slugify
import voluptuous as vol

from ..account.errors import validation_error
from ..account.repairs import Issue
from ..const import CONF_NOTIFY_ACTION, DOMAIN
from ..coordinator import PayamakConfigEntry
from ..people.address_book import AddressBook, Recipient
from .actions import SMS_FIELDS
from .message import Sms, titled
from .report import async_raise_for_failures

# A notify group gives the same data to all its members, so fields of other integrations are ignored.
_DATA_SCHEMA: Final = vol.Schema(SMS_FIELDS, extra=vol.REMOVE_EXTRA)


@dataclass(frozen=True, slots=True)
class _SavedTarget:
    """The target of the action of one saved recipient.

    It is not a text, so nothing that a user writes in ``target`` can be mistaken for it. The name can't be used,
    because the rename menu of Home Assistant can give two recipients the same name.
    """

    subentry_id: str


def is_notify_action_name(name: str) -> bool:
    """Tell whether an action can have this name, which must be a Latin slug."""
    return bool(name) and name == slugify(name)


def notify_action_names(
    entry: PayamakConfigEntry, action: str | None = None
) -> set[str]:
    """Return the names of all notify actions of an account, or what they would be if ``action`` were its own."""
    base = action or entry.data[CONF_NOTIFY_ACTION]
    return {
        base,
        *(f"{base}_{each.slug}" for each in AddressBook.of(entry.subentries).saved),
    }


@callback
def is_notify_action_free(
    hass: HomeAssistant, name: str, *, for_entry: PayamakConfigEntry | None = None
) -> bool:
    """Tell whether a name is free, or belongs to ``for_entry`` already."""
    if for_entry and name in notify_action_names(for_entry):
        return True
    return not hass.services.has_service(NOTIFY_DOMAIN, name) and not any(
        name in notify_action_names(entry)
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    )


async def async_setup_notify_action(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> None:
    """Register the notify actions of an account whose names are free."""
    base: str = entry.data[CONF_NOTIFY_ACTION]
    notify_action = PayamakNotifyAction(entry)
    await notify_action.async_setup(hass, base, base)
    # No await between checking a name and taking it: two accounts that start together would both find it free.
    await notify_action.async_register_services()
    entry.async_on_unload(notify_action.async_unregister_services)
    entry.runtime_data.recipient_followers.append(notify_action.async_register_services)


class PayamakNotifyAction(BaseNotificationService):
    """Sends an SMS to names and numbers, or to all saved recipients if no target is given."""

    def __init__(self, entry: PayamakConfigEntry) -> None:
        """Send with the messenger of the account."""
        self._entry = entry
        self._own: set[str] = set()
        self._taken: set[str] = set()
        self._base: str = entry.data[CONF_NOTIFY_ACTION]
        self._repairs = entry.runtime_data.repairs
        self._address_book = entry.runtime_data.address_book
        self._messenger = entry.runtime_data.messenger

    @property
    @override
    def targets(self) -> Mapping[str, Any]:
        """Return the target of each saved recipient by its slug, without those whose action name is taken."""
        return {
            each.slug: _SavedTarget(each.subentry_id)
            for each in self._address_book.saved
            if f"{self._base}_{each.slug}" not in self._taken
        }

    @override
    async def async_register_services(self) -> None:
        """Register the actions whose names are free, and raise a repair for the others."""
        names = notify_action_names(self._entry)
        self._taken = {
            name
            for name in names - self._own
            if self.hass.services.has_service(NOTIFY_DOMAIN, name)
        }
        self._own = names - self._taken
        if self._taken:
            self._repairs.show(
                Issue.NOTIFY_ACTION,
                "notify_action_taken",
                action=", notify.".join(sorted(self._taken)),
            )
        else:
            self._repairs.clear(Issue.NOTIFY_ACTION)
        await super().async_register_services()

    @override
    async def async_unregister_services(self) -> None:
        """Remove the actions of this account, and none that has one of their names but belongs to somebody else."""
        for name in self._own:
            self.hass.services.async_remove(NOTIFY_DOMAIN, name)

    @override
    async def async_send_message(self, message: str, **kwargs: Any) -> None:
        """Send; raises if the message was not accepted for all recipients."""
        try:
            data = _DATA_SCHEMA(kwargs.get(ATTR_DATA) or {})
        except vol.Invalid as error:
            allowed = ", ".join(map(str, SMS_FIELDS))
            raise validation_error("invalid_data", fields=allowed) from error
        recipients = await self._async_recipients(kwargs.get(ATTR_TARGET))
        text = titled(message, kwargs.get(ATTR_TITLE))
        report = await self._messenger.async_send(Sms.of(recipients, text, data))
        await async_raise_for_failures(self.hass, report, partial_is_fine=False)

    async def _async_recipients(
        self, target: Sequence[object] | None
    ) -> tuple[Recipient, ...]:
        match target:
            case None:
                return self._address_book.everybody()
            case [_SavedTarget(subentry_id)]:
                return self._address_book.of_subentry(subentry_id)
            case _:
                return await self._address_book.async_resolve(target)
