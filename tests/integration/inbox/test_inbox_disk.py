"""Received SMS where the disk is full, or the file is damaged: each is told once all the same, and nothing old."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from tests.integration.story.accounts import restart, set_up
from tests.integration.story.disk import (
    DAMAGED,
    disk_at_rest,
    reading_fails,
    received_on_disk,
    writing_fails,
)
from tests.integration.story.told import Told

from .received import (
    arrive,
    family_with_inbox,
    listen,
    on_disk,
    poll,
    power_cut,
    start_anew,
)


def repairs(issue_registry: ir.IssueRegistry) -> list[str | None]:
    """Give what the repairs are about."""
    return [
        each.translation_key for each in issue_registry.issues.values() if each.active
    ]


async def test_on_a_full_disk_each_message_is_told_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Over a reload too; a repair says it, until the disk takes what was not written yet."""
    with writing_fails():
        arrive(gateway, "1", "2")
        await poll(hass, freezer)
        assert told.texts == ["1", "2"]
        assert repairs(issue_registry) == ["ledger_not_written"]
        await poll(hass, freezer)
        await start_anew(hass, entry)
        assert repairs(issue_registry) == ["ledger_not_written"]
        arrive(gateway, "3")
        await poll(hass, freezer)
        await poll(hass, freezer)
        assert told.texts == ["1", "2", "3"]
        assert received_on_disk(hass, entry.entry_id) == set()
        await disk_at_rest(hass)
    await poll(hass, freezer, 31)
    await disk_at_rest(hass)
    assert repairs(issue_registry) == []
    assert len(received_on_disk(hass, entry.entry_id)) == 3
    await power_cut(hass, entry, on_disk(hass, entry))
    await poll(hass, freezer)
    assert told.texts == ["1", "2", "3"]


async def test_a_burst_on_a_full_disk_is_told_in_order(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """More than are noted at once."""
    texts = [f"{number}" for number in range(250)]
    with writing_fails():
        arrive(gateway, *texts)
        await poll(hass, freezer)
        await poll(hass, freezer)
    assert told.texts == texts


async def test_the_first_poll_ever_may_meet_a_full_disk(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    issue_registry: ir.IssueRegistry,
) -> None:
    """What is in the box is known, although it can't be written; later it is."""
    told = listen(hass)
    arrive(gateway, "before")
    entry = family_with_inbox(gateway_url)
    with writing_fails():
        await set_up(hass, entry)
        assert repairs(issue_registry) == ["ledger_not_written"]
        await start_anew(hass, entry)
        arrive(gateway, "new")
        await poll(hass, freezer)
        assert told.texts == ["new"]
        await disk_at_rest(hass)
    await poll(hass, freezer, 31)
    await disk_at_rest(hass)
    assert repairs(issue_registry) == []
    await power_cut(hass, entry, on_disk(hass, entry))
    arrive(gateway, "later")
    await poll(hass, freezer)
    assert told.texts == ["new", "later"]


@pytest.mark.parametrize("ago", [timedelta(), timedelta(minutes=5), timedelta(hours=1)])
async def test_with_a_damaged_file_nothing_old_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    issue_registry: ir.IssueRegistry,
    ago: timedelta,
) -> None:
    """The first poll after it takes what is in the box as seen; the next one tells what is new."""
    arrive(gateway, *(f"{number}" for number in range(150)), ago=ago)
    await poll(hass, freezer)
    told.events.clear()
    await power_cut(hass, entry, DAMAGED)
    assert repairs(issue_registry) == ["ledger_damaged"]
    await poll(hass, freezer)
    assert told.texts == []
    arrive(gateway, "new")
    await poll(hass, freezer)
    await power_cut(hass, entry, on_disk(hass, entry))
    assert told.texts == ["new"]
    assert repairs(issue_registry) == []


async def test_with_a_file_that_cant_be_read_nothing_old_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    issue_registry: ir.IssueRegistry,
) -> None:
    """It is left alone; once it can be read, all that it knows counts again."""
    arrive(gateway, "1")
    await poll(hass, freezer)
    with reading_fails():
        await restart(hass, entry)
    assert repairs(issue_registry) == ["ledger_unreadable"]
    arrive(gateway, "2")
    await poll(hass, freezer)
    assert told.texts == ["1", "2"]
    freezer.tick(timedelta(minutes=11))
    await restart(hass, entry)
    assert told.texts == ["1", "2"]
    assert repairs(issue_registry) == []
