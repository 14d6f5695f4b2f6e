"""The last SMS to some numbers: what became of it."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import Ledger, OutgoingBook

from .conftest import OpenLedger, copy_of, look
from .messages import NOON, OMID, SARA, begin, send


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


_ORDER = [
    SmsState.REJECTED,
    SmsState.FAILED,
    SmsState.NOT_SENT,
    SmsState.UNDELIVERED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.EXPIRED,
    SmsState.WAITING,
    SmsState.SENDING,
    SmsState.ACCEPTED,
    SmsState.DELIVERED,
]

_SAYS_NOTHING = [SmsState.UNKNOWN, SmsState.CANCELLED]


def _hold(book: OutgoingBook, number: str, state: SmsState) -> None:
    (row,) = begin(book, number)
    row.state, row.message_id = state, "1"
    book._last[number] = row


def test_all_states_have_a_place() -> None:
    """But those that say nothing."""
    assert {*_ORDER, *_SAYS_NOTHING} == set(SmsState)


@pytest.mark.parametrize("first", range(len(_ORDER)))
def test_the_worst_state_of_several_numbers_is_told(ledger: Ledger, first: int) -> None:
    """A family's last delivery is only as good as that of each."""
    for second, other in enumerate(_ORDER):
        _hold(ledger.outgoing, SARA, _ORDER[first])
        _hold(ledger.outgoing, OMID, other)
        assert ledger.outgoing.last_state([SARA, OMID]) is _ORDER[min(first, second)]
        assert ledger.outgoing.last_state([SARA]) is _ORDER[first]


@pytest.mark.parametrize("known", _ORDER)
@pytest.mark.parametrize("nothing", _SAYS_NOTHING)
def test_delivered_is_said_of_all_or_not_at_all(
    ledger: Ledger, known: SmsState, nothing: SmsState
) -> None:
    """Of one that is unknown or called back nobody can say so; any trouble is told nevertheless."""
    _hold(ledger.outgoing, SARA, known)
    _hold(ledger.outgoing, OMID, nothing)
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
    await send(ledger.outgoing, SARA, state=SmsState.FAILED)
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


async def test_what_was_refused_before_it_could_leave_is_the_last_one(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """It was neither about to leave nor did it wait."""
    await send(ledger.outgoing, SARA)
    (row,) = begin(ledger.outgoing, SARA)
    row.state = SmsState.FAILED
    await ledger.outgoing.async_note_outcome([row])
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.last_state([SARA]) is SmsState.FAILED
