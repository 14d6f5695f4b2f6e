"""Fields that the actions for questions and alerts have in common."""

from typing import Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..account.errors import validation_error
from ..sending.actions import ATTR_MESSAGE, message_text
from .hearing import bare


def _pin(value: object) -> str:
    """Accept one word; raises ServiceValidationError for anything else, in the user's language."""
    pin = cv.string(value).strip()
    # Signs alone are no part of a word: any sign would be the PIN.
    if len(pin.split()) != 1 or not bare(pin):
        raise validation_error("invalid_pin")
    return pin


MESSAGE_SCHEMA: Final[VolDictType] = {vol.Required(ATTR_MESSAGE): message_text}
PIN_SCHEMA: Final[VolDictType] = {vol.Optional("pin"): _pin}
