"""Whom an action is for: the people of its target and of its list, each with the account that reaches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..account.errors import validation_error
from ..account.service_call import (
    ATTR_CONFIG_ENTRY_ID,
    async_accounts,
    is_usual,
    listed,
    loaded_account,
)
from ..coordinator import PayamakConfigEntry
from .address_book import AddressBook, Recipient
from .meant import KnownAccount, async_who_is_meant
from .target import async_people_of

ATTR_RECIPIENTS: Final = "recipients"

# What a list means is looked up later, and an error about it is in the user's language.
RECIPIENTS_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_RECIPIENTS, default=list): vol.All(listed, [cv.string])
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Those whom one account reaches."""

    entry: PayamakConfigEntry
    recipients: Sequence[Recipient]


async def async_addressed(call: ServiceCall) -> Sequence[Addressed]:
    """Return whom a call is for, as below."""
    return await async_addressed_by(call.hass, call.data)


async def async_addressed_by(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> Sequence[Addressed]:
    """Return whom a target and a list mean. Raises ServiceValidationError where that is nobody, or can't be told.

    An account that is not at work is among them as long as another one is.
    """
    entries = _entries(hass, data)
    by_id = {entry.entry_id: entry for entry in entries}
    people = async_people_of(hass, data, of_accounts=by_id)
    if people.strangers:
        raise validation_error("not_a_recipient", entities=", ".join(people.strangers))
    meant = await async_who_is_meant(
        [_known(entry) for entry in entries],
        people.by_entry,
        data[ATTR_RECIPIENTS],
    )
    if not any(by_id[each].state is ConfigEntryState.LOADED for each in meant):
        loaded_account(hass, next(iter(meant)))
    return [
        Addressed(entry=by_id[each], recipients=recipients)
        for each, recipients in meant.items()
    ]


def _entries(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> Sequence[PayamakConfigEntry]:
    """Return the account that is named, else all that the user has."""
    chosen = data.get(ATTR_CONFIG_ENTRY_ID)
    entries = () if chosen else async_accounts(hass)
    return entries or [loaded_account(hass, chosen)]


def _known(entry: PayamakConfigEntry) -> KnownAccount:
    return KnownAccount(
        entry_id=entry.entry_id,
        title=entry.title,
        is_usual=is_usual(entry),
        address_book=AddressBook.of(entry.subentries),
    )
