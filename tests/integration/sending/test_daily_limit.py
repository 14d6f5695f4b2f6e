"""How many parts may leave on one day, so that an automation that goes wrong does not spend the credit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, override

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Away, Gateway
from simulator.exchange import Exchange
from simulator.faults import Code, CodesInList, Reset
from tests.integration.conftest import MINA, OMID, SARA, make_entry, sent_calls
from tests.integration.story.accounts import be_in_tehran, set_up, shut_down
from tests.integration.story.deliveries import state_of
from tests.integration.story.disk import writing_is_held
from tests.integration.story.forms import call, let_pass
from tests.integration.story.people import begin_and_hold, received, send_sms

PATTERN = 1234
HOUR = timedelta(hours=1)
TWO_PARTS = "آ" * 71

type HomeWith = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(name="home_with")
async def home_with_fixture(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    account: Account,
    gateway_url: str,
) -> HomeWith:
    """Give what sets an account up that has a limit, in a time that stands still in the middle of a day in Tehran."""
    await be_in_tehran(hass, freezer, "2026-11-24 12:10")
    account.patterns[PATTERN] = 0

    async def home_with(**options: Any) -> MockConfigEntry:
        entry = make_entry(gateway_url, options={"inbox_interval": 0} | options)
        return await set_up(hass, entry)

    return home_with


@dataclass(frozen=True)
class HeldCodes(CodesInList):
    """Holds a list of codes back until the test releases it."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        self.arrived.set()
        await self.released.wait()
        return await super().answer(exchange)


async def refused(hass: HomeAssistant, recipients: object, **data: Any) -> None:
    """Send a message that must fail because of the limit."""
    with pytest.raises(HomeAssistantError) as raised:
        await send_sms(hass, recipients, **data)
    assert raised.value.translation_key == "not_accepted"
    assert "the daily limit in the account's options" in str(raised.value)


def parts_today(hass: HomeAssistant) -> str | None:
    """Give how many parts have left."""
    return state_of(hass, "sensor.payamak_parts_sent_today")


async def come_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway
) -> None:
    """Let the gateway be there again, and be found."""
    await gateway.come_back()
    await let_pass(hass, freezer, timedelta(seconds=31))
    await let_pass(hass, freezer, timedelta(seconds=1))


