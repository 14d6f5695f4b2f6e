"""Puts a mutant in place of what is loaded already, so that no process has to import Home Assistant anew for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
import gc
from types import CodeType, FunctionType
from typing import Final

_CO_CLASS_BODY: Final = (
    0x0001 | 0x0002
)  # optimized, new locals: the flags of a function alone


_RUN_AT_ONCE: Final = "<genexpr>"


@dataclass(frozen=True, slots=True)
class Swap:
    """The functions of a file that a mutant changes, by their place in it."""

    changed: dict[int, CodeType]
    old: list[CodeType]

    def carry_out(self, loaded: Sequence[FunctionType]) -> None:
        """Give those of the loaded functions their new code that are changed. Raises ValueError where that can't be done."""
        by_identity = {
            (code.co_qualname, code.co_firstlineno): place
            for place, code in enumerate(self.old)
        }
        for function in loaded:
            code = function.__code__
            place = by_identity.get((code.co_qualname, code.co_firstlineno))
            if place is not None and place in self.changed:
                function.__code__ = self.changed[place]


def loaded_of(path: str) -> list[FunctionType]:
    """Return the functions of a file that are loaded."""
    return [
        each
        for each in gc.get_objects()
        if type(each) is FunctionType and each.__code__.co_filename == path
    ]


def swap_for(path: str, source: str, mutated: str) -> Swap | None:
    """Return how a mutant is put in place, None where it changes what happens while the file is imported."""
    old = list(_walk(compile(source, path, "exec")))
    new = list(_walk(compile(mutated, path, "exec")))
    if [code.co_qualname for code in old] != [code.co_qualname for code in new]:
        return None
    changed = {
        place: now
        for place, (before, now) in enumerate(zip(old, new, strict=True))
        if _own(before) != _own(now)
    }
    if not changed:
        return None
    for place in changed:
        if old[place].co_flags & _CO_CLASS_BODY != _CO_CLASS_BODY:
            return None
        if old[place].co_qualname.endswith(_RUN_AT_ONCE) and not _is_within(old[place]):
            return None
        if old[place].co_freevars != new[place].co_freevars:
            return None
    # What is around a changed function holds its code, too, and may be called again.
    return Swap(_with_surroundings(old, new, changed), old)


def _is_within(code: CodeType) -> bool:
    """Tell whether a code stands in a function, and is not run while the file is imported."""
    return "<locals>" in code.co_qualname


def _with_surroundings(
    old: list[CodeType], new: list[CodeType], changed: dict[int, CodeType]
) -> dict[int, CodeType]:
    """Add the functions around the changed ones."""
    names = {new[place].co_qualname for place in changed}
    around = {
        place: code
        for place, code in enumerate(new)
        if old[place].co_flags & _CO_CLASS_BODY == _CO_CLASS_BODY
        and any(name.startswith(f"{code.co_qualname}.<locals>") for name in names)
    }
    return around | changed


def _walk(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _walk(constant)


def _own(code: CodeType) -> tuple[object, ...]:
    """Return what a code does itself, without those that it holds, and without its lines."""
    constants = [
        "a code" if isinstance(constant, CodeType) else (type(constant), constant)
        for constant in code.co_consts
    ]
    return (
        code.co_code,
        repr(constants),
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_exceptiontable,
    )
