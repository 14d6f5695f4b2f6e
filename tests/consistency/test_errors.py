"""Errors and repairs: each word in the code has a text that fits it, and each text a word in the code."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from custom_components.payamak.account import account
from custom_components.payamak.gateway import AddressError, GatewayError, errors
from custom_components.payamak.gateway.codes import RESULT_CODES, UNKNOWN_CODE
from custom_components.payamak.ledger import FileTrouble
from custom_components.payamak.ledger.outgoing import INTERRUPTED
from custom_components.payamak.sending.fence import SENT_BEFORE

from .sources import (
    argument,
    called_name,
    constant,
    flat,
    functions,
    given_to_steps,
    keys_of,
    keyword,
    nodes,
    placeholders,
    translations,
)

_GATEWAY_ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, GatewayError)
}
_OF_A_GATEWAY_ERROR = {"code"}


def _reasons() -> Iterator[str]:
    """Return the reasons that the gateway's client, the messenger and the ledger give."""
    for call in nodes(ast.Call):
        if called_name(call) in _GATEWAY_ERRORS and (reason := constant(call.args[0])):
            yield reason
    for code in (*RESULT_CODES.values(), UNKNOWN_CODE):
        yield code.reason
    yield from (INTERRUPTED, SENT_BEFORE)


def _of_validation() -> Iterator[tuple[str, set[str]]]:
    """Return the keys of refused input, with the placeholders given."""
    for call in nodes(ast.Call):
        if called_name(call) == "validation_error":
            key = constant(call.args[0])
            assert key, ast.unparse(call)
            yield key, {str(keyword.arg) for keyword in call.keywords}


def _of_reports() -> Iterator[tuple[str, set[str]]]:
    """Return the keys of a report's error, with the placeholders given."""
    given: set[str] = set()
    for call in nodes(ast.Call, "sending/report.py"):
        given |= keys_of(keyword(call, "translation_placeholders"))
    for assignment in nodes(ast.Assign, "sending/report.py"):
        if ast.unparse(assignment.targets[0]) == "key" and (
            key := constant(assignment.value)
        ):
            yield key, given


def _of_explanations() -> Iterator[str]:
    """Return the keys that the explanation of a failed message asks for by their word."""
    for call in nodes(ast.Call, "account/errors.py"):
        given = argument(call, "key")
        if given and (key := constant(given)):
            yield key


def _issues() -> Iterator[tuple[str, set[str]]]:
    """Return the keys of repairs, with the placeholders given."""
    for call in nodes(ast.Call):
        given = argument(call, "translation_key")
        if given and (key := constant(given)):
            yield key, _given_on_the_way(call)
        elif given and ast.unparse(given) == "error.reason":
            for code in RESULT_CODES.values():
                if (
                    issubclass(code.error, AddressError)
                    or code.reason in account._REPAIRABLE
                ):
                    yield code.reason, _given_on_the_way(call)
        elif given and ast.unparse(given) == "ledger.trouble.value":
            for trouble in FileTrouble:
                yield trouble.value, _given_on_the_way(call)


def _given_on_the_way(call: ast.Call) -> set[str]:
    """Return the placeholders that a call gives, and those that are added where it passes its key on."""
    given = {str(word.arg) for word in call.keywords if word.arg}
    given |= keys_of(keyword(call, "translation_placeholders"))
    for function in functions(called_name(call)):
        for inner in ast.walk(function):
            if isinstance(inner, ast.Call) and any(
                ast.unparse(passed) == "translation_key"
                for passed in (*inner.args, *(word.value for word in inner.keywords))
            ):
                given |= _given_on_the_way(inner)
    return given


def test_every_reason_of_the_gateway_is_a_word_in_the_code() -> None:
    """A reason that is computed could not be checked here."""
    for call in nodes(ast.Call, "gateway/"):
        if called_name(call) in _GATEWAY_ERRORS:
            first = ast.unparse(call.args[0])
            assert constant(call.args[0]) or first.endswith(".reason"), first


def test_every_reason_has_a_text_and_every_text_a_reason() -> None:
    """Neither a bare word for the user, nor a text that nobody ever reads."""
    used = {
        *_reasons(),
        *(key for key, _ in _of_validation()),
        *(key for key, _ in _of_reports()),
        *_of_explanations(),
    }
    assert set(translations("en")["exceptions"]) == used


@pytest.mark.parametrize("reason", sorted(set(_reasons())))
def test_a_reasons_text_leaves_nothing_open_but_the_code(reason: str) -> None:
    """Nothing else is known of an error of the gateway."""
    text = translations("en")["exceptions"][reason]["message"]
    assert placeholders(text) <= _OF_A_GATEWAY_ERROR


def test_a_text_of_refused_input_leaves_open_just_what_it_is_given() -> None:
    """A value that is given and not shown is a fact that the user misses."""
    for key, given in _of_validation():
        text = translations("en")["exceptions"][key]["message"]
        assert placeholders(text) == given, key


def test_the_text_of_a_report_names_who_got_nothing() -> None:
    """Whatever else it says, it has to name the failures; so it can't be a reason's own text."""
    keys = dict(_of_reports())
    assert keys
    assert not keys.keys() & set(_reasons())
    for key, given in keys.items():
        found = placeholders(translations("en")["exceptions"][key]["message"])
        assert "failures" in found, key
        assert found <= given, key


def test_every_repair_has_a_text_and_every_text_a_repair() -> None:
    """Neither a bare word for the user, nor a text that nobody ever reads."""
    assert set(translations("en")["issues"]) == {key for key, _ in _issues()}


def test_a_repairs_text_leaves_open_only_what_it_is_given() -> None:
    """And names the account, as there may be several."""
    own = given_to_steps()
    given: defaultdict[str, list[set[str]]] = defaultdict(list)
    for key, names in _issues():
        given[key].append(names)
    for key, text in translations("en")["issues"].items():
        assert "account" in placeholders(text["title"]), key
        # Errors and endings are given the same; tests of the forms look at each, and at steps that are given their own.
        used = {
            name
            for path, said in flat(text)
            if path.removeprefix("fix_flow.step.").split(".")[0] not in own
            for name in placeholders(said)
        }
        for names in given[key]:
            assert used <= names, key


def test_system_health_has_a_text_for_each_line_and_a_line_for_each_text() -> None:
    """The lines are what the function returns."""
    returned = next(
        statement.value
        for statement in nodes(ast.Return, "system_health.py")
        if isinstance(statement.value, ast.Dict)
    )
    assert translations("en")["system_health"]["info"].keys() == keys_of(returned)
