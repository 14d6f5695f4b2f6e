"""The examples of the pages, taken apart: what an automation calls, and what it names."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
import re
from typing import Any

import homeassistant
from homeassistant.util.yaml import load_yaml_dict

_COMPONENTS = Path(homeassistant.__file__).parent / "components"
_AUTOMATION = {"triggers", "conditions", "actions"}


def is_automation(example: Any) -> bool:
    """Tell whether an example is an automation, or a part of one."""
    return isinstance(example, dict) and bool(_AUTOMATION & example.keys())


def is_action(example: Any) -> bool:
    """Tell whether an example is an action alone."""
    return isinstance(example, dict) and "action" in example


def parts(example: Any) -> Iterator[Mapping[str, Any]]:
    """Return every mapping in an example, itself included."""
    if isinstance(example, dict):
        yield example
        for value in example.values():
            yield from parts(value)
    elif isinstance(example, list):
        for value in example:
            yield from parts(value)


def calls(example: Any) -> list[Mapping[str, Any]]:
    """Return the actions that an example calls."""
    return [part for part in parts(example) if "action" in part]


def triggers(example: Any) -> list[Mapping[str, Any]]:
    """Return the triggers of an example."""
    return [part for part in parts(example) if isinstance(part.get("trigger"), str)]


def is_template(value: Any) -> bool:
    """Tell whether a value is known only when the automation runs."""
    return isinstance(value, str) and "{{" in value


def fields(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an action is given, its target included, as Home Assistant gives it."""
    return {**call.get("target", {}), **call.get("data", {})}


def steps(call: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the steps of an alert that an action raises, none for any other."""
    return [
        each if isinstance(each, dict) else {"recipients": each}
        for each in fields(call).get("steps", [])
    ]


def people(call: Mapping[str, Any], *options: str) -> Iterator[str]:
    """Return the names that stand in these options of a call or a trigger."""
    for option in options:
        given = call.get(option, [])
        for each in given if isinstance(given, list) else re.split("[,،]", given):
            if not is_template(each) and not re.fullmatch(r"[\d +]+", each.strip()):
                yield each.strip()


@cache
def fields_of_home_assistant(action: str) -> set[str] | None:
    """Return what an action of Home Assistant itself takes, or None where there is no such action."""
    domain, _, name = action.partition(".")
    described = _COMPONENTS / domain / "services.yaml"
    if not described.exists() or name not in (known := load_yaml_dict(str(described))):
        return None
    taken = {"entity_id"}
    for field, description in (known[name] or {}).get("fields", {}).items():
        # A section of the form holds fields of its own.
        taken |= (description or {}).get("fields", {field: None}).keys()
    return taken
