"""Which texts are an answer, however they were typed, and what their slots hold."""

import time

from hypothesis import given, strategies as st
import pytest

from custom_components.payamak.alerts.sentences import Answer, Answers
from custom_components.payamak.alerts.words import Words
from tests.gateway.fuzz import examples


def _found(sentence: str, text: str) -> dict[str, str] | None:
    answer = Answers.of([{"id": "it", "sentences": [sentence]}]).find(text)
    return None if answer is None else dict(answer.slots)


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            "yes",
            ["yes", " Yes ", "YES!", "“yes”", "yes…", "*yes*", "yes 👍", "👍yes👍"],
        ),
        ("yes, please", ["yes please", "Yes, please.", "yes - please", "yes\nplease"]),
        ("yes[ please]", ["yes", "yes please"]),
        ("yes [please]", ["yes", "yes please"]),
        ("[please] stop [now]", ["stop", "please stop", "stop now", "please stop now"]),
        ("turn [the] lights off", ["turn lights off", "turn the lights off"]),
        ("(yes|sure|ok)", ["yes", "sure", "ok"]),
        ("yes|sure", ["yes", "sure"]),
        ("[yes|sure]", ["yes", "sure"]),
        ("(yes|no)(| thanks)", ["yes", "no thanks"]),
        ("[(very |)much] (so|[not] at all)", ["very much so", "so", "much at all"]),
        ("re[start|boot]", ["re", "restart", "reboot"]),
        ("[re]start", ["start", "restart"]),
        ("I’ve got it", ["I've got it", "ive got it", "I`ve got it", "I´ve got it"]),
        ("dont", ["don't", "donʼt", "don‘t"]),
        ("at 7:30", ["at 7:30", "at ۷:۳۰", "at ٧.٣٠", "at 7 30"]),
        ("room 2", ["Room ۲", "ROOM ②", "room 2."]),
        ("José", ["Jose", "JOSE\u0301"]),
        ("Straße", ["strasse"]),
        ("بله", ["بله", "بله.", "«بله»", "بله!", "بَلِه", "بـلـه", "\u200fبله", "بله👍"]),
        ("كي", ["کی", "كى"]),
        ("می‌آید", ["می آید", "میآید", "میاید", "می‌اید", "مي‌آيد", "میآ‌ید"]),
        ("می آید", ["می‌آید", "میآید"]),
        ("میآید", ["می‌آید", "می آید"]),
        ("ما می‌آییم [الان]", ["ما می آییم الان", "ما میاییم"]),
        ("تأیید", ["تایید", "تائید", "تأييد", "تأیید"]),
        ("حتماً", ["حتما"]),
        ("مسؤول", ["مسوول"]),
        ("خانهٔ ما", ["خانه ما", "خانۀ ما"]),
        ("۲ تا", ["2تا", "۲‌تا", "2 تا"]),
        ("۲تا", ["۲ تا"]),
        ("نوع a", ["نوعa", "نوع a"]),
        ("(👍|ok)", ["👍", "👍👍👍", "👍🏽", "👍!", "ok", "ok 👍"]),
        ("❤️", ["❤", "❤️ ❤️"]),
        ("[👍](👎)", ["👎", "👍👎"]),
        ("20", ["20℃", "20 ℃", "20°"]),
        ("+", ["+", "++"]),
        ("(X|x x)", ["x", "X", "X X"]),
        ("€|¬", ["€", "¬"]),
    ],
)
def test_a_sentence_is_found_however_it_was_typed(
    sentence: str, texts: list[str]
) -> None:
    """What can't be heard makes no difference."""
    for text in texts:
        assert _found(sentence, text) == {}, text


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        ("yes", ["", " ", "\u200c", "!", "👍", "no", "ye", "yess", "yes yes", "a yes"]),
        ("yes[ please]", ["yesplease", "please", "yes please please", "yes plea"]),
        ("[yes|sure]", ["", "...", "yes sure", "👍"]),
        ("(yes|sure)", ["yes sure", "yessure", "yes|sure"]),
        ("(yes|sure) please", ["please", "yes", "yes sure please"]),
        ("re[start]", ["re start"]),
        ("room 2", ["room2", "room 12", "room"]),
        ("1 2", ["12"]),
        ("x a b", ["xa b", "x ab"]),
        ("12", ["1 2"]),
        ("بله", ["بلهه", "بل", "نه"]),
        ("👍", ["👎", "👍👎", "yes", "!", "1"]),
        ("👍👎", ["👎👍", "👍"]),
        ("at {time}", ["at", "at!", "at 👍", "7", "att 7"]),
        ("نه {why}", ["نهار خوردم", "نه"]),
        ("{who} آمد", ["آمد", "درآمد"]),
    ],
)
def test_anything_else_is_no_answer(sentence: str, texts: list[str]) -> None:
    """A sentence is the whole text, and an empty text is none."""
    for text in texts:
        assert _found(sentence, text) is None, text


