"""The blueprint that does something when a trusted person sends a certain SMS."""

import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import LINE, OMID, OTHER_LINE, SARA
from tests.integration.story.people import SECOND_LINE, second_account

from .conftest import Automate, Done, let_pass, runs
from .sms import BADLY_TYPED, PIN, STRANGER, WELL_TYPED, Sender, answers, settle

BLUEPRINT = "command_by_sms"
INPUTS: dict[str, Any] = {
    "senders": ["Sara"],
    "keyword": "Close",
    "actions": [{"event": "done", "event_data": {"who": "{{ trigger.name }}"}}],
}
TRUSTING = INPUTS | {"without_pin": True}
ANSWER = {"answer": "شیر {{ states('valve.main') }} است."}


async def test_the_command_runs_the_actions_and_is_not_answered_by_default(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """Senders, command and actions and the word that no PIN is wanted are all that has to be filled in."""
    await automate(BLUEPRINT, **TRUSTING)
    await sms.send("close")
    assert [event.data for event in done] == [{"who": "Sara"}]
    assert answers(gateway) == []


async def test_the_sender_is_answered_after_the_actions_over_the_line_they_wrote_to(
    hass: HomeAssistant, automate: Automate, sms: Sender, gateway: Gateway
) -> None:
    """The answer's template is filled in with what the actions brought about."""
    hass.states.async_set("valve.main", "open")

    async def close(_call: Any) -> None:
        hass.states.async_set("valve.main", "closed")

    hass.services.async_register("valve", "close_valve", close)
    await automate(
        BLUEPRINT, **TRUSTING | ANSWER | {"actions": [{"action": "valve.close_valve"}]}
    )
    await sms.send("CLOSE", line=OTHER_LINE)
    assert answers(gateway) == [(SARA, OTHER_LINE, "شیر closed است.")]


async def test_the_answer_can_use_what_the_actions_found_out(
    automate: Automate, sms: Sender, gateway: Gateway
) -> None:
    """Their variables are there for the template."""
    actions = [{"variables": {"level": 42}}]
    await automate(
        BLUEPRINT, **TRUSTING | {"actions": actions, "answer": "Level {{ level }}"}
    )
    await sms.send("CLOSE")
    assert answers(gateway) == [(SARA, LINE, "Level 42")]


async def test_actions_that_fail_are_not_answered_as_if_they_had_succeeded(
    automate: Automate, sms: Sender, gateway: Gateway
) -> None:
    """Silence says that something is wrong."""
    actions = [{"action": "payamak.send_sms", "data": {"message": ""}}]
    await automate(BLUEPRINT, **TRUSTING | ANSWER | {"actions": actions})
    await sms.send("CLOSE")
    assert answers(gateway) == []


@pytest.mark.parametrize("text", WELL_TYPED)
@pytest.mark.parametrize("pin", [PIN, "۲۷۱۸۲۸", " 271828 ", 271828])
async def test_the_right_pin_is_enough_however_it_is_typed(
    automate: Automate, sms: Sender, done: Done, text: str, pin: Any
) -> None:
    """Before or after the command; digits, case and spaces don't matter."""
    await automate(BLUEPRINT, **INPUTS | {"pin": pin})
    await sms.send(text)
    assert len(done) == 1


@pytest.mark.parametrize("text", BADLY_TYPED)
async def test_without_the_right_pin_nothing_happens_and_nothing_is_answered(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done, text: str
) -> None:
    """Even where the sender seems to be the right one: it can be forged."""
    await automate(BLUEPRINT, **INPUTS | ANSWER | {"pin": PIN})
    await sms.send(text)
    assert done == []
    assert answers(gateway) == []


@pytest.mark.parametrize("text", ["CLOSE IT", "CLOS", "CLOSE 271828", "", "DISCLOSE"])
async def test_the_whole_text_must_be_the_command(
    automate: Automate, sms: Sender, done: Done, text: str
) -> None:
    """Without a PIN as well."""
    await automate(BLUEPRINT, **TRUSTING)
    await sms.send(text)
    assert done == []


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("شیر‌ها بسته کلید", "شيرها  بسته كليد"),
        ("كليد ۱", "کلید 1"),
        ("close valve", "Close  VALVE"),
        (1, "۱"),
    ],
)
async def test_a_command_is_known_in_any_keyboards_letters(
    automate: Automate, sms: Sender, done: Done, keyword: Any, text: str
) -> None:
    """Persian and Arabic forms, half-spaces, several words."""
    await automate(BLUEPRINT, **TRUSTING | {"keyword": keyword})
    await sms.send(text)
    assert len(done) == 1


