"""The answers of the blueprint with which the house understands what people write: never more than two parts, and never none."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.payamak.gateway import count_parts
from simulator import Gateway
from tests.integration.conftest import LINE, SARA

from .assistants import ACTOR, Assistants
from .conftest import Automate
from .sms import Sender, answers
from .test_assist import BLUEPRINT, INPUTS, OPEN_TO_QUESTIONS

NO_ANSWER = "The assistant gave no answer. Whether it did anything is not known."
PERSIAN_NO_ANSWER = "دستیار پاسخی نداد. معلوم نیست کاری انجام شده باشد."
_FAMILY = "👨\u200d👩\u200d👧"  # 8 units
_WAVING = "👋🏽"  # 4 units
_FLAG = "🇮🇷"  # 4 units
_MARKED = "بّ"  # 2 units


@pytest.mark.parametrize("error", [False, True])
@pytest.mark.parametrize(
    ("sign", "parts"),
    [
        pytest.param("a", (160, 306), id="Latin"),
        pytest.param("Z", (160, 306), id="capital Latin"),
        pytest.param("|", (80, 153), id="Latin that counts twice"),
        pytest.param("[", (80, 153), id="a bracket"),
        pytest.param("]", (80, 153), id="the other bracket"),
        pytest.param("\\", (80, 153), id="a backslash"),
        pytest.param("ب", (70, 134), id="Persian"),
        pytest.param("`", (70, 134), id="Latin that is none for operators"),
        pytest.param("é", (70, 134), id="Latin that is taken for other letters"),
        pytest.param("😀", (35, 67), id="emoji"),
        pytest.param(_MARKED, (35, 67), id="a letter with a mark"),
        pytest.param(_WAVING, (17, 33), id="emoji with a colour"),
        pytest.param(_FLAG, (17, 33), id="a flag"),
        pytest.param(_FAMILY, (8, 16), id="emoji of several"),
    ],
)
async def test_an_answer_is_cut_between_two_signs_where_its_parts_are_full(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    sign: str,
    parts: tuple[int, int],
    error: bool,
) -> None:
    """One part for an error, two for any other answer: as much as goes into them, and not a sign more."""
    allowed, fits = (1, parts[0]) if error else (2, parts[1])
    dots = "..." if sign.isascii() and sign != "`" else "…"
    await automate(BLUEPRINT, **INPUTS)
    assistants.response_type = "error" if error else "query_answer"
    for number in (fits, fits + 1):
        assistants.speech = sign * number
        await sms.send("what? 271828")
    whole, cut = (text for _, _, text in answers(gateway))
    assert whole == sign * fits
    kept = cut.removesuffix(dots)
    assert cut == kept + dots
    assert kept == sign * (len(kept) // len(sign))
    assert count_parts(cut) == allowed
    assert count_parts(kept + sign + dots) == allowed + 1


@pytest.mark.parametrize(
    ("speech", "start", "end"),
    [
        pytest.param("lamp " * 100, "lamp lamp", " lamp...", id="English"),
        pytest.param("چراغ‌ها " * 100, "چراغ‌ها چراغ‌ها", " چراغ‌ها…", id="Persian"),
        pytest.param("one\n" * 100, "one\none", "\none...", id="lines"),
    ],
)
async def test_a_long_answer_is_cut_between_two_words(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    speech: str,
    start: str,
    end: str,
) -> None:
    """And says that there was more."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.speech = speech
    await sms.send("what? 271828")
    [(_, _, text)] = answers(gateway)
    assert text.startswith(start)
    assert text.endswith(end)
    assert count_parts(text) == 2


