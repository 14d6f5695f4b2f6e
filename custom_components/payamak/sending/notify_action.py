"""The action ``notify.<notify_action>``, and one for each saved recipient.

Older than notify entities, but what ``alert``, notify groups and other integrations call.
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
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import slugify
import voluptuous as vol

from ..account.errors import validation_error
from ..account.issues import Issue, async_clear_issues, async_raise_issue
from ..const import CONF_NOTIFY_ACTION, DOMAIN
from ..coordinator import PayamakConfigEntry
from ..people.address_book import AddressBook, Recipient
from .actions import SMS_FIELDS
from .message import Sms, titled
from .report import async_raise_for_failures

# A notify group hands the same data to all members, so what others understand is passed over.
_DATA_SCHEMA: Final = vol.Schema(SMS_FIELDS, extra=vol.REMOVE_EXTRA)


@dataclass(frozen=True, slots=True)
class _SavedTarget:
    """What the action of one saved recipient hands over as its target.

    It is no text, so nothing that a user writes in ``target`` can be mistaken for it. A name would not do:
    Home Assistant's own rename menu can give two recipients the same one.
    """

    subentry_id: str


def is_notify_action_name(name: str) -> bool:
    """Tell whether a name can be one: a Latin slug."""
    return bool(name) and name == slugify(name)


def notify_action_names(entry: ConfigEntry, action: str | None = None) -> set[str]:
    """Return all the names that an account has, or would have under another action's name."""
    base = action or entry.data[CONF_NOTIFY_ACTION]
    return {base, *(f"{base}_{each.slug}" for each in AddressBook.of(entry).saved)}


@callback
def is_notify_action_free(
    hass: HomeAssistant, name: str, *, for_entry: ConfigEntry | None = None
) -> bool:
    """Tell whether a name may be taken, by an account that may have it already."""
    if for_entry and name in notify_action_names(for_entry):
        return True
    return not hass.services.has_service(NOTIFY_DOMAIN, name) and not any(
        name in notify_action_names(entry)
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    )


async def async_setup_notify_action(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> None:
    """Register the account's notify actions, as long as nobody else has their names."""
    base: str = entry.data[CONF_NOTIFY_ACTION]
    notify_action = PayamakNotifyAction(entry)
    await notify_action.async_setup(hass, base, base)
    # Nothing is waited for from here on: of accounts that start together, both would find a name free.
    await notify_action.async_register_services()
    entry.async_on_unload(notify_action.async_unregister_services)
    entry.runtime_data.recipient_followers.append(notify_action.async_register_services)


class PayamakNotifyAction(BaseNotificationService):
    """Sends an SMS to names and numbers, or to everybody where none are given."""

    def __init__(self, entry: PayamakConfigEntry) -> None:
        """Send over the account's messenger; names that are taken stay with their owners."""
        self._entry = entry
        self._own: set[str] = set()
        self._taken: set[str] = set()
        self._base: str = entry.data[CONF_NOTIFY_ACTION]
        self._address_book = entry.runtime_data.address_book
        self._messenger = entry.runtime_data.messenger

    @property
    @override
    def targets(self) -> Mapping[str, Any]:
        """Return the saved recipients' slugs, each with the recipient that its action sends to."""
        return {
            each.slug: _SavedTarget(each.subentry_id)
            for each in self._address_book.saved
            if f"{self._base}_{each.slug}" not in self._taken
        }

    @override
    async def async_register_services(self) -> None:
        """Register what nobody else has; nothing is waited for between looking and taking."""
        names = notify_action_names(self._entry)
        self._taken = {
            name
            for name in names - self._own
            if self.hass.services.has_service(NOTIFY_DOMAIN, name)
        }
        self._own = names - self._taken
        if self._taken:
            async_raise_issue(
                self.hass,
                self._entry,
                Issue.NOTIFY_ACTION,
                "notify_action_taken",
                action=", notify.".join(sorted(self._taken)),
            )
        else:
            async_clear_issues(self.hass, self._entry, Issue.NOTIFY_ACTION)
        await super().async_register_services()

    @override
    async def async_unregister_services(self) -> None:
        """Remove what is the account's own; a name that was taken stays with its owner."""
        for name in self._own:
            self.hass.services.async_remove(NOTIFY_DOMAIN, name)
        self._own.clear()
        self.registered_targets.clear()

    @override
    async def async_send_message(self, message: str, **kwargs: Any) -> None:
        """Send; raises where anybody's message was not accepted."""
        try:
            data = _DATA_SCHEMA(kwargs.get(ATTR_DATA) or {})
        except vol.Invalid as error:
            allowed = ", ".join(map(str, SMS_FIELDS))
            raise validation_error("invalid_data", fields=allowed) from error
        recipients = self._recipients(kwargs.get(ATTR_TARGET))
        text = titled(message, kwargs.get(ATTR_TITLE))
        report = await self._messenger.async_send(Sms.of(recipients, text, data))
        await async_raise_for_failures(self.hass, report, partial_is_fine=False)

    def _recipients(self, target: Sequence[object] | None) -> tuple[Recipient, ...]:
        match target:
            case None:
                return self._address_book.everybody()
            case [_SavedTarget(subentry_id)]:
                return self._address_book.of_subentry(subentry_id)
            case _:
                return self._address_book.resolve(target)