@pytest.mark.parametrize(
    ("sentence", "text", "slots"),
    [
        ("at {time}", "at 7:30 Tomorrow!", {"time": "7:30 Tomorrow"}),
        ("at {time}", "AT ۷:۳۰", {"time": "۷:۳۰"}),
        ("at{time}", "at 7", {"time": "7"}),
        ("{temperature} degrees", "-5 degrees", {"temperature": "-5"}),
        ("set {percent}", "set 20%.", {"percent": "20%"}),
        ("{anything}", "  Buy  «نان» \n 20%, ok? ", {"anything": "Buy  «نان» \n 20%, ok"}),
        ("{who} is there", "(Sara) is there", {"who": "Sara"}),
        ("{who} is there", "\u200f'Dad's is there", {"who": "Dad's"}),
        ("{h}:{m}", "7:30", {"h": "7", "m": "30"}),
        ("{h}:{m}", "-7:30%", {"h": "-7", "m": "30%"}),
        ("{a}{b}", "x y z", {"a": "x", "b": "y z"}),
        ("{a} and {b}", "x and y and z", {"a": "x", "b": "y and z"}),
        ("{a} [now] {b}", "x now y", {"a": "x", "b": "y"}),
        ("({a}|ok {a})", "ok x", {"a": "x"}),
        ("(ok {a}|{a})", "ok x", {"a": "x"}),
        ("[(at|in) {time}] please", "please", {}),
        ("[(at|in) {time}] please", "in an hour please", {"time": "an hour"}),
        ("(at {time}|in {place})", "in Room 2", {"place": "Room 2"}),
        ("{b} to {a} via {c}", "X to Y via Z", {"b": "X", "a": "Y", "c": "Z"}),
        ("{a} or {a}", "x or y", {"a": "y"}),
        ("ساعت {کی}", "ساعت ۷ و نیم.", {"کی": "۷ و نیم"}),
        ("ساعت{t}", "ساعت هفت", {"t": "هفت"}),
        ("{who} می‌آید", "سارا می آید", {"who": "سارا"}),
        ("{who} می‌آید", "كاوه‌ی ما میاید", {"who": "كاوه‌ی ما"}),
        ("({a}|{b})", "x", {"a": "x"}),
        ("at {place}", "at X", {"place": "X"}),
        ("{what}", "👍👍", {"what": "👍👍"}),
        ("{what}", "🏽👍 👎!", {"what": "👍 👎"}),
    ],
)  # fmt: skip
def test_a_slot_holds_words_as_they_were_written(
    sentence: str, text: str, slots: dict[str, str]
) -> None:
    """It leaves to the sentence what is the sentence's own, and the first one is the shortest."""
    found = _found(sentence, text)
    assert found == slots
    assert list(found) == list(slots)


def test_the_first_answer_that_fits_is_found() -> None:
    """In the order they were written in."""
    answers = Answers.of(
        [
            {"id": "yes", "sentences": ["yes", "ok {how}"]},
            {"id": "no", "sentences": ["no", "yes", "ok {other}", "never"]},
        ]
    )
    assert answers.find(" Yes! ") == Answer(id="yes", text="Yes!", slots={})
    assert answers.find("ok GO") == Answer(id="yes", text="ok GO", slots={"how": "GO"})
    assert answers.find("never") == Answer(id="no", text="never", slots={})
    assert answers.find("perhaps") is None


@pytest.mark.parametrize("text", ["yes", "?", "👍", " Some \n text "])
def test_without_answers_each_text_is_one(text: str) -> None:
    """As it was written."""
    assert Answers.of([]).find(text) == Answer(id=None, text=text.strip(), slots={})


