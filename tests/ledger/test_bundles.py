"""Several SMS that go out as one: what is written of them, what counts, and what becomes of their text."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import HistoryQuery, Ledger, SmsRow, Text

from .conftest import OpenLedger, copy_of, look
from .messages import NOON, OMID, SARA, begin, send

ALL = HistoryQuery(limit=10)


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


async def bundle(
    ledger: Ledger, *numbers: str, cost: float | None = 300
) -> tuple[list[SmsRow], Text]:
    """Let two texts to each number wait, and be about to leave as one."""
    book = ledger.outgoing
    rows = [
        row
        for cost_of_one in (100.5, 200)
        for row in begin(book, *numbers, parts=2, cost=cost_of_one, retry_for=60.0)
    ]
    await book.async_note_waiting(rows)
    text = book.new_text("07:30 a\n07:31 b", parts=3, cost=cost)
    book.bundle(rows, text)
    return rows, text


async def test_the_first_of_each_person_has_parts_and_cost_of_all(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """What they went out as is on the disk before they leave."""
    rows, text = await bundle(ledger, SARA, OMID)
    await ledger.outgoing.async_note_sending(rows)
    assert [(row.parts, row.cost) for row in rows] == [
        (3, 300),
        (3, 300),
        (0, 0),
        (0, 0),
    ]
    again = await open_ledger(copy_of(path))
    read = await again.async_history(ALL)
    assert {row.sent_as for row in read} == {text.key}
    assert {row.sent_text for row in read} == {"07:30 a\n07:31 b"}
    assert {row.content and row.content.text for row in read} == {"سلام"}
    assert again.outgoing.new_text("", parts=1, cost=None).key == text.key + 1


async def test_where_nobody_knows_the_cost_the_others_cost_nothing(
    ledger: Ledger,
) -> None:
    """The sum is not known better than its first part."""
    rows, _ = await bundle(ledger, SARA, cost=None)
    assert [row.cost for row in rows] == [None, 0]


async def test_what_waits_again_is_what_it_was(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """With its own parts and cost, and no text but its own."""
    rows, _ = await bundle(ledger, SARA)
    await ledger.outgoing.async_note_sending(rows)
    await ledger.outgoing.async_note_waiting(rows)
    again = await open_ledger(copy_of(path))
    for each in (rows, again.outgoing.waiting.values()):
        assert [(row.parts, row.cost, row.sent_as) for row in each] == [
            (2, 100.5, None),
            (2, 200, None),
        ]
    read = await again.async_history(ALL)
    assert {row.sent_text for row in read} == {None}
    assert [row.departs_as for row in rows] == [row.sms_id for row in rows]


async def test_what_has_no_content_any_more_keeps_its_parts(ledger: Ledger) -> None:
    """Nobody knows better."""
    (row,) = begin(ledger.outgoing, SARA, parts=2)
    row.content, row.parts = None, 5
    row.wait()
    assert (row.state, row.parts) == (SmsState.WAITING, 5)


async def test_all_of_it_counts_as_one(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """In today's totals, and as what somebody got in an hour; also while it is leaving."""
    book = ledger.outgoing
    rows, _ = await bundle(ledger, SARA)
    (other,) = begin(book, SARA)
    for row in rows:
        book.departures.take(row)
        assert book.departures.leaving(row) == 0
    assert book.departures.leaving(other) == 1
    book.departures.give_back(rows[:1])
    assert book.departures.leaving(other) == 0
    await book.async_note_sending(rows)
    for row in rows:
        row.state, row.message_id = SmsState.ACCEPTED, "17"
    await book.async_note_outcome(rows)
    again = await open_ledger(copy_of(path))
    for each in (book, again.outgoing):
        assert (each.today.parts, each.today.cost) == (3, 300)
        assert len(each.departures.seconds_ago(SARA)) == 1


async def test_the_text_goes_with_the_last_of_them(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """Not before: what they went out as is to be found as long as they are; and what nobody went out as is not kept."""
    rows, text = await bundle(ledger, SARA)
    await ledger.outgoing.async_note_sending(rows)
    await ledger.outgoing.async_note_waiting(rows)
    ledger.outgoing.bundle(rows, text := ledger.outgoing.new_text("a", parts=1, cost=1))
    await ledger.outgoing.async_note_sending(rows)
    keys = "SELECT key FROM text ORDER BY key"
    assert look(path, keys) == [1, 2, 3, 4]
    ledger.async_forget_old(timedelta(days=1))
    await send(ledger.outgoing, OMID, state=SmsState.FAILED)
    assert look(path, keys) == [1, 2, text.key, 5]
    for row, hours in zip(rows, (0, 1), strict=True):
        freezer.tick(timedelta(hours=hours))
        await ledger.outgoing.async_end([row], SmsState.UNKNOWN)
    freezer.tick(timedelta(hours=23, seconds=1))
    ledger.async_forget_old(timedelta(days=1))
    await ledger.outgoing.async_end([], SmsState.UNKNOWN)
    assert look(path, keys) == [2, text.key]
    freezer.tick(timedelta(hours=1))
    ledger.async_forget_old(timedelta(days=1))
    await ledger.outgoing.async_end([], SmsState.UNKNOWN)
    assert look(path, keys) == []
