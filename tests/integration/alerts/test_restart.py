"""Alerts over restarts, crashes, outages and clocks: nobody is told twice by a step, and nothing stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import AsyncMock, patch

import pytest

from custom_components.payamak.alerts.case import Case
from custom_components.payamak.sending.message import Message
from custom_components.payamak.sending.messenger import Messenger
from custom_components.payamak.sending.outbox import Outbox
from custom_components.payamak.sending.progress import SendReport
from simulator import Away
from simulator.calls import Call
from simulator.faults import Reset
from tests.integration.conftest import OMID, SARA
from tests.integration.inbox.received import arrive
from tests.integration.story import disk
from tests.integration.story.disk import what_is_on_disk, writing_fails
from tests.integration.story.forms import let_pass
from tests.integration.story.outages import without_chance

from .alarm import MOTHER, SMOKE, Alarm

WAITS_FIVE = [{"recipients": ["Sara", "مادر"], "minutes": 5}, "امید"]


@contextmanager
def nothing_leaves() -> Iterator[None]:
    """Let the worker do all but send."""
    with patch.object(Case, "_async_send", AsyncMock()):
        yield


async def power_cut(alarm: Alarm, left: disk.Left) -> None:
    """Take everything away but what the disk held at some moment, and start anew."""
    await disk.power_cut(alarm.hass, alarm.entry.entry_id, left)
    await alarm.set_up()


def on_disk(alarm: Alarm) -> disk.Left:
    """Give what a power cut would leave now."""
    return what_is_on_disk(alarm.hass, alarm.entry.entry_id)


async def test_an_alert_goes_on_after_a_restart(alarm: Alarm) -> None:
    """Sara is not told twice, and Mother in time."""
    await alarm.raise_smoke()
    await alarm.passes(minutes=1)
    await alarm.restart()
    assert alarm.open == "1"
    assert alarm.texts(SARA) == [SMOKE]
    await alarm.passes(minutes=1.9)
    assert alarm.texts(MOTHER) == []
    await alarm.passes(minutes=0.2)
    assert alarm.texts(MOTHER) == [SMOKE]
    assert alarm.events == [("raised", "Sara"), ("escalated", "مادر")]


async def test_an_answer_that_is_read_while_the_account_is_taken_down_counts(
    alarm: Alarm,
) -> None:
    """It counts as seen, and nobody would read it again."""
    await alarm.raise_smoke()
    road = alarm.entry.runtime_data.road

    async def stop() -> None:
        await alarm.reply("ok")

    with patch.object(type(road), "async_stop", AsyncMock(side_effect=stop)):
        await alarm.restart()
    await alarm.passes(minutes=10)
    assert alarm.open == "0"
    assert alarm.texts(MOTHER) == []
    assert alarm.last() == ("acknowledged", "Sara")


async def test_a_set_up_between_two_texts_of_a_step_tells_nobody_twice(
    alarm: Alarm,
) -> None:
    """Sara needs a code, as she has something else to answer; the next set-up finds both texts begun."""
    await alarm.raise_smoke()
    send = Messenger.async_send
    restarted = False

    async def restart_once(messenger: Messenger, message: Message) -> SendReport:
        nonlocal restarted
        report = await send(messenger, message)
        if not restarted:
            restarted = True
            await alarm.hass.config_entries.async_reload(alarm.entry.entry_id)
        return report

    with patch.object(Messenger, "async_send", restart_once):
        await alarm.raise_smoke(
            alert_id="water", message="Water!", steps=[["Sara", "امید"]]
        )
    assert restarted
    assert alarm.texts(OMID) == ["Water!"]
    assert alarm.texts(SARA)[1:] == ['Water!\nReply "ok 12".']


async def test_a_crash_before_the_first_text_leaves_does_not_lose_it(
    alarm: Alarm,
) -> None:
    """The alert stands on the disk before its texts."""
    with nothing_leaves():
        await alarm.raise_smoke()
    left = on_disk(alarm)
    assert alarm.texts(SARA) == []
    await power_cut(alarm, left)
    assert alarm.texts(SARA) == [SMOKE]


async def test_a_crash_while_a_text_leaves_tells_nobody_twice(alarm: Alarm) -> None:
    """Nobody knows whether it has left; the next step comes in time."""
    left: dict[str, bytes] = {}

    def take_what_is_left(call: Call) -> None:
        if call.method == "SendSMS":
            left.update(on_disk(alarm))

    with patch.object(alarm.gateway, "record", take_what_is_left):
        await alarm.raise_smoke()
    await power_cut(alarm, left)
    await alarm.passes(minutes=3.1)
    assert alarm.texts(SARA) == [SMOKE]
    assert alarm.texts(MOTHER) == [SMOKE]


async def test_a_crash_after_an_answer_was_seen_keeps_it(alarm: Alarm) -> None:
    """It is noted with the id of the SMS, which is never told again; the others hear who has it, once."""
    await alarm.raise_smoke(steps=WAITS_FIVE)
    with nothing_leaves():
        await alarm.reply("ok")
    left = on_disk(alarm)
    assert alarm.texts(MOTHER) == [SMOKE]
    await power_cut(alarm, left)
    assert alarm.open == "0"
    assert alarm.texts(MOTHER) == [SMOKE, f"Sara has it: {SMOKE}"]
    await alarm.restart()
    await alarm.passes(minutes=10)
    assert alarm.texts(MOTHER) == [SMOKE, f"Sara has it: {SMOKE}"]
    assert alarm.texts(OMID) == []


async def test_a_crash_before_an_answer_was_noted_hears_it_again(alarm: Alarm) -> None:
    """It is listed still, and young enough."""
    await alarm.raise_smoke()
    left = on_disk(alarm)
    await alarm.reply("ok")
    await power_cut(alarm, left)
    await alarm.poll()
    assert alarm.open == "0"
    assert alarm.last() == ("acknowledged", "Sara")


async def test_what_is_acknowledged_is_told_though_home_assistant_ends(
    alarm: Alarm,
) -> None:
    """Whoever has to stop the siren must hear of it."""
    await alarm.raise_smoke()
    with patch.object(Case, "tell_what_is_new"):
        await alarm.reply("ok")
    left = on_disk(alarm)
    assert alarm.events == [("raised", "Sara")]
    await power_cut(alarm, left)
    assert alarm.last() == ("acknowledged", "Sara")


@pytest.mark.parametrize(
    ("minutes", "is_heard"), [(9, True), (11, False)], ids=["young", "too old"]
)
async def test_an_answer_while_home_assistant_is_off(
    alarm: Alarm, minutes: float, is_heard: bool
) -> None:
    """It counts when it is young enough, as for any automation."""
    await alarm.raise_smoke(steps=[{"recipients": "Sara", "minutes": 30}])
    await alarm.poll()
    await alarm.hass.config_entries.async_unload(alarm.entry.entry_id)
    await disk.forget_memory(alarm.hass)
    alarm.freezer.tick(timedelta(seconds=30))
    arrive(alarm.gateway, "ok")
    alarm.freezer.tick(timedelta(minutes=minutes))
    await alarm.set_up()
    await alarm.poll()
    assert alarm.open == ("0" if is_heard else "1")


async def test_after_a_short_time_off_the_next_step_comes_at_once(alarm: Alarm) -> None:
    """And has its own time from then on."""
    await alarm.raise_smoke(rounds=2)
    await alarm.hass.config_entries.async_unload(alarm.entry.entry_id)
    await disk.forget_memory(alarm.hass)
    alarm.freezer.tick(timedelta(minutes=50))
    await alarm.set_up()
    assert alarm.texts(MOTHER) == [SMOKE]
    await alarm.passes(minutes=4.9)
    assert alarm.texts(SARA) == [SMOKE]
    await alarm.passes(minutes=0.2)
    assert alarm.texts(SARA) == [SMOKE] * 2


async def test_after_hours_off_it_is_unanswered(alarm: Alarm) -> None:
    """A text about the smoke of this morning would puzzle more than help."""
    await alarm.raise_smoke()
    await alarm.hass.config_entries.async_unload(alarm.entry.entry_id)
    await disk.forget_memory(alarm.hass)
    alarm.freezer.tick(timedelta(minutes=3 + 61))
    await alarm.set_up()
    assert alarm.texts(MOTHER) == []
    assert alarm.open == "0"


async def test_a_wall_clock_that_jumps_changes_nothing(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is Mother told early, nor is the alert over."""
    await alarm.raise_smoke()
    clock = alarm.entry.runtime_data.ledger.clock
    now = clock.now()
    monkeypatch.setattr(type(clock), "now", lambda _: now)
    await let_pass(alarm.hass, alarm.freezer, timedelta(hours=5))
    assert alarm.texts(MOTHER) == []
    assert alarm.open == "1"


