"""The sentences that a question accepts as its answer, and what somebody wrote compared with them.

They are written as for Home Assistant's `assist_satellite.ask_question`: `(a|b)` is one of
them, `[a|b]` one of them or nothing, `{slot}` one or more words.

A text is followed through a sentence in all ways at once: for each part of the sentence all
the places where it can end are noted, each once. The time grows with the length of both,
whatever they hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import re
from typing import Any, Final, NamedTuple, Self

from ..gateway import fold
from .words import Words, is_in_word, symbols_of, words_of

_PIECE: Final = re.compile(r"\{[^{}]*\}|[()\[\]{}|<>\\;]|[^()\[\]{}|<>\\;]+")
_BRACKETS: Final = re.compile(r"[()\[\]{}|]")
_SLOT_NAME: Final = re.compile(r"[^\W\d]\w*")
_CLOSING: Final = {"(": ")", "[": "]"}
_LONGEST: Final = 500
_LONGEST_SHOWN: Final = 40
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was written, and which one it is, if it matters."""

    id: str | None
    text: str
    slots: Mapping[str, str]


class _Slot(NamedTuple):
    """What a slot holds of the text, and the slots before it."""

    name: str
    start: int
    end: int
    before: _Slot | None


class _Way(NamedTuple):
    """A way through a sentence: how many letters were its own, and what its slots hold."""

    own: int = 0
    slot: _Slot | None = None


type _Ways = dict[int, _Way]  # by the letter of the text where they have got to


def _note(ways: _Ways, at: int, way: _Way) -> None:
    """Keep a way that leaves less to the slots than the one that came to the same place."""
    if at not in ways or way.own > ways[at].own:
        ways[at] = way


@dataclass(frozen=True, slots=True)
class _Letters:
    letters: str

    def through(self, text: Words, ways: _Ways) -> _Ways:
        """Go on where the text has these letters."""
        return {
            at + len(self.letters): way._replace(own=way.own + len(self.letters))
            for at, way in ways.items()
            if text.letters.startswith(self.letters, at)
        }


@dataclass(frozen=True, slots=True)
class _Space:
    def through(self, text: Words, ways: _Ways) -> _Ways:
        """Go on where a word ends or begins; several spaces in a row are one."""
        after: _Ways = {}
        for at, way in ways.items():
            if text.letters.startswith(" ", at):
                _note(after, at + 1, way)
            elif text.can_part(at):
                _note(after, at, way)
        return after


@dataclass(frozen=True, slots=True)
class _AnyWords:
    name: str

    def through(self, text: Words, ways: _Ways) -> _Ways:
        """Go on behind each later word, from where the sentence itself has matched most."""
        after: _Ways = {}
        begun: tuple[_Way, int] | None = None
        for place in text.places:
            way = ways.get(place.start)
            if way is not None and (begun is None or way.own > begun[0].own):
                begun = way, place.word.start
            if begun is not None:
                before, start = begun
                slot = _Slot(self.name, start, place.word.end, before.slot)
                after[place.end] = before._replace(slot=slot)
        return after


@dataclass(frozen=True, slots=True)
class _OneOf:
    options: tuple[_Sequence, ...]

    def through(self, text: Words, ways: _Ways) -> _Ways:
        """Go on where any of them ends."""
        after: _Ways = {}
        for option in self.options:
            for at, way in option.through(text, ways).items():
                _note(after, at, way)
        return after


type _Part = _Letters | _Space | _AnyWords | _OneOf


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Part, ...]

    def through(self, text: Words, ways: _Ways) -> _Ways:
        """Go through one part after the other."""
        for part in self.parts:
            ways = part.through(text, ways)
        return ways


@dataclass(slots=True)
class _Group:
    """A bracket that is being read: what ends it, and the parts of each of its options."""

    closing: str
    options: list[list[_Part]] = field(default_factory=lambda: [[]])

    def finish(self) -> _OneOf:
        """Return what was read; square brackets may be passed by."""
        options = [_Sequence(tuple(parts)) for parts in self.options]
        if self.closing == "]":
            options.append(_Sequence(()))
        return _OneOf(tuple(options))


def _read(sentence: str) -> _OneOf:
    if len(sentence) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
    if not Words.of(_BRACKETS.sub(" ", sentence)).letters:
        raise ValueError("it has no words")
    groups = [_Group("")]
    for piece in _PIECE.findall(sentence):
        group = groups[-1]
        if piece in _CLOSING:
            groups.append(_Group(_CLOSING[piece]))
            if len(groups) > _DEEPEST:
                raise ValueError("its brackets are nested too deeply")
        elif piece == group.closing:
            groups.pop()
            groups[-1].options[-1].append(group.finish())
        elif piece == "|":
            group.options.append([])
        elif piece.endswith("}") and piece != "}":
            group.options[-1] += _read_slot(piece[1:-1])
        elif piece in ")]{}":
            raise ValueError(f"“{piece}” has no counterpart")
        elif piece in "<>\\;":
            raise ValueError(f"“{piece}” has no meaning in it")
        else:
            group.options[-1] += _read_text(piece)
    if len(groups) > 1:
        raise ValueError(f"a “{groups[-1].closing}” is missing")
    return groups[0].finish()


def _read_slot(name: str) -> list[_Part]:
    if not _SLOT_NAME.fullmatch(name):
        raise ValueError(
            f"“{{{name}}}” is no slot: its name may hold letters, digits and _ only"
        )
    return [_Space(), _AnyWords(name), _Space()]


def _read_text(written: str) -> list[_Part]:
    """Return the words of a text, and the spaces and signs between and around them."""
    words = words_of(written) or symbols_of(written)
    parts: list[_Part] = [] if is_in_word(written[0]) else [_Space()]
    for word in words:
        parts += [_Letters(word.folded), _Space()]
    if words and is_in_word(written[-1]):
        parts.pop()
    return parts


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that a question accepts; without any, each text is one."""

    _sentences: tuple[tuple[str, _OneOf], ...]

    @classmethod
    def of(cls, written: Sequence[Mapping[str, Any]]) -> Self:
        """Read answers with their sentences, or raise ValueError telling what is wrong."""
        sentences: list[tuple[str, _OneOf]] = []
        for answer in written:
            if not answer["sentences"]:
                raise ValueError(f"The answer “{answer['id']}” has no sentences")
            for sentence in answer["sentences"]:
                try:
                    sentences.append((answer["id"], _read(sentence)))
                except ValueError as error:
                    raise ValueError(
                        f"The sentence “{sentence[:_LONGEST_SHOWN]}” can't be read: {error}"
                    ) from error
        return cls(tuple(sentences))

    def find(self, text: str) -> Answer | None:
        """Return the first answer of which a sentence is the whole text."""
        written = text.strip()
        if not self._sentences:
            return Answer(id=None, text=written, slots={}) if fold(written) else None
        words = Words.of(written)
        if not words.letters:
            return None
        for answer, sentence in self._sentences:
            way = sentence.through(words, {0: _Way()}).get(len(words.letters))
            if way is not None:
                slots = _slots_of(written, way.slot)
                return Answer(id=answer, text=written, slots=slots)
        return None


def _slots_of(text: str, last: _Slot | None) -> dict[str, str]:
    slots: dict[str, str] = {}
    while last is not None:
        slots.setdefault(last.name, text[last.start : last.end])
        last = last.before
    return dict(reversed(slots.items()))
