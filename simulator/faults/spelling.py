"""Faults as JSON spells them: {"fault": "server_error", "short": true}."""

from collections.abc import Mapping
from dataclasses import fields
import re
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from . import bodies, connection, lists, replies
from .base import BeforeOrAfter, Fault
from .lists import RowsFault

FAULTS: dict[str, type[Fault]] = {
    re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower(): kind
    for module in (replies, connection, bodies, lists)
    for kind in vars(module).values()
    if isinstance(kind, type)
    and issubclass(kind, Fault)
    and kind not in {Fault, BeforeOrAfter, RowsFault}
}


def read_fault(name: object, settings: Mapping[str, object]) -> Fault:
    """Give the fault with a name and settings, or raise ValueError."""
    kind = FAULTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"fault must be one of {', '.join(sorted(FAULTS))}")
    hints = get_type_hints(kind)
    known = {each.name for each in fields(kind)}
    if unknown := settings.keys() - known:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
    try:
        return kind(
            **{key: _read(key, value, hints[key]) for key, value in settings.items()}
        )
    except TypeError as missing:
        raise ValueError(f"{name}: {missing}") from missing


def _read(key: str, value: object, hint: Any) -> Any:
    if hint is object:
        return value
    for kind in get_args(hint) if isinstance(hint, UnionType) else (hint,):
        if kind is bool and isinstance(value, bool):
            return value
        if kind is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        if (
            kind is float
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            return float(value)
        if kind is bytes and isinstance(value, str):
            return value.encode()
        if kind is type(None) and value is None:
            return None
        if get_origin(kind) is tuple and isinstance(value, list):
            return tuple(_read(key, each, get_args(kind)[0]) for each in value)
        if isinstance(kind, type) and issubclass(kind, str) and isinstance(value, str):
            return kind(value)
    raise ValueError(f"{key} can't be {value!r}")
