"""Rules of the integration's source that no linter knows."""

import ast
import re

import pytest

from .sources import called_name, constant, modules, nodes

_LOG_CALLS = [
    pytest.param(path, call, id=f"{path}:{call.lineno}")
    for path in modules()
    for call in nodes(ast.Call, path)
    if isinstance(call.func, ast.Attribute)
    and ast.unparse(call.func.value) in ("_LOGGER", "LOGGER", "logging")
    and call.func.attr != "getLogger"
]
# Whatever is called like this may hold a number, a text or a credential.
_PRIVATE = re.compile(
    r"number|recipient|sender|phone|text|message|body|user|password|credential|secret|field|parameter|data|url",
    re.IGNORECASE,
)


def test_there_are_log_calls_to_check() -> None:
    """Else the next tests would say nothing."""
    assert _LOG_CALLS


@pytest.mark.parametrize(("path", "call"), _LOG_CALLS)
def test_a_log_call_has_a_fixed_text_without_a_full_stop(
    path: str, call: ast.Call
) -> None:
    """Its values are arguments, so that equal lines can be told to be equal."""
    text = constant(call.args[0])
    assert text, ast.unparse(call)
    assert not text.endswith(".")


@pytest.mark.parametrize(("path", "call"), _LOG_CALLS)
def test_a_log_call_holds_nothing_private(path: str, call: ast.Call) -> None:
    """At no level: debug logs are what people attach to their bug reports."""
    for argument in call.args[1:]:
        words = ast.unparse(argument)
        masked = isinstance(argument, ast.Call) and called_name(argument) in (
            "len",
            "mask_number",
        )
        assert masked or not _PRIVATE.search(words), words


@pytest.mark.parametrize(
    "path", [path for path in modules() if path.startswith("gateway/")]
)
def test_the_gateways_client_knows_nothing_of_home_assistant(path: str) -> None:
    """It could be used by itself."""
    for statement in nodes(ast.Import, path):
        for alias in statement.names:
            assert not alias.name.startswith(("homeassistant", "custom_components"))
    for imported in nodes(ast.ImportFrom, path):
        assert imported.level <= 1
        assert not (imported.module or "").startswith("homeassistant")


@pytest.mark.parametrize(
    "path", [path for path in modules() if not path.startswith("gateway/")]
)
def test_the_gateways_rooms_are_entered_through_its_door(path: str) -> None:
    """What the others need stands in the gateway's own __init__."""
    for imported in nodes(ast.ImportFrom, path):
        assert not (imported.module or "").startswith("gateway.")


def test_nothing_of_home_assistants_shared_data_is_used() -> None:
    """An account's data belongs to its entry."""
    for attribute in nodes(ast.Attribute):
        assert ast.unparse(attribute) != "hass.data"