@pytest.mark.parametrize("text", ["CLOSE", "CLOSE 271828"])
async def test_a_stranger_gets_nothing_not_even_an_answer(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done, text: str
) -> None:
    """With the right PIN too: an answer costs money."""
    await automate(BLUEPRINT, **INPUTS | ANSWER | {"pin": PIN})
    await sms.send(text, sender=STRANGER)
    await sms.send(text, sender=OMID)
    assert done == []
    assert answers(gateway) == []


async def test_a_number_can_be_trusted_that_has_no_name(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """It is written as people write numbers."""
    await automate(BLUEPRINT, **TRUSTING | ANSWER | {"senders": ["+98 935 999 9999"]})
    await sms.send("CLOSE", sender=STRANGER)
    assert len(done) == 1
    assert [number for number, _, _ in answers(gateway)] == [STRANGER]


async def test_a_pin_can_be_kept_in_an_entity(
    hass: HomeAssistant, automate: Automate, sms: Sender, done: Done
) -> None:
    """Then it can be changed without the automation."""
    hass.states.async_set("input_text.pin", "007")
    await automate(BLUEPRINT, **INPUTS | {"pin": "{{ states('input_text.pin') }}"})
    await sms.send("CLOSE 7")
    assert done == []
    await sms.send("CLOSE ۰۰۷")
    assert len(done) == 1


@pytest.mark.parametrize("keyword", ["", " ", "\u200c"])
async def test_an_empty_command_is_none(
    automate: Automate, sms: Sender, done: Done, keyword: str
) -> None:
    """Not even with the PIN alone."""
    await automate(BLUEPRINT, **INPUTS | {"keyword": keyword, "pin": PIN})
    await sms.send(PIN)
    await sms.send("")
    assert done == []


async def test_the_conditions_of_the_form_count(
    hass: HomeAssistant,
    automate: Automate,
    sms: Sender,
    gateway: Gateway,
    done: Done,
) -> None:
    """They are asked each time."""
    condition = {"condition": "state", "entity_id": "input_boolean.away", "state": "on"}
    await automate(BLUEPRINT, **TRUSTING | ANSWER | {"conditions": [condition]})
    hass.states.async_set("input_boolean.away", "off")
    await sms.send("CLOSE")
    assert done == []
    assert answers(gateway) == []
    hass.states.async_set("input_boolean.away", "on")
    await sms.send("CLOSE")
    assert len(done) == 1


async def test_a_burst_of_commands_is_carried_out_whole(
    hass: HomeAssistant, automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """Several SMS that one poll brings."""
    await automate(BLUEPRINT, **TRUSTING | ANSWER)
    for _ in range(5):
        sms.dispatch("CLOSE")
    await settle(hass, gateway)
    assert len(done) == 5
    assert len(answers(gateway)) == 5


async def test_actions_that_take_long_do_not_hold_up_the_next_command(
    hass: HomeAssistant,
    automate: Automate,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A command that waited would be carried out when nobody expects it any more."""
    actions = [*INPUTS["actions"], {"delay": 600}]
    await automate(BLUEPRINT, **TRUSTING | {"actions": actions})
    await sms.send("CLOSE")
    await sms.send("CLOSE")
    assert len(done) == 2
    assert runs(hass) == 2
    await let_pass(hass, freezer, gateway, 605)
    assert runs(hass) == 0


async def test_the_account_that_got_the_sms_answers(
    hass: HomeAssistant,
    automate: Automate,
    sms: Sender,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """Where there are several, none needs to be chosen."""
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    await automate(BLUEPRINT, **TRUSTING | {"senders": [SARA], "answer": "OK"})
    await sms.send("CLOSE", line=SECOND_LINE, entry=other)
    await sms.send("CLOSE")
    assert answers(gateway) == [(SARA, SECOND_LINE, "OK"), (SARA, LINE, "OK")]


async def test_an_answer_that_is_refused_undoes_nothing(
    automate: Automate, sms: Sender, gateway: Gateway, done: Done
) -> None:
    """And the next command is carried out and answered."""
    await automate(BLUEPRINT, **TRUSTING | {"answer": "OK"})
    gateway.fault("SendSMS", Code(2))
    await sms.send("CLOSE")
    await sms.send("CLOSE")
    assert len(done) == 2
    assert answers(gateway) == [(SARA, LINE, "OK")]


async def test_run_in_the_editor_tries_the_actions_and_answers_nobody(
    hass: HomeAssistant,
    automate: Automate,
    gateway: Gateway,
    done: Done,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is no SMS that could be answered."""
    actions = [{"event": "done"}]
    await automate(
        BLUEPRINT, **INPUTS | {"actions": actions, "answer": "OK", "pin": PIN}
    )
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.payamak"}, blocking=True
    )
    await settle(hass, gateway)
    assert len(done) == 1
    assert answers(gateway) == []
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
