"""Private words, searched for where none may be."""

from collections.abc import Iterable
import json
from urllib.parse import quote, quote_plus


def leaks(text: str, private: Iterable[str]) -> list[str]:
    """Return which of the private words occur in a text, in whatever spelling a log or a request may use."""
    return [
        word
        for word in private
        if any(spelling in text for spelling in _spellings(word))
    ]


def _spellings(word: str) -> set[str]:
    return {word, json.dumps(word)[1:-1], quote(word), quote_plus(word)}
