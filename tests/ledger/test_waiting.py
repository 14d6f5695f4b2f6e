"""The messages that wait: on the disk before that is said, and in exactly one place of the book."""

from collections.abc import Sequence
from pathlib import Path

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

from .conftest import OpenLedger, begins, copy_of, execute, look, trace
from .messages import NOON, OMID, SARA, begin, send

MINA = "09120000003"


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


def places(book: OutgoingBook, row: SmsRow) -> list[str]:
    """Return where a row is kept."""
    return [
        name
        for name in ("waiting", "pending", "unsettled")
        if getattr(book, name).get(row.sms_id) is row
    ]


async def wait(book: OutgoingBook, *numbers: str) -> list[SmsRow]:
    """Return rows that wait."""
    rows = begin(book, *numbers, retry_for=3600)
    await book.async_note_waiting(rows)
    return rows


async def come_to(
    book: OutgoingBook, rows: Sequence[SmsRow], state: SmsState, message_id: str | None
) -> None:
    """Note what the gateway said."""
    for row in rows:
        row.state, row.message_id = state, message_id
    await book.async_note_outcome(rows)


async def test_what_waits_is_on_the_disk_before_that_is_said(
    path: Path, ledger: Ledger
) -> None:
    """Rows and text in one transaction."""
    rows = begin(ledger.outgoing, SARA, OMID)
    statements = await trace(ledger._file)
    await ledger.outgoing.async_note_waiting(rows)
    assert begins(statements) == 1
    assert look(path, "SELECT state FROM sms") == ["waiting"] * 2
    assert look(path, "SELECT text FROM text") == ["سلام"]
    assert list(ledger.outgoing.waiting.values()) == rows
    assert ledger.outgoing.last_state([SARA]) is SmsState.WAITING
    assert ledger.outgoing.today.parts == 0


async def test_what_the_disk_does_not_take_does_not_wait(ledger: Ledger) -> None:
    """It would be gone after a restart."""
    ((pages,),) = await execute(ledger._file, "PRAGMA page_count")
    await execute(ledger._file, f"PRAGMA max_page_count={pages}")
    rows = begin(ledger.outgoing, SARA, text="x" * 4000)
    with pytest.raises(LedgerError):
        await ledger.outgoing.async_note_waiting(rows)
    assert ledger.outgoing.waiting == {}
    assert not ledger.outgoing.waits_for(SARA)
    assert ledger.trouble is FileTrouble.NOT_WRITTEN


async def test_nothing_waits_in_a_closed_ledger(ledger: Ledger) -> None:
    """Nobody would send it."""
    await ledger.async_close()
    with pytest.raises(LedgerError):
        await wait(ledger.outgoing, SARA)
    assert ledger.outgoing.waiting == {}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("trouble", [FileTrouble.NEWER, FileTrouble.UNREADABLE])
async def test_nothing_waits_in_memory_alone(
    path: Path, ledger: Ledger, open_ledger: OpenLedger, trouble: FileTrouble
) -> None:
    """A direct send goes out all the same, and is known until the end."""
    if trouble is FileTrouble.NEWER:
        await execute(ledger._file, "PRAGMA user_version=99")
    await ledger.async_close()
    if trouble is FileTrouble.UNREADABLE:
        path.unlink()
        path.mkdir()
    again = await open_ledger()
    assert again.trouble is trouble
    assert not again._file.is_on_disk
    with pytest.raises(LedgerError, match="^there is no file$"):
        await wait(again.outgoing, SARA)
    assert again.outgoing.waiting == {}
    assert await execute(again._file, "SELECT * FROM sms") == []
    (row,) = await send(again.outgoing, SARA)
    assert places(again.outgoing, row) == ["pending"]


async def test_what_waits_is_on_the_disk_where_a_damaged_file_was_put_aside(
    path: Path, open_ledger: OpenLedger
) -> None:
    """The new file is as good as any."""
    path.parent.mkdir()
    path.write_text("no database " * 100)
    ledger = await open_ledger()
    assert ledger.trouble is FileTrouble.DAMAGED
    rows = await wait(ledger.outgoing, SARA)
    assert list(ledger.outgoing.waiting.values()) == rows
    assert look(path, "SELECT state FROM sms") == ["waiting"]


def test_a_file_that_is_not_open_is_not_on_the_disk(path: Path) -> None:
    """Nothing is known of it yet."""
    assert not Ledger(path)._file.is_on_disk


