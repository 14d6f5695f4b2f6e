"""Makes the mutants of one file with mutmut's operators, and a few of our own: `python -m tests.mutation.mutants FILE`.

It runs in an environment of its own, without Home Assistant, and prints one JSON object for each mutant.
mutmut itself leaves out functions with a decorator (each property and callback), and what stands outside of functions
(each table and limit). Here they are taken too, as they are run in another way.
"""

from collections.abc import Iterable, Iterator
import difflib
import json
from pathlib import Path
import re
import sys
from typing import Final, override

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, OuterFunctionProvider
from mutmut.mutation.mutators import mutation_operators, operator_if_exp
from mutmut.mutation.pragma_handling import IgnoredCode

# What is told to a developer alone, and what means nothing while the program runs.
_NOT_MUTATED_CALLS: Final = (
    "_LOGGER",
    "logging",
    "ValueError",
    "TypeError",
    "TypeVar",
    "cast",
)
# Their texts are the names of tasks and jobs.
_NAMED_CALLS: Final = (
    "HassJob",
    "Timer",
    "async_create_background_task",
    "async_create_task",
)
# SQLite ignores the case of all but what stands in quotes.
_SQL: Final = re.compile(
    r"\s*(SELECT|INSERT|DELETE|CREATE|PRAGMA|BEGIN|COMMIT|ROLLBACK|WHERE|FROM|ORDER|sms\.) ?"
)
_TYPES_ALONE: Final = (cst.Annotation, cst.TypeAlias, cst.Decorator, cst.Import)


def _without(node: cst.Expr) -> Iterable[cst.CSTNode]:
    """Leave a statement out that is done for its effect."""
    done = node.value
    is_log = isinstance(done, cst.Call) and _name_of(done.func) == "_LOGGER"
    if isinstance(done, cst.Call | cst.Await) and not is_log:
        yield cst.Pass()


def _one_way(node: cst.If) -> Iterable[cst.CSTNode]:
    """Go one way at each branch whose condition has no operator that mutmut would change."""
    if isinstance(node.test, cst.Name | cst.Attribute | cst.Call | cst.NamedExpr):
        expression = cst.IfExp(test=node.test, body=node.test, orelse=node.test)
        for mutated in operator_if_exp(expression):
            yield node.with_changes(test=mutated.test)


_OPERATORS: Final = [
    *mutation_operators,
    (cst.Expr, _without),
    (cst.If, _one_way),
]


class _Visitor(MutationVisitor):
    """Visits functions with decorators, too, and leaves out what is told to a developer alone."""

    METADATA_DEPENDENCIES = (PositionProvider, OuterFunctionProvider)

    def __init__(self) -> None:
        super().__init__(_OPERATORS, IgnoredCode(set(), set(), set()))
        self._names: set[cst.CSTNode] = set()

    @override
    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Call) and _method_of(node.func) in _NAMED_CALLS:
            self._names.update(
                arg for arg in node.args if isinstance(arg.value, cst.BaseString)
            )
        return (
            isinstance(node, _TYPES_ALONE)
            or node in self._names
            or _is_for_a_star(node)
            or (
                isinstance(node, cst.Call) and _name_of(node.func) in _NOT_MUTATED_CALLS
            )
        )

    @override
    def _removes_ignored_code(self, node: cst.CSTNode, mutated: cst.CSTNode) -> bool:
        return any(
            child in self._names and child not in mutated.children
            for child in node.children
        )


def _method_of(called: cst.BaseExpression) -> str:
    return called.attr.value if isinstance(called, cst.Attribute) else _name_of(called)


def _changes_nothing(node: cst.CSTNode, mutated: cst.CSTNode) -> bool:
    """Tell whether only the case of an SQL statement is changed."""
    return (
        isinstance(node, cst.SimpleString)
        and isinstance(mutated, cst.SimpleString)
        and _SQL.match(node.raw_value) is not None
        and node.raw_value.lower() == mutated.raw_value.lower()
        and node.raw_value.split("'")[1::2] == mutated.raw_value.split("'")[1::2]
    )


def _is_for_a_star(node: cst.CSTNode) -> bool:
    """Tell whether it is ``__all__``, which is for the linter and the reader: nothing is imported with a star."""
    return isinstance(node, cst.Assign) and any(
        _name_of(each.target) == "__all__" for each in node.targets
    )


def _name_of(called: cst.BaseExpression) -> str:
    while isinstance(called, cst.Attribute):
        called = called.value
    return called.value if isinstance(called, cst.Name) else ""


def mutants(source: str) -> Iterator[dict[str, str | int]]:
    """Yield the mutants of a source: its line, what is changed, and the whole text."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor()
    module = wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    seen: set[str] = set()
    for mutation in visitor.mutations:
        if _changes_nothing(mutation.original_node, mutation.mutated_node):
            continue
        mutated = module.deep_replace(mutation.original_node, mutation.mutated_node)
        if not isinstance(mutated, cst.Module) or mutated.code in seen:
            continue
        seen.add(mutated.code)
        yield {
            "line": positions[mutation.original_node].start.line,
            "change": _change(source, mutated.code),
            "code": mutated.code,
        }


def _change(before: str, after: str) -> str:
    """Return the lines that differ."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0)
    return "\n".join(
        line[0] + " " + line[1:].strip()
        for line in lines
        if not line.startswith(("---", "+++", "@@"))
    )


if __name__ == "__main__":
    for mutant in mutants(Path(sys.argv[1]).read_text(encoding="utf-8")):
        print(json.dumps(mutant))
