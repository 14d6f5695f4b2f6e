"""The repository's files as the tests read them."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
import json
import os
from pathlib import Path
import string
from typing import Any

REPOSITORY = Path(__file__).parents[2]
COMPONENT = REPOSITORY / "custom_components" / "payamak"
LANGUAGES = ("en", "fa")

# What tools and Home Assistant leave behind; .gitignore keeps the same out.
_LEFT_BEHIND = (
    ".hypothesis",
    ".mutation",
    ".venv",
    ".git",
    ".demo",
    ".mypy_cache",
    ".ruff_cache",
    ".coverage",
)


def read_json(path: Path) -> Any:
    """Return a JSON file's content; a key that occurs twice is an error."""
    return json.loads(path.read_text(), object_pairs_hook=_without_doubles)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    assert len(content) == len(pairs), [key for key, _ in pairs]
    return content


@cache
def manifest() -> dict[str, Any]:
    """Return the integration's manifest."""
    content: dict[str, Any] = read_json(COMPONENT / "manifest.json")
    return content


@cache
def translations(language: str) -> dict[str, Any]:
    """Return the texts of a language."""
    content: dict[str, Any] = read_json(COMPONENT / "translations" / f"{language}.json")
    return content


@cache
def icons() -> dict[str, Any]:
    """Return the icons."""
    content: dict[str, Any] = read_json(COMPONENT / "icons.json")
    return content


def flat(texts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return each text with the dotted path of its key."""
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def modules() -> dict[str, ast.Module]:
    """Return the integration's modules, by their path in the component."""
    return {
        str(path.relative_to(COMPONENT)): ast.parse(path.read_text())
        for path in sorted(COMPONENT.rglob("*.py"))
    }


def nodes[N: ast.AST](kind: type[N], module: str = "") -> Iterator[N]:
    """Return all nodes of a kind, in one module or in all of them."""
    for path, tree in modules().items():
        if path.startswith(module):
            yield from (node for node in ast.walk(tree) if isinstance(node, kind))


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def functions(name: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the integration's functions and methods of a name."""
    return _functions_by_name().get(name, [])


@cache
def _functions_by_name() -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
    by_name = defaultdict(list)
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                by_name[node.name].append(node)
    return dict(by_name)


def argument(call: ast.Call, parameter: str) -> ast.expr | None:
    """Return what a call of one of the integration's functions gives for a parameter."""
    for function in functions(called_name(call)):
        names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
        if names and names[0] in ("self", "cls"):
            names = names[1:]
        given = dict(zip(names, call.args, strict=False))
        given |= {word.arg: word.value for word in call.keywords if word.arg}
        if parameter in given:
            return given[parameter]
    return None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return what a call of any function gives by this name."""
    return next((given.value for given in call.keywords if given.arg == name), None)


def keys_of(expression: ast.expr | None) -> set[str]:
    """Return the literal keys of a dictionary."""
    if not isinstance(expression, ast.Dict):
        return set()
    return {key for node in expression.keys if node and (key := constant(node))}


def constant(expression: ast.expr) -> str | None:
    """Return a literal text, None for anything else."""
    match expression:
        case ast.Constant(value=str(text)):
            return text
    return None


def given_to_steps() -> dict[str, set[str]]:
    """Return the steps of a repair's form that are given values of their own, with the names of those."""
    return {
        step_id: given
        for call in nodes(ast.Call, "flows/not_sent_flow.py")
        if (given := keys_of(keyword(call, "description_placeholders")))
        and (step := keyword(call, "step_id"))
        and (step_id := constant(step))
    }


def repository_files() -> Iterator[Path]:
    """Return the files that belong to the repository."""
    for folder, folders, files in os.walk(REPOSITORY):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(_LEFT_BEHIND)
            or name == ".github"  # which begins like .git
        ]
        folders[:] = [n for n in folders if n not in ("__pycache__", "htmlcov")]
        yield from (Path(folder, f) for f in files if not f.startswith(_LEFT_BEHIND))
