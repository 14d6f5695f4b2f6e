"""Fields that the actions for questions and alerts have in common."""

from typing import Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..account.errors import validation_error
from .hearing import bare


def text(value: object) -> str:
    """Accept any text. A template may give None, which is an empty text here, and refused later with a better error."""
    return "" if value is None else cv.string(value)


def _pin(value: object) -> str:
    """Accept one word; raises ServiceValidationError for anything else, in the user's language."""
    pin = cv.string(value).strip()
    # Signs alone are no part of a word: any sign would be the PIN.
    if len(pin.split()) != 1 or not bare(pin):
        raise validation_error("invalid_pin")
    return pin


MESSAGE_SCHEMA: Final[VolDictType] = {vol.Required("message"): text}
PIN_SCHEMA: Final[VolDictType] = {vol.Optional("pin"): _pin}
