"""The settings of an account as JSON spells them."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from .account import Account, decimal_text
from .json_values import (
    SettingError,
    count,
    flag,
    or_none,
    read_each,
    seconds,
    text,
    texts,
)
from .push import PushError, check_loopback

_SECRET = frozenset({"password", "api_key", "push_url"})
_NOT_SETTINGS = frozenset({"username", "sent", "received", "push_failure"})


def read_settings(given: Mapping[str, object]) -> dict[str, Any]:
    """Give attributes of an account from JSON, or raise SettingError that names the wrong one."""
    return read_each(given, _READERS, "An account")


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


def _decimal(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise SettingError("must be a decimal number")
    return number


def _patterns(value: object) -> dict[int, int | str]:
    if not isinstance(value, dict):
        raise SettingError(
            'must be an object like {"12345": 2} or {"12345": "Code: {0}"}'
        )
    return {
        int(body_id): text(pattern) if isinstance(pattern, str) else count(pattern)
        for body_id, pattern in value.items()
    }


def _push_url(value: object) -> str:
    url = text(value)
    try:
        check_loopback(url)
    except PushError as failure:
        raise SettingError(str(failure)) from failure
    return url


_READERS: dict[str, Callable[[object], object]] = {
    "password": text,
    "credit": _decimal,
    "base_price": _decimal,
    "lines": texts,
    "api_key": or_none(text),
    "allowed_addresses": or_none(texts),
    "active": flag,
    "documents_complete": flag,
    "daily_limit": or_none(count),
    "hourly_limit": or_none(count),
    "volume_limit": or_none(count),
    "minimum_count": count,
    "filtered_words": texts,
    "links_allowed": flag,
    "opt_out_required": flag,
    "public_lines": texts,
    "service_lines": texts,
    "advertising_lines": texts,
    "shared_service_access": flag,
    "shared_line": or_none(text),
    "patterns": _patterns,
    "persian_tariff": _decimal,
    "latin_tariff": _decimal,
    "push_url": or_none(_push_url),
    "sent_lag": seconds,
    "sent_missing": count,
}
