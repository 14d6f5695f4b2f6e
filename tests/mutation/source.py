"""A mutant of a file, and how it is imported in place of the file."""

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
import json
from pathlib import Path
import subprocess
import sys
from types import CodeType, ModuleType
from typing import override

from .places import REPOSITORY, SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One small fault in a file; ``key`` is its name, which stays when lines above it come or go."""

    path: str
    line: int
    change: str
    code: str
    key: str


def mutants_of(path: str) -> list[Mutant]:
    """Make the mutants of a file of the integration."""
    made = subprocess.run(
        (
            REPOSITORY / ".venv-mutate/bin/python",
            *("-m", "tests.mutation.mutants", SOURCE / path),
        ),
        cwd=REPOSITORY,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    places = _places((SOURCE / path).read_text(encoding="utf-8"))
    same: Counter[str] = Counter()
    mutants = []
    for line in made.stdout.splitlines():
        fields = json.loads(line)
        key = f"{places.get(fields['line'], 'module')}\n{fields['change']}"
        same[key] += 1
        if same[key] > 1:
            key += f"\n({same[key]})"
        mutants.append(Mutant(path=path, key=key, **fields))
    return mutants


def _places(source: str) -> dict[int, str]:
    """Return the function or class of each line."""
    places: dict[int, str] = {}

    def visit(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{name}.{child.name}" if name else child.name
                for line in range(child.lineno, (child.end_lineno or 0) + 1):
                    places[line] = inner
            visit(child, inner)

    visit(ast.parse(source), "")
    return places


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, mutated: str) -> None:
        super().__init__(name, path)
        self._mutated = mutated

    @override
    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self._mutated, self.path, "exec", dont_inherit=True)
        return code


class MutantFinder(MetaPathFinder):
    """Imports the mutant in place of its file."""

    def __init__(self, mutant: Mutant) -> None:
        """Belong to a mutant whose file is not imported yet."""
        self._path = SOURCE / mutant.path
        module = Path(mutant.path).with_suffix("").parts
        names = [part for part in module if part != "__init__"]
        self._name = ".".join(("custom_components", "payamak", *names))
        self._mutated = mutant.code

    def begin(self) -> None:
        """Be asked before all others."""
        if self._name in sys.modules:
            raise RuntimeError(f"{self._name} is imported already")
        sys.meta_path.insert(0, self)

    @override
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
        /,
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _Loader(fullname, str(self._path), self._mutated)
        return spec_from_file_location(fullname, self._path, loader=loader)
