"""The target of an action, a trigger or a condition: the saved people whom entities, devices, areas, floors and labels mean."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.const import CONF_EXCLUDE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.group import expand_entity_ids
from homeassistant.helpers.target import (
    SelectedEntities,
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ..const import DOMAIN
from ..gateway import mask_number


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPeople:
    """Whom a target means: by the entry of their account, the subentries of saved people, and None for all of them.

    ``strangers`` are the entities that the target itself names, and that reach nobody of ours; the members of a group
    may be anything. ``left_out`` are those whom the target excludes, whoever means them. ``missing`` tells for the log which of its devices, areas, floors and labels are not
    there any more.
    """

    by_entry: Mapping[str, Collection[str | None]]
    left_out: Mapping[str, Collection[str | None]]
    strangers: Collection[str]
    missing: Collection[str]


@callback
def async_people_of(
    hass: HomeAssistant,
    target: Mapping[str, Any],
    of_accounts: Container[str] | None = None,
) -> TargetPeople:
    """Find the people whom a target means now, of all accounts or of some.

    What an area or a label holds besides is left out, and of hidden entities what Home Assistant leaves out. So is the
    entity that reaches everybody where its device alone is in an area: the account is there, and not all its people.
    """
    selection = TargetSelection(dict(target))
    selected = async_extract_referenced_entity_ids(hass, selection)
    by_entry: defaultdict[str, set[str | None]] = defaultdict(set)
    for entity_id in selected.referenced | selected.indirectly_referenced:
        if people := async_reached_by(hass, entity_id, of_accounts):
            entry_id, subentry_id = people
            if (
                subentry_id is not None
                or entity_id in selected.referenced
                or _is_chosen_itself(hass, entity_id, selection)
            ):
                by_entry[entry_id].add(subentry_id)
    strangers = [
        each
        for each in sorted(selection.entity_ids)
        if not async_reached_by(hass, each, of_accounts) and not _is_group(hass, each)
    ]
    excluded = target.get(CONF_EXCLUDE)
    return TargetPeople(
        by_entry=by_entry,
        # Home Assistant leaves their entities out, and not the people of an entity that stands for several.
        left_out=async_people_of(hass, excluded).by_entry if excluded else {},
        strangers=strangers,
        missing=[*_missing(selected)],
    )


@callback
def async_reached_by(
    hass: HomeAssistant, entity_id: str, of_accounts: Container[str] | None = None
) -> tuple[str, str | None] | None:
    """Return the entry and the subentry of those whom an entity reaches; it is there without being loaded."""
    entity = er.async_get(hass).async_get(entity_id)
    if (
        entity is None
        or (entity.platform, entity.domain) != (DOMAIN, NOTIFY_DOMAIN)
        or entity.disabled_by is not None
        or (entry_id := entity.config_entry_id) is None
        or (of_accounts is not None and entry_id not in of_accounts)
    ):
        return None
    return entry_id, entity.config_subentry_id


def _missing(selected: SelectedEntities) -> Iterator[str]:
    # The user words the ids of all but the devices, maybe with a number.
    yield from (f"device {each}" for each in sorted(selected.missing_devices))
    for kind, ids in (
        ("area", selected.missing_areas),
        ("floor", selected.missing_floors),
        ("label", selected.missing_labels),
    ):
        yield from (f"{kind} {mask_number(each)}" for each in sorted(ids))


def _is_chosen_itself(
    hass: HomeAssistant, entity_id: str, selection: TargetSelection
) -> bool:
    """Tell whether a target means an entity or its device by more than the area that the device is in."""
    entity = er.async_get(hass).entities[entity_id]
    device = dr.async_get(hass).async_get(entity.device_id or "")
    labels = entity.labels | (device.labels if device else set())
    return (
        entity.area_id is not None
        or entity.device_id in selection.device_ids
        or not labels.isdisjoint(selection.label_ids)
    )


def _is_group(hass: HomeAssistant, entity_id: str) -> bool:
    return bool(set(expand_entity_ids(hass, [entity_id])) - {entity_id})
