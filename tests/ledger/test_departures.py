"""What left to whom in the last hours, and what is about to leave."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import Ledger

from .conftest import OpenLedger, copy_of
from .messages import NOON, OMID, SARA, begin, send, take

HOUR = 3600.0


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


def ago(ledger: Ledger, number: str = SARA) -> list[float]:
    """Give how many seconds ago each of the last ones left."""
    return [round(each) for each in ledger.outgoing.departures.seconds_ago(number)]


async def test_what_left_counts_by_itself_and_over_a_restart(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Known or not; what was refused or never left does not count. The newest is the first."""
    book = ledger.outgoing
    await send(book, SARA, OMID)
    freezer.tick(100)
    await send(book, SARA, state=SmsState.UNKNOWN)
    await send(book, SARA, state=SmsState.FAILED)
    await send(book, SARA, state=SmsState.WAITING)
    freezer.tick(10)
    begin(book, SARA)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert ago(each) == [10, 110]
        assert ago(each, OMID) == [110]
        assert ago(each, "09120000009") == []


async def test_what_was_on_its_way_when_home_assistant_died_may_have_left(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """So it counts."""
    await ledger.outgoing.async_note_sending(begin(ledger.outgoing, SARA))
    assert ago(ledger) == []
    assert ago(await open_ledger(copy_of(path))) == [0]


async def test_time_goes_on_while_nothing_runs(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a day and an hour nothing is of interest any more."""
    await send(ledger.outgoing, SARA)
    freezer.tick(timedelta(hours=25))
    again = await open_ledger(copy_of(path))
    assert ago(again) == ago(ledger) == [25 * HOUR]
    freezer.tick(1)
    assert ago(await open_ledger(copy_of(path))) == []


async def test_a_clock_that_was_set_back_makes_nothing_leave_in_the_future(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It counts as if it had just left; while Home Assistant runs, no clock that is set matters."""
    await send(ledger.outgoing, SARA)
    freezer.tick(timedelta(hours=-3))
    again = await open_ledger(copy_of(path))
    assert ago(again) == [0]


async def test_those_that_are_about_to_leave_count_once_each(ledger: Ledger) -> None:
    """However often they are taken, and given back; a row does not count for itself."""
    departures = ledger.outgoing.departures
    first, other = begin(ledger.outgoing, SARA, OMID)
    (second,) = begin(ledger.outgoing, SARA)
    departures.give_back([first, other])
    assert departures.leaving(second) == 0
    for _ in range(2):
        departures.take(first)
        departures.take(other)
        assert departures.leaving(second) == 1
        assert departures.leaving(first) == departures.leaving(other) == 0
    departures.take(second)
    assert departures.leaving(first) == departures.leaving(second) == 1
    departures.give_back([first])
    assert departures.leaving(first) == 1
    for _ in range(2):
        departures.give_back([second, other])
        assert departures.leaving(first) == departures.leaving(second) == 0


async def test_those_are_forgotten_to_whom_nothing_was_sent_for_long(
    ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """A newsletter must not stay in memory for ever; the last sixty are known of each."""
    departures = ledger.outgoing.departures
    await send(ledger.outgoing, SARA, OMID)
    freezer.tick(timedelta(hours=24))
    for number in range(61):
        await take(
            *(ledger.outgoing, begin(ledger.outgoing, SARA), SmsState.ACCEPTED),
            f"9{number}",
        )
        freezer.tick(1)
    assert ago(ledger) == list(range(1, 61))
    freezer.tick(HOUR - 61)
    ledger.async_forget_old(timedelta(days=7))
    assert ago(ledger, OMID) == [25 * HOUR]
    freezer.tick(1)
    ledger.async_forget_old(timedelta(days=7))
    assert ago(ledger, OMID) == []
    assert len(ago(ledger)) == 60
    assert departures.seconds_ago(SARA)[0] == HOUR - 60 + 1