async def test_as_many_parts_leave_as_are_allowed_and_no_more(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Each of each recipient counts."""
    await home_with(daily_limit=4)
    await send_sms(hass, [SARA, OMID])
    await refused(hass, MINA, message="آ" * 135)
    await send_sms(hass, MINA, message=TWO_PARTS)
    await refused(hass, MINA)
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}
    assert parts_today(hass) == "4"


async def test_a_message_that_would_exceed_it_fails_as_a_whole_and_at_once(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Also if it could wait, and the gateway is not even asked; a smaller one can still be sent."""
    await home_with(daily_limit=3, retry_for=60)
    await refused(hass, [SARA, OMID], message=TWO_PARTS)
    assert sent_calls(gateway) == []
    history = (await call(hass, "get_history"))["messages"]
    assert {(row["status"], row["state"]) for row in history} == {("failed", "failed")}
    assert {row["code"] for row in history} == {None}
    assert all("daily limit" in row["error"] for row in history)
    assert state_of(hass, "sensor.payamak_outbox") == "0"
    assert parts_today(hass) == "0"
    await send_sms(hass, [SARA, OMID, MINA])


async def test_a_pattern_counts_one_part_and_fails_as_a_whole_too(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Though each of its recipients takes a call."""
    await home_with(daily_limit=2)
    with pytest.raises(HomeAssistantError, match="daily limit"):
        await call(
            hass, "send_pattern", pattern_id=PATTERN, recipients=[SARA, OMID, MINA]
        )
    assert sent_calls(gateway) == []
    await call(hass, "send_pattern", pattern_id=PATTERN, recipients=[SARA, OMID])
    assert parts_today(hass) == "2"


async def test_an_urgent_one_passes_and_counts(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """An alarm is not held up by what was spent before."""
    await home_with(daily_limit=3)
    await send_sms(hass, [SARA, OMID], urgent=True)
    await send_sms(hass, SARA)
    await refused(hass, SARA)
    await send_sms(hass, SARA, urgent=True)
    assert received(gateway) == {SARA: 3, OMID: 1}
    assert parts_today(hass) == "4"
    await refused(hass, SARA)


async def test_without_a_limit_everything_leaves(
    hass: HomeAssistant, home_with: HomeWith
) -> None:
    """0 is none."""
    await home_with(daily_limit=0)
    await send_sms(hass, [SARA, OMID], message="آ" * 670)
    assert parts_today(hass) == "20"


async def test_without_an_option_five_hundred_parts_leave(
    hass: HomeAssistant, home_with: HomeWith
) -> None:
    """An account that was set up before has one too."""
    await home_with()
    numbers = [f"0912{number:07}" for number in range(501)]
    await refused(hass, numbers)
    rows = await send_sms(hass, numbers[:500])
    assert {row["status"] for row in rows} == {"accepted"}
    await refused(hass, SARA)


@pytest.mark.parametrize("urgent", [False, True])
async def test_two_messages_at_the_same_time_do_not_both_pass(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith, urgent: bool
) -> None:
    """What is under way counts already, urgent or not, and once only after its answer."""
    await home_with(daily_limit=3)
    first, held = await begin_and_hold(
        gateway, send_sms(hass, [SARA, OMID], urgent=urgent)
    )
    await refused(hass, [SARA, OMID])
    await send_sms(hass, MINA)
    held.released.set()
    await first
    assert parts_today(hass) == "3"
    await refused(hass, SARA)


async def test_what_is_under_way_counts_with_all_of_its_parts(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Not as one message."""
    await home_with(daily_limit=3)
    first, held = await begin_and_hold(gateway, send_sms(hass, SARA, message=TWO_PARTS))
    await refused(hass, OMID, message=TWO_PARTS)
    held.released.set()
    await first
    await send_sms(hass, OMID)


async def test_two_that_begin_in_the_same_moment_do_not_both_leave(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """It is looked at again right before the request."""
    await home_with(daily_limit=3)
    results = await asyncio.gather(
        send_sms(hass, [SARA, OMID]),
        send_sms(hass, [SARA, OMID], message="الو"),
        return_exceptions=True,
    )
    [error] = [result for result in results if isinstance(result, BaseException)]
    assert "the daily limit in the account's options" in str(error)
    assert len(sent_calls(gateway)) == 1
    assert parts_today(hass) == "2"


async def test_what_has_left_counts_once_while_it_is_written(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Else a message that fits would be refused."""
    await home_with(daily_limit=3)
    first, held = await begin_and_hold(gateway, send_sms(hass, [SARA, OMID]))
    with writing_is_held(hass) as (begun, go):
        held.released.set()
        await asyncio.wait_for(begun.wait(), 5)
        second = asyncio.create_task(send_sms(hass, MINA))
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(first, second)
    assert parts_today(hass) == "3"


async def test_what_has_left_counts_while_it_is_written_though_others_wait(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """One call brings both, and the response tells both, though the outbox may go on with the others at once."""
    await home_with(daily_limit=3)
    held = HeldCodes((None, 6))
    gateway.fault("SendSMS", held)
    first = asyncio.create_task(send_sms(hass, [SARA, OMID]))
    await asyncio.wait_for(held.arrived.wait(), 5)
    with writing_is_held(hass) as (begun, go):
        held.released.set()
        await asyncio.wait_for(begun.wait(), 5)
        second = asyncio.create_task(send_sms(hass, MINA, message="آ" * 135))
        await asyncio.sleep(0)
        go.set()
        with pytest.raises(
            HomeAssistantError, match="the daily limit in the account's options"
        ):
            await second
        rows = await first
    assert [row["status"] for row in rows] == ["accepted", "queued"]


async def test_what_was_refused_does_not_count(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Neither while it is not known, nor afterwards does it take any room for good."""
    await home_with(daily_limit=2)
    first, held = await begin_and_hold(gateway, send_sms(hass, [SARA, OMID]), 14)
    await refused(hass, SARA)
    held.released.set()
    with pytest.raises(HomeAssistantError):
        await first
    gateway.fault("SendSMS", Code(6))
    with pytest.raises(HomeAssistantError):
        await send_sms(hass, [SARA, OMID], retry_for=0)
    await send_sms(hass, [SARA, OMID])
    await refused(hass, MINA)


async def test_what_may_have_left_counts(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Nobody knows that it did not."""
    await home_with(daily_limit=1)
    gateway.fault("SendSMS", Reset(processed=False))
    with pytest.raises(HomeAssistantError):
        await send_sms(hass, SARA)
    await refused(hass, SARA)


async def test_the_count_survives_a_restart(
    hass: HomeAssistant, home_with: HomeWith
) -> None:
    """It is that of the ledger."""
    entry = await home_with(daily_limit=2)
    await send_sms(hass, SARA)
    await shut_down(hass, entry)
    await hass.config_entries.async_setup(entry.entry_id)
    await refused(hass, [SARA, OMID])
    await send_sms(hass, SARA)
    await refused(hass, SARA)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_that_jumps_a_day_back_and_forth_frees_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
    restarted: bool,
) -> None:
    """Also where Home Assistant starts with the wrong one, as after a power cut."""
    entry = await home_with(daily_limit=2)
    await send_sms(hass, [SARA, OMID])
    await gateway.go_away(Away.REFUSE)
    if restarted:
        await shut_down(hass, entry)
    freezer.move_to("2026-11-23 12:10:00+03:30")
    if restarted:
        await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data.ledger.outgoing.today.parts == 0
    freezer.move_to("2026-11-24 12:11:00+03:30")
    await refused(hass, SARA)


async def test_what_is_leaving_counts_over_a_reload(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """The request is answered after it."""
    entry = await home_with(daily_limit=2)
    first, held = await begin_and_hold(gateway, send_sms(hass, [SARA, OMID]))
    await hass.config_entries.async_reload(entry.entry_id)
    await refused(hass, SARA)
    held.released.set()
    await first
    assert parts_today(hass) == "2"


async def test_two_large_messages_in_the_same_moment_leave_as_a_whole_or_not_at_all(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """Each takes several calls."""
    await home_with(daily_limit=300)
    people = [f"0913{number:07d}" for number in range(200)]
    results = await asyncio.gather(
        send_sms(hass, people),
        send_sms(hass, people, message="الو"),
        return_exceptions=True,
    )
    [error] = [result for result in results if isinstance(result, BaseException)]
    assert "the daily limit in the account's options" in str(error)
    assert parts_today(hass) == "200"
    await refused(hass, people[:101])
    await send_sms(hass, people[:100])


async def test_the_homes_midnight_frees_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, home_with: HomeWith
) -> None:
    """Not that of the world."""
    await home_with(daily_limit=1)
    await send_sms(hass, SARA)
    for time in ("2026-11-24 20:29:59+00:00", "2026-11-25 20:29:59+00:00"):
        freezer.move_to(time)
        await refused(hass, SARA)
        freezer.tick(1)
        await send_sms(hass, SARA)
        await refused(hass, SARA)


async def test_what_waits_does_not_leave_beyond_it_before_the_day_has_ended(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """Each of them was allowed for itself when it was sent."""
    await home_with(daily_limit=2, retry_for=24 * 60)
    await gateway.go_away(Away.REFUSE)
    for number, recipient in enumerate((SARA, OMID, MINA)):
        await send_sms(hass, recipient, message=str(number))
    await come_back(hass, freezer, gateway)
    assert received(gateway) == {SARA: 1, OMID: 1}
    assert state_of(hass, "sensor.payamak_outbox") == "1"
    await send_sms(hass, OMID, message="urgent", urgent=True)
    for _ in range(11):
        await let_pass(hass, freezer, HOUR)
        assert received(gateway) == {SARA: 1, OMID: 2}
    await let_pass(hass, freezer, HOUR)
    assert received(gateway) == {SARA: 1, OMID: 2, MINA: 1}
    assert state_of(hass, "sensor.payamak_outbox") == "0"
    assert parts_today(hass) == "1"


async def test_an_urgent_one_that_waited_leaves_beyond_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home_with: HomeWith,
) -> None:
    """It goes first, and counts."""
    await home_with(daily_limit=2)
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, MINA)
    await send_sms(hass, [SARA, OMID], urgent=True)
    await come_back(hass, freezer, gateway)
    assert received(gateway) == {SARA: 1, OMID: 1}
    assert state_of(hass, "sensor.payamak_outbox") == "1"
