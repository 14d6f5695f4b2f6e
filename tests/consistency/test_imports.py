"""No import runs in a circle, whether it is for types alone or stands inside a function."""

import ast
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from .sources import COMPONENT, REPOSITORY

# The made-up packages of the tests below: what each of their modules holds.
_CIRCLES = {
    "two modules": {"a": "from .b import B", "b": "from .a import A"},
    "three modules": {
        "a": "from .b import B",
        "b": "from house.c import C",
        "c": "import house.a",
    },
    "for types alone": {
        "a": "from .b import B",
        "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import A",
    },
    "inside a function": {
        "a": "def late():\n    from . import b",
        "b": "from . import a",
    },
    "through the package's own name": {
        "__init__": "from .a import A",
        "a": "from house import A",
    },
    "through a dot": {"__init__": "from .a import A", "a": "from . import A"},
    "out of a room and back": {
        "a": "from .room import B",
        "room.__init__": "from .b import B",
        "room.b": "from ..a import A",
    },
    "a module and itself": {"a": "from .a import A"},
}
_STRAIGHT = {
    "a package that hands on what its modules hold": {
        "__init__": "from .a import A\nfrom .b import B",
        "a": "from .b import B",
        "b": "",
    },
    "a module that is named by its package": {
        "__init__": "from .a import A\nfrom .b import B",
        "a": "from . import b\nfrom house import c\nimport house.c",
        "b": "",
        "c": "",
    },
    "modules of others that have the same names": {
        "a": "from ast import b\nimport b",
        "b": "from .a import A",
    },
}


@pytest.mark.parametrize("package", [COMPONENT, REPOSITORY / "simulator"])
def test_no_import_runs_in_a_circle(package: Path) -> None:
    """Each module can be understood by itself and by those it stands on."""
    sources = _sources(package)
    assert sources
    circle = _circle(sources)
    assert not circle, " imports ".join(circle)


@pytest.mark.parametrize("modules", _CIRCLES.values(), ids=_CIRCLES)
def test_a_circle_is_found(modules: dict[str, str]) -> None:
    """Else the test above would say nothing."""
    first, *others = _circle(_house(modules))
    assert {first, *others} == _house(modules).keys()
    assert others[-1] == first


@pytest.mark.parametrize("modules", _STRAIGHT.values(), ids=_STRAIGHT)
def test_what_is_no_circle_passes(modules: dict[str, str]) -> None:
    """A package may import its modules, and they each other."""
    assert _circle(_house(modules)) == []


def test_a_circle_is_told_in_the_order_of_its_imports() -> None:
    """Whoever reads it can follow it."""
    circle = " ".join(_circle(_house(_CIRCLES["three modules"])))
    assert circle in "house.a house.b house.c house.a house.b house.c"


def _house(modules: Mapping[str, str]) -> dict[str, str]:
    return {f"house.{name}": source for name, source in modules.items()}


def _sources(package: Path) -> dict[str, str]:
    """Return the text of each module; a package's own is called __init__."""
    root = package.relative_to(REPOSITORY)
    return {
        ".".join((*root.parts, *path.relative_to(package).with_suffix("").parts)): (
            path.read_text()
        )
        for path in sorted(package.rglob("*.py"))
    }


def _circle(sources: Mapping[str, str]) -> list[str]:
    """Return modules of which each imports the next, the last being the first again."""
    imports = {
        module: sorted(set(_imports(module, source, sources)))
        for module, source in sources.items()
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        circle: list[str] = found.args[1]
        return circle[::-1]  # which begins with what is imported
    return []


def _imports(module: str, source: str, known: Collection[str]) -> Iterator[str]:
    """Return what a module imports of the known ones, wherever in it that stands."""
    for node in ast.walk(ast.parse(source)):
        for name in _names(module, node):
            parent, _, _ = name.rpartition(".")
            candidates = [name, f"{name}.__init__"]
            if isinstance(node, ast.ImportFrom):
                # It may be a name that the module before the last dot holds.
                candidates += [parent, f"{parent}.__init__"]
            yield from [each for each in candidates if each in known][:1]


def _names(module: str, node: ast.AST) -> list[str]:
    """Return the full names in an import statement, of modules or of what they hold."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            parts = module.split(".")[: -node.level] if node.level else []
            parts += [node.module] if node.module else []
            return [".".join((*parts, alias.name)) for alias in node.names]
    return []
