"""Which question or alert a received SMS is about, and what is left of its text without code and PIN. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..account.signals import ReceivedSms
from ..gateway import fold
from .matter import Matter

# A text with more words that look like the PIN is a list of guesses.
_MOST_LIKE_THE_PIN: Final = 3
_AROUND_WORDS: Final = "\"'«»()[]{}<>#*.:,;،؛!?؟-–—_/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a received SMS is about: ``answer`` is None where it comes too late for one, or has a wrong PIN."""

    matter: Matter
    answer: Any = None


def listen(sms: ReceivedSms, matters: Sequence[Matter]) -> Heard | None:
    """Return what a received SMS answers, or would have answered, None where it is about nothing that was asked.

    The ``matters`` are ordered by when they were asked. With a code the one with that code is meant, and without one the
    newest for which the text is an answer.
    """
    asked = [each for each in reversed(matters) if each.was_asked(sms)]
    codes = {each.code for each in asked if each.told_its_code(sms.sender)}
    code, text = take_code(sms.text, codes)
    meant = [each for each in asked if code in (None, each.code)]
    wrong_pin: Heard | None = None
    for each in meant:
        if not each.listens_to(sms.sender):
            continue
        rest = without_pin(text, each.pin)
        if rest is None:
            if _has_other_pin(text, each, by_code=code is not None):
                wrong_pin = wrong_pin or Heard(matter=each)
        elif (answer := each.answer(rest, by_code=code is not None)) is not None:
            return Heard(matter=each, answer=answer)
    if code is not None and not any(each.is_open for each in meant):
        return Heard(matter=meant[0])
    return wrong_pin


def take_code(text: str, codes: Iterable[int]) -> tuple[int | None, str]:
    """Return the code that a text begins or ends with, None where there is none, and the text without it."""
    by_word = {str(code): code for code in codes}
    words = text.split()
    for place in (0, len(words) - 1) if words else ():
        code = by_word.get(bare(words[place]))
        if code is not None:
            return code, _without_word(words, place)
    return None, text


def without_pin(text: str, pin: str | None) -> str | None:
    """Return a text without the PIN, None where the PIN is not one of its words, or one of a list of guesses."""
    if pin is None:
        return text
    words = text.split()
    like_it = _places_like(words, pin)
    if len(like_it) > _MOST_LIKE_THE_PIN:
        return None
    for place in like_it:
        if bare(words[place]) == bare(pin):
            return _without_word(words, place)
    return None


def _has_other_pin(text: str, matter: Matter, *, by_code: bool) -> bool:
    """Tell whether a text would be an answer if a word that looks like the PIN was it, or is a list of guesses.

    Any other word can't be a guess that comes true: who answers without a PIN has used up no try.
    """
    words = text.split()
    like_it = _places_like(words, matter.pin or "")
    if len(like_it) > _MOST_LIKE_THE_PIN:
        return True
    return any(
        matter.answer(_without_word(words, place), by_code=by_code) is not None
        for place in like_it
    )


def _places_like(words: Sequence[str], pin: str) -> Sequence[int]:
    """Return where words stand that are as long as the PIN, and numbers where it is one."""
    length, is_number = len(bare(pin)), bare(pin).isdigit()
    return [
        place
        for place, word in enumerate(map(bare, words))
        if len(word) == length and word.isdigit() == is_number
    ]


def _without_word(words: Sequence[str], place: int) -> str:
    return " ".join((*words[:place], *words[place + 1 :]))


def bare(word: str) -> str:
    """Return a word as it is compared, without what stands around it."""
    return fold(word).strip(_AROUND_WORDS)
