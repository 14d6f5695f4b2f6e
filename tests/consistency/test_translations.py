"""The texts of both languages: complete, equal in kind, well formed, and the Persian ones Persian."""

from collections.abc import Callable
import re
from typing import Any

from homeassistant.helpers import config_validation as cv
import pytest
import voluptuous as vol

from .sources import COMPONENT, LANGUAGES, flat, placeholders, translations

_SECTIONS = {
    "common",
    "conditions",
    "config",
    "config_subentries",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9]|[-_](?![-_]))*(?<![-_])")
_ADDRESS = re.compile(r"(?:\w+://|www\.)[\w-]+\.[a-z]{2,}", re.IGNORECASE)

# Words that the gateway or Home Assistant expects just so, whatever the language.
_LITERAL = re.compile(r"لغو11|\{\w+\}|[A-Za-z][A-Za-z0-9_.:/]*")
_PERSIAN_LETTER = re.compile(r"[آ-ی]")
_ARABIC_LETTERS_AND_DIGITS = re.compile(r"[يىكة٠-٩]")
_LATIN_MARKS = re.compile(r"[آ-ی۰-۹\u200c] ?[,;?]|[“”\"']")
_WITHOUT_HALF_SPACE = re.compile(
    r"\bن?می [آ-ی]|[آ-ی] (?:ها|های|هایی|تر|ترین)\b|\u200c(?![آ-ی])|(?<![آ-ی])\u200c"
)

# Set apart from the text around them: from left to right, from right to left, as the first letter says.
_LTR, _RTL, _FIRST_LETTER, _END_OF_ISOLATE = "\u2066\u2067\u2068\u2069"
# Home Assistant sets these left to right in every language.
_SET_LEFT_TO_RIGHT = re.compile(
    r"exceptions\.\w+\.message|.+\.error\.\w+"
    r"|(?:services|triggers|conditions)\.\w+\.description"
    # The older frontends set what is below the field of a number left to right.
    r"|.+\.data_description\.(?:refresh_interval|low_credit|retry_for|daily_limit|duplicate_window"
    r"|inbox_interval|inbox_max_age|history_days|hourly_limit)"
)
# Placeholders that stand for a number, and those for whole sentences.
_NUMBERS = {
    *("accepted", "code", "count", "credit", "failed", "forgotten", "hours", "least"),
    *("limit", "max_parts", "most", "parts", "queued", "total", "unknown"),
}
_SENTENCES = {"failures", "messages"}
# These are sent by SMS: some phones show the marks as boxes, and each takes the place of a letter.
_SMS = re.compile(r"common\.(?:alert_taken|reply_too_late)\w*")

per_language = pytest.mark.parametrize("language", LANGUAGES)


def _texts(language: str) -> dict[str, str]:
    return dict(flat(translations(language)))


def _keys_where(language: str, wrong: Callable[[str], object]) -> list[str]:
    """Return the keys of the texts that something is wrong with."""
    texts = _texts(language)
    assert len(texts) > 100
    return [key for key, text in texts.items() if wrong(text)]


def _keys_where_languages_differ(trait: Callable[[str], object]) -> list[str]:
    english, persian = map(_texts, LANGUAGES)
    return [key for key in english if trait(english[key]) != trait(persian[key])]


def test_both_languages_have_a_file_and_no_other_has() -> None:
    """A third language has to be added to these tests as well."""
    files = [path.stem for path in (COMPONENT / "translations").iterdir()]
    assert sorted(files) == sorted(LANGUAGES)


def test_the_languages_have_the_same_keys_in_the_same_order() -> None:
    """A text that is missing would be shown in English or not at all."""
    english, persian = (list(_texts(language)) for language in LANGUAGES)
    assert english == persian


def test_the_languages_have_the_same_placeholders() -> None:
    """A placeholder that is lost takes a fact away; one too many breaks the text."""
    assert _keys_where_languages_differ(placeholders) == []


def test_a_sentence_is_one_in_both_languages() -> None:
    """A full stop at the end of the one belongs to the other too."""

    def has_full_stop(text: str) -> bool:
        return text.rstrip(_END_OF_ISOLATE).endswith(".")

    assert _keys_where_languages_differ(has_full_stop) == []


def test_the_sections_and_keys_are_such_as_home_assistant_knows() -> None:
    """Hassfest refuses others."""
    assert translations("en").keys() <= _SECTIONS
    for key in _texts("en"):
        assert all(_KEY.fullmatch(part) for part in key.split(".")), key


@per_language
def test_no_text_is_empty_or_has_blanks_that_do_not_belong(language: str) -> None:
    """At its ends, two in a row, or one before a mark."""
    misplaced = re.compile(r"^$|^\s|\s$|  | [.,:;!?،؛؟]")
    assert _keys_where(language, misplaced.search) == []


@per_language
def test_no_text_has_what_home_assistant_would_take_for_html(language: str) -> None:
    """Hassfest refuses it, and the frontend would show nothing in its place."""

    def refused(text: str) -> bool:
        try:
            cv.string_with_no_html(text)
        except vol.Invalid:
            return True
        return False

    assert _keys_where(language, refused) == []


