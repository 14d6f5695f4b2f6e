"""The clock by which the age of a message is measured."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event
import pytest

from custom_components.payamak.ledger import Ledger, LedgerClock, SmsRow

from .conftest import OpenLedger, copy_of, look, settle
from .messages import NOON, OMID, SARA, begin

YEAR = timedelta(days=365)


class TwoClocks:
    """The computer's two clocks: one counts on, the other can be set."""

    def __init__(self, freezer: FrozenDateTimeFactory) -> None:
        """Begin at noon."""
        self._freezer = freezer
        self._freezer.move_to(NOON)
        self._counted = 1000.0

    def monotonic(self) -> float:
        """Return what the one that counts on says."""
        return self._counted

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self._counted += seconds
        self._freezer.tick(seconds)

    def set_wall(self, difference: timedelta) -> None:
        """Set the wall clock forward, or back."""
        self._freezer.tick(difference)

    def start_again(self) -> None:
        """Begin to count anew, as a computer does."""
        self._counted = 5.0


@pytest.fixture
def clocks(
    freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> TwoClocks:
    """Give the computer's clocks."""
    clocks = TwoClocks(freezer)
    monkeypatch.setattr("custom_components.payamak.ledger.clock.time", clocks)
    return clocks


@pytest.fixture(autouse=True)
def _clocks_are_there_first(clocks: TwoClocks) -> None:
    """Every ledger looks at them."""


async def _restarted(
    path: Path, open_ledger: OpenLedger, clocks: TwoClocks, off: float = 0
) -> Ledger:
    """Start again after a power cut; the wall clock goes on meanwhile."""
    copy = copy_of(path)
    copy.with_name("again.db-wal").unlink(missing_ok=True)
    for end in ("", "-wal"):
        Path(f"{copy}{end}").rename(copy.with_name(f"again.db{end}"))
    clocks.set_wall(timedelta(seconds=off))
    clocks.start_again()
    return await open_ledger(copy.with_name("again.db"))


async def _wait(ledger: Ledger, number: str = SARA) -> SmsRow:
    """Let one message wait."""
    (row,) = begin(ledger.outgoing, number, retry_for=3600)
    await ledger.outgoing.async_note_waiting([row])
    return row


def _kept(path: Path) -> list[Any]:
    return look(path, "SELECT value FROM fact WHERE key = 'clock'")


async def test_it_begins_at_the_wall_clocks_time(
    ledger: Ledger, clocks: TwoClocks
) -> None:
    """It counts the seconds from then on."""
    assert ledger.clock.now() == NOON.timestamp()
    assert ledger.clock.since_start == 0
    clocks.pass_by(12.5)
    assert ledger.clock.now() == NOON.timestamp() + 12.5
    assert ledger.clock.since_start == 12.5


async def test_its_times_can_be_told_by_the_computers_clock(
    path: Path, ledger: Ledger, open_ledger: OpenLedger, clocks: TwoClocks
) -> None:
    """Also those of before a restart, when that clock said something else."""
    clocks.pass_by(60)
    then = ledger.clock.now()
    assert ledger.clock.on_monotonic(then) == 1060
    clocks.pass_by(10)
    assert ledger.clock.on_monotonic(then) == 1060
    ledger.clock.keep(at_once=True)
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks, off=40)
    clocks.pass_by(3)
    assert again.clock.on_monotonic(then) == 5 - 50


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
async def test_a_wall_clock_that_is_set_changes_no_age(
    ledger: Ledger, clocks: TwoClocks, jump: timedelta
) -> None:
    """A message that waits is neither too old at once, nor young for ever."""
    row = await _wait(ledger)
    clocks.pass_by(100)
    clocks.set_wall(jump)
    assert ledger.outgoing.age(row) == 100
    later = await _wait(ledger, OMID)
    clocks.pass_by(20)
    clocks.set_wall(-jump)
    assert (ledger.outgoing.age(row), ledger.outgoing.age(later)) == (120, 20)


async def test_time_goes_on_while_home_assistant_is_off(
    path: Path, ledger: Ledger, clocks: TwoClocks, open_ledger: OpenLedger
) -> None:
    """As the wall clock says; and the age before that counts too."""
    row = await _wait(ledger)
    clocks.pass_by(100)
    ledger.clock.keep()
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks, off=1000)
    (stored,) = again.outgoing.waiting.values()
    assert stored.begun_at == row.begun_at
    assert again.outgoing.age(stored) == 1100
    clocks.pass_by(7)
    assert again.outgoing.age(stored) == 1107


