"""Which question or alert a received SMS is about."""

from collections.abc import Sequence

import pytest

from custom_components.payamak.alerts.hearing import (
    Heard,
    listen,
    take_code,
    without_pin,
)

from .matters import OMID, OTHER_ENTRY, SARA, Asked, received


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("27 yes", 27, "yes"),
        ("yes 27", 27, "yes"),
        ("ok  I am   coming 27", 27, "ok I am coming"),
        ("27", 27, ""),
        (" ۲۷ باشه", 27, "باشه"),
        ("باشه ٢٧", 27, "باشه"),
        ("27: yes", 27, "yes"),
        ("«27» yes", 27, "yes"),
        ("yes (27).", 27, "yes"),
        ("#27# yes", 27, "yes"),
        ("yes 27؟", 27, "yes"),
        # The first counts where both ends have one.
        ("27 yes 31", 27, "yes 31"),
        ("31 yes 27", 31, "yes 27"),
        # In the middle it is a number like any other, and so is one that is no code.
        ("in 27 minutes", None, "in 27 minutes"),
        ("12 yes", None, "12 yes"),
        ("127 yes", None, "127 yes"),
        ("2 7 yes", None, "2 7 yes"),
        ("27yes", None, "27yes"),
        ("yes", None, "yes"),
        ("  yes  ", None, "  yes  "),
        ("", None, ""),
        ("   ", None, "   "),
    ],
)
def test_a_code_stands_at_the_beginning_or_at_the_end(
    text: str, code: int | None, rest: str
) -> None:
    """In any digits, with any punctuation around it."""
    assert take_code(text, [27, 31]) == (code, rest)


def test_where_no_code_was_told_none_is_looked_for() -> None:
    """An answer may be a number."""
    assert take_code("27 yes", []) == (None, "27 yes")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("4711 yes", "yes"),
        ("yes 4711", "yes"),
        ("ok 4711 I am coming", "ok I am coming"),
        ("باشه ۴۷۱۱", "باشه"),
        ("yes, 4711.", "yes,"),
        ("4711", ""),
        # Only once: the rest may have a number, too.
        ("4711 yes 4711", "yes 4711"),
        ("47112 yes", None),
        ("yes4711", None),
        ("47 11 yes", None),
        ("yes", None),
        ("", None),
    ],
)
def test_a_pin_is_a_word_of_its_own(text: str, rest: str | None) -> None:
    """Wherever it stands, and however its digits are written."""
    assert without_pin(text, "4711") == rest


def test_a_pin_may_be_a_word() -> None:
    """Upper and lower case are the same, as phones begin with a capital letter; the PIN itself is read the same way."""
    assert without_pin("Tulip yes", "tulip") == "yes"
    assert without_pin("tulip yes", "Tulip") == "yes"
    assert without_pin("4711 yes", "۴۷۱۱") == "yes"


def test_without_a_pin_the_text_stays_as_it_is() -> None:
    """With all its spaces."""
    assert without_pin(" yes  please ", None) == " yes  please "


def hear(text: str, *matters: Asked, sender: str = SARA) -> Heard | None:
    """Give what a text is about that comes in a minute after noon."""
    return listen(received(text, sender), matters)


def about(heard: Heard | None, matters: Sequence[Asked]) -> tuple[int, object] | None:
    """Give the place of the matter that is meant, and the answer."""
    if heard is None:
        return None
    assert isinstance(heard.matter, Asked)
    return matters.index(heard.matter), heard.answer


def test_nothing_was_asked() -> None:
    """Then no text is an answer, nor one of somebody else, nor one over another account."""
    assert hear("yes") is None
    assert hear("yes", Asked(), sender=OMID) is None
    assert listen(received("yes", entry_id=OTHER_ENTRY), [Asked()]) is None


def test_what_is_no_answer_is_about_nothing() -> None:
    """People write about other things, too."""
    assert hear("How are you?", Asked()) is None
    assert hear("31 yes", Asked(11)) is None


def test_a_bare_answer_means_the_newest_for_which_it_is_one() -> None:
    """Whatever else was asked."""
    first, second = Asked(11), Asked(12)
    both = [first, second]
    assert about(hear("yes", *both), both) == (1, "yes")
    second.answers = ("no",)
    assert about(hear("yes", *both), both) == (0, "yes")
    assert about(hear("no", *both), both) == (1, "no")
    second.answers, second.open = ("yes",), False
    assert about(hear("yes", *both), both) == (0, "yes")


def test_with_its_code_an_older_one_is_meant() -> None:
    """And only that: a text that is no answer to it is none to the others."""
    both = [Asked(11), Asked(12)]
    assert about(hear("11 yes", *both), both) == (0, "yes")
    assert about(hear("yes 12", *both), both) == (1, "yes")
    both[1].answers = ("no",)
    assert hear("11 no", *both) is None


