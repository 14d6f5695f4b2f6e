"""The parameters of a call, however its body spells them."""

from collections.abc import Mapping
import json
import re
from urllib.parse import parse_qsl

FORM, JSON_TYPES = (
    "application/x-www-form-urlencoded",
    ("application/json", "text/json"),
)


_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_INT32 = range(-(2**31), 2**31)


class UnsupportedBodyError(Exception):
    """The body is of a media type that the service has no formatter for."""


def parse_body(body: bytes, content_type: str, charset: str) -> dict[str, str]:
    """Read a form or JSON body; what can't be read is missing, as model binding has it."""
    if not body.strip():
        return {}
    if content_type == FORM:
        return _first_of_each(_parse_form(body, content_type, charset))
    if content_type in JSON_TYPES:
        try:
            document = json.loads(
                body.decode(charset).removeprefix("\ufeff"),
                parse_float=str,
                parse_int=str,
            )
        except ValueError, RecursionError:
            return {}
        if not isinstance(document, dict):
            return {}
        return {
            name: text
            for name, value in document.items()
            if (text := _scalar(value)) is not None
        }
    raise UnsupportedBodyError(content_type)


class Parameters:
    """The parameters of a call by their names in any case, with a default for what is missing."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """Keep the parameters."""
        self._by_name: dict[str, str] = {}
        for name, value in given.items():
            self._by_name.setdefault(name.lower(), value)

    def text(self, name: str) -> str:
        """Give a text, empty if it is missing."""
        return self._by_name.get(name.lower(), "")

    def flag(self, name: str) -> bool:
        """Give a boolean, false if it is missing or unreadable."""
        return self.text(name).strip().lower() == "true"

    def number(self, name: str) -> int:
        """Give a whole number of 32 bits, 0 if it is missing, unreadable or larger."""
        text = self.text(name).strip()
        number = int(text) if _WHOLE.fullmatch(text) else 0
        return number if number in _INT32 else 0


def _parse_form(body: bytes, content_type: str, charset: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode(charset, "replace"),
            keep_blank_values=True,
            encoding=charset,
            errors="replace",
        )
    except UnicodeError as failure:
        # A codec of Python's that reads no bodies.
        raise UnsupportedBodyError(content_type) from failure


def _first_of_each(pairs: list[tuple[str, str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in pairs:
        given.setdefault(name, value)
    return given


def _scalar(value: object) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return None
