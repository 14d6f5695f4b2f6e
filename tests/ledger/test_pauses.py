"""Who is paused, and since when nobody is any more."""

import asyncio
from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.payamak.ledger import Ledger, LedgerError
from tests.integration.story.disk import writing_fails

from .conftest import OpenLedger, copy_of
from .messages import NOON

SARA, OMID = "subentry-sara", "subentry-omid"


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, and stay so."""
    freezer.move_to(NOON)


async def test_nobody_is_paused_at_first(ledger: Ledger) -> None:
    """Nor ever was."""
    assert not ledger.pauses.is_paused(SARA)
    assert ledger.pauses.resumed_ago(SARA) is None


async def test_a_pause_is_on_the_disk_at_once(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A crash a moment later must not let anything out; its end is known as well."""
    await ledger.pauses.async_set(SARA, paused=True)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert each.pauses.is_paused(SARA)
        assert not each.pauses.is_paused(OMID)
        assert each.pauses.resumed_ago(SARA) is None
    await again.async_close()
    await ledger.pauses.async_set(SARA, paused=False)
    freezer.tick(90)
    again = await open_ledger(copy_of(path))
    for each in (ledger, again):
        assert not each.pauses.is_paused(SARA)
        assert each.pauses.resumed_ago(SARA) == 90


async def test_to_resume_whom_nobody_paused_changes_nothing(
    ledger: Ledger, freezer: FrozenDateTimeFactory
) -> None:
    """What waits does not begin to wait anew."""
    await ledger.pauses.async_set(SARA, paused=False)
    assert ledger.pauses.resumed_ago(SARA) is None
    await ledger.pauses.async_set(SARA, paused=True)
    await ledger.pauses.async_set(SARA, paused=False)
    freezer.tick(5)
    await ledger.pauses.async_set(SARA, paused=False)
    assert ledger.pauses.resumed_ago(SARA) == 5


async def test_whoever_pauses_somebody_again_waits_for_the_disk_as_well(
    path: Path, ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """The first one may not be done with it."""
    first = asyncio.create_task(ledger.pauses.async_set(SARA, paused=True))
    await asyncio.sleep(0)
    await ledger.pauses.async_set(SARA, paused=True)
    again = await open_ledger(copy_of(path))
    assert again.pauses.is_paused(SARA)
    await first
    with writing_fails(), pytest.raises(LedgerError):
        await ledger.pauses.async_set(SARA, paused=True)


async def test_where_the_disk_does_not_take_it_it_is_known_in_memory(
    ledger: Ledger,
) -> None:
    """And whoever asked is told."""
    with writing_fails(), pytest.raises(LedgerError):
        await ledger.pauses.async_set(SARA, paused=True)
    assert ledger.pauses.is_paused(SARA)


async def test_those_who_were_removed_are_forgotten(
    ledger: Ledger, open_ledger: OpenLedger
) -> None:
    """Also after a restart."""
    for each in (SARA, OMID):
        await ledger.pauses.async_set(each, paused=True)
    ledger.pauses.keep_only([OMID, "subentry-mina"])
    assert not ledger.pauses.is_paused(SARA)
    await ledger.async_close()
    again = await open_ledger()
    assert [again.pauses.is_paused(each) for each in (SARA, OMID)] == [False, True]


async def test_nobody_is_resumed_in_the_future_where_the_wall_clock_was_set_back(
    path: Path,
    ledger: Ledger,
    open_ledger: OpenLedger,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Else what waits for them would do so for longer than it wants to; a power cut is enough, where a computer has no battery."""
    for pause in (True, False):
        await ledger.pauses.async_set(SARA, paused=pause)
        freezer.tick(10)
    freezer.tick(timedelta(hours=-3))
    again = await open_ledger(copy_of(path))
    assert again.pauses.resumed_ago(SARA) == 0


async def test_time_that_home_assistants_clock_missed_counts_for_what_was_resumed_before(
    ledger: Ledger, open_ledger: OpenLedger, freezer: FrozenDateTimeFactory
) -> None:
    """A computer without a battery goes on at the time of the power cut; the gateway tells the right one."""
    for each in (SARA, OMID):
        await ledger.pauses.async_set(each, paused=True)
    await ledger.pauses.async_set(SARA, paused=False)
    ledger.note_gateway_time(NOON)
    ledger.clock.keep(at_once=True)
    await ledger.async_close()
    again = await open_ledger()
    freezer.tick(10)
    await again.pauses.async_set("subentry-mina", paused=True)
    await again.pauses.async_set("subentry-mina", paused=False)
    again.note_gateway_time(NOON + timedelta(hours=5, seconds=10))
    resumed = {
        each: again.pauses.resumed_ago(each) for each in (SARA, OMID, "subentry-mina")
    }
    assert resumed == {SARA: 5 * 3600 + 10, OMID: None, "subentry-mina": 0}
    assert again.pauses.is_paused(OMID)
    await again.async_close()
    last = await open_ledger()
    assert last.pauses.resumed_ago(SARA) == 5 * 3600 + 10