def test_a_code_alone_is_for_the_matter_to_judge() -> None:
    """It acknowledges an alert."""
    both = [Asked(11), Asked(12)]
    assert about(hear("11", *both), both) == (0, "code alone")
    assert about(hear(" ۱۲. ", *both), both) == (1, "code alone")
    assert hear("", *both) is None


def test_only_who_was_told_a_code_can_mean_it() -> None:
    """For the others it is a part of their answer."""
    matter = Asked(11, coded=(), answers=("11 yes", "yes"))
    assert about(hear("11 yes", matter), [matter]) == (0, "11 yes")
    matter.coded = (OMID,)
    assert about(hear("11 yes", matter), [matter]) == (0, "11 yes")
    matter.coded = (SARA,)
    assert about(hear("11 yes", matter), [matter]) == (0, "yes")


def test_a_code_of_something_closed_is_a_late_answer() -> None:
    """Whatever the text says; without the code nobody knows what it is about."""
    both = [Asked(11, is_open=False), Asked(12)]
    assert about(hear("11 yes", *both), both) == (0, None)
    assert about(hear("what? 11", *both), both) == (0, None)
    assert about(hear("11", *both), both) == (0, None)
    both[1].open = False
    assert hear("yes", *both) is None


def test_a_code_counts_from_when_the_text_with_it_had_left() -> None:
    """Before, nobody can have meant it."""
    matter = Asked(11, answers=("yes", "11 yes"))
    assert listen(received("11 yes", seconds=-5), [matter]) is None
    heard = listen(received("11 yes", seconds=5), [matter])
    assert about(heard, [matter]) == (0, "yes")


def test_an_answer_needs_the_pin() -> None:
    """It is taken out before the text is compared; the code may stand before it or behind it."""
    matter = Asked(11, "4711")
    for text in ("4711 yes", "yes 4711", "11 4711 yes", "4711 yes 11", "11 yes 4711"):
        assert about(hear(text, matter), [matter]) == (0, "yes")
    assert about(hear("4711 11", matter), [matter]) == (0, "code alone")
    assert hear("4711 no", matter) is None


@pytest.mark.parametrize(
    "text",
    [
        "4712 yes",
        "yes 4712",
        "11 4712 yes",
        "4712 11",
        "yes ۴۷۱۲",
        "yes (4712).",
    ],
)
def test_an_answer_with_another_word_like_the_pin_is_a_wrong_one(text: str) -> None:
    """So that the wrong ones can be counted."""
    matter = Asked(11, "4711")
    assert hear(text, matter) == Heard(matter=matter)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "11",
        "no",
        "4711 no",
        "4712 no",
        "4712 4713 yes",
        "4712",
        "4712 4713 4714",
    ],
)
def test_what_is_no_answer_whichever_word_the_pin_was_is_no_wrong_one(
    text: str,
) -> None:
    """Who writes about something else guesses none."""
    assert hear(text, Asked(11, "4711")) is None


@pytest.mark.parametrize("text", ["yes 11", "tulip yes", "yes 471", "yes 47111 11"])
def test_an_answer_without_a_word_like_the_pin_uses_up_no_try(text: str) -> None:
    """Who has forgotten it can write again; what is longer or shorter can't be it."""
    assert hear(text, Asked(11, "4711")) is None


@pytest.mark.parametrize(
    ("guesses", "is_taken"),
    [("1 22222 tulip 4712 4713 4711", True), ("4712 4713 4714 4711", False)],
)
def test_a_list_of_guesses_is_a_wrong_pin(guesses: str, is_taken: bool) -> None:
    """Though the right one is among them: a question for any text would be open to whoever writes enough numbers."""
    rest = guesses.removesuffix(" 4711")
    matter = Asked(11, "4711", answers=(rest,))
    assert hear(guesses, matter) == Heard(
        matter=matter, answer=rest if is_taken else None
    )


def test_a_code_of_something_closed_is_a_late_answer_without_the_pin_too() -> None:
    """Nothing depends on it any more; without the code nobody knows what it is about."""
    matter = Asked(11, "4711", is_open=False)
    assert hear("4712 yes", matter) is None
    assert hear("11 4712 yes", matter) == Heard(matter=matter)


def test_a_wrong_pin_is_that_of_the_newest_matter_unless_another_is_answered() -> None:
    """A text without a PIN can answer an older one that needs none."""
    oldest, middle, newest = Asked(11), Asked(12, "4711"), Asked(13, "4712")
    all_three = [oldest, middle, newest]
    assert about(hear("yes", *all_three), all_three) == (0, "yes")
    assert about(hear("yes 4711", *all_three), all_three) == (1, "yes")
    oldest.open = False
    assert about(hear("4713 yes", *all_three), all_three) == (2, None)
    newest.open = False
    assert about(hear("4713 yes", *all_three), all_three) == (1, None)


def test_who_guesses_is_heard_no_more() -> None:
    """Not with the right PIN either, and as if nothing was asked."""
    matter = Asked(11, "4711")
    for _ in range(5):
        matter.note_wrong_pin(SARA)
    assert hear("4711 yes", matter) is None
    assert hear("11 4711 yes", matter) is None
