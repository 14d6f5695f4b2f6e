"""Whom an assistant may send to: the people whose notify entities the household has exposed to it, and their names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from homeassistant.components.homeassistant import async_should_expose
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..account.service_call import async_accounts
from ..gateway import fold
from .address_book import AddressBook
from .target import async_reached_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """Those whom an exposed notify entity reaches: a saved recipient, or with no subentry all of the account.

    ``names`` are those that the household has given the entity for its assistants.
    """

    entry_id: str
    account: str
    entity_id: str
    subentry_id: str | None
    names: Sequence[str]
    numbers: frozenset[str]


@callback
def async_exposed_people(
    hass: HomeAssistant, assistant: str
) -> Mapping[str, Sequence[Exposed]]:
    """Return whom an assistant may send to, by name and in the order of the names; there need not be anybody.

    A name that several have is followed by the account's. Where this tells them apart no better, it means them all.
    """
    exposed = [*_exposed(hass, assistant)]
    having = defaultdict(set)
    for each in exposed:
        for name in each.names:
            having[fold(name)].add(each.entity_id)
    called: defaultdict[str, dict[str, Exposed]] = defaultdict(dict)
    for each in exposed:
        for name in each.names:
            is_alone = len(having[fold(name)]) == 1
            unique = name if is_alone else f"{name} ({each.account})"
            called[unique][each.entity_id] = each
    return {name: [*called[name].values()] for name in sorted(called)}


def _exposed(hass: HomeAssistant, assistant: str) -> Iterator[Exposed]:
    """Yield those of all accounts, also of those that are not at work: whoever asks is told."""
    registry = er.async_get(hass)
    for entry in async_accounts(hass):
        book = AddressBook.of(entry.subentries)
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
            people = async_reached_by(hass, entity.entity_id)
            if people and async_should_expose(hass, assistant, entity.entity_id):
                _, subentry_id = people
                reached = book.recipients_of({subentry_id})
                yield Exposed(
                    entry_id=entry.entry_id,
                    account=entry.title,
                    entity_id=entity.entity_id,
                    subentry_id=subentry_id,
                    names=er.async_get_entity_aliases(hass, entity),
                    numbers=frozenset(who.number for who in reached),
                )
