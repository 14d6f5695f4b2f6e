"""An account that is removed while messages wait says how many will not go out; one that is only off says nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_get_persistent_notifications,
)

from simulator import Gateway
from tests.integration.conftest import OMID, SARA
from tests.integration.story.disk import (
    DAMAGED,
    forget_memory,
    put_on_disk,
    real_file,
    writing_is_held,
)
from tests.integration.story.forms import call
from tests.integration.story.outages import without_chance
from tests.integration.story.people import received
from tests.integration.story.waiting import (
    RETRY_FOR,
    come_back,
    lose_gateway,
    said,
    send_in_vain,
    wait_too_long,
)

WARNING = "Payamak was removed, and %d SMS that waited are not sent"


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each gap be as long as it is without jitter."""
    without_chance(monkeypatch)


def notifications(hass: HomeAssistant) -> list[Mapping[str, Any]]:
    """Give what the user is notified of."""
    return list(async_get_persistent_notifications(hass).values())


def warnings(log: pytest.LogCaptureFixture) -> list[str]:
    """Give what is said in the log of an account that was removed."""
    return [
        record.getMessage()
        for record in log.records
        if "was removed" in record.getMessage()
    ]


async def let_three_wait(hass: HomeAssistant, gateway: Gateway) -> None:
    """Let three SMS wait for the gateway, and one that was called back not."""
    await lose_gateway(hass, gateway)
    await send_in_vain(hass, [SARA, OMID], "a")
    await send_in_vain(hass, [SARA], "b")
    await send_in_vain(hass, [SARA], "c")
    [row] = (await call(hass, "get_history", limit=1))["messages"]
    await call(hass, "cancel", sms_ids=[row["sms_id"]])


@pytest.mark.parametrize("state", ["loaded", "unloaded", "after a restart"])
async def test_what_waits_is_told(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
    state: str,
) -> None:
    """Also where it is read from the disk, as the account was not loaded since the start."""
    await let_three_wait(hass, gateway)
    if state != "loaded":
        await hass.config_entries.async_unload(home.entry_id)
    if state == "after a restart":
        await forget_memory(hass)
    await hass.config_entries.async_remove(home.entry_id)
    await hass.async_block_till_done()
    [told] = notifications(hass)
    assert told["title"] == "Payamak was removed"
    assert told["message"] == (
        "Messages that waited to be sent over this account will not go out: 3."
    )
    assert told["notification_id"] == f"payamak_{home.entry_id}_removed"
    assert warnings(caplog) == [WARNING % 3]
    assert not real_file(hass, home.entry_id).exists()


async def test_it_is_told_in_the_language_of_the_home(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """Persian here."""
    await let_three_wait(hass, gateway)
    hass.config.language = "fa"
    await hass.config_entries.async_remove(home.entry_id)
    [told] = notifications(hass)
    assert told["title"] == "\u2068Payamak\u2069 حذف شد"
    assert told["message"].endswith("تعداد: 3.")


async def test_without_anything_that_waits_nothing_is_told(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was given up was told then."""
    await let_three_wait(hass, gateway)
    await wait_too_long(hass, freezer)
    await hass.config_entries.async_remove(home.entry_id)
    assert notifications(hass) == []
    assert warnings(caplog) == []


async def test_a_damaged_file_is_removed_too(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Nobody knows what waited in it."""
    entry.add_to_hass(hass)
    put_on_disk(hass, entry.entry_id, DAMAGED)
    await hass.config_entries.async_remove(entry.entry_id)
    assert notifications(hass) == []
    path = real_file(hass, entry.entry_id)
    assert list(path.parent.glob(f"{path.name}*")) == []


@pytest.mark.parametrize("removed", [True, False])
async def test_what_is_given_up_while_the_account_goes_is_shown_by_the_next_set_up_alone(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    removed: bool,
) -> None:
    """The disk takes its time, and an account that was removed meanwhile has no repairs."""
    await let_three_wait(hass, gateway)
    outbox = home.runtime_data.road.outbox
    freezer.tick(RETRY_FOR)
    with writing_is_held(hass) as (begun, go):
        outbox.wake()
        await begun.wait()
        [work] = outbox.under_way
        entries = hass.config_entries
        end = entries.async_remove if removed else entries.async_reload
        ending: asyncio.Task[object] = asyncio.create_task(end(home.entry_id))
        # The entry is unloaded while the disk still holds the outbox up.
        for _ in range(10):
            await asyncio.sleep(0)
        assert not outbox._running
        go.set()
        await asyncio.wait([work, ending])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert said(hass, home) == (None if removed else ("3", "…0001, …0002"))


@pytest.mark.parametrize("how", ["disabled", "unloaded"])
async def test_an_account_that_is_off_says_nothing_and_goes_on_later(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    """The messages wait."""
    await let_three_wait(hass, gateway)
    if how == "disabled":
        await hass.config_entries.async_set_disabled_by(
            home.entry_id, ConfigEntryDisabler.USER
        )
    else:
        await hass.config_entries.async_unload(home.entry_id)
    await hass.async_block_till_done()
    assert notifications(hass) == []
    assert warnings(caplog) == []
    if how == "disabled":
        await hass.config_entries.async_set_disabled_by(home.entry_id, None)
    else:
        await hass.config_entries.async_setup(home.entry_id)
    await come_back(hass, gateway, freezer)
    assert received(gateway) == {SARA: 2, OMID: 1}