async def test_without_a_reading_the_rows_tell_the_time(
    path: Path, ledger: Ledger, clocks: TwoClocks, open_ledger: OpenLedger
) -> None:
    """Each has both clocks' times of its beginning."""
    await _wait(ledger)
    clocks.pass_by(50)
    clocks.set_wall(YEAR)
    await _wait(ledger, OMID)
    clocks.set_wall(timedelta(seconds=3))
    again = await _restarted(path, open_ledger, clocks, off=10)
    ages = [again.outgoing.age(row) for row in again.outgoing.waiting.values()]
    assert ages == [63, 13]


@pytest.mark.parametrize("off", [0, -1, -YEAR.total_seconds()])
async def test_no_time_goes_back(
    path: Path, ledger: Ledger, clocks: TwoClocks, open_ledger: OpenLedger, off: float
) -> None:
    """A computer without a battery starts with a wall clock that is behind."""
    await _wait(ledger)
    clocks.pass_by(100)
    ledger.clock.keep()
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks, off=off)
    (stored,) = again.outgoing.waiting.values()
    assert again.outgoing.age(stored) == 100


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
async def test_what_was_kept_last_counts(
    path: Path,
    ledger: Ledger,
    clocks: TwoClocks,
    open_ledger: OpenLedger,
    jump: timedelta,
) -> None:
    """A row of before the wall clock was set would make a jump of it."""
    await _wait(ledger)
    clocks.set_wall(jump)
    clocks.pass_by(100)
    ledger.clock.keep()
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks, off=10)
    (stored,) = again.outgoing.waiting.values()
    assert again.outgoing.age(stored) == 110


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
async def test_a_row_that_is_newer_than_the_reading_counts(
    path: Path,
    ledger: Ledger,
    clocks: TwoClocks,
    open_ledger: OpenLedger,
    jump: timedelta,
) -> None:
    """The reading is kept once a minute alone."""
    ledger.clock.keep()
    clocks.set_wall(jump)
    clocks.pass_by(30)
    await _wait(ledger)
    again = await _restarted(path, open_ledger, clocks, off=10)
    (stored,) = again.outgoing.waiting.values()
    assert again.outgoing.age(stored) == 10


async def test_a_reading_is_kept_once_a_minute(
    path: Path, ledger: Ledger, clocks: TwoClocks
) -> None:
    """The disk is spared; it is written with what must be."""
    ledger.clock.keep()
    await settle(ledger._file)
    assert _kept(path) == []
    await ledger._file.async_write()
    first = _kept(path)
    clocks.pass_by(59.9)
    clocks.set_wall(YEAR)
    ledger.clock.keep()
    await ledger._file.async_write()
    assert _kept(path) == first
    clocks.pass_by(0.1)
    ledger.clock.keep()
    await ledger._file.async_write()
    (second,) = _kept(path)
    assert second != first[0]
    assert ledger.facts.get("clock") == {
        "time": NOON.timestamp() + 60,
        "wall": (NOON + YEAR).timestamp() + 60,
        "ahead": -YEAR.total_seconds(),
    }
    clocks.pass_by(59.9)
    ledger.clock.keep()
    await ledger._file.async_write()
    assert _kept(path) == [second]


def _gateway(after: float) -> datetime:
    """Return the gateway's time so many seconds after noon, which is always right."""
    return NOON + timedelta(seconds=after)


@pytest.mark.parametrize(
    ("behind", "missing"), [(119, 0), (120, 0), (121, 121), (36_000, 36_000), (-900, 0)]
)
def test_the_gateway_tells_how_long_the_computer_was_off(
    ledger: Ledger, clocks: TwoClocks, behind: float, missing: float
) -> None:
    """What is less than two minutes may be the time that the answer took."""
    clocks.pass_by(30)
    assert ledger.clock.missing(_gateway(30 + behind)) == missing


def test_time_is_missing_once(ledger: Ledger, clocks: TwoClocks) -> None:
    """It was added to the ages by then."""
    assert ledger.clock.missing(_gateway(600)) == 600
    clocks.pass_by(30)
    assert ledger.clock.missing(_gateway(6000)) == 0


def test_once_compared_nothing_is_missing_later(
    ledger: Ledger, clocks: TwoClocks
) -> None:
    """A wall clock that is set while Home Assistant runs was not off."""
    assert ledger.clock.missing(_gateway(1)) == 0
    clocks.set_wall(-YEAR)
    assert ledger.clock.missing(_gateway(600)) == 0


async def test_a_gateway_without_a_time_says_nothing(
    ledger: Ledger, clocks: TwoClocks
) -> None:
    """The next one may have one."""
    assert ledger.clock.missing(None) == 0
    ledger.clock.keep()
    assert ledger.facts.get("clock")["ahead"] == 0
    assert ledger.clock.missing(_gateway(600)) == 600


