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
    # Home Assistant sets an action's or trigger's description left to right in every
    # language, which puts a full stop on the wrong side of a Persian one.
    description = re.compile(r"(?:services|triggers)\.\w+\.description")
    differ = _keys_where_languages_differ(lambda text: text.endswith("."))
    assert [key for key in differ if not description.fullmatch(key)] == []


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
