"""The watch over the gateway: who notices that it is away, who asks meanwhile, and how all hear that it is back."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.payamak.gateway import (
    GatewayError,
    TemporaryError,
    UncertainError,
    UnreachableError,
)
from simulator import Away, Gateway
from simulator.faults import Code, Reset
from tests.integration.conftest import make_entry
from tests.integration.story.accounts import set_up
from tests.integration.story.deliveries import state_of
from tests.integration.story.forms import (
    FETCH,
    let_pass,
    reauth_flows,
    reload,
    send,
    take_calls,
)
from tests.integration.story.login import REFUSAL
from tests.integration.story.outages import BACK, LOST, lines, without_chance

CREDIT = "sensor.payamak_credit"
GATEWAY = "binary_sensor.payamak_gateway"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(name="busy_home")
async def home_with_an_inbox(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway_url: str
) -> MockConfigEntry:
    """Set an account up that is polled for received SMS, and often for its credit."""
    entry = make_entry(gateway_url, options={"refresh_interval": 1})
    return await set_up(hass, entry)


def watch_of(entry: MockConfigEntry) -> Any:
    """Give the watch of an account."""
    return entry.runtime_data.account.watch


async def send_fails(entry: MockConfigEntry, error: Exception) -> None:
    """Let a call that sends end with an error."""

    async def call() -> None:
        raise error

    with pytest.raises(type(error)):
        await entry.runtime_data.account.send_call(call)


async def attempts(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    time: timedelta,
    step: timedelta,
) -> list[float]:
    """Let time go by in an outage, and give after how many seconds anything was asked."""
    client = entry.runtime_data.account.client
    asked: list[float] = []
    passed = timedelta()
    attempt = client._attempt

    async def count(*args: Any) -> Any:
        asked.append(passed.total_seconds())
        return await attempt(*args)

    client._attempt = count
    while passed < time:
        passed += step
        await let_pass(hass, freezer, step)
    client._attempt = attempt
    return asked


@pytest.mark.parametrize(("kind", "in_an_hour"), [(Away.REFUSE, 120), (Away.ERRORS, 8)])
async def test_all_together_ask_one_question_at_a_time_during_an_outage(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    busy_home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: Away,
    in_an_hour: int,
) -> None:
    """Credit, inbox and deliveries wait for the watch, for hours; then all go on."""
    without_chance(monkeypatch)
    await send(hass)
    caplog.clear()
    await gateway.go_away(kind)
    asked = await attempts(
        hass, freezer, gateway, busy_home, timedelta(hours=1), timedelta(seconds=5)
    )
    # Whoever notices it first may have asked a question of its own.
    assert in_an_hour - 2 <= len(asked) <= in_an_hour + 4
    per_minute = Counter(int(at // 60) for at in asked)
    assert max(per_minute.values()) <= 4
    later = [each for minute, each in per_minute.items() if minute > 1]
    assert max(later) <= (2 if kind is Away.REFUSE else 1)
    assert lines(caplog) == [LOST]
    assert state_of(hass, GATEWAY) == "off"
    assert state_of(hass, CREDIT) == "unavailable"
    await gateway.come_back()
    take_calls(gateway)
    longest = 31 if kind is Away.REFUSE else 901
    await let_pass(hass, freezer, timedelta(seconds=longest))
    await let_pass(hass, freezer, 2 * SECOND)
    methods = take_calls(gateway)
    assert methods[:1] == ["GetCredit"]
    assert {"GetMessages", "GetDeliveries2"} <= set(methods)
    assert lines(caplog) == [LOST, BACK]
    assert state_of(hass, GATEWAY) == "on"
    assert state_of(hass, CREDIT) == "999"
    assert state_of(hass, "sensor.payamak_pending_deliveries") == "0"


async def test_a_message_that_can_not_leave_shows_that_it_is_away(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is asked for from then on, and back within half a minute."""
    caplog.clear()
    await gateway.go_away(Away.REFUSE)
    client = home.runtime_data.account.client
    with pytest.raises(UnreachableError):
        await home.runtime_data.account.send_call(client.get_credit)
    assert (state_of(hass, GATEWAY), watch_of(home).is_away) == ("off", True)
    await let_pass(hass, freezer, timedelta(minutes=3))
    await gateway.come_back()
    await let_pass(hass, freezer, timedelta(seconds=31))
    assert (state_of(hass, GATEWAY), watch_of(home).is_away) == ("on", False)
    assert state_of(hass, CREDIT) == "1000"
    assert lines(caplog) == [LOST, BACK]
    assert "can't be reached" in caplog.text


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (UncertainError("no_answer"), True),
        (UncertainError("not_sent", 11), False),
        (TemporaryError("gateway_updating", 6), False),
        (ValueError("ours"), False),
    ],
    ids=str,
)
async def test_a_message_without_an_answer_counts(
    hass: HomeAssistant, home: MockConfigEntry, error: Exception, *, away: bool
) -> None:
    """A refusal of it is an answer."""
    await send_fails(home, error)
    assert watch_of(home).is_away is away


