"""The settings of a phone as JSON spells them."""

from typing import cast

from .json_values import (
    Reader,
    SettingError,
    count,
    flag,
    or_none,
    read_each,
    seconds,
    text,
)
from .phones import Answer, PhoneSettings
from .text import parse_mobile


def read_phone(given: object) -> PhoneSettings:
    """Read what is said about a phone, or raise SettingError that names what is wrong."""
    return cast("PhoneSettings", read_each(given, _OF_PHONE, "A phone"))


def read_phones(given: object) -> dict[str, PhoneSettings]:
    """Read what is said about phones, by their numbers."""
    if not isinstance(given, dict):
        raise SettingError('must be an object like {"09121234567": {"name": "Mother"}}')
    phones: dict[str, PhoneSettings] = {}
    for number, settings in given.items():
        if parse_mobile(number) is None:
            raise SettingError(f"Not a mobile number: {number}")
        try:
            phones[number] = read_phone(settings)
        except SettingError as failure:
            raise SettingError(f"{number}: {failure}") from failure
    return phones


def show_answer(answer: Answer) -> dict[str, object]:
    """Give an answer as JSON."""
    return {
        "text": answer.text,
        "after": answer.after.total_seconds(),
        "contains": answer.contains,
        "times": answer.times,
    }


def _answer(value: object) -> Answer:
    given = read_each(value, _OF_ANSWER, "An answer")
    if "text" not in given:
        raise SettingError("text: must be a text")
    return Answer(**given)


_OF_ANSWER: dict[str, Reader] = {
    "text": text,
    "after": seconds,
    "contains": or_none(text),
    "times": or_none(count),
}
_OF_PHONE: dict[str, Reader] = {
    "name": or_none(text),
    "on": flag,
    "answer": or_none(_answer),
}
