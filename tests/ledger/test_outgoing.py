"""The outgoing SMS: what is written of each, and what is known of all of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
import zoneinfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
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

SARA = "09120000001"
OMID = "09120000002"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def begin(
    book: OutgoingBook,
    *numbers: str,
    text: str | None = "سلام",
    parts: int = 1,
    cost: float | None = None,
) -> list[SmsRow]:
    """Return new rows of one text."""
    new = book.new_text(text, parts=parts, cost=cost)
    return [book.begin(new, number, None) for number in numbers]


async def take(
    book: OutgoingBook, rows: Sequence[SmsRow], state: SmsState, message_id: str = "1"
) -> None:
    """Send rows; the gateway gives accepted ones an id, each its own."""
    await book.async_note_sending(rows)
    for number, row in enumerate(rows):
        row.state = state
        if state is SmsState.ACCEPTED and message_id:
            row.message_id = f"{message_id}{number}"
    await book.async_note_outcome(rows)


async def send(
    book: OutgoingBook,
    *numbers: str,
    state: SmsState = SmsState.ACCEPTED,
    message_id: str = "1",
    parts: int = 1,
    cost: float | None = None,
) -> list[SmsRow]:
    """Send a text, and return its rows."""
    rows = begin(book, *numbers, parts=parts, cost=cost)
    await take(book, rows, state, message_id)
    return rows


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


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
    freezer.tick(1)
    await book.async_note_sending([row])
    row.state, row.message_id = SmsState.ACCEPTED, "4935183905738402958"
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
        NOON.timestamp() + 1,
        None,
        3,
        NOON.timestamp() + 60,
    )
    assert again.state is SmsState.ACCEPTED
    assert len(row.sms_id) == 26


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
        (SmsState.UNKNOWN, "", True, True),
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
    """What has not ended is never forgotten, so each row that nobody follows has an end."""
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
    assert (again.outgoing.parts_today, again.outgoing.cost_today) == (3, 100)
    await again.async_close()
    copy = again._file._path
    assert look(copy, "SELECT state FROM sms") == ["unknown"]
    assert look(copy, "SELECT sent_at FROM sms") == [NOON.timestamp()]
    assert look(copy, "SELECT ended_at FROM sms") == [NOON.timestamp() + 60]


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
    assert book.parts_today == 4
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


_ORDER = [
    SmsState.REJECTED,
    SmsState.FAILED,
    SmsState.UNDELIVERED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.EXPIRED,
    SmsState.WAITING,
    SmsState.SENDING,
    SmsState.ACCEPTED,
    SmsState.DELIVERED,
]


def _hold(book: OutgoingBook, number: str, state: SmsState) -> None:
    (row,) = begin(book, number)
    row.state, row.message_id = state, "1"
    book._last[number] = row


def test_all_states_have_a_place() -> None:
    """But the one that says nothing."""
    assert {*_ORDER, SmsState.UNKNOWN} == set(SmsState)


@pytest.mark.parametrize("first", range(len(_ORDER)))
def test_the_worst_state_of_several_numbers_is_told(ledger: Ledger, first: int) -> None:
    """A family's last delivery is only as good as that of each."""
    for second, other in enumerate(_ORDER):
        _hold(ledger.outgoing, SARA, _ORDER[first])
        _hold(ledger.outgoing, OMID, other)
        assert ledger.outgoing.last_state([SARA, OMID]) is _ORDER[min(first, second)]
        assert ledger.outgoing.last_state([SARA]) is _ORDER[first]


@pytest.mark.parametrize("known", _ORDER)
def test_delivered_is_said_of_all_or_not_at_all(
    ledger: Ledger, known: SmsState
) -> None:
    """Of one that is unknown nobody can say so; any trouble is told nevertheless."""
    _hold(ledger.outgoing, SARA, known)
    _hold(ledger.outgoing, OMID, SmsState.UNKNOWN)
    told = None if known is SmsState.DELIVERED else known
    assert ledger.outgoing.last_state([SARA, OMID]) is told
    assert ledger.outgoing.last_state([OMID]) is None


def test_a_number_to_which_nothing_was_sent_does_not_count(ledger: Ledger) -> None:
    """Nobody is asked about it."""
    assert ledger.outgoing.last_state([SARA]) is None
    assert ledger.outgoing.last_state([]) is None
    _hold(ledger.outgoing, SARA, SmsState.DELIVERED)
    assert ledger.outgoing.last_state([SARA, OMID]) is SmsState.DELIVERED


