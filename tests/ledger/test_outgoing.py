"""The outgoing SMS: what is written of each, and what is read again."""

from pathlib import Path
import time

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import (
    FileTrouble,
    Ledger,
    LedgerError,
    OutgoingBook,
    SmsRow,
)

from .conftest import OpenLedger, begins, copy_of, execute, look, settle, trace
from .messages import NOON, OMID, SARA, begin, send


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


async def test_when_it_left_is_told_by_the_clock_of_now(ledger: Ledger) -> None:
    """Which may have been set since; not after a restart, and only of what has left."""
    (row,) = await send(ledger.outgoing, SARA)
    row.departed = 70.0
    assert row.sent_at_by(5000.0, 100.0) == 4970
    row.departed = None
    assert row.sent_at_by(5000.0, 100.0) == NOON.timestamp()
    row.departed = 70.0
    row.wait()
    assert row.departed is None
    row.departed = 70.0
    assert row.sent_at_by(5000.0, 100.0) is None


async def test_a_row_is_written_with_all_that_is_known(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory, open_ledger: OpenLedger
) -> None:
    """It comes back as it was."""
    book = ledger.outgoing
    text = book.new_text("سلام", parts=2, cost=3460.5)
    row = book.begin(text, SARA, "سارا")
    assert (row.state, row.sent_at, row.created_at) == (
        SmsState.WAITING,
        None,
        NOON.timestamp(),
    )
    row.not_before = NOON.timestamp() + 3600
    freezer.tick(1)
    await book.async_note_sending([row])
    row.state, row.message_id = SmsState.ACCEPTED, "4935183905738402958"
    assert row.departed == time.monotonic()
    freezer.tick(1)
    await book.async_note_outcome([row])
    row.asked, row.asked_at, row.code = 3, NOON.timestamp() + 60, 0
    book.note_questions([row])
    await ledger.async_close()

    (again,) = (await open_ledger()).outgoing.pending.values()
    assert again.values() == row.values()
    assert again.values() == (
        row.sms_id,
        text.key,
        SARA,
        "سارا",
        "accepted",
        "4935183905738402958",
        0,
        None,
        2,
        3460.5,
        NOON.timestamp(),
        NOON.timestamp(),
        NOON.timestamp() + 3600,
        NOON.timestamp() + 1,
        None,
        3,
        NOON.timestamp() + 60,
        None,
    )
    assert again.state is SmsState.ACCEPTED
    assert len(row.sms_id) == 26


async def test_nothing_is_known_of_a_row_that_was_just_begun(ledger: Ledger) -> None:
    """Neither the gateway nor anybody else has said anything about it."""
    (row,) = begin(ledger.outgoing, SARA)
    now = NOON.timestamp()
    assert row.values() == (
        *(row.sms_id, 1, SARA, None, SmsState.WAITING, None, None, None, 1, None),
        *(now, now, None, None, None, 0, None, None),
    )


def test_a_row_that_is_stored_in_another_way_is_refused(ledger: Ledger) -> None:
    """A column too few would shift the others."""
    (row,) = begin(ledger.outgoing, SARA)
    with pytest.raises(ValueError, match="shorter"):
        SmsRow.from_values(row.values()[:-1])


async def test_each_row_has_an_id_of_its_own(ledger: Ledger) -> None:
    """However many there are of one text."""
    rows = begin(ledger.outgoing, SARA, OMID, text="a")
    assert [row.recipient for row in rows] == [SARA, OMID]
    assert len({row.sms_id for row in rows}) == 2
    assert len({row.text for row in rows}) == 1


def test_neither_number_name_nor_text_is_in_a_repr(ledger: Ledger) -> None:
    """They could get into a log."""
    text = ledger.outgoing.new_text("private", parts=1, cost=None)
    row = ledger.outgoing.begin(text, SARA, "private")
    assert "private" not in f"{text} {row}"
    assert SARA not in repr(row)


async def test_an_intent_is_on_the_disk_before_anything_leaves(
    path: Path, ledger: Ledger
) -> None:
    """In one transaction with the text, which is written once for all of its recipients."""
    first, second = begin(ledger.outgoing, SARA, OMID)
    statements = await trace(ledger._file)
    await ledger.outgoing.async_note_sending([first])
    assert begins(statements) == 1
    assert look(path, "SELECT state FROM sms") == ["sending"]
    assert look(path, "SELECT sent_at FROM sms") == [NOON.timestamp()]
    await ledger.outgoing.async_note_sending([second])
    second.state = SmsState.FAILED
    await ledger.outgoing.async_note_outcome([second])
    assert look(path, "SELECT text FROM text") == ["سلام"]
    assert sum("INTO text" in statement for statement in statements) == 1
    assert sorted(look(path, "SELECT state FROM sms")) == ["failed", "sending"]


