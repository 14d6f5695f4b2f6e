"""Each received SMS is told once, also while the account is reloaded or removed."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from simulator import Gateway
from tests.integration.story.accounts import set_up
from tests.integration.story.disk import power_cut
from tests.integration.story.people import Held
from tests.integration.story.told import Told

from .received import RECEIVED, arrive, on_disk, poll

pytestmark = pytest.mark.usefixtures("silence")

# More than are noted at once.
MANY = [f"{number}" for number in range(250)]


async def test_a_reload_repeats_and_loses_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """What came in the meantime is told at once."""
    arrive(gateway, "before")
    await poll(hass, freezer)
    await hass.config_entries.async_unload(entry.entry_id)
    arrive(gateway, "meanwhile")
    await set_up(hass, entry)
    assert told.texts == ["before", "meanwhile"]
    await poll(hass, freezer)
    assert told.texts == ["before", "meanwhile"]


async def test_a_reload_while_messages_are_handed_on_loses_and_repeats_none(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Those that were begun with are told before it, the others after it."""
    reloads: list[asyncio.Task[bool]] = []

    @callback
    def reload_once(event: Event[EventStateChangedData]) -> None:
        if not reloads:
            reloads.append(
                hass.async_create_task(hass.config_entries.async_reload(entry.entry_id))
            )

    async_track_state_change_event(hass, RECEIVED, reload_once)
    arrive(gateway, *MANY)
    await poll(hass, freezer)
    assert reloads[0].done()
    assert told.texts == MANY
    await poll(hass, freezer)
    assert told.texts == MANY


@pytest.mark.parametrize("again", [True, False])
async def test_a_reload_or_removal_while_a_poll_is_held_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    again: bool,
) -> None:
    """The old poll tells nothing any more; after a removal, nobody does, and no file is left."""
    held = Held()
    gateway.fault("GetMessages", held)
    arrive(gateway, "سلام")
    freezer.tick(61)
    await begin_to_poll(hass, held)
    if again:
        await hass.config_entries.async_reload(entry.entry_id)
    else:
        await hass.config_entries.async_remove(entry.entry_id)
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    await poll(hass, freezer)
    assert told.texts == (["سلام"] if again else [])
    assert (on_disk(hass, entry) != {}) is again


async def test_a_removal_while_the_first_poll_is_held_back_leaves_no_file(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Its baseline belongs to nobody."""
    await power_cut(hass, entry.entry_id, {})
    held = Held()
    gateway.fault("GetMessages", held)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await asyncio.wait_for(held.arrived.wait(), 5)
    await hass.config_entries.async_remove(entry.entry_id)
    held.released.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert on_disk(hass, entry) == {}
    assert told.texts == []


async def begin_to_poll(hass: HomeAssistant, held: Held) -> None:
    """Let the next poll come to the gateway, which doesn't answer yet."""
    async_fire_time_changed(hass)
    await asyncio.wait_for(held.arrived.wait(), 5)
