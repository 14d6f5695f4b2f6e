"""What alerts and questions write besides what people have written."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_load_integrations
import pytest

from custom_components.payamak.alerts import texts as written
from custom_components.payamak.alerts.texts import Texts, label
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.ledger import AlertPerson

from .rows import NOBODY_KNOWN, SARA

AT_HOME = AlertPerson(number="", name=None)
ADMIN = AlertPerson(number="", name="Admin")


@pytest.fixture(params=["loaded", "missing"])
async def texts(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> Texts:
    """Give what writes in English, also where no translation is loaded yet."""
    if request.param == "loaded":
        await async_load_integrations(hass, {DOMAIN})
    else:
        monkeypatch.setattr(written, "async_get_cached_translations", lambda *_: {})
    return Texts(hass)


@pytest.fixture
async def persian(hass: HomeAssistant) -> Texts:
    """Give what writes in Persian."""
    hass.config.language = "fa"
    await async_load_integrations(hass, {DOMAIN})
    return Texts(hass)


async def test_a_text_says_which_code_its_answer_needs(texts: Texts) -> None:
    """In a line of its own."""
    assert texts.with_code("Smoke!", 27, of="alert") == 'Smoke!\nReply "ok 27".'
    assert (
        texts.with_code("Open?", 27, of="question")
        == "Open?\nBegin your reply with 27."
    )


@pytest.mark.parametrize(
    ("who", "text"),
    [
        (SARA, "Sara has it: Smoke!"),
        (ADMIN, "Admin has it: Smoke!"),
        (NOBODY_KNOWN, "…0004 has it: Smoke!"),
        (AT_HOME, "Somebody at home has it: Smoke!"),
        (None, "Somebody at home has it: Smoke!"),
    ],
)
async def test_the_others_are_told_who_has_it(
    texts: Texts, who: AlertPerson | None, text: str
) -> None:
    """By their name, else by the last digits of their number; an automation has neither."""
    assert texts.taken("Smoke!", who) == text


@pytest.mark.parametrize(
    ("message", "excerpt"),
    [
        ("a" * 40, "a" * 40),
        ("a" * 41, "a" * 40 + "…"),
        ("a" * 39 + " b", "a" * 39 + "…"),
        ("Smoke\n in  the\tkitchen! ", "Smoke in the kitchen!"),
        ("a " * 20, "a " * 19 + "a"),
        ("a\n\n" * 20 + "b", "a " * 19 + "a…"),
    ],
)
async def test_an_excerpt_says_what_it_is_about(
    texts: Texts, message: str, excerpt: str
) -> None:
    """In one line, and in one part of an SMS if it can be."""
    assert texts.taken(message, SARA) == f"Sara has it: {excerpt}"


@pytest.mark.parametrize(
    ("who", "text"),
    [
        (SARA, "27: Sara has it already."),
        (ADMIN, "27: Admin has it already."),
        (NOBODY_KNOWN, "27: …0004 has it already."),
        (AT_HOME, "27 is closed, your reply came too late."),
        (None, "27 is closed, your reply came too late."),
    ],
)
async def test_who_is_too_late_is_told(
    texts: Texts, who: AlertPerson | None, text: str
) -> None:
    """With the code, as nothing else says what it is about."""
    assert texts.too_late(27, who) == text


async def test_in_persian_the_digits_are_persian_too(persian: Texts) -> None:
    """Each as itself: a Latin digit in a Persian line is read in the wrong order by some phones."""
    assert persian.with_code("دود!", 27, of="alert").startswith("دود!\nپاسخ: ")
    for text in (
        persian.with_code("دود!", 1234567890, of="alert"),
        persian.with_code("باز؟", 1234567890, of="question"),
        persian.too_late(1234567890, SARA),
        persian.too_late(1234567890, None),
    ):
        assert "۱۲۳۴۵۶۷۸۹۰" in text
    assert "Sara" in persian.taken("دود!", SARA)
    assert "Sara" in persian.too_late(27, SARA)
    assert persian.taken("دود!", None).endswith("دود!")


@pytest.mark.parametrize(
    ("who", "text"),
    [(SARA, "Sara"), (NOBODY_KNOWN, "…0004"), (ADMIN, "Admin"), (AT_HOME, "")],
)
def test_a_whole_number_is_never_shown(who: AlertPerson, text: str) -> None:
    """A name is better anyway."""
    assert label(who) == text