async def test_each_text_is_written_with_the_first_of_its_rows(
    path: Path, ledger: Ledger
) -> None:
    """Even where they are written together, or the intent could not be."""
    rows = begin(ledger.outgoing, SARA, text="a") + begin(
        ledger.outgoing, SARA, OMID, text="b"
    )
    begin(ledger.outgoing, SARA, text="never sent")
    for row in rows:
        row.state = SmsState.FAILED
    await ledger.outgoing.async_note_outcome(rows)
    assert look(path, "SELECT text FROM text ORDER BY key") == ["a", "b"]


async def test_texts_keep_apart_after_a_restart(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """A new one must not take the place of an old one."""
    await send(ledger.outgoing, SARA)
    again = await open_ledger(copy_of(path))
    rows = begin(again.outgoing, OMID, text="new")
    await again.outgoing.async_note_sending(rows)
    texts = look(again._file._path, "SELECT text FROM text ORDER BY key")
    assert texts == ["سلام", "new"]


async def test_half_an_emoji_is_written(path: Path, ledger: Ledger) -> None:
    """A cut can leave it in a text or in a name, and the disk has no place for it."""
    text = ledger.outgoing.new_text("cut \ud83d", parts=1, cost=None)
    rows = [ledger.outgoing.begin(text, SARA, "Sara \ud83d")]
    await ledger.outgoing.async_note_sending(rows)
    assert look(path, "SELECT text FROM text") == ["cut ?"]
    assert look(path, "SELECT name FROM sms") == ["Sara ?"]


async def test_a_pattern_has_no_text(path: Path, ledger: Ledger) -> None:
    """It stands in the panel."""
    await ledger.outgoing.async_note_sending(begin(ledger.outgoing, SARA, text=None))
    assert look(path, "SELECT text FROM text") == [None]


async def test_accepted_rows_are_pending_until_their_end(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory, open_ledger: OpenLedger
) -> None:
    """Also after a restart, in the order in which they were sent."""
    book = ledger.outgoing
    rows = await send(book, SARA, OMID)
    freezer.tick(-60)  # A clock that is set back changes no order.
    rows += await send(book, SARA, message_id="2")
    assert list(book.pending.values()) == rows
    await book.async_end([rows[0]], SmsState.DELIVERED)
    assert sorted(look(path, "SELECT state FROM sms")) == [
        "accepted",
        "accepted",
        "delivered",
    ]
    again = (await open_ledger(copy_of(path))).outgoing
    for each in (book, again):
        assert list(each.pending) == [row.sms_id for row in rows[1:]]
    assert again.pending[rows[1].sms_id] is again._last[OMID]


async def test_what_cannot_be_followed_is_not_pending(ledger: Ledger) -> None:
    """It ended when the gateway said so."""
    for state in SmsState:
        if state is not SmsState.ACCEPTED:
            await send(ledger.outgoing, SARA, state=state, message_id="1")
    await send(ledger.outgoing, SARA, message_id="")
    assert ledger.outgoing.pending == {}


@pytest.mark.parametrize(
    ("state", "message_id", "left", "ended"),
    [
        (SmsState.ACCEPTED, "1", True, False),
        (SmsState.ACCEPTED, "", True, True),
        (SmsState.UNKNOWN, "", True, False),
        (SmsState.FAILED, "", False, True),
        (SmsState.WAITING, "", False, False),
    ],
)
async def test_the_outcome_tells_whether_it_left_and_whether_it_ended(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    state: SmsState,
    message_id: str,
    left: bool,
    ended: bool,
) -> None:
    """What has not ended is never forgotten, so each row that nobody follows or looks for has an end."""
    (row,) = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_sending([row])
    freezer.tick(5)
    row.state, row.message_id = state, message_id or None
    await ledger.outgoing.async_note_outcome([row])
    now = NOON.timestamp()
    assert look(path, "SELECT sent_at FROM sms") == [now if left else None]
    assert look(path, "SELECT ended_at FROM sms") == [now + 5 if ended else None]


async def test_a_request_under_way_at_a_crash_has_an_unknown_outcome(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is never sent again; it may have left, so it counts. The log says so, without whom it was for."""
    rows = begin(ledger.outgoing, SARA, parts=3, cost=100)
    await ledger.outgoing.async_note_sending(rows)
    assert caplog.text == ""
    freezer.tick(60)
    again = await open_ledger(copy_of(path))
    assert "while 1 SMS were being sent" in caplog.text
    assert SARA not in caplog.text
    assert again.outgoing.pending == {}
    assert again.outgoing.last_state([SARA]) is None
    assert (again.outgoing.today.parts, again.outgoing.today.cost) == (3, 100)
    (row,) = again.outgoing.unsettled.values()
    assert (row.state, row.reason) == (SmsState.UNKNOWN, "interrupted")
    assert row.content == rows[0].content
    assert again.outgoing.waiting == {}
    assert again.outgoing.restored == set()
    assert not again.outgoing.waits_for(SARA)
    await again.async_close()
    copy = again._file._path
    assert look(copy, "SELECT state FROM sms") == ["unknown"]
    assert look(copy, "SELECT reason FROM sms") == ["interrupted"]
    assert look(copy, "SELECT sent_at FROM sms") == [NOON.timestamp()]
    assert look(copy, "SELECT ended_at FROM sms") == [None]
    later = await open_ledger(copy)
    assert list(later.outgoing.unsettled) == [row.sms_id]
    assert caplog.text.count("were being sent") == 1


async def test_what_is_whole_is_not_written_at_the_start(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Nothing is to be changed then."""
    await send(ledger.outgoing, SARA)
    again = await open_ledger(copy_of(path))
    statements = await trace(again._file)
    await again._file.async_write()
    assert statements == []


async def test_a_state_that_nobody_knows_puts_the_file_aside(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The account must load all the same."""
    await send(ledger.outgoing, SARA)
    await execute(ledger._file, "UPDATE sms SET state = 'odd'")
    again = await open_ledger(copy_of(path))
    assert again.trouble is FileTrouble.DAMAGED
    assert again.outgoing.last_state([SARA]) is None


async def test_questions_are_written_soon(path: Path, ledger: Ledger) -> None:
    """With the next write that must be."""
    (row,) = await send(ledger.outgoing, SARA)
    row.asked = 1
    statements = await trace(ledger._file)
    ledger.outgoing.note_questions([row])
    await settle(ledger._file)
    assert statements == []
    await ledger._file.async_write()
    assert look(path, "SELECT asked FROM sms") == [1]


async def test_what_the_disk_does_not_take_is_known_all_the_same(
    path: Path, ledger: Ledger
) -> None:
    """The sender decides what to do about it, and it is written as soon as it can be."""
    book = ledger.outgoing
    ((pages,),) = await execute(ledger._file, "PRAGMA page_count")
    await execute(ledger._file, f"PRAGMA max_page_count={pages}")
    rows = begin(book, SARA, OMID, text="x" * 4000, parts=2)
    with pytest.raises(LedgerError):
        await book.async_note_sending(rows)
    assert book.last_state([SARA]) is SmsState.SENDING
    for row in rows:
        row.state, row.message_id = SmsState.ACCEPTED, row.recipient
    with pytest.raises(LedgerError):
        await book.async_note_outcome(rows)
    assert list(book.pending.values()) == rows
    assert book.today.parts == 4
    with pytest.raises(LedgerError):
        await book.async_end([rows[0]], SmsState.DELIVERED)
    assert list(book.pending.values()) == [rows[1]]
    await execute(ledger._file, "PRAGMA max_page_count=1000000")
    await ledger._file.async_write()
    assert look(path, "SELECT state FROM sms ORDER BY recipient") == [
        "delivered",
        "accepted",
    ]
    assert look(path, "SELECT length(text) FROM text") == [4000]


async def test_only_what_is_needed_is_read(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """A week of messages does not stay in memory."""
    for number in range(20):
        await send(ledger.outgoing, SARA, state=SmsState.FAILED)
        if number % 5 == 0:
            await send(ledger.outgoing, OMID, message_id=f"{number}-")
    copy = copy_of(path)
    stored = await (await open_ledger(copy))._file.async_read(OutgoingBook.read)
    assert [(row.text, row.recipient) for row in stored.rows] == [
        (2, OMID),
        (8, OMID),
        (14, OMID),
        (20, OMID),
        (24, SARA),
    ]
    assert [row.content for row in stored.rows] == [None] * 5
    assert stored.last_text == 24
