"""The fields of the actions for questions and alerts."""

from homeassistant.exceptions import ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.payamak.alerts.fields import MESSAGE_SCHEMA, PIN_SCHEMA

_PIN = vol.Schema(PIN_SCHEMA)
_MESSAGE = vol.Schema(MESSAGE_SCHEMA)


@pytest.mark.parametrize(
    ("value", "pin"),
    [("4711", "4711"), (4711, "4711"), (" tulip ", "tulip"), ("۴۷۱۱", "۴۷۱۱")],
)
def test_a_pin_is_one_word(value: object, pin: str) -> None:
    """YAML may make a number of it."""
    assert _PIN({"pin": value}) == {"pin": pin}
    assert _PIN({}) == {}


@pytest.mark.parametrize("value", ["", "  ", "47 11", "tulip\nrose", "#", "**"])
def test_no_other_pin_is_accepted(value: str) -> None:
    """It is looked for among the words of a reply; the error is in the user's language."""
    with pytest.raises(ServiceValidationError) as raised:
        _PIN({"pin": value})
    assert raised.value.translation_key == "invalid_pin"


@pytest.mark.parametrize(
    ("value", "message"), [("Smoke!", "Smoke!"), (5, "5"), (None, ""), ("", "")]
)
def test_a_message_is_any_text(value: object, message: str) -> None:
    """An empty one is refused later, with a better error."""
    assert _MESSAGE({"message": value}) == {"message": message}


def test_a_message_is_needed_and_is_a_text() -> None:
    """A list is a mistake."""
    for values in ({}, {"message": ["Smoke!"]}):
        with pytest.raises(vol.Invalid):
            _MESSAGE(values)
