"""The blueprint with up to five commands by SMS."""

import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from simulator import Gateway
from tests.integration.conftest import LINE, OMID, OTHER_LINE, SARA

from .conftest import Automate, Done, let_pass, runs
from .sms import BADLY_TYPED, PIN, STRANGER, WELL_TYPED, Sender, answers, settle

BLUEPRINT = "sms_menu"


def did(what: str) -> list[dict[str, Any]]:
    """Make actions that say what they did."""
    return [{"event": "done", "event_data": {"what": what}}]


SMALL: dict[str, Any] = {
    "senders": ["Sara"],
    "keyword_1": "STATUS",
    "answer_1": "دما {{ states('sensor.hall') }}",
    "keyword_2": "Close",
    "actions_2": did("close"),
}
FULL: dict[str, Any] = {
    "senders": ["خانواده"],
    "without_pin": True,
    **{f"keyword_{n}": word for n, word in enumerate("ABCDE", 1)},
    **{f"actions_{n}": did(word) for n, word in enumerate("ABCDE", 1)},
    **{f"answer_{n}": f"{word} is done" for n, word in enumerate("ABCDE", 1)},
}
TRUSTING = SMALL | {"without_pin": True}
HELPFUL = {"answer_unknown": True}


def what(done: Done) -> list[str]:
    """Give what was done, in order."""
    return [event.data["what"] for event in done]


