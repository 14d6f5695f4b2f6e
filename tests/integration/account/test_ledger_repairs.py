"""What is wrong with an account's file is a repair, and messages go out nevertheless."""

from datetime import timedelta
import sqlite3

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from tests.integration.conftest import SARA
from tests.integration.story.accounts import shut_down
from tests.integration.story.disk import (
    put_on_disk,
    reading_fails,
    real_file,
    what_is_on_disk,
    writing_fails,
)
from tests.integration.story.forms import let_pass, reload, send
from tests.integration.story.repairs import key


async def test_a_good_file_is_no_repair(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """And it is there for its owner alone."""
    await send(hass)
    assert key(hass, home, "ledger") is None
    assert real_file(hass, home.entry_id).stat().st_mode & 0o777 == 0o600


async def test_a_damaged_file_is_put_aside(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Gateway
) -> None:
    """The repair stays over a reload and is gone after the next start, when the new file is in use."""
    damaged = {"": b"not a database, but large enough to be looked into" * 100}
    put_on_disk(hass, entry.entry_id, damaged)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert key(hass, entry, "ledger") == "ledger_damaged"
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    path = real_file(hass, entry.entry_id)
    [aside] = path.parent.glob(f"{path.name}.corrupt.*")
    assert aside.read_bytes() == damaged[""]
    await reload(hass, entry)
    assert key(hass, entry, "ledger") == "ledger_damaged"
    await shut_down(hass, entry)
    await hass.config_entries.async_setup(entry.entry_id)
    assert key(hass, entry, "ledger") is None
    assert len(entry.runtime_data.ledger.outgoing.pending) == 1


async def test_a_newer_file_is_left_alone(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Gateway
) -> None:
    """The newer version will go on with it."""
    path = real_file(hass, entry.entry_id)
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=2")
    connection.close()
    left = what_is_on_disk(hass, entry.entry_id)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert key(hass, entry, "ledger") == "ledger_newer"
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1
    assert what_is_on_disk(hass, entry.entry_id) == left


async def test_a_file_that_can_not_be_opened_is_left_alone(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """What is in it may be intact, and is there again after the next start."""
    await send(hass)
    await shut_down(hass, home)
    with reading_fails():
        await hass.config_entries.async_setup(home.entry_id)
    assert key(hass, home, "ledger") == "ledger_unreadable"
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 2
    await shut_down(hass, home)
    await hass.config_entries.async_setup(home.entry_id)
    assert key(hass, home, "ledger") is None
    assert len(home.runtime_data.ledger.outgoing.pending) == 1


async def test_a_full_disk_is_a_repair_until_it_takes_writes_again(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Messages go out meanwhile, and what was not noted is noted then."""
    with writing_fails():
        await send(hass)
        await hass.async_block_till_done()
        assert len(gateway.phone(SARA).messages) == 1
        assert key(hass, home, "ledger") == "ledger_not_written"
    await send(hass)
    await hass.async_block_till_done()
    assert key(hass, home, "ledger") is None
    await shut_down(hass, home)
    await hass.config_entries.async_setup(home.entry_id)
    assert len(home.runtime_data.ledger.outgoing.pending) == 2


async def test_an_account_that_is_away_raises_no_repairs(
    hass: HomeAssistant, home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Nor does it forget anything by itself."""
    ledger = home.runtime_data.ledger
    await hass.config_entries.async_unload(home.entry_id)
    with writing_fails():
        ledger.facts.keep("a", 1)
        with pytest.raises(Exception, match="full"):
            await ledger._file.async_write()
        await let_pass(hass, freezer, timedelta(days=1))
    assert key(hass, home, "ledger") is None


async def test_the_file_goes_with_the_account(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """With all that was put aside, and the repair."""
    with writing_fails():
        await send(hass)
        await hass.async_block_till_done()
    path = real_file(hass, home.entry_id)
    assert path.exists()
    await hass.config_entries.async_remove(home.entry_id)
    await hass.async_block_till_done()
    assert list(path.parent.glob("payamak*")) == []
    assert key(hass, home, "ledger") is None


async def test_nothing_of_an_account_that_is_removed_stays_in_memory(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Home Assistant's end has nothing to close any more."""
    before = hass.bus.async_listeners()[EVENT_HOMEASSISTANT_CLOSE]
    await hass.config_entries.async_remove(home.entry_id)
    after = hass.bus.async_listeners().get(EVENT_HOMEASSISTANT_CLOSE, 0)
    assert after == before - 1
