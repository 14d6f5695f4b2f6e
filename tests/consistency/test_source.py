"""Rules of the integration's source that no linter knows."""

import ast
import re

import pytest

from .sources import COMPONENT, called_name, constant, modules, nodes

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


# What Home Assistant looks for by name, or its own integrations call so.
_HOME_ASSISTANTS_FILES = {
    "__init__",
    "backup",
    "binary_sensor",
    "button",
    "condition",
    "config_flow",
    "diagnostics",
    "event",
    "llm",
    "logbook",
    "notify",
    "repairs",
    "sensor",
    "services",
    "switch",
    "system_health",
    "trigger",
}
_OUR_FILES_AT_THE_ROOT = {"const", "coordinator", "entity"}
_MOST_FILES_AT_THE_ROOT = 24


def test_the_components_root_holds_only_files_with_a_fixed_name() -> None:
    """Everything else belongs into the folder of its subject."""
    root = {path.removesuffix(".py") for path in modules() if "/" not in path}
    assert root <= _HOME_ASSISTANTS_FILES | _OUR_FILES_AT_THE_ROOT
    assert len(root) <= _MOST_FILES_AT_THE_ROOT


@pytest.mark.parametrize("path", [path for path in modules() if "/" in path])
def test_a_folder_imports_only_const_and_coordinator_from_the_root(path: str) -> None:
    """Imports go from the root down to the folders, except for these two."""
    imported = {
        name
        for statement in nodes(ast.ImportFrom, path)
        for name in _names_from_the_root(path, statement)
    }
    assert imported <= {"const", "coordinator"}


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("from ..const import DOMAIN", ["const"]),
        ("from ..entity import AccountEntity", ["entity"]),
        ("from .. import entity, sensor", ["entity", "sensor"]),
        ("from ..sensor import x", ["sensor"]),
        ("from ..gateway import fold", []),
        ("from ..account.account import Account", []),
        ("from .account import Account", []),
        ("from . import account", []),
        ("from .. import gateway", []),
        ("from custom_components.payamak import x", ["custom_components.payamak"]),
        ("from homeassistant.helpers import entity", []),
    ],
)
def test_an_import_from_the_root_is_found(statement: str, names: list[str]) -> None:
    """Otherwise the test above could not fail."""
    imported = ast.parse(statement).body[0]
    assert isinstance(imported, ast.ImportFrom)
    assert _names_from_the_root("people/address_book.py", imported) == names


def _names_from_the_root(path: str, statement: ast.ImportFrom) -> list[str]:
    """Return the modules of the component's root that a module in a folder imports from."""
    module = statement.module or ""
    if statement.level == 0:
        # This way of writing it would not be seen below, and no module needs it.
        return [module] if module.startswith("custom_components") else []
    if statement.level != path.count("/") + 1:
        return []
    names = [module] if module else [alias.name for alias in statement.names]
    first = [name.partition(".")[0] for name in names]
    return [name for name in first if not (COMPONENT / name).is_dir()]
