"""The words of a text, in the form in which what people write is compared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
import re
from typing import Final, Self
import unicodedata

from ..gateway import fold

_TOKEN: Final = re.compile(r"\S+")
_APOSTROPHES: Final = "'’‘ʼ`´"
# What stands beside a word and is no part of it, unlike the signs of "-5" and "20%".
_BESIDE: Final = (
    ".,;:!?…\"“”„'’‘«»()[]{}~*_|،؛؟"
    "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069\ufeff"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and the place where it was written, with its own signs."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """A word's place in the letters of a text."""

    start: int
    end: int
    word: Word


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it is compared: its words in a row, and their places in it.

    A space stands only where it tells words apart. Beside an Arabic or Persian letter it
    does not: a half-space is typed there as a space, or left out.
    """

    letters: str
    places: tuple[Place, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text; symbols count only where it has no words."""
        letters = ""
        places = []
        for word in words_of(text) or symbols_of(text):
            if not (_is_loose(letters[-1:]) or _is_loose(word.folded[0])):
                letters += " "
            start = len(letters)
            letters += word.folded
            places.append(Place(start, len(letters), word))
        return cls(letters, tuple(places))

    def can_part(self, at: int) -> bool:
        """Tell whether one word may end and another begin at a letter."""
        return _is_loose(self.letters[at - 1 : at]) or _is_loose(
            self.letters[at : at + 1]
        )


def words_of(text: str) -> list[Word]:
    """Return the words of a text in their order.

    Case, the forms of a letter, marks above and below it, digits of any script,
    half-spaces, apostrophes and signs make no difference.
    """
    found: list[Word] = []
    for token in _TOKEN.finditer(text):
        if words := list(_words_in(text, token.start(), token.end())):
            start = token.end() - len(token[0].lstrip(_BESIDE))
            end = token.start() + len(token[0].rstrip(_BESIDE))
            words[0] = replace(words[0], start=start)
            words[-1] = replace(words[-1], end=end)
            found += words
    return found


def _words_in(text: str, start: int, end: int) -> Iterator[Word]:
    """Return what signs tell apart in a text without spaces."""
    for inside, places in groupby(
        range(start, end), lambda place: is_in_word(text[place])
    ):
        first, *others = places
        last = (others or [first])[-1]
        if inside and (folded := _fold_word(text[first : last + 1])):
            yield Word(folded, first, last + 1)


def is_in_word(char: str) -> bool:
    """Tell whether a character parts no word into two, seen or not."""
    category = unicodedata.category(char)
    return category[0] in "LMN" or category == "Cf" or char in _APOSTROPHES


def _fold_word(word: str) -> str:
    """Fold a word without its marks: "آ" and "ئ" are often typed as "ا" and "ی"."""
    apart = unicodedata.normalize("NFKD", fold(word))
    plain = [char for char in apart if char.isalnum() and char not in _APOSTROPHES]
    # Once more: without its mark "ئ" is the Arabic "ي".
    return fold("".join(plain))


def symbols_of(text: str) -> list[Word]:
    """Return the symbols of a text as one word, each once: "👍👍" says what "👍" says."""
    symbols = [
        place
        for place, char in enumerate(text)
        if unicodedata.category(char) in ("So", "Sm", "Sc")
    ]
    if not symbols:
        return []
    once = "".join(dict.fromkeys(text[place] for place in symbols))
    return [Word(once, symbols[0], symbols[-1] + 1)]


def _is_loose(char: str) -> bool:
    """Tell whether words may part beside a character without a space, or are at their end."""
    return not char.isalnum() or "\u0600" <= char <= "\u08ff"
