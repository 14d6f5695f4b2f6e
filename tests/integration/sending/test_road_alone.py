"""The road by itself: how it begins, what a change of the recipients sets going, and how it ends."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.payamak.sending import road as module
from custom_components.payamak.sending.road import Road
from simulator import Gateway
from tests.integration.conftest import SARA, make_entry
from tests.integration.story.accounts import set_up
from tests.integration.story.forms import let_pass
from tests.integration.story.people import received, send_sms
from tests.integration.story.waiting import lose_gateway


class Parts:
    """The parts of a road; each tells what is done to it."""

    def __init__(self) -> None:
        """Let nothing be under way."""
        self.log: list[object] = []
        self.sending: list[asyncio.Task[None]] = []
        self.settling: list[asyncio.Task[None]] = []
        self.road = Road(
            outgoing=cast("Any", None),
            retry_for=60,
            limit=cast("Any", None),
            gates=cast(
                "Any",
                SimpleNamespace(
                    recipients_changed=lambda: self.log.append("gates"),
                    async_pause=self._pause,
                ),
            ),
            duplicates=cast("Any", None),
            slots=cast("Any", None),
            caller=cast("Any", None),
            outbox=self._part("outbox", self.sending),
            settler=self._part("settler", self.settling),
            not_sent=cast("Any", None),
        )

    def _part(self, name: str, under_way: list[asyncio.Task[None]]) -> Any:
        return SimpleNamespace(
            async_start=lambda: self.log.append(f"{name} starts"),
            async_stop=lambda: self.log.append(f"{name} stops"),
            wake=lambda: self.log.append(f"{name} looks"),
            under_way=under_way,
        )

    async def _pause(self, subentry_id: str, *, paused: bool) -> None:
        await asyncio.sleep(0)
        self.log.append((subentry_id, paused))


def test_a_start_begins_to_send_and_to_look() -> None:
    """What waits, and what may have been sent."""
    parts = Parts()
    parts.road.async_start()
    assert sorted(map(str, parts.log)) == ["outbox starts", "settler starts"]


def test_what_waits_is_looked_at_by_the_new_rules() -> None:
    """First the gates know of them."""
    parts = Parts()
    parts.road.async_recipients_changed()
    assert parts.log == ["gates", "outbox looks"]


@pytest.mark.parametrize("paused", [True, False])
async def test_what_waits_is_looked_at_after_a_pause(paused: bool) -> None:
    """Who is paused must be known by then."""
    parts = Parts()
    await parts.road.async_pause("sara", paused=paused)
    assert parts.log == [("sara", paused), "outbox looks"]


async def test_an_end_waits_for_nobody_where_nothing_is_under_way() -> None:
    """Nothing further begins."""
    parts = Parts()
    await parts.road.async_stop()
    assert parts.log == ["outbox stops", "settler stops"]


@pytest.mark.parametrize("which", ["sending", "settling"])
async def test_an_end_waits_for_what_is_under_way(which: str) -> None:
    """It is accounted for while the entities are there."""
    parts = Parts()
    gate = asyncio.Event()

    async def finish() -> None:
        await gate.wait()
        parts.log.append("accounted for")

    getattr(parts, which).append(asyncio.create_task(finish()))
    stopping = asyncio.create_task(parts.road.async_stop())
    await asyncio.sleep(0.01)
    assert not stopping.done()
    gate.set()
    await stopping
    assert parts.log == ["outbox stops", "settler stops", "accounted for"]


async def test_an_end_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload goes on, and the call is not broken off."""
    monkeypatch.setattr(module, "_SECONDS_TO_FINISH", 0.01)
    parts = Parts()
    task = asyncio.create_task(asyncio.sleep(3600))
    parts.sending.append(task)
    async with asyncio.timeout(5):
        await parts.road.async_stop()
    assert not task.done()
    task.cancel()


async def test_an_account_whose_options_were_never_set_has_the_usual_ones(
    hass: HomeAssistant, gateway_url: str
) -> None:
    """A limit for the day, an hour of patience, no window, and one SMS for what has waited."""
    entry = make_entry(gateway_url, options={})
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    road = entry.runtime_data.road
    assert road.limit.room_for(1000) == 500
    assert road.retry_for == 60
    assert not road.duplicates.is_open


async def test_options_are_heeded(hass: HomeAssistant, gateway_url: str) -> None:
    """Each by its own part."""
    options = {"daily_limit": 7, "retry_for": 5, "duplicate_window": 60}
    entry = make_entry(gateway_url, options=options)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    road = entry.runtime_data.road
    assert road.limit.room_for(1000) == 7
    assert road.retry_for == 5
    assert road.duplicates.is_open


@pytest.mark.parametrize("options", [{}, {"bundle": True}, {"bundle": False}])
async def test_what_has_waited_goes_out_as_one_unless_the_option_says_otherwise(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    options: dict[str, Any],
) -> None:
    """Also on an account that was never asked."""
    entry = make_entry(gateway_url, options={"inbox_interval": 0} | options)
    await set_up(hass, entry)
    await lose_gateway(hass, gateway)
    for text in ("leak", "dry"):
        await send_sms(hass, SARA, message=text)
    await gateway.come_back()
    await entry.runtime_data.account.watch.async_ask()
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert received(gateway) == {SARA: 1 if options.get("bundle", True) else 2}