def test_a_wall_clock_that_was_set_right_before_changes_nothing(
    ledger: Ledger, clocks: TwoClocks
) -> None:
    """The ages were measured from the wall clock of the start."""
    clocks.pass_by(30)
    clocks.set_wall(timedelta(hours=10))
    assert ledger.clock.missing(_gateway(36_030)) == 36_000


@pytest.mark.parametrize(
    ("ahead", "more", "missing"),
    [
        (1800, 0, 0),
        (1800, 120, 0),
        (1800, 200, 200),
        (-1800, 0, 0),
        (-1800, 200, 200),
        (-1800, 1800, 1800),
    ],
)
async def test_a_gateway_that_is_always_ahead_or_behind_misses_nothing(
    path: Path,
    ledger: Ledger,
    clocks: TwoClocks,
    open_ledger: OpenLedger,
    ahead: float,
    more: float,
    missing: float,
) -> None:
    """What is more than before counts alone, also after several starts."""
    ledger.clock.missing(_gateway(ahead))
    ledger.clock.keep()
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks)
    again.clock.keep()
    await again._file.async_write()
    assert again.facts.get("clock")["ahead"] == ahead
    third = await _restarted(again._file._path, open_ledger, clocks)
    clocks.pass_by(10)
    assert third.clock.missing(_gateway(10 + ahead + more)) == missing


@pytest.mark.parametrize("ahead", [0, 1800, -1800])
@pytest.mark.parametrize("off", [1, 1000, 100_000])
async def test_nothing_is_missing_where_the_wall_clock_went_on_meanwhile(
    path: Path,
    ledger: Ledger,
    clocks: TwoClocks,
    open_ledger: OpenLedger,
    ahead: float,
    off: float,
) -> None:
    """However long Home Assistant was off, and though a message began to wait after the clock's last reading."""
    ledger.clock.missing(_gateway(ahead))
    ledger.clock.keep()
    clocks.pass_by(59)
    await _wait(ledger)
    again = await _restarted(path, open_ledger, clocks, off=off)
    # The answer takes a while, which is less than would be noticed.
    assert again.clock.missing(_gateway(ahead + 59 + off + 100)) == 0
    assert again.clock.now() == NOON.timestamp() + 59 + off


@pytest.mark.parametrize("jump", [timedelta(hours=25), YEAR])
@pytest.mark.parametrize("compared", [False, True])
@pytest.mark.parametrize("jumps", ["before it waits", "between two", "after it waits"])
async def test_a_wall_clock_that_was_ahead_and_starts_right_again_makes_nothing_too_old(
    path: Path,
    ledger: Ledger,
    clocks: TwoClocks,
    open_ledger: OpenLedger,
    jump: timedelta,
    compared: bool,
    jumps: str,
) -> None:
    """It jumps while Home Assistant runs, is set right at the start, and the gateway tells how long it was off."""
    if compared:
        ledger.clock.missing(_gateway(0))
    if jumps == "before it waits":
        clocks.set_wall(jump)
    await _wait(ledger)
    if jumps == "between two":
        clocks.set_wall(jump)
        await _wait(ledger, OMID)
    if jumps == "after it waits":
        clocks.pass_by(60)
        clocks.set_wall(jump)
        ledger.clock.keep()
        await ledger._file.async_write()
    clocks.set_wall(-jump)
    again = await _restarted(path, open_ledger, clocks, off=3000)
    passed = 3060 if jumps == "after it waits" else 3000
    again.note_gateway_time(_gateway(passed))
    assert {again.outgoing.age(row) for row in again.outgoing.waiting.values()} == {
        passed
    }


@pytest.mark.parametrize("compared", [False, True])
async def test_a_computer_that_starts_in_1970_knows_from_the_gateway_how_long_it_was_off(
    path: Path,
    ledger: Ledger,
    clocks: TwoClocks,
    open_ledger: OpenLedger,
    compared: bool,
) -> None:
    """Also where it loses the power again before it has heard of the gateway."""
    if compared:
        ledger.clock.missing(_gateway(0))
    await _wait(ledger)
    again = await _restarted(path, open_ledger, clocks, off=-NOON.timestamp())
    assert [again.outgoing.age(row) for row in again.outgoing.waiting.values()] == [0]
    clocks.pass_by(100)
    again.clock.keep()
    await again._file.async_write()
    third = await _restarted(again._file._path, open_ledger, clocks, off=-100)
    clocks.pass_by(5)
    third.note_gateway_time(_gateway(4000))
    assert [third.outgoing.age(row) for row in third.outgoing.waiting.values()] == [
        4000
    ]