async def test_what_waits_for_the_gateway_is_called_back(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody at home has it before the router is back."""
    without_chance(monkeypatch)
    await alarm.gateway.go_away(Away.REFUSE)
    response = await alarm.raise_smoke()
    assert (response["state"], response["queued"]) == ("open", 1)
    await alarm.act("acknowledge_alert", alert_id="smoke")
    await alarm.gateway.come_back()
    await alarm.passes(minutes=10)
    await alarm.passes(minutes=10)
    assert alarm.texts(SARA) == []


async def test_what_waits_again_once_it_is_over_is_called_back(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was under way when the alert was resolved, and the gateway did not take it."""
    without_chance(monkeypatch)
    await alarm.gateway.go_away(Away.REFUSE)
    await alarm.raise_smoke()
    with patch.object(Outbox, "async_cancel", AsyncMock(return_value=[])):
        await alarm.act("resolve_alert", alert_id="smoke")
    alarm.entry.runtime_data.deliveries.async_sent([])
    await alarm.hass.async_block_till_done(wait_background_tasks=True)
    await alarm.gateway.come_back()
    await alarm.passes(minutes=10)
    assert alarm.texts(SARA) == []


async def test_after_an_outage_everybody_is_told_once(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for the text of an earlier round gets no second one."""
    without_chance(monkeypatch)
    await alarm.gateway.go_away(Away.REFUSE)
    await alarm.raise_smoke(rounds=3)
    for _ in range(4):
        await alarm.passes(minutes=3)
    assert alarm.open == "1"
    await alarm.gateway.come_back()
    for _ in range(6):
        await alarm.passes(seconds=30)
    assert alarm.texts(SARA) == [SMOKE]
    assert alarm.texts(MOTHER) == [SMOKE]


async def test_a_text_of_which_nobody_knows_whether_it_left_is_waited_for(
    alarm: Alarm,
) -> None:
    """Sara may have it."""
    alarm.gateway.fault("SendSMS", Reset(processed=True))
    response = await alarm.raise_smoke()
    assert response["unknown"] == 1
    await alarm.passes(minutes=1)
    assert alarm.texts(MOTHER) == []
    await alarm.reply("ok")
    assert alarm.open == "0"


async def test_a_disk_that_takes_nothing_stops_no_alert(alarm: Alarm) -> None:
    """Then it is known in memory."""
    with writing_fails():
        await alarm.raise_smoke()
        await alarm.passes(minutes=3.1)
        assert alarm.texts(MOTHER) == [SMOKE]
        await alarm.reply("ok", MOTHER)
        assert alarm.open == "0"
        assert alarm.texts(SARA)[-1] == f"مادر has it: {SMOKE}"
        await alarm.act("resolve_alert", alert_id="smoke")
