"""What the history tells of, and what it forgets."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import (
    FileTrouble,
    HistoryQuery,
    Ledger,
    LedgerError,
    SmsRow,
)

from .conftest import OpenLedger, copy_of, execute, look
from .messages import OMID, SARA, begin, send, take

MINA = "09120000003"
MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the morning."""
    freezer.move_to(MORNING)


async def _history(ledger: Ledger, limit: int = 100, **query: Any) -> list[SmsRow]:
    return await ledger.async_history(HistoryQuery(limit=limit, **query))


@pytest.fixture
async def rows(ledger: Ledger, freezer: FrozenDateTimeFactory) -> list[SmsRow]:
    """Give five SMS, a minute apart, the newest first."""
    sent: list[SmsRow] = []
    for number, state, message_id in (
        (SARA, SmsState.ACCEPTED, "1"),
        (OMID, SmsState.FAILED, ""),
        (SARA, SmsState.UNKNOWN, ""),
        (MINA, SmsState.ACCEPTED, "2"),
        (OMID, SmsState.ACCEPTED, "3"),
    ):
        sent += await send(ledger.outgoing, number, state=state, message_id=message_id)
        freezer.tick(60)
    return sent[::-1]


def _ids(rows: list[SmsRow]) -> list[str]:
    return [row.sms_id for row in rows]


async def test_all_are_told_the_newest_first(
    ledger: Ledger, rows: list[SmsRow]
) -> None:
    """As they are, and each with its text."""
    told = await _history(ledger)
    assert [row.values() for row in told] == [row.values() for row in rows]
    assert [row.content and row.content.key for row in told] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"recipients": [SARA]}, [2, 4]),
        ({"recipients": {SARA, MINA}}, [1, 2, 4]),
        ({"recipients": ["09120000009"]}, []),
        ({"recipients": ["\ud83d"]}, []),
        ({"recipients": []}, []),
        ({"states": []}, []),
        ({"sms_ids": []}, []),
        ({"states": [SmsState.UNKNOWN]}, [2]),
        ({"states": [SmsState.UNKNOWN, SmsState.ACCEPTED]}, [0, 1, 2, 4]),
        ({"states": [SmsState.DELIVERED]}, []),
        ({"since": MORNING.timestamp() + 120}, [0, 1, 2]),
        ({"since": MORNING.timestamp() + 120.5}, [0, 1]),
        ({"since": MORNING.timestamp()}, [0, 1, 2, 3, 4]),
        ({"left_since": MORNING.timestamp() + 120}, [0, 1, 2]),
        ({"left_since": MORNING.timestamp() + 120.5}, [0, 1]),
        ({"left_since": MORNING.timestamp()}, [0, 1, 2, 4]),
        ({"limit": 2}, [0, 1]),
        ({"recipients": [OMID], "states": [SmsState.ACCEPTED]}, [0]),
        ({"recipients": [SARA], "since": MORNING.timestamp() + 1}, [2]),
        ({"recipients": [SARA, OMID], "limit": 3}, [0, 2, 3]),
        (
            {
                "recipients": [SARA, OMID],
                "states": [SmsState.ACCEPTED, SmsState.FAILED],
                "since": MORNING.timestamp() + 60,
                "limit": 1,
            },
            [0],
        ),
    ],
)
async def test_a_question_is_narrowed_down(
    ledger: Ledger, rows: list[SmsRow], query: dict[str, Any], found: list[int]
) -> None:
    """By each thing alone, and by all together."""
    assert _ids(await _history(ledger, **query)) == [
        rows[each].sms_id for each in found
    ]


async def test_single_sms_are_asked_for(ledger: Ledger, rows: list[SmsRow]) -> None:
    """By the ids that the sending action answered."""
    wanted = [rows[4].sms_id, "unknown", rows[1].sms_id]
    assert _ids(await _history(ledger, sms_ids=wanted)) == _ids([rows[1], rows[4]])
    assert _ids(await _history(ledger, sms_ids=wanted, recipients=[SARA])) == [
        rows[4].sms_id
    ]


async def test_many_can_be_asked_for_at_once(
    ledger: Ledger, rows: list[SmsRow]
) -> None:
    """More than SQLite takes as single values."""
    numbers = [f"0912{each:07}" for each in range(300_000)]
    assert len(await _history(ledger, recipients=numbers)) == 5


async def test_those_of_one_moment_are_told_in_their_order(ledger: Ledger) -> None:
    """The text that came last is the newest."""
    sent = [(await send(ledger.outgoing, SARA, OMID)) for _ in range(5)]
    told = await _history(ledger)
    assert [row.text for row in told] == [
        row.text for rows in reversed(sent) for row in rows
    ]
    assert [row.sms_id for row in told] == [
        each
        for rows in reversed(sent)
        for each in sorted((row.sms_id for row in rows), reverse=True)
    ]


