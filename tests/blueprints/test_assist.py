"""The blueprint with which the house understands what people write, and what it never lets happen without the PIN word."""

import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from simulator import Gateway
from tests.integration.conftest import LINE, OMID, OTHER_LINE, SARA

from .assistants import ACTOR, READER, Assistants
from .conftest import Automate, Done, let_pass, runs
from .sms import PIN, STRANGER, Sender, answers, settle

BLUEPRINT = "assist_by_sms"
INPUTS: dict[str, Any] = {"senders": ["Sara"], "agent": ACTOR, "pin": PIN}
OPEN_TO_QUESTIONS = INPUTS | {"question_agent": READER}

# Texts that hold the PIN word, but not where it must stand, or not alone.
PIN_ASTRAY = [
    "turn 271828 on",
    "turn on271828",
    "271828turn on",
    "271828 turn on 271828",
    "turn on 271828 271828",
    "turn on 2 7 1 8 2 8",
    "turn on 27-271828",
    "27 turn on 271828 1828",
    "۲۷۱۸۲۸۰ turn on",
]
WRONG_PIN = [
    "turn on",
    "turn on 271829",
    "turn on 27182",
    "27182 turn on 8",
    "{{ pin }} turn on",
    "turn on None",
]


@pytest.mark.parametrize(
    "text",
    [
        "Turn on the lamp 271828",
        "271828 Turn on the lamp",
        "Turn on\n the lamp ۲۷۱۸۲۸",
        "٢٧١٨٢٨  Turn on the lamp",
        "\u200f Turn on the lamp \u200f271828\u200c \u200e",
    ],
)
@pytest.mark.parametrize("pin", [PIN, "۲۷۱۸۲۸", " 271828 ", 271828])
async def test_with_the_pin_the_agent_gets_the_text_and_its_answer_goes_back(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    text: str,
    pin: Any,
) -> None:
    """The agent never sees the PIN word; the answer goes over the line that the SMS came to."""
    await automate(BLUEPRINT, **INPUTS | {"pin": pin})
    assistants.speech = "Turned on the lamp"
    await sms.send(text, line=OTHER_LINE)
    assert assistants.texts(ACTOR) == ["Turn on the lamp"]
    assert answers(gateway) == [(SARA, OTHER_LINE, "Turned on the lamp")]


async def test_a_pin_may_be_several_words(
    automate: Automate, assistants: Assistants, sms: Sender
) -> None:
    """All of them go, and are known also where they must not stand."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS | {"pin": "Blue Parrot"})
    await sms.send("turn blue parrot on")
    await sms.send("blue PARROT light")
    assert assistants.texts(ACTOR) == ["light"]
    assert assistants.texts(READER) == []


@pytest.mark.parametrize("text", [*WRONG_PIN, *PIN_ASTRAY, PIN, "", "\u200f"])
async def test_without_the_right_pin_nobody_is_asked_where_no_agent_is_for_questions(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    text: str,
) -> None:
    """Even where the sender seems to be the right one: it can be forged."""
    await automate(BLUEPRINT, **INPUTS)
    await sms.send(text)
    assert assistants.asked == []
    assert done == []
    assert answers(gateway) == []
    automation = hass.states.get("automation.payamak")
    assert automation is not None
    assert automation.attributes["last_triggered"] is None


@pytest.mark.parametrize("text", WRONG_PIN)
async def test_without_the_right_pin_only_the_agent_that_cannot_act_is_asked(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    text: str,
) -> None:
    """It gets the text as it is, whatever it says."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    assistants.speech = "It is off."
    await sms.send(text)
    assert [each["agent_id"] for each in assistants.asked] == [READER]
    assert assistants.texts(READER) == [text]
    assert done == []
    assert answers(gateway) == [(SARA, LINE, "It is off.")]


