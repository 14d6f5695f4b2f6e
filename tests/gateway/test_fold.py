"""How names are compared: what can't be heard or seen makes no other name."""

from itertools import combinations, pairwise
import unicodedata

import pytest

from custom_components.payamak.gateway.text import fold

DIGITS = (
    "0123456789",
    "۰۱۲۳۴۵۶۷۸۹",
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "０１２３４５６７８９",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
)
INVISIBLE = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
# Fathatan to sukun, what follows the madda and hamzas that make another letter of an alef,
# the superscript alef, and the stretching tatweel.
MARKS = "".join(
    map(chr, (*range(0x064B, 0x0653), *range(0x0656, 0x0660), 0x670, 0x640))
)
# Text or picture: how a sign is shown, not which it is.
SELECTORS = "\ufe0e\ufe0f"
SPACES = " \t\n\r\f\v\u00a0\u1680\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("", ""),
        ("Sara", "sara"),
        ("امید", "امید"),
        ("Sara Ahmadi", "sara ahmadi"),
        ("Mom & Dad (home)", "mom & dad (home)"),
        ("Dad's phone", "dad's phone"),
        ("طبقهٔ ۲", "طبقه 2"),
    ],
)
def test_a_name_is_folded_to_its_plainest_form(typed: str, folded: str) -> None:
    """What remains is what it is compared by."""
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SARA", "sara"),
        ("ÖMER", "ömer"),
        ("Straße", "STRASSE"),
        ("ΣΩΚΡΆΤΗΣ", "σωκράτης"),
        ("Борис", "БОРИС"),
        ("José", "Jose\u0301"),
        ("Ａｌｉ", "Ali"),
        ("ﬁfi", "fifi"),
    ],
)
def test_case_and_composition_make_no_other_name(one: str, other: str) -> None:
    """In any script."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("arabic", "persian"),
    [
        ("علي", "علی"),
        ("عيسى", "عیسی"),
        ("مصطفى", "مصطفی"),
        ("كاوه", "کاوه"),
        ("فاطمة", "فاطمه"),
        ("خانۀ ما", "خانهٔ ما"),
        ("خانۀ ما", "خانه ما"),
        ("خانه\u0654 ما", "خانه ما"),
        ("ﻛﺎﻭﻩ", "کاوه"),
        ("ﻋﻠﻲ", "علی"),
        ("ﻼله", "لاله"),
        ("مُحَمَّد", "محمد"),
        ("رحمـــن", "رحمن"),
        ("رحمٰن", "رحمن"),
    ],
)
def test_arabic_and_persian_letters_make_no_other_name(
    arabic: str, persian: str
) -> None:
    """Keyboards differ, and fonts hide it."""
    assert fold(arabic) == fold(persian)


@pytest.mark.parametrize(("one", "other"), pairwise(DIGITS))
def test_digits_of_every_script_are_the_same(one: str, other: str) -> None:
    """Whichever keyboard was on."""
    assert fold(f"طبقه {one}") == fold(f"طبقه {other}") == f"طبقه {DIGITS[0]}"


@pytest.mark.parametrize("char", INVISIBLE + MARKS + SELECTORS, ids=ascii)
def test_what_is_not_seen_falls_away_wherever_it_stands(char: str) -> None:
    """Before, within and behind a name, and alone."""
    assert fold(f"{char}علی{char}رضا{char}") == "علیرضا"
    assert fold(f"{char}Sa{char}ra{char} Ah") == "sara ah"
    assert fold(char) == ""
    assert fold(f" {char} {char}") == ""


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_space_counts_once_and_not_at_the_ends(space: str) -> None:
    """Of whatever kind and width."""
    assert fold(f"{space}علی{space}{space}رضا{space}") == "علی رضا"
    assert fold(space) == ""


def test_a_sign_that_is_seen_makes_another_name() -> None:
    """Comparing must not take two people for one."""
    names = (
        "Sara", "Sarah", "Sara 1", "Sara 2", "Sara12", "Sara 12", "Sara-1", "Sará",
        "سارا", "سآرا", "سأرا", "علی رضا", "علیرضا", "علی", "عل", "آرش", "ارش", "رئوف",
        "روف", "مسئول", "مسول", "پدر", "بدر", "گل", "کل", "Ali", "Alı", "Ola", "Øla",
        "😀", "😃", "👩", "👨", "Mom & Dad", "Mom Dad",
    )  # fmt: skip
    for one, other in combinations(names, 2):
        assert fold(one) != fold(other), (one, other)


@pytest.mark.parametrize(
    "text",
    [
        "Sara", " ÖMER ", "Straße", "İstanbul", "ΣΩΚΡΆΤΗΣ", "ǅ", "ﬁ", "ﷺ", "ﷲ", "㍿", "½",
        "²", "ᾳ", "ŉ", "ǰ", "علي‌رضا", "خانۀ ما", "طبقهٔ ۲", "😀❤️", "آرش",
        "\u0345a",
    ],
)  # fmt: skip
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    """Folded once or twice, it is the same name; so it is in any composition."""
    assert fold(fold(text)) == fold(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        composed = unicodedata.normalize(form, text)
        assert fold(composed) == fold(text)


def test_every_character_there_is_can_be_folded() -> None:
    """Whatever somebody types: nothing raises, and folding twice changes nothing."""
    for code in range(0x110000):
        folded = fold(chr(code))
        assert fold(folded) == folded, ascii(chr(code))