async def test_a_wall_clock_that_was_set_while_nothing_waited_is_known_after_a_restart(
    path: Path, ledger: Ledger, clocks: TwoClocks, open_ledger: OpenLedger
) -> None:
    """The next start may not hear of the gateway before it is over, too, and the clock may stand while all is off."""
    ledger.clock.missing(_gateway(0))
    # Though a reading was kept a moment ago.
    ledger.clock.keep()
    clocks.set_wall(timedelta(seconds=3700))
    await ledger.async_end(Event(EVENT_HOMEASSISTANT_CLOSE))
    clocks.start_again()
    again = await open_ledger(path)
    await _wait(again)
    third = await _restarted(again._file._path, open_ledger, clocks)
    clocks.pass_by(5)
    third.note_gateway_time(_gateway(4005))
    assert [third.outgoing.age(row) for row in third.outgoing.waiting.values()] == [
        4005
    ]


async def test_the_reading_is_written_with_what_begins_to_wait(
    path: Path, ledger: Ledger, clocks: TwoClocks
) -> None:
    """A copy of the file in the next second holds both; what leaves at once needs none."""
    (row,) = begin(ledger.outgoing, SARA)
    await ledger.outgoing.async_note_sending([row])
    assert _kept(path) == []
    await _wait(ledger, OMID)
    assert len(_kept(path)) == 1


async def test_the_first_comparison_is_kept_at_once(
    path: Path, ledger: Ledger, clocks: TwoClocks
) -> None:
    """The reading of a second ago supposed that the clock is right."""
    await _wait(ledger)
    clocks.pass_by(1)
    ledger.clock.missing(_gateway(7201))
    await _wait(ledger, OMID)
    assert ledger.facts.get("clock")["ahead"] == 7200


async def test_a_clock_that_is_ahead_and_stands_while_the_computer_is_off_is_known(
    path: Path, ledger: Ledger, clocks: TwoClocks, open_ledger: OpenLedger
) -> None:
    """The gateway's first answer, after something has begun to wait, is the last thing before the end."""
    await _wait(ledger)
    ledger.note_gateway_time(_gateway(-3700))
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks)
    again.note_gateway_time(_gateway(-3700 + 4000))
    assert [again.outgoing.age(row) for row in again.outgoing.waiting.values()] == [
        4000
    ]


async def test_the_gateways_time_is_no_reason_to_write_where_nobody_is_waited_for(
    ledger: Ledger, clocks: TwoClocks
) -> None:
    """It is told with each answer."""
    ledger.note_gateway_time(_gateway(-3700))
    assert ledger.facts.get("clock") is None


async def test_a_wall_clock_that_is_set_right_later_is_not_always_behind(
    path: Path, ledger: Ledger, clocks: TwoClocks, open_ledger: OpenLedger
) -> None:
    """Else the next power cut of the same length would not be noticed."""
    hours = timedelta(hours=2)
    assert ledger.clock.missing(_gateway(7200)) == 7200
    ledger.clock.keep()
    assert ledger.facts.get("clock")["ahead"] == 7200
    clocks.pass_by(60)
    clocks.set_wall(hours)
    ledger.clock.keep()
    assert ledger.facts.get("clock")["ahead"] == 0
    await ledger._file.async_write()
    again = await _restarted(path, open_ledger, clocks)
    assert again.clock.missing(_gateway(7260 + 7200)) == 7200


async def test_the_latest_comparison_is_kept(ledger: Ledger, clocks: TwoClocks) -> None:
    """A gateway's clock can be set too."""
    ledger.clock.missing(_gateway(50))
    clocks.pass_by(60)
    ledger.clock.missing(_gateway(60 + 20))
    clocks.pass_by(60)
    ledger.clock.keep()
    assert ledger.facts.get("clock")["ahead"] == 20


def test_a_clock_takes_up_readings_in_any_order(
    ledger: Ledger, clocks: TwoClocks
) -> None:
    """The latest one counts, of two at the same time the one with the later wall clock."""
    clock = LedgerClock(ledger.facts)
    now = datetime.now(UTC).timestamp()
    clock.take_up(
        iter([(10.0, now - 1000), (30.0, now - 7), (30.0, now - 50), (20.0, now - 3)])
    )
    assert clock.now() == 37
    clocks.pass_by(5)
    assert clock.now() == 42


def test_a_clock_without_readings_goes_on(ledger: Ledger, clocks: TwoClocks) -> None:
    """There was nothing to take up."""
    clocks.pass_by(5)
    ledger.clock.take_up([])
    assert ledger.clock.now() == NOON.timestamp() + 5