@pytest.mark.parametrize("text", [*PIN_ASTRAY, PIN, f"{PIN} {PIN}"])
async def test_a_pin_in_the_wrong_place_goes_to_nobody(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    text: str,
) -> None:
    """An agent could repeat it."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    await sms.send(text)
    assert assistants.asked == []
    assert answers(gateway) == []


@pytest.mark.parametrize("reader", [1, 3, None, "gone"])
async def test_an_agent_that_can_act_is_not_asked_without_the_pin(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    reader: int | str | None,
) -> None:
    """Nor one that doesn't say that it can't, nor one that isn't there."""
    if isinstance(reader, str):
        hass.states.async_remove(READER)
    else:
        assistants.let_be(READER, reader)
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    await sms.send("turn on")
    assert assistants.asked == []
    assert answers(gateway) == []


async def test_the_agent_that_acts_is_not_asked_even_if_it_was_chosen_for_questions(
    automate: Automate, assistants: Assistants, sms: Sender, done: Done
) -> None:
    """The one mistake of the form that would open the house."""
    await automate(BLUEPRINT, **INPUTS | {"question_agent": ACTOR})
    await sms.send("turn on")
    assert done == []
    await sms.send("turn on 271828")
    assert len(done) == 1


@pytest.mark.parametrize(("features", "asked"), [(0, ["is it on?"]), (1, [])])
async def test_what_an_agent_can_do_is_looked_up_when_its_turn_comes(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    features: int,
    asked: list[str],
) -> None:
    """It may have changed while the text waited."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    assistants.may_answer.clear()
    await sms.send("turn on 271828")
    freezer.tick(301)
    await sms.send("is it on?")
    assistants.let_be(READER, features)
    assistants.may_answer.set()
    await settle(hass, gateway)
    assert assistants.texts(READER) == asked
    assert runs(hass) == 0


@pytest.mark.parametrize("pin", ["", " ", "\u200c", None])
async def test_without_a_pin_nobody_can_command(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    done: Done,
    pin: str | None,
) -> None:
    """There is no switch to trust a number alone."""
    await automate(BLUEPRINT, **INPUTS | {"pin": pin})
    for text in ("turn on", "turn on None", "none turn on", " turn on "):
        await sms.send(text)
    assert assistants.asked == []
    assert done == []


async def test_questions_need_no_pin_to_be_set(
    automate: Automate, assistants: Assistants, sms: Sender, gateway: Gateway
) -> None:
    """Then nothing but questions is possible."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS | {"pin": ""})
    await sms.send("is it on?")
    assert assistants.texts(READER) == ["is it on?"]
    assert assistants.texts(ACTOR) == []
    assert answers(gateway) == [(SARA, LINE, "Done.")]


@pytest.mark.parametrize("state", ["unknown", "unavailable", None])
async def test_while_the_pin_is_not_known_nobody_is_asked(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    state: str | None,
) -> None:
    """It could not be taken out of the text."""
    if state is not None:
        hass.states.async_set("input_text.pin", state)
    pin = "{{ states('input_text.pin') }}"
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS | {"pin": pin})
    for text in ("turn on 271828", "turn on unknown", "unavailable turn on", "hi"):
        await sms.send(text)
    assert assistants.asked == []
    hass.states.async_set("input_text.pin", PIN)
    await sms.send("turn on 271828")
    assert assistants.texts(ACTOR) == ["turn on"]


async def test_a_stranger_gets_nothing_not_even_an_answer(
    automate: Automate, assistants: Assistants, sms: Sender, gateway: Gateway
) -> None:
    """With the right PIN too."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    for sender in (STRANGER, OMID):
        await sms.send("turn on 271828", sender=sender)
        await sms.send("is it on?", sender=sender)
    assert assistants.asked == []
    assert answers(gateway) == []


@pytest.mark.parametrize(
    "text", ["None", "12.50", "[1, 2]", "{'a': 1}", "{{ 1 + 1 }}", "{% raw %}", "'a'"]
)
async def test_texts_and_answers_are_taken_as_they_are_written(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    text: str,
) -> None:
    """Nothing in them is filled in, or read as a number or a list."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.speech = text
    await sms.send(f"{text} 271828")
    assert assistants.texts(ACTOR) == [text]
    assert answers(gateway) == [(SARA, LINE, text)]


