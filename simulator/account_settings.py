"""The settings of an account as JSON spells them."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from .account import Account, decimal_text
from .push import PushError, check_loopback

_SECRET = frozenset({"password", "api_key", "push_url"})
_NOT_SETTINGS = frozenset({"username", "sent", "received", "push_failure"})

_MOST_SECONDS = 30 * 24 * 3600


class SettingError(ValueError):
    """A setting that an account can't have."""


def read_settings(given: Mapping[str, object]) -> dict[str, Any]:
    """Give attributes of an account from JSON, or raise SettingError that names the wrong one."""
    if unknown := given.keys() - _READERS.keys():
        raise SettingError(f"An account has no {', '.join(sorted(unknown))}")
    settings: dict[str, Any] = {}
    for name, value in given.items():
        try:
            settings[name] = _READERS[name](value)
        except ValueError as failure:
            raise SettingError(f"{name}: {failure}") from failure
    return settings


def apply_settings(account: Account, settings: Mapping[str, Any]) -> None:
    """Set attributes of an account; a new push URL is switched on again."""
    for name, value in settings.items():
        setattr(account, name, value)
    if "push_url" in settings:
        account.push_failure = None


def show_account(account: Account) -> dict[str, object]:
    """Give an account as JSON, without its secrets."""
    shown: dict[str, object] = {"username": account.username}
    for each in fields(Account):
        if each.name in _SECRET | _NOT_SETTINGS:
            continue
        match getattr(account, each.name):
            case Decimal() as number:
                shown[each.name] = decimal_text(number)
            case timedelta() as time:
                shown[each.name] = time.total_seconds()
            case value:
                shown[each.name] = value
    return shown | {
        "api_key_demanded": account.api_key is not None,
        "push": account.push_failure or ("on" if account.push_url else "off"),
        "sent": len(account.sent),
        "received": len(account.received),
    }


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SettingError("must be a text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingError("must be true or false")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise SettingError("must be a whole number, 0 or more")
    return value


def _seconds(value: object) -> timedelta:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise SettingError("must be a number of seconds")
    if not 0 <= value <= _MOST_SECONDS:
        raise SettingError(f"must be between 0 and {_MOST_SECONDS} seconds")
    return timedelta(seconds=value)


def _decimal(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise SettingError("must be a decimal number")
    return number


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise SettingError("must be a list of texts")
    return [_text(each) for each in value]


def _patterns(value: object) -> dict[int, int | str]:
    if not isinstance(value, dict):
        raise SettingError(
            'must be an object like {"12345": 2} or {"12345": "Code: {0}"}'
        )
    return {
        int(body_id): _text(pattern) if isinstance(pattern, str) else _count(pattern)
        for body_id, pattern in value.items()
    }


def _push_url(value: object) -> str:
    url = _text(value)
    try:
        check_loopback(url)
    except PushError as failure:
        raise SettingError(str(failure)) from failure
    return url


def _or_none[T](read: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value is None else read(value)


_READERS: dict[str, Callable[[object], object]] = {
    "password": _text,
    "credit": _decimal,
    "base_price": _decimal,
    "lines": _texts,
    "api_key": _or_none(_text),
    "allowed_addresses": _or_none(_texts),
    "active": _flag,
    "documents_complete": _flag,
    "daily_limit": _or_none(_count),
    "hourly_limit": _or_none(_count),
    "volume_limit": _or_none(_count),
    "minimum_count": _count,
    "filtered_words": _texts,
    "links_allowed": _flag,
    "opt_out_required": _flag,
    "public_lines": _texts,
    "service_lines": _texts,
    "advertising_lines": _texts,
    "shared_service_access": _flag,
    "shared_line": _or_none(_text),
    "patterns": _patterns,
    "persian_tariff": _decimal,
    "latin_tariff": _decimal,
    "push_url": _or_none(_push_url),
    "sent_lag": _seconds,
    "sent_missing": _count,
}
