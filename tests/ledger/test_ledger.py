"""The ledger of an account, as Home Assistant opens, backs up, closes and removes it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.payamak import backup
from custom_components.payamak.ledger import (
    FileTrouble,
    Ledger,
    LedgerError,
    async_open_ledger,
    async_remove_ledger,
    open_ledgers,
)

from .conftest import OpenLedger, execute, look

_LARGE = "x" * 4000


@pytest.fixture
async def home(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[HomeAssistant]:
    """Give a home with a folder of its own."""
    hass.config.config_dir = str(tmp_path)
    yield hass
    for ledger in open_ledgers(hass).values():
        await ledger.async_close()


def _file(home: HomeAssistant, entry_id: str) -> Path:
    return Path(home.config.path(".storage", f"payamak.{entry_id}.db"))


async def _fill(ledger: Ledger) -> None:
    """Let the file grow no more, and find that out."""
    ((pages,),) = await execute(ledger._file, "PRAGMA page_count")
    await execute(ledger._file, f"PRAGMA max_page_count={pages}")
    large = ledger.facts.get("large") or ""
    ledger.facts.keep("large", large + _LARGE)
    with pytest.raises(LedgerError):
        await ledger._file.async_write()


async def _make_room(ledger: Ledger) -> None:
    await execute(ledger._file, "PRAGMA max_page_count=1000000")
    await ledger._file.async_write()


async def test_an_account_has_one_ledger(home: HomeAssistant) -> None:
    """It outlives a reload, so that what is under way then is noted in it."""
    ledger = await async_open_ledger(home, "one")
    ledger.facts.keep("a", 1)
    assert await async_open_ledger(home, "one") is ledger
    other = await async_open_ledger(home, "two")
    assert other.facts.get("a") is None
    assert open_ledgers(home) == {"one": ledger, "two": other}
    assert _file(home, "one").exists()
    assert ledger.trouble is None


async def test_it_is_closed_when_home_assistant_ends(home: HomeAssistant) -> None:
    """What was to be written soon is written, and the clock's last reading."""
    ledger = await async_open_ledger(home, "one")
    ledger.facts.keep("a", 1)
    home.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await home.async_block_till_done()
    assert look(_file(home, "one")) == ["a", "clock"]
    with pytest.raises(LedgerError, match="closed"):
        await ledger._file.async_write()


async def test_it_goes_with_its_account(home: HomeAssistant) -> None:
    """Another account that is set up later begins with nothing."""
    ledger = await async_open_ledger(home, "one")
    ledger.facts.keep("a", 1)
    await async_remove_ledger(home, "one")
    assert not list(_file(home, "one").parent.iterdir())
    assert open_ledgers(home) == {}
    assert (await async_open_ledger(home, "one")).facts.get("a") is None


async def test_one_that_was_not_opened_goes_with_its_account(
    home: HomeAssistant,
) -> None:
    """The account could not be set up, or was switched off."""
    file = _file(home, "one")
    file.parent.mkdir()
    file.write_text("old")
    await async_remove_ledger(home, "one")
    assert not file.exists()


async def test_a_setup_that_is_cancelled_leaves_nothing_open(
    home: HomeAssistant,
) -> None:
    """No thread, and no ledger that nobody reads."""
    opening = asyncio.create_task(async_open_ledger(home, "one"))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert open_ledgers(home) == {}
    ledger = await async_open_ledger(home, "one")
    assert ledger.trouble is None


async def test_all_ledgers_are_held_for_a_backup(home: HomeAssistant) -> None:
    """And released after it; Home Assistant calls both."""
    ledgers = [await async_open_ledger(home, each) for each in ("one", "two")]

    async def pages() -> list[object]:
        return [
            await execute(each._file, "PRAGMA wal_autocheckpoint") for each in ledgers
        ]

    await backup.async_pre_backup(home)
    assert await pages() == [[(0,)], [(0,)]]
    await backup.async_post_backup(home)
    assert await pages() == [[(1000,)], [(1000,)]]


@pytest.mark.parametrize("step", [backup.async_pre_backup, backup.async_post_backup])
async def test_an_account_may_go_during_a_backup(
    home: HomeAssistant, step: Callable[[HomeAssistant], Coroutine[Any, Any, None]]
) -> None:
    """The others are held and released all the same."""
    for each in ("one", "two"):
        await async_open_ledger(home, each)
    backing_up = asyncio.create_task(step(home))
    await asyncio.sleep(0)
    third = await async_open_ledger(home, "three")
    await backing_up
    assert third.trouble is None


async def test_trouble_is_told_to_whoever_listens(ledger: Ledger) -> None:
    """Each change of it, while the account is loaded."""
    told: list[FileTrouble | None] = []
    forget = ledger.async_on_trouble(lambda: told.append(ledger.trouble))
    await _fill(ledger)
    await _make_room(ledger)
    assert told == [FileTrouble.NOT_WRITTEN, None]
    forget()
    await _fill(ledger)
    assert ledger.trouble is FileTrouble.NOT_WRITTEN
    await _make_room(ledger)
    assert ledger.trouble is None
    assert told == [FileTrouble.NOT_WRITTEN, None]


async def test_trouble_that_nobody_listens_to_is_known_all_the_same(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """The account is being loaded."""
    await _fill(ledger)
    assert ledger.trouble is FileTrouble.NOT_WRITTEN
    await _make_room(ledger)
    assert ledger.trouble is None
    assert "Exception" not in caplog.text


async def test_a_new_listener_is_not_forgotten_with_the_old_one(
    ledger: Ledger,
) -> None:
    """A reload registers its own."""
    told: list[str] = []
    forget_old = ledger.async_on_trouble(lambda: told.append("old"))
    ledger.async_on_trouble(lambda: told.append("new"))
    forget_old()
    await _fill(ledger)
    assert told == ["new"]
    await _make_room(ledger)


async def test_room_on_the_disk_does_not_mend_a_damaged_file(
    path: Path, open_ledger: OpenLedger
) -> None:
    """Its repair stays."""
    path.parent.mkdir()
    path.write_text("none of ours" * 100)
    ledger = await open_ledger()
    troubles = [ledger.trouble]
    ledger.async_on_trouble(lambda: troubles.append(ledger.trouble))
    await _fill(ledger)
    await _make_room(ledger)
    assert troubles == [
        FileTrouble.DAMAGED,
        FileTrouble.NOT_WRITTEN,
        FileTrouble.DAMAGED,
    ]