async def test_a_question_is_answered_over_the_line_it_was_sent_to(
    hass: HomeAssistant, automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """A command may be nothing but an answer."""
    hass.states.async_set("sensor.hall", "21.5")
    await automate(BLUEPRINT, **TRUSTING)
    await sms.send("status", line=OTHER_LINE)
    assert answers(gateway) == [(SARA, OTHER_LINE, "دما 21.5")]
    assert done == []


async def test_a_command_may_be_nothing_but_actions(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """Without an answer, none is sent."""
    await automate(BLUEPRINT, **TRUSTING)
    await sms.send("CLOSE")
    assert what(done) == ["close"]
    assert answers(gateway) == []


@pytest.mark.parametrize("word", "ABCDE")
async def test_each_of_the_five_keywords_has_its_own_actions_and_answer(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done, word: str
) -> None:
    """And a group's name trusts everybody in it."""
    await automate(BLUEPRINT, **FULL)
    await sms.send(word.lower(), sender=OMID)
    assert what(done) == [word]
    assert answers(gateway) == [(OMID, LINE, f"{word} is done")]


async def test_the_first_of_two_equal_keywords_counts(
    automate: Automate, sms: Sender, done: Done
) -> None:
    """However they are typed."""
    await automate(BLUEPRINT, **FULL | {"keyword_2": "كليد", "keyword_4": "کلید"})
    await sms.send("کلید")
    assert what(done) == ["B"]


async def test_an_unknown_command_is_answered_with_the_keywords(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """Those that are left empty don't count."""
    await automate(
        BLUEPRINT, **TRUSTING | HELPFUL | {"keyword_4": " ", "keyword_5": "قفل"}
    )
    await sms.send("HELP")
    assert answers(gateway) == [
        (SARA, LINE, "These commands are known: STATUS, Close, قفل")
    ]
    assert done == []


async def test_the_answer_to_an_unknown_command_can_be_another_one(
    automate: Automate, sms: Sender, gateway: Gateway
) -> None:
    """In the household's language."""
    answer = {"unknown_answer": "فرمان‌ها: {{ keywords | join('، ') }}"}
    await automate(BLUEPRINT, **TRUSTING | HELPFUL | answer)
    await sms.send("?")
    assert answers(gateway) == [(SARA, LINE, "فرمان‌ها: STATUS، Close")]


@pytest.mark.parametrize("off", [{}, HELPFUL | {"unknown_answer": ""}])
async def test_an_unknown_command_is_not_answered_unless_that_is_wanted(
    automate: Automate, sms: Sender, gateway: Gateway, off: dict[str, Any]
) -> None:
    """Known ones are answered nevertheless."""
    await automate(BLUEPRINT, **FULL | off)
    await sms.send("HELP")
    assert answers(gateway) == []
    await sms.send("A")
    assert answers(gateway) == [(SARA, LINE, "A is done")]


async def test_a_phone_that_replies_by_itself_is_answered_once(
    hass: HomeAssistant, automate: Automate, sms: Sender, gateway: Gateway
) -> None:
    """Two machines must not write to each other until the credit is used up."""
    await automate(BLUEPRINT, **TRUSTING | HELPFUL)
    for _ in range(5):
        await sms.send("I am driving.")
    for _ in range(5):
        sms.dispatch("I am driving.")
    await settle(hass, gateway)
    assert len(answers(gateway)) == 1


async def test_a_reply_to_the_answer_of_a_command_is_not_answered(
    automate: Automate, sms: Sender, gateway: Gateway
) -> None:
    """A machine may quote what it replies to; commands are answered every time."""
    await automate(BLUEPRINT, **TRUSTING | HELPFUL | {"answer_1": "It is warm."})
    for _ in range(2):
        await sms.send("STATUS")
        await sms.send("I am driving. You wrote: It is warm.")
        await sms.send("It is warm.")
    assert [text for _, _, text in answers(gateway)] == ["It is warm."] * 2


async def test_unknown_commands_are_answered_again_after_ten_minutes(
    hass: HomeAssistant,
    automate: Automate,
    sms: Sender,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Those that come in the meantime don't make it longer."""
    await automate(BLUEPRINT, **TRUSTING | HELPFUL)
    for minute in range(21):
        await sms.send("HELP")
        assert len(answers(gateway)) == 1 + minute // 10, minute
        await let_pass(hass, freezer, gateway, 60)


@pytest.mark.parametrize("text", WELL_TYPED)
async def test_the_right_pin_is_enough_however_it_is_typed(
    automate: Automate, sms: Sender, done: Done, text: str
) -> None:
    """Before or after the keyword; digits, case and spaces don't matter."""
    await automate(BLUEPRINT, **SMALL | {"pin": PIN})
    await sms.send(text)
    assert what(done) == ["close"]


@pytest.mark.parametrize("text", BADLY_TYPED)
async def test_without_the_right_pin_nothing_is_done(
    automate: Automate, sms: Sender, done: Done, text: str
) -> None:
    """Even where the sender seems to be the right one: it can be forged."""
    await automate(BLUEPRINT, **SMALL | {"pin": PIN})
    await sms.send(text)
    assert done == []


@pytest.mark.parametrize(
    "text", ["CLOSE", "CLOSE 271829", "STATUS", "HELP", "CLOSE271828", ""]
)
async def test_without_the_right_pin_nothing_is_answered(
    automate: Automate, sms: Sender, gateway: Gateway, text: str
) -> None:
    """Forged SMS must not use the credit up."""
    await automate(BLUEPRINT, **SMALL | HELPFUL | {"pin": PIN})
    await sms.send(text)
    assert answers(gateway) == []


@pytest.mark.parametrize("text", ["HELP 271828", "۲۷۱۸۲۸ help", "271828"])
async def test_an_unknown_command_with_the_pin_is_answered(
    automate: Automate, sms: Sender, gateway: Gateway, text: str
) -> None:
    """It comes from somebody who only forgot the keyword; the PIN is not told."""
    await automate(BLUEPRINT, **SMALL | HELPFUL | {"pin": PIN})
    await sms.send(text)
    [(_, _, answer)] = answers(gateway)
    assert answer.endswith("STATUS, Close")


@pytest.mark.parametrize("text", ["STATUS", "CLOSE 271828", "HELP", "HELP 271828"])
async def test_a_stranger_gets_nothing_not_even_an_answer(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done, text: str
) -> None:
    """The list of the keywords neither."""
    await automate(BLUEPRINT, **SMALL | HELPFUL | {"pin": PIN})
    await sms.send(text, sender=STRANGER)
    await sms.send(text, sender=OMID)
    assert done == []
    assert answers(gateway) == []


async def test_the_conditions_of_the_form_count_for_every_command(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """Unknown ones too."""
    never = [{"condition": "template", "value_template": "{{ false }}"}]
    await automate(BLUEPRINT, **FULL | HELPFUL | {"conditions": never})
    await sms.send("A")
    await sms.send("HELP")
    assert done == []
    assert answers(gateway) == []


async def test_a_burst_of_commands_is_carried_out_in_order(
    hass: HomeAssistant,
    automate: Automate,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    freezer: FrozenDateTimeFactory,
) -> None:
    """LOCK and UNLOCK must not overtake each other."""
    slowly = [{"delay": 10}, *did("A")]
    await automate(BLUEPRINT, **FULL | {"actions_1": slowly})
    for word in "AEBADC":
        sms.dispatch(word)
    await let_pass(hass, freezer, gateway, 30)
    assert what(done) == list("AEBADC")
    assert [text[0] for _, _, text in answers(gateway)] == list("AEBADC")


async def test_a_command_that_had_to_wait_too_long_is_dropped(
    hass: HomeAssistant,
    automate: Automate,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An old SMS opens no door, and is not answered as if it had."""
    await automate(BLUEPRINT, **FULL | {"actions_1": [{"delay": 400}, *did("A")]})
    await sms.send("A")
    await sms.send("B")
    await let_pass(hass, freezer, gateway, 200)
    await sms.send("C")
    await let_pass(hass, freezer, gateway, 205)
    assert what(done) == ["A", "C"]
    assert [text for _, _, text in answers(gateway)] == ["A is done", "C is done"]
    assert runs(hass) == 0


async def test_actions_that_fail_are_not_answered_as_if_they_had_succeeded(
    hass: HomeAssistant, automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """And the next command is carried out."""
    failing = [{"action": "payamak.send_sms", "data": {"message": ""}}]
    await automate(BLUEPRINT, **FULL | {"actions_1": failing})
    await sms.send("A")
    await sms.send("B")
    await settle(hass, gateway)
    assert what(done) == ["B"]
    assert answers(gateway) == [(SARA, LINE, "B is done")]


async def test_run_in_the_editor_does_nothing_and_answers_nobody(
    hass: HomeAssistant,
    automate: Automate,
    gateway: Gateway,
    done: Done,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is no SMS that could say what is meant."""
    await automate(BLUEPRINT, **FULL | HELPFUL)
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.payamak"}, blocking=True
    )
    await settle(hass, gateway)
    assert done == []
    assert answers(gateway) == []
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
