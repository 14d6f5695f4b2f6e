"""The forms of repairs, against the texts that explain them."""

import ast
import inspect
from typing import Any

from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.repairs import Issue, Repairs
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.flows.repair_flows import AccountRepairFlow
from custom_components.payamak.repairs import FLOWS

from .sources import (
    LANGUAGES,
    called_name,
    constant,
    given_to_steps,
    keyword,
    nodes,
    placeholders,
    translations,
)

# What each form is about; the words of a repair share its form.
_WORDS = {
    Issue.SENDER_LINE: ("sender_line_gone", "sender_line_refused"),
    Issue.NOTIFY_ACTION: ("notify_action_taken",),
    Issue.NOT_SENT: ("messages_not_sent",),
    Issue.LOW_CREDIT: ("credit_low", "credit_used_up"),
}
_FIX_FLOWS: dict[str, dict[str, Any]] = {
    word: text["fix_flow"]
    for word, text in translations("en")["issues"].items()
    if "fix_flow" in text
}
_FLOW_MODULES = ("flows/repair_flows.py", "flows/not_sent_flow.py")
_MODULES = (*_FLOW_MODULES, "flows/sender_form.py")


def test_a_repair_has_the_texts_of_a_form_or_a_description_and_never_both() -> None:
    """Hassfest refuses both; the frontend shows nothing where the wrong one is there."""
    assert _WORDS.keys() == FLOWS.keys()
    assert _FIX_FLOWS.keys() == {word for words in _WORDS.values() for word in words}
    for language in LANGUAGES:
        for word, text in translations(language)["issues"].items():
            body = "fix_flow" if word in _FIX_FLOWS else "description"
            assert text.keys() == {"title", body}, word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("issue", FLOWS)
async def test_every_form_of_a_repair_is_translated(
    hass: HomeAssistant, home: MockConfigEntry, issue: Issue, language: str
) -> None:
    """Field by field, or choice by choice, and no text is about another one."""
    Repairs(hass, home.entry_id, home.title).show(issue, "made_up")
    manager = repairs_flow_manager(hass)
    assert manager
    data = {"issue_id": f"{home.entry_id}_{issue}"}
    form = await manager.async_init(DOMAIN, data=data)
    for word in _WORDS[issue]:
        steps = translations(language)["issues"][word]["fix_flow"]["step"]
        assert steps.keys() == _steps(FLOWS[issue])
        step = steps[form["step_id"]]
        if form["type"] is FlowResultType.MENU:
            assert list(step["menu_options"]) == form["menu_options"]
        else:
            assert form["data_schema"]
            assert list(step["data"]) == [*map(str, form["data_schema"].schema)]


def _steps(flow: type[AccountRepairFlow]) -> set[str]:
    """Give the steps that a flow shows; each names itself where it does."""
    source = ast.parse(inspect.getsource(flow))
    shown: set[str] = set()
    for call in (each for each in ast.walk(source) if isinstance(each, ast.Call)):
        name = called_name(call)
        given = call.args[0] if name == "_form" else keyword(call, "step_id")
        if name in ("_form", "async_show_form", "async_show_menu"):
            step = constant(given) if given else None
            assert step
            shown.add(step)
    return shown


def test_a_step_that_is_given_its_own_values_leaves_just_those_open() -> None:
    """A value that is given and not shown is a fact that the user misses."""
    own = given_to_steps()
    assert own
    for step_id, given in own.items():
        [step] = (
            flow["step"][step_id]
            for flow in _FIX_FLOWS.values()
            if step_id in flow["step"]
        )
        assert placeholders(step["description"]) == given
        assert not placeholders(step["title"])


def test_every_error_of_a_repairs_form_has_a_text_and_every_text_an_error() -> None:
    """A word without a text is shown as it is."""
    used = {
        word
        for module in _MODULES
        for assignment in nodes(ast.Assign, module)
        if ast.unparse(assignment.targets[0]).startswith("errors[")
        if (word := constant(assignment.value))
    }
    texts = [set(flow.get("error", {})) for flow in _FIX_FLOWS.values()]
    assert set().union(*texts) == used


def test_every_ending_of_a_repairs_form_has_a_text_and_every_text_an_ending() -> None:
    """So that nobody reads a bare word at the end."""
    used = set()
    for call in (each for one in _FLOW_MODULES for each in nodes(ast.Call, one)):
        given = keyword(call, "reason")
        if called_name(call) == "AbortFlow":
            [given] = call.args
        if given and (word := constant(given)):
            used.add(word)
    texts = [set(flow["abort"]) for flow in _FIX_FLOWS.values()]
    assert set().union(*texts) == used
    assert all("not_loaded" in each for each in texts)


def test_the_words_of_a_repair_have_the_same_errors_endings_and_fields() -> None:
    """It is the same form."""
    for words in _WORDS.values():
        first, *others = (_FIX_FLOWS[word] for word in words)
        for other in others:
            assert other.get("error") == first.get("error")
            assert other["abort"] == first["abort"]


def test_an_error_or_ending_leaves_open_no_more_than_the_repair_itself() -> None:
    """They are given what the repair says."""
    for word, flow in _FIX_FLOWS.items():
        said = placeholders(translations("en")["issues"][word]["title"])
        for step in flow["step"].values():
            said |= placeholders(step["description"])
        for text in (*flow.get("error", {}).values(), *flow["abort"].values()):
            assert placeholders(text) <= said, text