async def test_any_answer_shows_that_it_is_back_and_brings_the_credit(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """A refused message, too; the sensors don't wait for the next poll."""
    gateway.fault("GetCredit", Reset())
    await let_pass(hass, freezer, timedelta(minutes=15, seconds=1))
    assert (state_of(hass, CREDIT), state_of(hass, GATEWAY)) == ("unavailable", "off")
    take_calls(gateway)
    await send_fails(home, TemporaryError("gateway_updating", 6))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (state_of(hass, CREDIT), state_of(hass, GATEWAY)) == ("1000", "on")
    assert take_calls(gateway) == FETCH
    await let_pass(hass, freezer, MINUTE)
    assert take_calls(gateway) == []


async def test_listeners_hear_of_each_change_once_until_they_stop(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """In both directions."""
    watch, heard = watch_of(home), []
    stop = watch.async_listen(lambda: heard.append(watch.is_away))
    for _ in range(2):
        await send_fails(home, UncertainError("no_answer"))
        await send_fails(home, UnreachableError("unreachable"))
        watch.note_answer()
        watch.note_answer()
    assert heard == [True, False] * 2
    stop()
    stop()
    await send_fails(home, UncertainError("no_answer"))
    assert heard == [True, False] * 2


async def test_an_urgent_question_comes_at_once_but_at_most_every_ten_seconds(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gaps of the others neither grow by it nor begin anew; a gateway that is there is not asked."""
    without_chance(monkeypatch)
    watch = watch_of(home)
    take_calls(gateway)
    watch.async_probe_now()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert take_calls(gateway) == []
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    asked: list[float] = []
    for second in range(1, 95):
        for _ in range(2):
            watch.async_probe_now()
        await hass.async_block_till_done(wait_background_tasks=True)
        asked += [second] * len(take_calls(gateway))
        await let_pass(hass, freezer, SECOND)
        asked += [second + 0.5] * len(take_calls(gateway))
    assert asked == [1, *(second + 0.5 for second in range(10, 100, 10))]
    # After 30 seconds, and 60 more; the next one is two minutes later.
    assert watch.details["gaps"] == 3


async def test_an_urgent_question_that_comes_too_early_is_asked_a_little_later(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else an alarm would wait for the end of the gap, which is a quarter of an hour long by then."""
    without_chance(monkeypatch)
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    for _ in range(40):
        await let_pass(hass, freezer, MINUTE)
    watch = watch_of(home)
    watch.async_probe_now()
    await hass.async_block_till_done(wait_background_tasks=True)
    await gateway.come_back()
    take_calls(gateway)
    await let_pass(hass, freezer, 2 * SECOND)
    for _ in range(3):
        watch.async_probe_now()
    await let_pass(hass, freezer, 7 * SECOND)
    assert take_calls(gateway) == []
    assert watch.is_away
    await let_pass(hass, freezer, 2 * SECOND)
    assert not watch.is_away
    assert take_calls(gateway).count("GetCredit") == 1
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    watch.async_probe_now()
    await hass.config_entries.async_unload(home.entry_id)
    take_calls(gateway)
    await let_pass(hass, freezer, MINUTE)
    assert take_calls(gateway) == []


async def test_an_urgent_question_is_asked_again_where_the_one_under_way_has_no_answer(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was asked before the urgent message came, and hangs."""
    without_chance(monkeypatch)
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    for _ in range(40):
        await let_pass(hass, freezer, MINUTE)
    watch = watch_of(home)
    hangs = asyncio.Event()
    asked = 0

    async def question() -> None:
        nonlocal asked
        asked += 1
        await hangs.wait()

    monkeypatch.setattr(watch, "_question", question)
    watch.async_probe_now()
    await asyncio.sleep(0)
    freezer.tick(15 * SECOND)
    watch.async_probe_now()
    for _ in range(2):
        freezer.tick(11 * SECOND)
        async_fire_time_changed(hass)
        await asyncio.sleep(0)
    assert asked == 1
    hangs.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    await let_pass(hass, freezer, 11 * SECOND)
    assert asked == 2


async def test_once_nothing_can_leave_the_long_gap_is_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who hears of it is a message; from then on each question is free."""
    without_chance(monkeypatch)
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    for _ in range(40):
        await let_pass(hass, freezer, MINUTE)
    await send_fails(home, UnreachableError("unreachable"))
    await gateway.come_back()
    await let_pass(hass, freezer, timedelta(seconds=31))
    assert not watch_of(home).is_away


async def test_a_restart_keeps_the_gaps_and_what_was_known(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One question comes at once, and its failure goes on with the next longer gap."""
    without_chance(monkeypatch)
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    await let_pass(hass, freezer, timedelta(seconds=31))
    since = watch_of(home).details["since"]
    assert watch_of(home).details["gaps"] == 2
    await hass.config_entries.async_unload(home.entry_id)
    await let_pass(hass, freezer, timedelta(hours=1))
    take_calls(gateway)
    assert await hass.config_entries.async_setup(home.entry_id)
    assert state_of(hass, GATEWAY) == "off"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert take_calls(gateway) == ["GetCredit"]
    assert watch_of(home).details["since"] == since
    await let_pass(hass, freezer, timedelta(seconds=119))
    assert take_calls(gateway) == []
    await let_pass(hass, freezer, 2 * SECOND)
    assert take_calls(gateway) == ["GetCredit"]
    await gateway.come_back()
    await reload(hass, home)
    assert watch_of(home).details == {
        "away": False,
        "reason": None,
        "since": None,
        "next_question": None,
        "gaps": 0,
    }
    await reload(hass, home)
    assert state_of(hass, GATEWAY) == "on"


async def test_an_unload_ends_the_questions(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is under way then says nothing any more."""
    await gateway.go_away(Away.ERRORS)
    await send_fails(home, UncertainError("no_answer"))
    watch = watch_of(home)
    await hass.config_entries.async_unload(home.entry_id)
    take_calls(gateway)
    caplog.clear()
    watch.note_answer()
    watch.note_error(UnreachableError("unreachable"), counts=True)
    await watch.async_ask()
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == []
    assert lines(caplog) == []


async def test_nothing_is_asked_once_home_assistant_stops(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Neither by a timer nor for something urgent."""
    await send_fails(home, UncertainError("no_answer"))
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    take_calls(gateway)
    watch_of(home).async_probe_now()
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == []
    hass.set_state(CoreState.running)


async def test_a_refused_login_is_an_answer_and_ends_the_questions(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """What is refused here, without a call, is no answer of the gateway's."""
    await send_fails(home, UncertainError("no_answer"))
    gateway.fault("GetCredit", REFUSAL, times=None)
    await let_pass(hass, freezer, timedelta(seconds=43))
    assert not watch_of(home).is_away
    await let_pass(hass, freezer, timedelta(seconds=11))
    assert len(reauth_flows(hass)) == 1
    await send_fails(home, UncertainError("no_answer"))
    client = home.runtime_data.account.client
    with pytest.raises(GatewayError):
        await home.runtime_data.account.send_call(client.get_credit)
    assert watch_of(home).is_away
    take_calls(gateway)
    await let_pass(hass, freezer, timedelta(hours=1))
    assert take_calls(gateway) == []


async def test_a_method_that_fails_alone_is_not_the_gateway(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """A question for a delivery is asked in a rhythm of its own, and messages go out."""
    gateway.fault("GetDeliveries2", Reset(), times=None)
    await send(hass)
    for _ in range(10):
        await let_pass(hass, freezer, timedelta(seconds=30))
    assert not watch_of(home).is_away
    assert state_of(hass, GATEWAY) == "on"
    assert state_of(hass, CREDIT) == "999"


async def test_an_account_that_can_not_be_set_up_asks_no_questions_of_its_own(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Home Assistant repeats the set-up, and says so."""
    gateway.fault("GetCredit", Code(6), times=None)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await gateway.go_away(Away.REFUSE)
    await let_pass(hass, freezer, timedelta(seconds=6))
    assert entry.state.value == "setup_retry"
    await gateway.come_back()
    gateway.clear_faults()
    await let_pass(hass, freezer, timedelta(minutes=2))
    assert state_of(hass, GATEWAY) == "on"
    assert {LOST, BACK}.isdisjoint(lines(caplog))
