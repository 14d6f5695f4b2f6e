"""Which texts a trigger wants, and what may be written there."""

import pytest
import voluptuous as vol

from custom_components.payamak.inbox.text_filter import (
    TextFilter,
    regular_expression,
    wanted_text,
)


@pytest.mark.parametrize("value", [True, 83, None, ["a"], 1.5])
@pytest.mark.parametrize("accept", [wanted_text, regular_expression])
def test_what_is_no_text_is_refused(accept: vol.Schemable, value: object) -> None:
    """YAML reads ON and 0123 as something else, and what was written can't be restored."""
    with pytest.raises(
        vol.Invalid, match="^this must be a text; in YAML, put it in quotes$"
    ):
        accept(value)


@pytest.mark.parametrize("value", ["", " ", "\u200c\t"])
@pytest.mark.parametrize("accept", [wanted_text, regular_expression])
def test_an_empty_text_is_refused(accept: vol.Schemable, value: str) -> None:
    """It would fit every SMS."""
    with pytest.raises(
        vol.Invalid,
        match="^this must not be empty; leave it out to accept any text$",
    ):
        accept(value)


@pytest.mark.parametrize("value", ["ON", " on ", "باز کن", "a|b"])
@pytest.mark.parametrize("accept", [wanted_text, regular_expression])
def test_a_text_stays_as_it_was_written(accept: vol.Schemable, value: str) -> None:
    """It is compared by its folded form only later."""
    assert accept(value) == value


@pytest.mark.parametrize("accept", [wanted_text, regular_expression])
def test_a_template_is_refused(accept: vol.Schemable) -> None:
    """It is not filled in there."""
    with pytest.raises(vol.Invalid):
        accept("{{ states('sensor.code') }}")


@pytest.mark.parametrize(
    ("value", "why"),
    [("(", "missing \\)"), ("a{99999999999}", "repetition"), ("(" * 99_999, "")],
)
def test_what_is_no_regular_expression_is_refused(value: str, why: str) -> None:
    """It is said what is wrong with it."""
    with pytest.raises(
        vol.Invalid, match=f"^this is not a regular expression: .*{why}"
    ):
        regular_expression(value)


@pytest.mark.parametrize(
    ("contains", "exactly", "text", "fits"),
    [
        (None, None, "anything", True),
        (None, None, "", True),
        ("کد", None, "  كد ۱۲۳", True),
        ("123", None, "كد ۱۲۳", True),
        ("1234", None, "كد ۱۲۳", False),
        (None, "ON", "on", True),
        (None, "on", "on now", False),
        ("on", "on now", "On  now", True),
        ("off", "on now", "on now", False),
        ("on", "on", "on now", False),
    ],
)
def test_a_text_is_wanted_however_it_was_typed(
    contains: str | None, exactly: str | None, text: str, fits: bool
) -> None:
    """Where both are given, both must hold."""
    assert TextFilter(contains=contains, exactly=exactly).fits(text) is fits