async def test_somebody_is_waited_for_until_the_last_one_left(ledger: Ledger) -> None:
    """The order of messages to one person is kept: what is on its way may still come back."""
    book = ledger.outgoing
    assert not book.waits_for(SARA)
    (first, other) = await wait(book, SARA, OMID)
    (second,) = await wait(book, SARA)
    await book.async_note_waiting([second])
    assert (book.waits_for(SARA), book.waits_for(OMID)) == (True, True)
    assert not book.waits_for(MINA)
    await book.async_note_sending([first])
    await come_to(book, [first], SmsState.ACCEPTED, "1")
    assert book.waits_for(SARA)
    await book.async_note_sending([second])
    assert book.waits_for(SARA)
    await come_to(book, [second], SmsState.UNKNOWN, None)
    assert not book.waits_for(SARA)
    await book.async_end([second], SmsState.UNKNOWN)
    assert not book.waits_for(SARA)
    assert book.waits_for(OMID)
    await book.async_end([other], SmsState.CANCELLED)
    assert not book.waits_for(OMID)
    assert book._waiting_to == {}


async def test_a_direct_send_is_waited_for_by_nobody(ledger: Ledger) -> None:
    """It is no message of the outbox, and what waits is no reason for it."""
    book = ledger.outgoing
    rows = begin(book, SARA)
    await book.async_note_sending(rows)
    assert places(book, rows[0]) == []
    assert not book.waits_for(SARA)
    await come_to(book, rows, SmsState.ACCEPTED, "1")
    assert places(book, rows[0]) == ["pending"]
    assert not book.waits_for(SARA)


_ENDS = [
    SmsState.DELIVERED,
    SmsState.UNDELIVERED,
    SmsState.FAILED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.REJECTED,
    SmsState.EXPIRED,
    SmsState.NOT_SENT,
    SmsState.CANCELLED,
    SmsState.UNKNOWN,
]


