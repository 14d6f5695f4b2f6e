"""Private words that the system tests find."""

import pytest

from tests.system.leaks import leaks


@pytest.mark.parametrize(
    "text",
    [
        "sent آب در زیرزمین to",
        r'{"text": "\u0622\u0628 \u062f\u0631 \u0632\u06cc\u0631\u0632\u0645\u06cc\u0646"}',
        "text=%D8%A2%D8%A8%20%D8%AF%D8%B1%20%D8%B2%DB%8C%D8%B1%D8%B2%D9%85%DB%8C%D9%86",
        "text=%D8%A2%D8%A8+%D8%AF%D8%B1+%D8%B2%DB%8C%D8%B1%D8%B2%D9%85%DB%8C%D9%86",
    ],
)
def test_leak_is_found_in_every_spelling(text: str) -> None:
    """A text is as private in JSON and in a request's body."""
    assert leaks(text, ["آب در زیرزمین", "secret"]) == ["آب در زیرزمین"]