@per_language
def test_no_text_has_an_address(language: str) -> None:
    """Hassfest wants them as placeholders."""
    assert _keys_where(language, _ADDRESS.search) == []


@per_language
def test_every_placeholder_is_a_word_outside_of_single_quotes(language: str) -> None:
    """Single quotes would make it a plain text in the frontend."""
    assert _keys_where(language, re.compile(r"'\{\w+\}'").search) == []
    assert (
        _keys_where(
            language,
            lambda text: not all(name.isidentifier() for name in placeholders(text)),
        )
        == []
    )


@pytest.mark.parametrize(
    "flow",
    [
        pytest.param(translations("en")["config"], id="config"),
        pytest.param(translations("en")["options"], id="options"),
        *(
            pytest.param(flow, id=kind)
            for kind, flow in translations("en").get("config_subentries", {}).items()
        ),
        *(
            pytest.param(issue["fix_flow"], id=key)
            for key, issue in translations("en")["issues"].items()
            if "fix_flow" in issue
        ),
    ],
)
def test_every_field_of_a_form_is_described(flow: dict[str, Any]) -> None:
    """And nothing is described that is no field."""
    for step in flow["step"].values():
        for form in (step, *step.get("sections", {}).values()):
            names, descriptions = form.get("data", {}), form.get("data_description", {})
            assert names.keys() == descriptions.keys()


def test_every_persian_text_is_translated() -> None:
    """It has Persian letters and is not the English one."""
    assert _keys_where("fa", lambda text: not _PERSIAN_LETTER.search(text)) == []
    english, persian = map(_texts, LANGUAGES)
    assert [key for key in english if english[key] == persian[key]] == []


def test_persian_texts_have_persian_letters_and_digits() -> None:
    """Arabic ones look alike, but no search finds them; Western digits are for code alone."""
    assert _keys_where("fa", _ARABIC_LETTERS_AND_DIGITS.search) == []
    assert _keys_where("fa", lambda t: re.search("[0-9]", _LITERAL.sub("", t))) == []


def test_persian_texts_have_persian_marks() -> None:
    """،, ؛, ؟ and « » in the place of their Latin counterparts."""
    assert _keys_where("fa", _LATIN_MARKS.search) == []


def test_persian_texts_have_their_half_spaces() -> None:
    """می‌شود and پیام‌ها are one word each, which no line's end takes apart."""
    assert _keys_where("fa", _WITHOUT_HALF_SPACE.search) == []


def test_persian_texts_that_are_set_left_to_right_are_isolated_as_a_whole() -> None:
    """Else their full stop would be on the wrong side."""

    def isolated(text: str) -> bool:
        return text.startswith(_RTL) and text.endswith(_END_OF_ISOLATE)

    persian = _texts("fa")
    keys = [key for key in persian if _SET_LEFT_TO_RIGHT.fullmatch(key)]
    assert len(keys) > 50
    assert [key for key in keys if not isolated(persian[key])] == []


def test_what_may_be_latin_in_a_persian_text_is_isolated() -> None:
    """A name, a number of a phone or an address would take the marks beside it along."""

    def not_isolated(text: str) -> bool:
        depth = {0: 0}
        for place, char in enumerate(text):
            opens = char in (_LTR, _FIRST_LETTER)
            closes = char == _END_OF_ISOLATE
            depth[place + 1] = max(0, depth[place] + opens - closes)
        return any(
            not depth[found.start()]
            for found in re.finditer(r"(?<![.\w])\{(\w+)\}|https?:", text)
            if found[1] not in _NUMBERS | _SENTENCES
        )

    found = _keys_where("fa", not_isolated)
    assert [key for key in found if not _SMS.fullmatch(key)] == []


def test_a_persian_sms_begins_with_a_persian_word() -> None:
    """A phone sets it from right to left then, though a name in it may be Latin."""
    texts = {key: text for key, text in _texts("fa").items() if _SMS.fullmatch(key)}
    assert len(texts) == 4
    assert [key for key in texts if not _PERSIAN_LETTER.match(texts[key])] == []


@per_language
def test_every_isolate_ends(language: str) -> None:
    """One that doesn't would take hold of what follows the text."""

    def unbalanced(text: str) -> bool:
        opened = sum(text.count(mark) for mark in (_LTR, _RTL, _FIRST_LETTER))
        return opened != text.count(_END_OF_ISOLATE)

    assert _keys_where(language, unbalanced) == []


def test_a_persian_text_has_its_numbers_in_one_script() -> None:
    """What stands for a placeholder comes in Western digits; a zero alone looks like a full stop."""

    def mixed(text: str) -> bool:
        return bool(re.search("[۰-۹]", text) and placeholders(text) & _NUMBERS)

    assert _keys_where("fa", mixed) == []
    assert _keys_where("fa", re.compile(r"(?<![۰-۹])۰(?![۰-۹])").search) == []
