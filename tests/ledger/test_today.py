"""How much has left today."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import zoneinfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import Ledger

from .conftest import OpenLedger, copy_of
from .messages import NOON, OMID, SARA, begin, send


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


async def test_todays_totals(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """What left counts, known or not; what was refused or never left does not."""
    book = ledger.outgoing
    assert (book.today.parts, book.today.cost, book.today.leaving) == (0, 0, 0)
    await send(book, SARA, OMID, parts=2, cost=100.5)
    await send(book, SARA, parts=3, cost=None)
    await send(book, SARA, state=SmsState.UNKNOWN, parts=10, cost=1000)
    await send(book, SARA, state=SmsState.FAILED, parts=100, cost=10_000)
    await send(book, SARA, state=SmsState.WAITING, parts=100, cost=10_000)
    begin(book, SARA, parts=100, cost=10_000)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.today.parts == 17
        assert each.outgoing.today.cost == 1201


async def test_what_did_not_arrive_has_left_nevertheless(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """An operator's error comes after the gateway took it, and the money."""
    (row,) = await send(ledger.outgoing, SARA, parts=2, cost=100)
    await ledger.outgoing.async_end([row], SmsState.FAILED)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert (each.outgoing.today.parts, each.outgoing.today.cost) == (2, 100)


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
        return [(each.today.parts, each.today.cost) for each in books]

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
    assert ledger.outgoing.today.parts == 0
    rows = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_sending(rows)
    freezer.move_to(midnight)
    rows[0].state, rows[0].message_id = SmsState.ACCEPTED, "1"
    await ledger.outgoing.async_note_outcome(rows)
    assert ledger.outgoing.today.parts == 0


@pytest.mark.parametrize("total", ["parts", "cost"])
async def test_each_total_begins_anew_at_midnight(
    ledger: Ledger, freezer: FrozenDateTimeFactory, total: str
) -> None:
    """Whichever is asked for first."""
    await send(ledger.outgoing, SARA, parts=2, cost=20)
    freezer.tick(timedelta(days=1))
    assert getattr(ledger.outgoing.today, total) == 0


async def test_what_left_tomorrow_is_not_of_today(
    path: Path, ledger: Ledger, freezer: FrozenDateTimeFactory, open_ledger: OpenLedger
) -> None:
    """The clock may be set back."""
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    freezer.move_to(midnight)
    await send(ledger.outgoing, SARA)
    freezer.move_to(midnight - timedelta(seconds=1))
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.outgoing.today.parts == 0
