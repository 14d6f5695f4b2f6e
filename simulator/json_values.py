"""Settings as JSON spells them: what may stand there, and what is wrong if something else does."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

type Reader = Callable[[object], object]

_MOST_SECONDS = 30 * 24 * 3600


class SettingError(ValueError):
    """A setting that nothing can have."""


def read_each(
    given: object, readers: Mapping[str, Reader], whose: str
) -> dict[str, Any]:
    """Read the settings of an object, or raise SettingError that names the wrong one."""
    if not isinstance(given, dict):
        raise SettingError("must be an object")
    if unknown := given.keys() - readers.keys():
        raise SettingError(f"{whose} has no {', '.join(sorted(unknown))}")
    settings: dict[str, Any] = {}
    for name, value in given.items():
        try:
            settings[name] = readers[name](value)
        except ValueError as failure:
            raise SettingError(f"{name}: {failure}") from failure
    return settings


def text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str) or not value:
        raise SettingError("must be a text")
    return value


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise SettingError("must be true or false")
    return value


def count(value: object) -> int:
    """Read a whole number, 0 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise SettingError("must be a whole number, 0 or more")
    return value


def seconds(value: object) -> timedelta:
    """Read a number of seconds."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise SettingError("must be a number of seconds")
    if not 0 <= value <= _MOST_SECONDS:
        raise SettingError(f"must be between 0 and {_MOST_SECONDS} seconds")
    return timedelta(seconds=value)


def texts(value: object) -> list[str]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise SettingError("must be a list of texts")
    return [text(each) for each in value]


def or_none[T](read: Callable[[object], T]) -> Callable[[object], T | None]:
    """Read null as None, and all else as another reader does."""
    return lambda value: None if value is None else read(value)
