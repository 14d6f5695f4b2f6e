"""What happens to an alert while something else does: texts that leave, reloads, and automations that react at once."""

import asyncio
from dataclasses import dataclass
from typing import Any, override
from unittest.mock import patch

from aiohttp import web
from homeassistant.core import CoreState
from homeassistant.setup import async_setup_component
import pytest

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.sending.road import Road
from simulator import Away
from simulator.exchange import Exchange
from simulator.faults import Code
from simulator.faults.base import Fault
from tests.integration.conftest import LINE, SARA
from tests.integration.story.disk import disk_at_rest
from tests.integration.story.outages import without_chance
from tests.integration.story.people import begin_and_hold
from tests.integration.story.turns import turns

from .alarm import MOTHER, SMOKE, Alarm

BOTH = [{"recipients": ["Sara", "مادر"], "minutes": 5}]
UPDATING = 6


async def begin(alarm: Alarm, action: str, **fields: Any) -> Any:
    """Call an action, and give its response."""
    return await alarm.hass.services.async_call(
        DOMAIN, action, fields, blocking=True, return_response=True
    )


@dataclass(frozen=True)
class TakenMeanwhile(Fault):
    """Somebody at home takes the alert, and then the gateway asks to send it again later."""

    alarm: Alarm

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        await begin(self.alarm, "acknowledge_alert", alert_id="smoke")
        return await Code(UPDATING).answer(exchange)


def smoke(**fields: Any) -> dict[str, Any]:
    """Give what raises the alert."""
    return {"alert_id": "smoke", "message": SMOKE, "steps": BOTH} | fields


@pytest.mark.parametrize(
    ("trigger", "happens"),
    [("alert_acknowledged", "reply"), ("alert_unanswered", "time")],
)
async def test_an_automation_resolves_what_it_hears_of(
    alarm: Alarm, trigger: str, happens: str
) -> None:
    """In the very moment in which it hears of it."""
    automation = {
        "triggers": {"trigger": f"payamak.{trigger}"},
        "actions": {"action": "payamak.resolve_alert", "data": {"alert_id": "smoke"}},
    }
    assert await async_setup_component(
        alarm.hass, "automation", {"automation": automation}
    )
    await alarm.hass.async_block_till_done()
    await alarm.raise_smoke(steps=BOTH, resolved_message="All is well.")
    if happens == "reply":
        await alarm.reply("ok")
    else:
        await alarm.passes(minutes=5.1)
    assert alarm.last()[0] == "resolved"
    assert alarm.texts(MOTHER)[-1] == "All is well."
    await alarm.restart()
    assert [event for event, _ in alarm.events].count("resolved") == 1


async def test_an_answer_that_comes_in_during_a_reload_counts(alarm: Alarm) -> None:
    """Its SMS is never told again."""
    await alarm.raise_smoke()
    stop = Road.async_stop

    async def poll_and_stop(road: Road) -> None:
        alarm.gateway.receive(LINE, SARA, "ok")
        await alarm.entry.runtime_data.inbox.async_refresh()
        await stop(road)

    with patch.object(Road, "async_stop", poll_and_stop):
        await alarm.restart()
    assert alarm.open == "0"
    assert alarm.events == [("raised", "Sara"), ("acknowledged", "Sara")]


async def test_what_comes_back_to_the_outbox_is_called_back(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was being sent when somebody took it, and the gateway wants it again later."""
    without_chance(monkeypatch)
    await alarm.gateway.go_away(Away.REFUSE)
    await alarm.raise_smoke(steps=["Sara"])
    await alarm.gateway.come_back()
    alarm.gateway.fault("SendSMS", TakenMeanwhile(alarm))
    for _ in range(8):
        await alarm.passes(minutes=1)
    assert alarm.last() == ("acknowledged", None)
    assert alarm.texts(SARA) == [f"Somebody at home has it: {SMOKE}"]


async def test_the_button_takes_all_though_the_gateway_hangs(alarm: Alarm) -> None:
    """The notices of the first one must not keep the others open; nor may any notice keep a siren on."""
    await alarm.raise_smoke(steps=BOTH)
    await alarm.raise_smoke(alert_id="leak", message="Water!", steps=BOTH)
    pressing, held = await begin_and_hold(alarm.gateway, alarm.press_as("Mina"))
    assert alarm.open == "0"
    assert alarm.events[2:] == [("acknowledged", "Mina")] * 2
    held.released.set()
    await pressing


async def test_who_takes_it_while_its_text_leaves_is_told_of_at_once(
    alarm: Alarm,
) -> None:
    """A siren must not sound on until the gateway has answered."""
    raising, held = await begin_and_hold(
        alarm.gateway, begin(alarm, "raise_alert", **smoke())
    )
    taking = asyncio.create_task(begin(alarm, "acknowledge_alert", alert_id="smoke"))
    await turns()
    await disk_at_rest(alarm.hass)
    await turns()
    assert alarm.last() == ("acknowledged", None)
    held.released.set()
    await raising
    await taking
    assert alarm.texts(MOTHER) == [SMOKE, f"Somebody at home has it: {SMOKE}"]


async def test_a_reply_is_told_at_once_though_another_text_still_leaves(
    alarm: Alarm,
) -> None:
    """The siren must not sound on while the gateway hangs with the text to Sara."""
    await alarm.raise_smoke(alert_id="leak", message="Water!", steps=["مادر"])
    raising, held = await begin_and_hold(
        alarm.gateway, begin(alarm, "raise_alert", **smoke())
    )
    for _ in range(20):
        await disk_at_rest(alarm.hass)
        await turns()
    alarm.freezer.tick(1)
    alarm.gateway.receive(LINE, MOTHER, "ok")
    await alarm.entry.runtime_data.inbox.async_refresh()
    await turns()
    last = alarm.last()
    held.released.set()
    await raising
    assert alarm.texts(SARA) == [SMOKE, f"مادر has it: {SMOKE}"]
    assert last == ("acknowledged", "مادر")
    assert len(alarm.events) == 3


async def test_what_happens_while_home_assistant_ends_is_told_after_the_start(
    alarm: Alarm,
) -> None:
    """No automation would hear of it before; and nothing is sent any more."""
    await alarm.raise_smoke(steps=BOTH)
    alarm.hass.set_state(CoreState.stopping)
    await begin(alarm, "resolve_alert", alert_id="smoke")
    assert alarm.last() == ("raised", "Sara, مادر")
    alarm.hass.set_state(CoreState.running)
    await alarm.restart()
    assert alarm.last() == ("resolved", None)
