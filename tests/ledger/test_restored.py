"""What waited before the start: it comes back whole, and its age with it."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import FileTrouble, Ledger

from .conftest import OpenLedger, begins, copy_of, execute, look, settle, trace
from .messages import NOON, OMID, SARA, begin, send


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


async def test_what_waits_comes_back_whole(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """In the order in which it was begun, whatever the order in which it was written."""
    book = ledger.outgoing
    rows = begin(
        book,
        SARA,
        parts=2,
        cost=173.5,
        sender="50004001",
        flash=True,
        urgent=True,
        retry_for=90.5,
    )
    rows += begin(book, OMID, text=None, pattern_id=1730, variables=("۱", "", "half"))
    rows += begin(book, SARA, text="plain")
    rows[0].not_before = NOON.timestamp() + 60
    for row in reversed(rows):
        await book.async_note_waiting([row])
    again = (await open_ledger(copy_of(path))).outgoing
    restored = list(again.waiting.values())
    assert [row.values() for row in restored] == [row.values() for row in rows]
    assert [row.content for row in restored] == [row.content for row in rows]
    assert again.restored == {row.sms_id for row in rows}
    assert again.waits_for(SARA)
    assert again.waits_for(OMID)
    assert (again.pending, again.unsettled) == ({}, {})
    assert again.last_state([SARA]) is SmsState.WAITING
    assert again.today.parts == 0


async def test_rows_of_one_text_come_back_in_order(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Each person's one."""
    numbers = [f"0912000{each:04}" for each in range(40)]
    await ledger.outgoing.async_note_waiting(begin(ledger.outgoing, *numbers))
    await ledger.outgoing.async_note_waiting(begin(ledger.outgoing, *numbers))
    again = (await open_ledger(copy_of(path))).outgoing
    order = [(row.text, row.sms_id) for row in again.waiting.values()]
    assert len(order) == 80
    assert order == sorted(order)


async def test_what_waits_beside_others_comes_back(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Also where something newer was sent to the same person."""
    (row,) = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_waiting([row])
    await send(ledger.outgoing, SARA)
    again = (await open_ledger(copy_of(path))).outgoing
    assert list(again.waiting) == [row.sms_id]
    assert len(again.pending) == 1
    assert again.restored == {row.sms_id}
    assert [each.content for each in again.pending.values()] == [None]
    assert again.last_state([SARA]) is SmsState.ACCEPTED


async def test_only_what_waited_before_the_start_is_restored(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The rest needs no look into the sent box; and what left or ended is not restored any more."""
    rows = begin(ledger.outgoing, SARA, OMID)
    await ledger.outgoing.async_note_waiting(rows)
    assert ledger.outgoing.restored == set()
    again = (await open_ledger(copy_of(path))).outgoing
    await again.async_note_waiting(begin(again, SARA))
    assert again.restored == {row.sms_id for row in rows}
    first, second = (again.waiting[row.sms_id] for row in rows)
    await again.async_note_sending([first])
    await again.async_note_waiting([first])
    assert again.restored == {first.sms_id, second.sms_id}
    await again.async_end([first], SmsState.CANCELLED)
    assert again.restored == {second.sms_id}


async def test_what_waits_without_its_text_is_damage(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Nobody knows what to send."""
    await ledger.outgoing.async_note_waiting(begin(ledger.outgoing, SARA))
    await execute(ledger._file, "DELETE FROM text")
    again = await open_ledger(copy_of(path))
    assert again.trouble is FileTrouble.DAMAGED
    assert again.outgoing.waiting == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sms SET state = 'sending'",
        "UPDATE sms SET state = 'unknown'",
    ],
)
async def test_what_may_have_left_is_known_without_its_text(
    path: Path, ledger: Ledger, open_ledger: OpenLedger, change: str
) -> None:
    """It is not sent again anyway."""
    await ledger.outgoing.async_note_waiting(begin(ledger.outgoing, SARA))
    await execute(ledger._file, change)
    await execute(ledger._file, "DELETE FROM text")
    again = await open_ledger(copy_of(path))
    assert again.trouble is None
    (row,) = again.outgoing.unsettled.values()
    assert (row.state, row.content) == (SmsState.UNKNOWN, None)


async def test_what_waits_is_made_older(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
) -> None:
    """Home Assistant was off longer than its clock says; that is written with the next change."""
    rows = begin(ledger.outgoing, SARA, OMID)
    await ledger.outgoing.async_note_waiting(rows)
    freezer.tick(10)
    again = await open_ledger(copy_of(path))
    book = again.outgoing
    (new,) = begin(book, SARA)
    await book.async_note_waiting([new])
    statements = await trace(again._file)
    book.make_older([rows[0].sms_id, "ended meanwhile"], 3600)
    older, other = (book.waiting[row.sms_id] for row in rows)
    assert [book.age(row) for row in (older, other, new)] == [3610, 10, 0]
    assert older.created_at == NOON.timestamp()
    await settle(again._file)
    assert begins(statements) == 0
    await again._file.async_write()
    begun = look(again._file._path, "SELECT begun_at FROM sms ORDER BY begun_at")
    assert begun == [each + NOON.timestamp() for each in (-3600, 0, 10)]


async def test_the_gateways_time_makes_what_is_restored_older_once(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
) -> None:
    """Not what is new; and without missing time nothing is written."""
    (old,) = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_waiting([old])
    again = await open_ledger(copy_of(path))
    (new,) = begin(again.outgoing, OMID)
    await again.outgoing.async_note_waiting([new])
    again.note_gateway_time(None)
    again.note_gateway_time(NOON + timedelta(hours=2))
    book = again.outgoing
    assert [book.age(book.waiting[each.sms_id]) for each in (old, new)] == [7200, 0]
    await again._file.async_write()
    statements = await trace(again._file)
    freezer.tick(1)
    again.note_gateway_time(NOON + timedelta(hours=5))
    book.make_older(book.restored, 0)
    book.make_older(["ended meanwhile"], 5)
    await again._file.async_write()
    assert begins(statements) == 0
    assert book.age(book.waiting[old.sms_id]) == 7201