async def test_what_is_said_without_the_pin_is_a_conversation_of_its_own(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was forged must not be remembered when the right person commands; each sender has their own."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS | {"senders": ["Sara", OMID]})
    for text, sender in (
        ("and the hall? 271828", SARA),
        ("and the hall?", SARA),
        ("and the hall? 271828", SARA),
        ("and the hall? 271828", OMID),
    ):
        freezer.tick(301)
        await sms.send(text, sender=sender)
    commanded, asked, again, another = (
        each["conversation_id"] for each in assistants.asked
    )
    assert commanded == again
    assert len({commanded, asked, another}) == 3
    assert all(SARA[1:] not in each for each in (commanded, asked))


@pytest.mark.parametrize(
    ("inputs", "expected"), [({}, None), ({"language": "fa"}, "fa")]
)
async def test_the_agent_is_asked_in_the_language_that_was_chosen(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    inputs: dict[str, str],
    expected: str | None,
) -> None:
    """Else in Home Assistant's."""
    await automate(BLUEPRINT, **INPUTS | inputs)
    await sms.send("turn on 271828")
    assert [each.get("language") for each in assistants.asked] == [expected]


async def test_two_machines_do_not_go_on_answering_each_other(
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What comes without the PIN within five minutes of any answer is not answered; with the PIN it is."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    await sms.send("is it on?")
    await sms.send("I am driving.")
    freezer.tick(299)
    await sms.send("I am driving.")
    assert len(answers(gateway)) == 1
    freezer.tick(1)
    await sms.send("is it on now?")
    await sms.send("turn on 271828")
    assert len(answers(gateway)) == 3
    freezer.tick(299)
    await sms.send("I am driving.")
    assert len(answers(gateway)) == 3


async def test_one_is_answered_after_the_other_and_no_more_than_ten(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
) -> None:
    """Whatever a broken phone sends."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.may_answer.clear()
    for number in range(20):
        sms.dispatch(f"turn on {number} 271828")
    await settle(hass, gateway)
    assert assistants.texts(ACTOR) == ["turn on 0"]
    assert runs(hass) == 10
    assistants.may_answer.set()
    await settle(hass, gateway)
    assert assistants.texts(ACTOR) == [f"turn on {number}" for number in range(10)]
    assert len(answers(gateway)) == 10


@pytest.mark.parametrize(("seconds", "asked"), [(295, 2), (300, 1)])
async def test_what_has_waited_too_long_for_another_is_dropped(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    seconds: int,
    asked: int,
) -> None:
    """An old SMS must not open a door."""
    await automate(BLUEPRINT, **INPUTS)
    assistants.may_answer.clear()
    await sms.send("is it on? 271828")
    await sms.send("open the door 271828")
    await let_pass(hass, freezer, gateway, seconds)
    assistants.may_answer.set()
    await settle(hass, gateway)
    assert len(assistants.asked) == asked
    assert runs(hass) == 0


async def test_the_conditions_of_the_form_count(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    sms: Sender,
) -> None:
    """For texts with the PIN as well."""
    condition = {"condition": "state", "entity_id": "input_boolean.away", "state": "on"}
    await automate(BLUEPRINT, **INPUTS | {"conditions": [condition]})
    hass.states.async_set("input_boolean.away", "off")
    await sms.send("turn on 271828")
    assert assistants.asked == []
    hass.states.async_set("input_boolean.away", "on")
    await sms.send("turn on 271828")
    assert len(assistants.asked) == 1


async def test_run_in_the_editor_asks_nobody(
    hass: HomeAssistant,
    automate: Automate,
    assistants: Assistants,
    gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is no SMS."""
    await automate(BLUEPRINT, **OPEN_TO_QUESTIONS)
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.payamak"}, blocking=True
    )
    await settle(hass, gateway)
    assert assistants.asked == []
    assert answers(gateway) == []
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