@pytest.mark.parametrize("text", ["", " \n", "\u200c", "\u200f \ufeff"])
def test_a_text_in_which_nothing_is_seen_is_no_answer(text: str) -> None:
    """Not even where each text is one."""
    assert Answers.of([]).find(text) is None


_REFUSED = [
    ("", "it has no words"),
    ("[|()]!", "it has no words"),
    ("{}", "it has no words"),
    ("(yes", "a “)” is missing"),
    ("yes (or [no", "a “]” is missing"),
    ("yes)", "“)” has no counterpart"),
    ("[yes)", "“)” has no counterpart"),
    ("(yes]", "“]” has no counterpart"),
    ("{yes", "“{” has no counterpart"),
    ("yes}", "“}” has no counterpart"),
    ("yes <area>", "“<” has no meaning in it"),
    ("yes>", "“>” has no meaning in it"),
    ("(a;b)", "“;” has no meaning in it"),
    ("a\\b", "“\\” has no meaning in it"),
    ("{a b}", "“{a b}” is no slot: its name may hold letters, digits and _ only"),
    ("{1a}", "“{1a}” is no slot: its name may hold letters, digits and _ only"),
    ("x {}", "“{}” is no slot: its name may hold letters, digits and _ only"),
    ("[" * 20 + "a" + "]" * 20, "its brackets are nested too deeply"),
    ("a" * 501, "it is longer than 500 characters"),
]


def test_a_sentence_that_cannot_be_read_is_refused() -> None:
    """Whoever wrote it is told which one, and why."""
    for sentence, why in _REFUSED:
        with pytest.raises(ValueError, match="^The sentence “") as refused:
            Answers.of([{"id": "it", "sentences": ["yes", sentence]}])
        shown = sentence[:40]
        assert str(refused.value) == f"The sentence “{shown}” can't be read: {why}"


def test_an_answer_without_sentences_is_refused() -> None:
    """Nobody could give it."""
    with pytest.raises(ValueError, match="^The answer “it” has no sentences$"):
        Answers.of([{"id": "it", "sentences": []}])


def test_brackets_are_read_as_deep_and_as_long_as_promised() -> None:
    """What is beyond is refused above."""
    assert _found("[" * 19 + "a" + "]" * 19, "a") == {}
    assert _found("a" * 500, "a" * 500) == {}


_plain = st.text().filter(lambda text: not set("()[]{}|<>\\;") & set(text))
_pieces = st.sampled_from(
    [
        "a",
        "b ",
        " ",
        "آ",
        "می‌",
        "👍",
        "7",
        "{x}",
        "{y}",
        "(",
        ")",
        "[",
        "]",
        "|",
        "{",
        "<",
    ]
)


@examples(500)
@given(_plain)
def test_a_plain_sentence_is_its_own_answer(sentence: str) -> None:
    """Whatever it is written in; only what has no words is no sentence."""
    if Words.of(sentence).letters:
        assert _found(sentence, sentence) == {}
    else:
        with pytest.raises(ValueError, match="it has no words$"):
            _found(sentence, sentence)


@examples(500)
@given(
    st.lists(_pieces, max_size=60).map("".join), st.text() | st.from_regex(r"[abآ7 ]*")
)
def test_any_text_is_compared_with_any_sentence(sentence: str, text: str) -> None:
    """In a time that is bounded: it is an answer or is none."""
    try:
        answers = Answers.of([{"id": "it", "sentences": [sentence]}])
    except ValueError:
        return
    answer = answers.find(text)
    if answer is not None:
        assert answer.text == text.strip()
        assert all(held and held in text for held in answer.slots.values())


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("{a}" * 50, "a " * 1000),
        ("[{a}|{b}]" * 50, "a " * 1000),
        ("[a|b|a ]" * 60, "a" * 3000 + "c"),
        ("(a|aa)" * 80, "a" * 3000),
        ("[" * 19 + "{a} {b}" + "]" * 19, "a " * 1000),
        ("{a}", "." * 3000 + "a" + "." * 3000),
        ("{a}", "a." * 3000),
        ("a", "👍" * 3000),
    ],
    ids=range(8),
)
def test_no_sentence_takes_long_on_any_text(sentence: str, text: str) -> None:
    """The ways through it are many, but the places where they get to are not."""
    answers = Answers.of([{"id": "it", "sentences": [sentence]}])
    before = time.process_time()
    answers.find(text)
    assert time.process_time() - before < 2
