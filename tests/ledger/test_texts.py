"""What is sent is kept once for all of its recipients, and comes back as it was."""

import gc
from pathlib import Path
from typing import Any

import pytest

from custom_components.payamak.ledger import Ledger, Text
from custom_components.payamak.ledger.texts import UnwrittenTexts

from .conftest import execute
from .messages import SARA, begin


@pytest.mark.parametrize(
    "how",
    [
        {"text": "سلام"},
        {"text": ""},
        {"text": "a", "sender": "50004001"},
        {"text": "a", "flash": True},
        {"text": "a", "urgent": True},
        {"text": "a", "retry_for": 0.5},
        {"text": "a", "retry_for": 86_400.0},
        {"text": None, "pattern_id": 1730},
        {"text": None, "pattern_id": 1730, "variables": ("۱۲", "", 'a;"b', "\ud83d")},
    ],
)
@pytest.mark.parametrize("cost", [None, 173.5])
async def test_a_text_comes_back_as_it_was(
    ledger: Ledger, how: dict[str, Any], cost: float | None
) -> None:
    """Through the file, and each field with its own type."""
    text = Text(key=7, parts=2, cost=cost, **how)
    unwritten = UnwrittenTexts()
    unwritten.add(text)
    await ledger._file.async_write(*unwritten.changes([7]))
    (values,) = await execute(ledger._file, "SELECT * FROM text")
    again = Text.from_values(values, parts=2, cost=cost)
    assert again == text
    assert (type(again.flash), type(again.urgent)) == (bool, bool)
    assert isinstance(again.variables, tuple)


def test_a_text_is_sent_plainly_unless_it_is_said_how() -> None:
    """Over the account's usual line; it neither waits for a gateway that is away nor overtakes anything."""
    text = Text(key=7, text="a", parts=1, cost=None)
    assert text.values() == (7, "a", None, False, None, "[]", False, 0, None)


def test_a_text_that_is_stored_in_another_way_is_refused() -> None:
    """A column too few would shift the others."""
    values = Text(key=7, text="a", parts=1, cost=None).values()
    with pytest.raises(ValueError, match="shorter"):
        Text.from_values(values[:-1], parts=1, cost=None)


def test_neither_text_nor_variables_are_in_a_repr() -> None:
    """They could get into a log."""
    text = Text(key=7, text="private", variables=("secret",), parts=1, cost=None)
    assert "private" not in repr(text)
    assert "secret" not in repr(text)


def test_each_text_is_written_once() -> None:
    """With the first of its rows, however many of them are written then."""
    unwritten = UnwrittenTexts()
    texts = [Text(key=key, text="a", parts=1, cost=None) for key in (1, 2, 3)]
    for text in texts:
        unwritten.add(text)
    ((_, rows),) = unwritten.changes([2, 2, 1, 2, 9])
    assert rows == [texts[1].values(), texts[0].values()]
    assert list(unwritten.changes([1, 2])) == []
    assert list(unwritten.changes([])) == []
    ((_, rows),) = unwritten.changes([1, 3])
    assert rows == [texts[2].values()]


async def test_a_text_without_rows_does_not_stay_in_memory(
    path: Path, ledger: Ledger
) -> None:
    """An alarm that is said again each minute is a duplicate, which has none."""

    def texts() -> int:
        gc.collect()
        return sum(type(each) is Text for each in gc.get_objects())

    before = texts()
    ledger.outgoing.new_text("again and again", parts=1, cost=None)
    assert texts() == before
    rows = begin(ledger.outgoing, SARA)
    assert texts() == before + 1
    assert rows[0].text == 2
