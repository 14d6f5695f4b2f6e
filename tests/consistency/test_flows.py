"""The flows: their forms, errors and endings, against the texts that explain them."""

import ast
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigFlowResult,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.payamak.account import errors as payamak_errors
from custom_components.payamak.account.errors import form_error
from custom_components.payamak.const import DOMAIN, SUBENTRY_RECIPIENT
from custom_components.payamak.gateway import GatewayError
from simulator import Gateway

from .sources import (
    LANGUAGES,
    argument,
    called_name,
    constant,
    flat,
    keyword,
    nodes,
    placeholders,
    translations,
)

type Forms = dict[str, ConfigFlowResult]
type SubentryForms = dict[str, SubentryFlowResult]


def _fields(schema: vol.Schema) -> dict[str, Any]:
    """Return a form's fields; of a section, those within."""
    assert isinstance(schema.schema, dict)
    return {
        str(marker): _fields(field.schema) if isinstance(field, section) else None
        for marker, field in schema.schema.items()
    }


def _translated(step: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a step's texts are about, in the same shape."""
    return dict.fromkeys(step.get("data", {})) | {
        name: dict.fromkeys(texts["data"])
        for name, texts in step.get("sections", {}).items()
    }


@pytest.fixture(name="config_forms")
async def config_forms_fixture(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway, gateway_url: str
) -> Forms:
    """Walk through the flows of set-up, reauth and reconfigure, and give each form."""
    gateway.add_account("omid", "an0ther-word", credit=Decimal(10), lines=["30001234"])
    flow = hass.config_entries.flow
    user = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    sender = await flow.async_configure(
        user["flow_id"],
        {
            "username": "omid",
            "password": "an0ther-word",
            "connection": {"url": gateway_url},
        },
    )
    return {
        form["step_id"]: form
        for form in (
            user,
            sender,
            await home.start_reauth_flow(hass),
            await home.start_reconfigure_flow(hass),
        )
        if form["type"] is FlowResultType.FORM and form["step_id"]
    }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_form_of_the_set_up_is_translated_field_by_field(
    config_forms: Forms, language: str
) -> None:
    """And no text is about a form or field that isn't there."""
    steps = translations(language)["config"]["step"]
    assert {
        step_id: _fields(form["data_schema"] or vol.Schema({}))
        for step_id, form in config_forms.items()
    } == {step_id: _translated(step) for step_id, step in steps.items()}


async def test_every_form_knows_the_words_that_its_texts_leave_open(
    config_forms: Forms,
) -> None:
    """A placeholder without a value is shown as it is."""
    for step_id, form in config_forms.items():
        texts = translations("en")["config"]["step"][step_id]
        for text in (texts["title"], texts["description"]):
            assert placeholders(text) <= (form["description_placeholders"] or {}).keys()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_form_of_the_options_is_translated_field_by_field(
    hass: HomeAssistant, home: MockConfigEntry, language: str
) -> None:
    """And no text is about a form or field that isn't there."""
    flow = hass.config_entries.options
    form = await flow.async_init(home.entry_id)
    steps = translations(language)["options"]["step"]
    assert steps.keys() == {"init", "push"}
    assert form["data_schema"]
    assert _fields(form["data_schema"]) == _translated(steps["init"])
    address = await flow.async_configure(
        form["flow_id"], form["data_schema"]({"push": True})
    )
    assert address["step_id"] == "push"
    assert address["data_schema"]
    assert _fields(address["data_schema"]) == _translated(steps["push"])


@pytest.fixture(name="recipient_forms")
async def recipient_forms_fixture(
    hass: HomeAssistant, home: MockConfigEntry
) -> SubentryForms:
    """Open the forms of a new recipient and of a saved one, and give both."""
    flow = hass.config_entries.subentries
    [kind] = home.supported_subentry_types
    subentry_id = next(iter(home.subentries))
    forms = (
        await flow.async_init((home.entry_id, kind), context={"source": SOURCE_USER}),
        await flow.async_init(
            (home.entry_id, kind),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
        ),
    )
    return {form["step_id"]: form for form in forms if form["step_id"]}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_kind_of_subentry_is_translated_and_no_other(
    home: MockConfigEntry, language: str
) -> None:
    """Its name, and a button for each way into its flow."""
    texts = translations(language)["config_subentries"]
    assert texts.keys() == home.supported_subentry_types.keys()
    for kind, can in home.supported_subentry_types.items():
        assert texts[kind]["entry_type"]
        ways = {"user"} | {way for way, possible in can.items() if possible}
        assert texts[kind]["initiate_flow"].keys() == {
            way.removeprefix("supports_") for way in ways
        }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_form_of_a_recipient_is_translated_field_by_field(
    recipient_forms: SubentryForms, language: str
) -> None:
    """And no text is about a form or field that isn't there."""
    steps = translations(language)["config_subentries"][SUBENTRY_RECIPIENT]["step"]
    assert {
        step_id: _fields(form["data_schema"] or vol.Schema({}))
        for step_id, form in recipient_forms.items()
    } == {step_id: _translated(step) for step_id, step in steps.items()}
    for step in steps.values():
        assert step["data"].keys() == step["data_description"].keys()


async def test_a_recipients_forms_know_the_words_that_their_texts_leave_open(
    recipient_forms: SubentryForms,
) -> None:
    """A placeholder without a value is shown as it is, in a field's description too."""
    texts = translations("en")["config_subentries"][SUBENTRY_RECIPIENT]
    for step_id, form in recipient_forms.items():
        known = (form["description_placeholders"] or {}).keys()
        for _, text in flat(texts["step"][step_id]):
            assert placeholders(text) <= known, text


async def test_a_recipients_errors_know_the_words_that_their_texts_leave_open(
    hass: HomeAssistant, recipient_forms: SubentryForms
) -> None:
    """Whatever is wrong with what was typed."""
    errors = translations("en")["config_subentries"][SUBENTRY_RECIPIENT]["error"]
    for form in recipient_forms.values():
        wrong = await hass.config_entries.subentries.async_configure(
            form["flow_id"], {"name": "1", "numbers": ["1"], "slug": "É"}
        )
        assert wrong["errors"]
        known = (wrong["description_placeholders"] or {}).keys()
        for text in errors.values():
            assert placeholders(text) <= known, text


def _recipient_error_words() -> set[str]:
    """Return the words that a recipient's forms show as errors: assigned, or returned by a check."""
    words = _assigned_errors("flows/recipient_flow.py")
    for function in nodes(ast.FunctionDef, "flows/recipient_flow.py"):
        if function.name.endswith("_error"):
            words |= {
                word
                for returned in ast.walk(function)
                if isinstance(returned, ast.Return) and returned.value
                for part in _alternatives(returned.value)
                if (word := constant(part))
            }
    return words


def _alternatives(expression: ast.expr) -> Iterator[ast.expr]:
    """Return what an expression with "if" and "else" may come to."""
    if isinstance(expression, ast.IfExp):
        yield from _alternatives(expression.body)
        yield from _alternatives(expression.orelse)
    else:
        yield expression


def test_every_error_of_a_recipient_has_a_text_and_every_text_an_error() -> None:
    """A word without a text is shown as it is."""
    texts = translations("en")["config_subentries"][SUBENTRY_RECIPIENT]
    assert texts["error"].keys() == _recipient_error_words()


def test_every_ending_of_a_recipients_flow_has_a_text_and_every_text_an_ending() -> (
    None
):
    """The one that changes a recipient has the same reason everywhere in Home Assistant."""
    reasons = set()
    for call in nodes(ast.Call, "flows/recipient_flow.py"):
        given = keyword(call, "reason")
        if called_name(call) == "async_abort" or given:
            assert given
            reasons.add(constant(given))
        elif called_name(call) == "async_update_and_abort":
            reasons.add("reconfigure_successful")
    texts = translations("en")["config_subentries"][SUBENTRY_RECIPIENT]
    assert texts["abort"].keys() == reasons


def _assigned_errors(module: str) -> set[str]:
    """Return the words that a module assigns to a form's fields."""
    return {
        word
        for assignment in nodes(ast.Assign, module)
        for target in assignment.targets
        if isinstance(target, ast.Subscript) and ast.unparse(target.value) == "errors"
        if (word := constant(assignment.value))
    }


def _error_words() -> set[str]:
    """Return the words that the flow shows as errors."""
    words = _assigned_errors("flows/account_flow.py") | _assigned_errors(
        "flows/sender_form.py"
    )
    words |= {
        word
        for call in nodes(ast.Call, "flows/address.py")
        if called_name(call) == "UnusableAddressError"
        if (word := constant(call.args[0]))
    }
    words.add(form_error(GatewayError("no_such_reason")))
    return words | {word for _, word in payamak_errors._FORM_ERRORS}


def test_every_error_of_a_form_has_a_text_and_every_text_an_error() -> None:
    """A word without a text is shown as it is."""
    assert translations("en")["config"]["error"].keys() == _error_words()


def test_every_ending_of_a_flow_has_a_text_and_every_text_an_ending() -> None:
    """So that nobody reads a bare word at the end."""
    reasons = {
        reason
        for call in nodes(ast.Call, "flows/account_flow.py")
        for given in (argument(call, "reason"), keyword(call, "reason"))
        if given and (reason := constant(given))
    }
    if any(
        called_name(call) == "_abort_if_unique_id_configured"
        for call in nodes(ast.Call, "flows/account_flow.py")
    ):
        reasons.add("already_configured")
    assert translations("en")["config"]["abort"].keys() == reasons