async def test_the_state_of_what_cannot_be_followed_is_not_told(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """It would stay pending for ever."""
    await send(ledger.outgoing, SARA, message_id="")
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.last_state([SARA]) is None


async def test_the_last_sms_to_a_number_counts(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory, open_ledger: OpenLedger
) -> None:
    """Whatever becomes of those before it, and of those to others; also after a restart."""
    book = ledger.outgoing
    (first, _) = await send(book, SARA, OMID)
    freezer.tick(-60)  # The clock may be set back.
    rows = begin(book, SARA)
    await book.async_note_sending(rows)
    assert book.last_state([SARA]) is SmsState.SENDING
    rows[0].state = SmsState.FAILED
    await book.async_note_outcome(rows)
    await book.async_end([first], SmsState.DELIVERED)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.last_state([SARA]) is SmsState.FAILED
        assert each.outgoing.last_state([OMID]) is SmsState.ACCEPTED


async def test_the_end_of_the_last_sms_is_its_state(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The row is one and the same."""
    (row,) = await send(ledger.outgoing, SARA)
    again = await open_ledger(copy_of(path))
    for book in (ledger.outgoing, again.outgoing):
        pending = book.pending[row.sms_id]
        await book.async_end([pending], SmsState.DELIVERED)
        assert book.last_state([SARA]) is SmsState.DELIVERED


async def test_an_old_number_is_forgotten(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """After the days that the user chose; what has not ended is kept."""
    keep = timedelta(days=7)
    await send(ledger.outgoing, SARA, state=SmsState.UNKNOWN)
    await send(ledger.outgoing, OMID)
    _hold(ledger.outgoing, SARA, SmsState.FAILED)
    ledger.outgoing._last[SARA].ended_at = NOON.timestamp()
    freezer.move_to(NOON + keep)
    ledger.async_forget_old(keep)
    await ledger._file.async_write()
    assert ledger.outgoing.last_state([SARA]) is SmsState.FAILED
    assert sorted(look(path, "SELECT recipient FROM sms")) == [SARA, OMID]
    freezer.tick(1)
    ledger.async_forget_old(keep)
    await ledger._file.async_write()
    assert ledger.outgoing.last_state([SARA]) is None
    assert ledger.outgoing.last_state([OMID]) is SmsState.ACCEPTED
    assert look(path, "SELECT recipient FROM sms") == [OMID]


async def test_todays_totals(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """What left counts, known or not; what was refused or never left does not."""
    book = ledger.outgoing
    assert (book.parts_today, book.cost_today) == (0, 0)
    await send(book, SARA, OMID, parts=2, cost=100.5)
    await send(book, SARA, parts=3, cost=None)
    await send(book, SARA, state=SmsState.UNKNOWN, parts=10, cost=1000)
    await send(book, SARA, state=SmsState.FAILED, parts=100, cost=10_000)
    await send(book, SARA, state=SmsState.WAITING, parts=100, cost=10_000)
    begin(book, SARA, parts=100, cost=10_000)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.parts_today == 17
        assert each.outgoing.cost_today == 1201


async def test_what_did_not_arrive_has_left_nevertheless(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """An operator's error comes after the gateway took it, and the money."""
    (row,) = await send(ledger.outgoing, SARA, parts=2, cost=100)
    await ledger.outgoing.async_end([row], SmsState.FAILED)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert (each.outgoing.parts_today, each.outgoing.cost_today) == (2, 100)


@pytest.fixture
def _zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the home be somewhere else."""
    dt_util.set_default_time_zone(zoneinfo.ZoneInfo(request.param))
    yield
    dt_util.set_default_time_zone(UTC)


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize("_zone", ["Asia/Tehran", "America/New_York"], indirect=True)
async def test_a_day_is_one_of_the_home(
    path: Path,
    ledger: Ledger,
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
) -> None:
    """It begins at midnight in its time zone, across restarts."""
    midnight = datetime(2026, 3, 1, tzinfo=dt_util.DEFAULT_TIME_ZONE)
    number = 0

    async def restarted() -> Ledger:
        nonlocal number
        number += 1
        copy = copy_of(path).rename(path.with_name(f"{number}.db"))
        Path(f"{path.with_name('copy-of-payamak.db')}-wal").rename(f"{copy}-wal")
        return await open_ledger(copy)

    async def totals() -> list[tuple[int, float]]:
        books = (ledger.outgoing, (await restarted()).outgoing)
        return [(each.parts_today, each.cost_today) for each in books]

    freezer.move_to(midnight - timedelta(seconds=1))
    await send(ledger.outgoing, SARA, parts=1, cost=10)
    assert await totals() == [(1, 10)] * 2
    freezer.move_to(midnight)
    assert await totals() == [(0, 0)] * 2
    await send(ledger.outgoing, SARA, parts=2, cost=20)
    assert await totals() == [(2, 20)] * 2
    freezer.move_to(midnight + timedelta(days=1, seconds=-1))
    await send(ledger.outgoing, SARA, parts=4, cost=40)
    assert await totals() == [(6, 60)] * 2
    freezer.move_to(midnight + timedelta(days=1))
    assert await totals() == [(0, 0)] * 2


async def test_what_left_before_midnight_is_not_of_the_new_day(
    ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """Its answer may come after it."""
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    freezer.move_to(midnight - timedelta(seconds=1))
    assert ledger.outgoing.parts_today == 0
    rows = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_sending(rows)
    freezer.move_to(midnight)
    rows[0].state, rows[0].message_id = SmsState.ACCEPTED, "1"
    await ledger.outgoing.async_note_outcome(rows)
    assert ledger.outgoing.parts_today == 0


async def test_only_what_is_needed_is_read(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """A week of messages does not stay in memory."""
    for number in range(20):
        await send(ledger.outgoing, SARA, state=SmsState.UNKNOWN)
        if number % 5 == 0:
            await send(ledger.outgoing, OMID, message_id=f"{number}-")
    copy = copy_of(path)
    stored = await (await open_ledger(copy))._file.async_read(OutgoingBook.read)
    assert len(stored.pending) == 4
    assert set(stored.last) == {SARA, OMID}
    assert stored.last_text == 24


@pytest.mark.parametrize("state", [SmsState.UNKNOWN, SmsState.FAILED])
async def test_a_late_answer_makes_no_older_sms_the_last_one(
    path: Path, ledger: Ledger, open_ledger: OpenLedger, state: SmsState
) -> None:
    """Whether the ledger is read anew or not."""
    older = begin(ledger.outgoing, SARA)
    never_left = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_sending(older)
    await send(ledger.outgoing, SARA)
    older[0].state = never_left[0].state = state
    await ledger.outgoing.async_note_outcome(older)
    await ledger.outgoing.async_note_outcome(never_left)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.last_state([SARA]) is SmsState.ACCEPTED
