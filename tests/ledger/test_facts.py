"""Facts about the account are there after a restart, as they were kept."""

from pathlib import Path
from typing import Any

import pytest

from custom_components.payamak.ledger import FileTrouble, Ledger
from custom_components.payamak.ledger.file import LedgerFile

from .conftest import OpenLedger, begins, copy_of, fact, look, trace


def file_of(ledger: Ledger) -> LedgerFile:
    """Return the file below a ledger."""
    return ledger._file


@pytest.mark.parametrize(
    "value",
    [
        "1730",
        1730,
        10**30,
        1.5,
        True,
        None,
        ["50004001", "۳۰۰۰"],
        {"a": [1]},
        "half \ud83d",
        "",
    ],
)
async def test_a_fact_is_kept(
    ledger: Ledger, open_ledger: OpenLedger, value: Any
) -> None:
    """At once in memory, soon on the disk."""
    ledger.facts.keep("fact", value)
    assert ledger.facts.get("fact") == value
    await ledger.async_close()
    again = await open_ledger()
    assert again.facts.get("fact") == value
    assert type(again.facts.get("fact")) is type(value)


async def test_an_unknown_fact_is_none(ledger: Ledger) -> None:
    """As one that was never told."""
    assert ledger.facts.get("fact") is None


async def test_a_fact_changes(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """The last value counts."""
    ledger.facts.keep("fact", 1)
    ledger.facts.keep("fact", 2)
    ledger.facts.keep("other", 3)
    ledger.facts.keep("other", None)
    await ledger.async_close()
    again = await open_ledger()
    assert (again.facts.get("fact"), again.facts.get("other")) == (2, None)


async def test_what_is_known_is_not_written_again(ledger: Ledger) -> None:
    """The credit is asked for every quarter of an hour, and seldom new."""
    ledger.facts.keep("fact", [1])
    await file_of(ledger).async_write()
    statements = await trace(file_of(ledger))
    ledger.facts.keep("fact", [1])
    ledger.facts.keep("unknown", None)
    assert ledger.facts.change("fact", [1]) == ()
    await file_of(ledger).async_write()
    assert begins(statements) == 0
    ledger.facts.keep("fact", True)
    ledger.facts.keep("fact", 1)
    await file_of(ledger).async_write()
    assert begins(statements) == 1
    assert ledger.facts.get("fact") == 1
    assert ledger.facts.get("fact") is not True


async def test_whoever_changes_what_they_got_changes_no_fact(ledger: Ledger) -> None:
    """Else it would look as if it was written already."""
    ledger.facts.keep("lines", ["50004001"])
    lines = ledger.facts.get("lines")
    lines.append("3000")
    assert ledger.facts.get("lines") == ["50004001"]
    ledger.facts.keep("lines", lines)
    assert ledger.facts.get("lines") == ["50004001", "3000"]


async def test_what_cannot_be_written_is_not_known_either(ledger: Ledger) -> None:
    """A fault of ours must not look like a fact until the next start."""
    ledger.facts.keep("fact", 1)
    with pytest.raises(TypeError):
        ledger.facts.keep("fact", object())
    assert ledger.facts.get("fact") == 1


async def test_a_fact_is_written_with_what_it_belongs_to(
    path: Path, ledger: Ledger
) -> None:
    """In one transaction: both are there or none of them."""
    statements = await trace(file_of(ledger))
    await file_of(ledger).async_write(*ledger.facts.change("fact", 1), fact("b"))
    assert begins(statements) == 1
    assert look(path) == ["b", "fact"]


async def test_facts_that_make_no_sense_put_the_file_aside(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The account must load all the same."""
    await file_of(ledger).async_write(fact("credit", "no json"))
    again = await open_ledger(copy_of(path))
    assert again.trouble is FileTrouble.DAMAGED
    assert again.facts.get("credit") is None
