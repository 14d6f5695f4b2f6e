"""A received message that was seen once is never new again."""

from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.payamak.ledger import FileTrouble, Ledger, LedgerError

from .conftest import OpenLedger, begins, copy_of, execute, fact, look, trace

_MOST_KEPT = 10_000


def _received(path: Path) -> list[str]:
    return look(path, "SELECT message_id FROM received ORDER BY number")


async def test_what_was_noted_is_known(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """On the disk when the call returns, and after a crash."""
    assert ledger.received.is_new(5)
    await ledger.received.async_note([5, 7, 5])
    assert _received(path) == ["5", "7"]
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert not each.received.is_new(5)
        assert not each.received.is_new(7)
        assert each.received.is_new(6)


async def test_ids_may_be_longer_than_64_bits(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Nobody knows what a panel counts in; and they are told apart to the last digit."""
    long = 10**30
    await ledger.received.async_set_baseline([long], more_exist=True)
    await ledger.received.async_note([long + 1])
    again = await open_ledger(copy_of(path))
    assert [again.received.is_new(long + each) for each in range(3)] == [
        False,
        False,
        True,
    ]
    assert again.received.was_there_before(long)
    assert not again.received.was_there_before(long + 1)


async def test_the_first_look_takes_all_as_seen(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Where more exist than were shown, what has a lower id is old, too."""
    assert ledger.received.needs_baseline
    await ledger.received.async_set_baseline([30, 10, 20], more_exist=True)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert not each.received.needs_baseline
        assert not each.received.is_new(20)
        assert each.received.is_new(15)
        assert each.received.was_there_before(9)
        assert each.received.was_there_before(10)
        assert not each.received.was_there_before(11)


@pytest.mark.parametrize(
    ("numbers", "more_exist"), [([], False), ([], True), ([10], False)]
)
async def test_after_a_look_that_showed_all_nothing_else_is_old(
    ledger: Ledger, numbers: list[int], more_exist: bool
) -> None:
    """A panel may number its messages anew."""
    await ledger.received.async_set_baseline(numbers, more_exist=more_exist)
    assert not ledger.received.needs_baseline
    assert not ledger.received.was_there_before(9)
    assert not ledger.received.was_there_before(1)
    assert ledger.received.was_there_before(0)


async def test_what_the_first_look_changes_is_written_with_what_it_saw(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """No crash can keep the one and lose the other."""
    panel = fact("received_panel", '"one"')
    await ledger.received.async_set_baseline([10], panel, more_exist=True)
    again = await open_ledger(copy_of(path))
    again.received.open_for("one")
    assert not again.received.needs_baseline
    assert not again.received.is_new(10)


async def test_nothing_is_old_before_the_first_look(ledger: Ledger) -> None:
    """And what is noted before it is no first look."""
    assert not ledger.received.was_there_before(1)
    await ledger.received.async_note([5])
    assert ledger.received.needs_baseline
    assert not ledger.received.is_new(5)


async def test_noting_does_not_change_what_is_old(ledger: Ledger) -> None:
    """Only forgetting does."""
    await ledger.received.async_set_baseline([10], more_exist=True)
    await ledger.received.async_note([5, 20])
    assert ledger.received.was_there_before(10)
    assert not ledger.received.was_there_before(11)


async def test_ten_thousand_are_kept(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Those that were seen first go first, and count as old from then on."""
    await ledger.received.async_set_baseline([], more_exist=False)
    await ledger.received.async_note(range(2, _MOST_KEPT + 1))
    await ledger.received.async_note([1])
    assert len(_received(path)) == _MOST_KEPT
    assert not ledger.received.is_new(2)
    assert not ledger.received.was_there_before(2)

    await ledger.received.async_note([_MOST_KEPT + 1, _MOST_KEPT + 2])
    assert len(_received(path)) == _MOST_KEPT
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.received.is_new(2)
        assert each.received.is_new(3)
        assert not each.received.is_new(1)
        assert not each.received.is_new(4)
        assert each.received.was_there_before(3)
        assert not each.received.was_there_before(4)
    await again.received.async_note([_MOST_KEPT + 3])
    assert again.received.is_new(4)
    assert not again.received.is_new(5)
    assert not again.received.is_new(_MOST_KEPT + 2)


async def test_old_ids_that_go_do_not_make_less_old(ledger: Ledger) -> None:
    """The mark never goes down."""
    await ledger.received.async_set_baseline([50_000], more_exist=True)
    await ledger.received.async_note(range(1, _MOST_KEPT + 1))
    await ledger.received.async_note([_MOST_KEPT + 1])
    assert ledger.received.is_new(1)
    assert ledger.received.was_there_before(50_000)
    assert not ledger.received.was_there_before(50_001)


async def test_ids_go_before_the_first_look_as_well(ledger: Ledger) -> None:
    """It is still to be taken then."""
    await ledger.received.async_note(range(_MOST_KEPT + 5))
    assert ledger.received.is_new(4)
    assert not ledger.received.is_new(5)
    assert ledger.received.needs_baseline


async def test_more_at_once_than_are_kept(path: Path, ledger: Ledger) -> None:
    """The last of them stay."""
    await ledger.received.async_set_baseline([], more_exist=False)
    await ledger.received.async_note(range(1, _MOST_KEPT + 4))
    assert _received(path) == [str(each) for each in range(4, _MOST_KEPT + 4)]
    assert ledger.received.was_there_before(3)
    assert not ledger.received.was_there_before(4)


async def test_what_was_seen_and_dropped_goes_in_one_transaction(
    ledger: Ledger,
) -> None:
    """A crash between the two would forget or tell again."""
    await ledger.received.async_set_baseline([], more_exist=False)
    statements = await trace(ledger._file)
    await ledger.received.async_note(range(1, _MOST_KEPT + 2))
    assert begins(statements) == 1


async def test_what_is_known_is_not_written_again(ledger: Ledger) -> None:
    """Most polls bring nothing new."""
    await ledger.received.async_set_baseline([1], more_exist=False)
    statements = await trace(ledger._file)
    await ledger.received.async_note([1])
    await ledger.received.async_note([])
    assert statements == []


async def test_another_panel_begins_anew(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Its ids mean other messages; those of the same one are kept."""
    ledger.received.open_for("one")
    await ledger.received.async_set_baseline([5], more_exist=True)
    ledger.received.open_for("one")
    assert not ledger.received.is_new(5)
    assert not ledger.received.needs_baseline
    ledger.received.note_clock_shift(timedelta(hours=1))
    await ledger._file.async_write()
    again = await open_ledger(copy_of(path))
    again.received.open_for("one")
    assert not again.received.is_new(5)
    assert again.received.clock_shift == timedelta(hours=1)

    again.received.open_for("two")
    assert again.received.is_new(5)
    assert again.received.clock_shift is None
    assert again.received.needs_baseline
    assert not again.received.was_there_before(4)
    await again.received.async_note([6])
    last = await open_ledger(copy_of(again._file._path))
    assert last.received.is_new(5)
    assert not last.received.is_new(6)
    assert last.received.needs_baseline
    assert last.facts.get("received_panel") == "two"


async def test_an_account_without_a_known_panel_keeps_its_ids(ledger: Ledger) -> None:
    """It is the same one each time."""
    ledger.received.open_for(None)
    await ledger.received.async_set_baseline([5], more_exist=False)
    ledger.received.open_for(None)
    assert not ledger.received.is_new(5)


async def test_what_the_disk_does_not_take_is_known_all_the_same(
    path: Path, ledger: Ledger
) -> None:
    """It is not told a second time while Home Assistant runs; the caller hears of the disk until it works again."""
    ((pages,),) = await execute(ledger._file, "PRAGMA page_count")
    await execute(ledger._file, f"PRAGMA max_page_count={pages}")
    many = range(1000)
    for _ in range(2):
        with pytest.raises(LedgerError):
            await ledger.received.async_note(many)
        assert not ledger.received.is_new(999)
    assert ledger.trouble is FileTrouble.NOT_WRITTEN
    await execute(ledger._file, "PRAGMA max_page_count=1000000")
    await ledger.received.async_note(many)
    assert len(_received(path)) == 1000
    assert ledger.trouble is None


async def test_ids_that_make_no_sense_put_the_file_aside(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The account must load all the same."""
    await ledger._file.async_write(
        ("INSERT INTO received (message_id) VALUES (?)", [("no number",)])
    )
    again = await open_ledger(copy_of(path))
    assert again.trouble is FileTrouble.DAMAGED


async def test_the_panels_clock_shift_is_kept(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Until nobody knows it any more."""
    assert ledger.received.clock_shift is None
    for shift in (timedelta(hours=-3.5), timedelta(0), None):
        ledger.received.note_clock_shift(shift)
        await ledger._file.async_write()
        again = await open_ledger(copy_of(path))
        for each in (ledger, again):
            assert each.received.clock_shift == shift
        await again.async_close()


async def test_what_another_version_wrote_is_understood(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The words in the file stay: with others, old messages would be told as new ones after an update."""
    await ledger._file.async_write(
        fact("received_panel", '"one"'),
        fact("received_baseline", '"10"'),
        fact("received_clock_shift", "-3600.0"),
    )
    again = await open_ledger(copy_of(path))
    again.received.open_for("one")
    assert not again.received.needs_baseline
    assert again.received.was_there_before(10)
    assert again.received.clock_shift == timedelta(hours=-1)