async def test_texts_are_told(ledger: Ledger) -> None:
    """With all that was said of how they are sent; None for a pattern, which stands in the panel."""
    told = []
    for text, how in (
        ("سلام", {"sender": "50004001", "flash": True}),
        (None, {"pattern_id": 1730, "variables": ("۱", "b")}),
        ("plain", {}),
    ):
        rows = begin(ledger.outgoing, SARA, text=text, parts=2, cost=173.5, **how)
        told.append(rows[0].content)
        await take(ledger.outgoing, rows, SmsState.FAILED)
    assert [row.content for row in await _history(ledger)] == told[::-1]


async def test_what_has_no_text_is_not_told(ledger: Ledger) -> None:
    """Nobody could say what it was."""
    await send(ledger.outgoing, SARA)
    await execute(ledger._file, "DELETE FROM text")
    assert await _history(ledger) == []


async def test_what_is_to_be_written_soon_is_told(
    ledger: Ledger, rows: list[SmsRow]
) -> None:
    """The history is as new as what entities show."""
    rows[0].asked = 7
    ledger.outgoing.note_questions([rows[0]])
    assert [row.asked for row in await _history(ledger)] == [7, 0, 0, 0, 0]


async def test_a_full_disk_leaves_what_is_on_it(
    ledger: Ledger, rows: list[SmsRow]
) -> None:
    """What could not be written is missing."""
    ((pages,),) = await execute(ledger._file, "PRAGMA page_count")
    await execute(ledger._file, f"PRAGMA max_page_count={pages}")
    new = begin(ledger.outgoing, SARA, text="x" * 4000)
    with pytest.raises(LedgerError):
        await ledger.outgoing.async_note_sending(new)
    assert _ids(await _history(ledger)) == _ids(rows)
    assert ledger.trouble is FileTrouble.NOT_WRITTEN
    await execute(ledger._file, "PRAGMA max_page_count=1000000")
    assert _ids(await _history(ledger)) == _ids(new + rows)


async def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    """Nobody waits for it."""
    await ledger.async_close()
    with pytest.raises(LedgerError):
        await _history(ledger)


async def test_what_ended_long_ago_is_forgotten(
    path: Path,
    ledger: Ledger,
    rows: list[SmsRow],
    freezer: FrozenDateTimeFactory,
    open_ledger: OpenLedger,
) -> None:
    """With its text and number. What has not ended is kept, however old it is."""
    freezer.move_to(MORNING + timedelta(seconds=120))
    await ledger.outgoing.async_end([rows[0]], SmsState.DELIVERED)
    await ledger.outgoing.async_end([rows[2]], SmsState.UNKNOWN)
    keep = timedelta(days=7)
    # Omid's second and Sara's second SMS ended two minutes after the first one was sent, Omid's first one before.
    freezer.move_to(MORNING + keep + timedelta(seconds=120))
    ledger.async_forget_old(keep)
    assert _ids(await _history(ledger)) == _ids([*rows[:3], rows[4]])
    assert len(look(path, "SELECT key FROM text")) == 4
    freezer.tick(1)
    ledger.async_forget_old(keep)
    assert _ids(await _history(ledger)) == _ids([rows[1], rows[4]])
    assert look(path, "SELECT key FROM text ORDER BY key") == [1, 4]
    again = await open_ledger(copy_of(path))
    assert again.outgoing.last_state([OMID]) is None
    assert again.outgoing.last_state([SARA]) is SmsState.ACCEPTED


async def test_what_waits_or_may_have_left_is_not_forgotten(
    ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """However long that lasts."""
    (unknown,) = await send(ledger.outgoing, SARA, state=SmsState.UNKNOWN)
    waiting = begin(ledger.outgoing, OMID)
    await ledger.outgoing.async_note_waiting(waiting)
    freezer.tick(timedelta(days=400))
    ledger.async_forget_old(timedelta(days=1))
    assert _ids(await _history(ledger)) == _ids([*waiting, unknown])


async def test_a_text_stays_as_long_as_one_of_its_rows(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """The others still need it."""
    first, second = await send(ledger.outgoing, SARA, OMID)
    for days, row in enumerate((first, second)):
        freezer.move_to(MORNING + timedelta(days=days))
        await ledger.outgoing.async_end([row], SmsState.DELIVERED)
    for days, numbers, texts in ((1, [OMID], ["سلام"]), (2, [], [])):
        freezer.move_to(MORNING + timedelta(days=days, seconds=1))
        ledger.async_forget_old(timedelta(days=1))
        assert [row.recipient for row in await _history(ledger)] == numbers
        assert look(path, "SELECT text FROM text") == texts


async def test_nothing_of_what_is_forgotten_stays_on_the_disk(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """Not in unused parts of the file either."""
    text = "a secret that is long enough to be found " * 50
    await take(
        ledger.outgoing, begin(ledger.outgoing, SARA, text=text), SmsState.FAILED
    )
    await execute(ledger._file, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"a secret" in path.read_bytes()
    assert SARA.encode() in path.read_bytes()
    freezer.tick(10)
    ledger.async_forget_old(timedelta(seconds=1))
    await ledger.async_close()
    assert b"a secret" not in path.read_bytes()
    assert SARA.encode() not in path.read_bytes()