@pytest.mark.parametrize(
    ("state", "message_id", "place", "after_a_restart"),
    [
        (SmsState.WAITING, None, ["waiting"], ["waiting"]),
        (SmsState.SENDING, None, ["waiting"], ["unsettled"]),
        (SmsState.ACCEPTED, "1", ["pending"], ["pending"]),
        (SmsState.ACCEPTED, None, [], []),
        (SmsState.UNKNOWN, None, ["unsettled"], ["unsettled"]),
        (SmsState.FAILED, None, [], []),
    ],
)
async def test_each_state_has_its_place(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    state: SmsState,
    message_id: str | None,
    place: list[str],
    after_a_restart: list[str],
) -> None:
    """And no other, also after a restart; whatever ends is in none."""
    (row,) = await wait(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_sending([row])
    if state is not SmsState.SENDING:
        await come_to(ledger.outgoing, [row], state, message_id)
    assert places(ledger.outgoing, row) == place
    again = (await open_ledger(copy_of(path))).outgoing
    assert places(again, again._last[SARA]) == after_a_restart
    for end in _ENDS:
        row.ended_at = None
        await come_to(ledger.outgoing, [row], state, message_id)
        await ledger.outgoing.async_end([row], end)
        assert places(ledger.outgoing, row) == []
        assert row.state is end
        assert look(path, "SELECT state FROM sms") == [end]
        assert look(path, "SELECT ended_at FROM sms") == [NOON.timestamp()]


async def test_what_comes_back_waits_again(path: Path, ledger: Ledger) -> None:
    """The request never left, so nothing of it counts."""
    book = ledger.outgoing
    (row,) = await wait(book, SARA)
    await book.async_note_sending([row])
    assert look(path, "SELECT sent_at FROM sms") == [NOON.timestamp()]
    await book.async_note_waiting([row])
    assert row.state is SmsState.WAITING
    assert places(book, row) == ["waiting"]
    assert look(path, "SELECT state FROM sms WHERE sent_at IS NULL") == ["waiting"]
    assert book.today.parts == 0
    await book.async_note_sending([row])
    await come_to(book, [row], SmsState.ACCEPTED, "1")
    assert book.today.parts == 1


async def test_contents_are_kept_as_long_as_they_are_needed(ledger: Ledger) -> None:
    """What is followed, for days maybe, needs its own no more."""
    book = ledger.outgoing
    (row,) = await wait(book, SARA)
    content = row.content
    assert content is not None
    await book.async_note_sending([row])
    assert row.content is content
    await come_to(book, [row], SmsState.UNKNOWN, None)
    assert row.content is content
    await come_to(book, [row], SmsState.ACCEPTED, "1")
    assert row.content is None


async def test_an_end_is_written_together_with_what_belongs_to_it(
    path: Path, ledger: Ledger
) -> None:
    """Else it would be told twice after a crash, or never."""
    (row,) = await wait(ledger.outgoing, SARA)
    statements = await trace(ledger._file)
    await ledger.outgoing.async_end(
        [row],
        SmsState.NOT_SENT,
        *ledger.facts.change("one", 1),
        *ledger.facts.change("two", 2),
    )
    assert begins(statements) == 1
    assert look(path, "SELECT state FROM sms") == ["not_sent"]
    assert look(path) == ["clock", "one", "two"]


async def test_what_may_have_left_is_found(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
) -> None:
    """Its end is still to be found out, so it has none; it counted when it left."""
    book = ledger.outgoing
    rows = begin(book, SARA, OMID, parts=2, cost=10)
    for row in rows:
        row.code, row.reason = 11, "no_answer"
    await book.async_note_sending(rows)
    await come_to(book, rows, SmsState.UNKNOWN, None)
    freezer.tick(60)
    rows[0].message_id = "7"
    await book.async_note_found(rows)
    assert [places(book, row) for row in rows] == [["pending"], ["unsettled"]]
    assert [row.content is None for row in rows] == [True, False]
    again = await open_ledger(copy_of(path))
    for each in (book, again.outgoing):
        assert list(each.pending) == [rows[0].sms_id]
        assert list(each.unsettled) == [rows[1].sms_id]
        assert (each.today.parts, each.today.cost) == (4, 20)
        for row in (*each.pending.values(), *each.unsettled.values()):
            assert row.state is SmsState.ACCEPTED
            assert (row.code, row.reason) == (None, None)
            assert (row.sent_at, row.ended_at) == (NOON.timestamp(), None)
    assert again.outgoing.unsettled[rows[1].sms_id].content == rows[1].content


async def test_what_waited_and_is_found_has_left(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
) -> None:
    """In a ledger that is an older copy: it left when it was begun, or soon after."""
    (row,) = await wait(ledger.outgoing, SARA)
    again = await open_ledger(copy_of(path))
    (row,) = again.outgoing.waiting.values()
    freezer.tick(60)
    row.message_id = "7"
    await again.outgoing.async_note_found([row])
    assert row.sent_at == row.created_at == NOON.timestamp()
    assert row.ended_at is None
    assert places(again.outgoing, row) == ["pending"]
    assert again.outgoing.restored == set()
    assert not again.outgoing.waits_for(SARA)
    assert again.outgoing.today.parts == 1
    third = await open_ledger(again._file._path)
    assert third.outgoing.today.parts == 1
    assert list(third.outgoing.pending) == [row.sms_id]
    assert third.outgoing.restored == set()


async def test_what_is_found_though_it_never_left_is_written(
    ledger: Ledger,
) -> None:
    """Where the disk does not take it, that is said."""
    (row,) = await wait(ledger.outgoing, SARA)
    await ledger.async_close()
    with pytest.raises(LedgerError):
        await ledger.outgoing.async_note_found([row])
    with pytest.raises(LedgerError):
        await ledger.outgoing.async_end([row], SmsState.NOT_SENT)


async def test_when_a_message_left_is_known_or_else_when_it_was_begun(
    ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """The sent box is looked through from there on."""
    (row,) = begin(ledger.outgoing, SARA)
    freezer.tick(60)
    assert row.left_at == NOON.timestamp()
    await ledger.outgoing.async_note_sending([row])
    freezer.tick(60)
    assert row.left_at == NOON.timestamp() + 60


@pytest.mark.parametrize("state", SmsState)
@pytest.mark.parametrize("message_id", [None, "1"])
def test_a_message_is_open_while_it_may_leave_or_is_followed(
    ledger: Ledger, state: SmsState, message_id: str | None
) -> None:
    """One that was accepted without an id is followed by nobody."""
    (row,) = begin(ledger.outgoing, SARA)
    row.state, row.message_id = state, message_id
    is_followed = state is SmsState.ACCEPTED and message_id == "1"
    assert row.is_pending == is_followed
    assert row.is_open == (is_followed or state in (SmsState.WAITING, SmsState.SENDING))
