"""The text options of a trigger: which values they accept, and which texts fit them."""

from dataclasses import dataclass
import re

import voluptuous as vol

from ..gateway import fold
from ..people.people_filter import no_template


def wanted_text(value: object) -> str:
    """Accept a text that is not empty; an empty one would fit every SMS."""
    # YAML reads ON as True and 0123 as 83; what the user wrote can't be restored.
    if not isinstance(value, str):
        raise vol.Invalid("this must be a text; in YAML, put it in quotes")
    if not fold(value):
        raise vol.Invalid("this must not be empty; leave it out to accept any text")
    return no_template(value)


def regular_expression(value: object) -> str:
    """Accept a valid regular expression."""
    pattern = wanted_text(value)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise vol.Invalid(f"this is not a regular expression: {error}") from error
    return pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFilter:
    """Which texts are wanted, however their letters, digits and spaces were typed."""

    contains: str | None
    exactly: str | None

    def fits(self, text: str) -> bool:
        """Tell whether a text is wanted; where both are given, both must hold."""
        folded = fold(text)
        return (self.contains is None or fold(self.contains) in folded) and (
            self.exactly is None or fold(self.exactly) == folded
        )