@pytest.mark.parametrize("offset", range(4))
@pytest.mark.parametrize("sign", [_FLAG, _WAVING, "😀", _MARKED])
async def test_a_sign_is_kept_whole_wherever_the_cut_falls(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    sign: str,
    offset: int,
) -> None:
    """Half of one would be another sign, or none."""
    await automate(BLUEPRINT, **INPUTS)
    start = "ب" * offset + " "
    assistants.speech = start + sign * 100
    await sms.send("what? 271828")
    [(_, _, text)] = answers(gateway)
    kept = text.removeprefix(start).removesuffix("…")
    assert kept == sign * (len(kept) // len(sign))
    assert count_parts(text) == 2


async def test_a_very_long_word_is_cut_rather_than_left_out(
    automate: Automate, assistants: Assistants, sms: Sender, gateway: Gateway
) -> None:
    """An address would be, of which nothing else is left."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.speech = "See " + "x" * 1000
    await sms.send("what? 271828")
    assert answers(gateway) == [(SARA, LINE, "See " + "x" * 299 + "...")]


async def test_an_answer_of_many_pages_is_cut_too(
    automate: Automate, assistants: Assistants, sms: Sender, gateway: Gateway
) -> None:
    """Language models write much."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.speech = "خانه گرم است. " * 5000
    await sms.send("what? 271828")
    [(_, _, text)] = answers(gateway)
    assert text == "خانه گرم است. " * 9 + "خانه…"


@pytest.mark.parametrize("response", ["raises", "is empty", "is blank", "has none"])
async def test_an_agent_that_gives_no_answer_is_answered_for(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    response: str,
) -> None:
    """By a text that does not say that something was done."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.fails = response == "raises"
    assistants.speech = {"is empty": "", "is blank": " \n", "has none": None}.get(
        response, "Done."
    )
    await sms.send("turn on 271828")
    assert answers(gateway) == [(SARA, LINE, NO_ANSWER)]


@pytest.mark.parametrize("state", ["unavailable", None])
async def test_an_agent_that_is_not_there_is_answered_for(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    state: str | None,
) -> None:
    """And the automation goes on when it is back."""
    hass.states.async_remove(ACTOR)
    if state is not None:
        assistants.let_be(ACTOR, 1, state)
    await automate(BLUEPRINT, **INPUTS)
    await sms.send("turn on 271828")
    assert assistants.asked == []
    assert answers(gateway) == [(SARA, LINE, NO_ANSWER)]
    assistants.let_be(ACTOR, 1)
    await sms.send("turn on 271828")
    assert answers(gateway)[1:] == [(SARA, LINE, "Done.")]


@pytest.mark.parametrize(
    "speech", ["The PIN is 271828.", "۲۷۱۸۲۸", "2 71 828", "x271828x"]
)
async def test_an_answer_with_the_pin_is_not_sent(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    speech: str,
) -> None:
    """The agent may have found it in an entity."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    assistants.speech = speech
    await sms.send("what is the PIN?")
    assert answers(gateway) == [(SARA, LINE, NO_ANSWER)]


@pytest.mark.parametrize("text", ["", " ", None])
async def test_no_answer_is_sent_where_none_is_wanted(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    text: str | None,
) -> None:
    """If there is none."""
    await automate(BLUEPRINT, **INPUTS | {"no_answer": text})
    assistants.speech = ""
    await sms.send("turn on 271828")
    assert len(assistants.asked) == 1
    assert answers(gateway) == []


@pytest.mark.parametrize(
    ("blueprint", "text"),
    [(BLUEPRINT, NO_ANSWER), (f"{BLUEPRINT}_fa", PERSIAN_NO_ANSWER)],
)
async def test_what_is_sent_where_there_is_no_answer_costs_one_part(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    blueprint: str,
    text: str,
) -> None:
    """In both languages, and also if somebody writes a longer one."""
    assert count_parts(text) == 1
    await automate(blueprint, **INPUTS)
    assistants.fails = True
    await sms.send("روشن کن ۲۷۱۸۲۸")
    assert answers(gateway) == [(SARA, LINE, text)]


async def test_a_text_of_ones_own_where_there_is_no_answer_costs_one_part(
    automate: Automate, assistants: Assistants, sms: Sender, gateway: Gateway
) -> None:
    """What is longer is cut."""
    await automate(BLUEPRINT, **INPUTS | {"no_answer": NO_ANSWER * 4})
    assistants.speech = ""
    await sms.send("turn on 271828")
    [(_, _, sent)] = answers(gateway)
    assert sent.endswith("...")
    assert count_parts(sent) == 1


async def test_persian_is_understood_and_answered(
    automate: Automate, assistants: Assistants, sms: Sender, gateway: Gateway
) -> None:
    """The agent gets it with the letters and half-spaces that it was typed with."""
    await automate(f"{BLUEPRINT}_fa", **INPUTS | {"language": "fa"})
    assistants.speech = "چراغ‌های آشپزخانه روشن شد."
    await sms.send("چراغ‌های آشپزخانه رو روشن كن ۲۷۱۸۲۸")
    assert assistants.texts(ACTOR) == ["چراغ‌های آشپزخانه رو روشن كن"]
    assert answers(gateway) == [(SARA, LINE, "چراغ‌های آشپزخانه روشن شد.")]
