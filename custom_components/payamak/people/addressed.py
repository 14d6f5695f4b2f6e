"""Whom an action is for: the people of its target and of its list, each with the account that reaches them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
import logging
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
from .meant import NOBODY, KnownAccount, async_who_is_meant
from .target import async_people_of

_LOGGER = logging.getLogger(__name__)

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

    @property
    def is_at_work(self) -> bool:
        """Tell whether the account is set up now."""
        return self.entry.state is ConfigEntryState.LOADED


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
    ids = {entry.entry_id for entry in entries}
    people = async_people_of(hass, data, of_accounts=ids)
    if people.strangers:
        raise validation_error("not_a_recipient", entities=", ".join(people.strangers))
    if people.missing:
        # An alarm still goes to the others: whoever removed somebody did not mean to silence it.
        _LOGGER.warning(
            "A message is for what is not there any more, and goes to the others alone: %s",
            ", ".join(people.missing),
        )
    addressed = await async_address(
        entries, people.by_entry, data[ATTR_RECIPIENTS], people.left_out
    )
    if not any(each.is_at_work for each in addressed):
        loaded_account(hass, addressed[0].entry.entry_id)
    return addressed


async def async_address(
    entries: Sequence[PayamakConfigEntry],
    people: Mapping[str, Collection[str | None]],
    written: object = (),
    left_out: Mapping[str, Collection[str | None]] = NOBODY,
) -> Sequence[Addressed]:
    """Return whom each account reaches of saved people and of what is written, as ``async_who_is_meant`` takes them."""
    by_id = {entry.entry_id: entry for entry in entries}
    meant = await async_who_is_meant(
        [_known(each) for each in entries], people, written, left_out
    )
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
        is_at_work=entry.state is ConfigEntryState.LOADED,
        address_book=AddressBook.of(entry.subentries),
    )
