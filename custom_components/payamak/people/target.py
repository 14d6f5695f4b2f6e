"""The target of an action, a trigger or a condition: the saved people whom entities, devices, areas, floors and labels mean."""

from collections import defaultdict
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.group import expand_entity_ids
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ..const import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPeople:
    """Whom a target means: by the entry of their account, the subentries of saved people, and None for all of them.

    ``strangers`` are the entities that the target itself names, and that reach nobody of ours; the members of a group
    may be anything.
    """

    by_entry: Mapping[str, Collection[str | None]]
    strangers: Collection[str]


@callback
def async_people_of(
    hass: HomeAssistant,
    target: Mapping[str, Any],
    of_accounts: Container[str] | None = None,
) -> TargetPeople:
    """Find the people whom a target means now, of all accounts or of some.

    What an area or a label holds besides is left out, and of hidden entities what Home Assistant leaves out.
    """
    selection = TargetSelection(dict(target))
    selected = async_extract_referenced_entity_ids(hass, selection)
    registry = er.async_get(hass)
    by_entry: defaultdict[str, set[str | None]] = defaultdict(set)
    reached: set[str] = set()
    for entity_id in selected.referenced | selected.indirectly_referenced:
        entity = registry.async_get(entity_id)
        if (
            entity
            and (entry_id := entity.config_entry_id)
            and (of_accounts is None or entry_id in of_accounts)
            and _reaches_people(entity)
        ):
            reached.add(entity_id)
            by_entry[entry_id].add(entity.config_subentry_id)
    strangers = {
        each
        for each in selection.entity_ids - reached
        if not set(expand_entity_ids(hass, [each])) - {each}
    }
    return TargetPeople(by_entry=by_entry, strangers=sorted(strangers))


def _reaches_people(entity: er.RegistryEntry) -> bool:
    return (
        entity.platform == DOMAIN
        and entity.domain == NOTIFY_DOMAIN
        and entity.disabled_by is None
    )
