"""The same to the same person within a short time is one message."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.account import Account as OurAccount
from custom_components.payamak.ledger import LedgerError, SmsRow
from custom_components.payamak.ledger.file import LedgerFile
from custom_components.payamak.sending.caller import Caller
from simulator import Account, Away, Gateway
from simulator.faults import Code, Reset
from tests.integration.conftest import (
    MINA,
    OMID,
    OTHER_LINE,
    SARA,
    make_entry,
    sent_calls,
)
from tests.integration.story.accounts import restart, set_up
from tests.integration.story.deliveries import state_of
from tests.integration.story.forms import call, let_pass, reload
from tests.integration.story.people import begin_and_hold, notify, received, send_sms

PATTERN, OTHER_PATTERN = 1234, 1235
WINDOW = 300

type HomeWith = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(name="home_with")
async def home_with_fixture(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    account: Account,
    gateway_url: str,
) -> HomeWith:
    """Give what sets an account up with some options, in a time that stands still."""
    account.patterns |= {PATTERN: 2, OTHER_PATTERN: 2}

    async def home_with(**options: Any) -> MockConfigEntry:
        quiet = {"inbox_interval": 0, "daily_limit": 0}
        return await set_up(hass, make_entry(gateway_url, options=quiet | options))

    return home_with


@pytest.fixture(name="home")
async def home_fixture(home_with: HomeWith) -> MockConfigEntry:
    """Give an account that sends the same only once in five minutes, and goes on for an hour."""
    return await home_with(duplicate_window=WINDOW)


async def send_one(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Send to Sara and give the row of the response."""
    [row] = await send_sms(hass, SARA, **data)
    assert isinstance(row, dict)
    return row


async def history(hass: HomeAssistant) -> list[str]:
    """Give the states of all SMS, the oldest first."""
    messages = (await call(hass, "get_history"))["messages"]
    return [row["state"] for row in messages[::-1]]


@pytest.mark.usefixtures("home")
async def test_the_second_call_is_answered_with_the_first_ones_row(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """With its ids; nothing is sent, and there is no second SMS."""
    first = await send_one(hass)
    assert await send_one(hass) == first
    assert first["status"] == "accepted"
    assert first["message_id"]
    assert len(sent_calls(gateway)) == 1
    assert await history(hass) == ["accepted"]
    assert state_of(hass, "sensor.payamak_parts_sent_today") == "1"


@pytest.mark.usefixtures("home")
async def test_each_door_sees_what_the_others_sent(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It is the text that reaches the phone that counts."""
    await notify(hass, target=SARA)
    await send_one(hass)
    await notify(hass, target=SARA)
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_something_else_is_sent(hass: HomeAssistant, gateway: Gateway) -> None:
    """Another text, even by one sign; or to somebody else."""
    await send_one(hass)
    await send_one(hass, message="نشت آب!")
    await send_sms(hass, OMID)
    assert received(gateway) == {SARA: 2, OMID: 1}


@pytest.mark.usefixtures("home")
async def test_the_same_over_another_line_or_as_flash_is_the_same(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The person would read it twice."""
    await send_one(hass)
    await send_one(hass, sender=OTHER_LINE, flash=True)
    assert received(gateway) == {SARA: 1}


@pytest.mark.parametrize("options", [{}, {"duplicate_window": 0}])
async def test_without_a_window_everything_is_sent(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith, options: dict[str, int]
) -> None:
    """It is off unless somebody wants it."""
    home = await home_with(**options)
    await send_one(hass)
    await send_one(hass)
    assert received(gateway) == {SARA: 2}
    assert home.runtime_data.road.duplicates._recent == {}


async def test_the_shortest_window_is_one(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    home_with: HomeWith,
) -> None:
    """A second keeps out what an automation sends twice in the same moment, and nothing later."""
    await home_with(duplicate_window=1)
    await send_one(hass)
    await send_one(hass)
    assert received(gateway) == {SARA: 1}
    await let_pass(hass, freezer, timedelta(seconds=1))
    await send_one(hass)
    assert received(gateway) == {SARA: 2}


@pytest.mark.usefixtures("home")
async def test_after_the_window_the_same_is_sent_again(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """It counts from the one that was sent, not from the last one that was asked for."""
    await send_one(hass)
    freezer.tick(WINDOW - 1)
    await send_one(hass)
    assert received(gateway) == {SARA: 1}
    freezer.tick(1)
    await send_one(hass)
    assert received(gateway) == {SARA: 2}
    freezer.tick(WINDOW - 1)
    await send_one(hass)
    assert received(gateway) == {SARA: 2}


@pytest.mark.usefixtures("home")
async def test_what_was_sent_since_is_not_forgotten_with_what_is_old(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """From time to time what is past is forgotten."""
    await send_one(hass)
    freezer.tick(WINDOW - 1)
    await send_one(hass, message="الو")
    freezer.tick(2)
    await send_one(hass, message="سلام")
    await send_one(hass, message="الو")
    assert received(gateway) == {SARA: 3}


async def test_what_is_past_is_not_kept_in_memory(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, home: MockConfigEntry
) -> None:
    """An account that runs for months has sent a lot; what the gateway refused goes as well."""
    remembered = home.runtime_data.road.duplicates._recent
    for number in range(5):
        await send_one(hass, message=str(number))
    assert len(remembered) == 5
    freezer.tick(WINDOW)
    await send_one(hass, message="new")
    assert len(home.runtime_data.road.duplicates._recent) == 1


@pytest.mark.usefixtures("home")
async def test_an_urgent_one_is_always_sent_and_is_the_first_of_others(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """An alarm may be repeated on purpose."""
    await send_one(hass, urgent=True)
    last = await send_one(hass, urgent=True)
    assert received(gateway) == {SARA: 2}
    assert await send_one(hass) == last
    assert received(gateway) == {SARA: 2}


@pytest.mark.usefixtures("home")
async def test_an_urgent_one_that_fails_does_not_hide_the_one_before(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The person has that one."""
    first = await send_one(hass)
    for _ in range(3):
        gateway.fault("SendSMS", Code(14))
        with pytest.raises(HomeAssistantError):
            await send_one(hass, urgent=True)
    assert await send_one(hass) == first
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_one_that_failed_does_not_count(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Who tries again means it."""
    for _ in range(2):
        gateway.fault("SendSMS", Code(14))
        with pytest.raises(HomeAssistantError):
            await send_one(hass)
    row = await send_one(hass)
    assert row["status"] == "accepted"
    assert len(sent_calls(gateway)) == 3
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_one_that_was_called_back_does_not_count(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It never left; one that waits does count."""
    await gateway.go_away(Away.REFUSE)
    first = await send_one(hass)
    assert first["status"] == "queued"
    assert await send_one(hass) == first
    assert await history(hass) == ["waiting"]
    await call(hass, "cancel")
    second = await send_one(hass)
    assert second["status"] == "queued"
    assert second["sms_id"] != first["sms_id"]
    assert await history(hass) == ["cancelled", "waiting"]


@pytest.mark.usefixtures("home")
async def test_one_that_waited_too_long_does_not_count(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """It never left either."""
    await gateway.go_away(Away.REFUSE)
    await send_one(hass, retry_for=1)
    await hass.async_block_till_done()
    await let_pass(hass, freezer, timedelta(seconds=61))
    assert await history(hass) == ["not_sent"]
    await send_one(hass)
    assert await history(hass) == ["not_sent", "waiting"]


@pytest.mark.usefixtures("home")
async def test_one_that_may_have_left_counts(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """That nobody knows is said again, with the cause: it must not look sent, and is not sent again."""
    gateway.fault("SendSMS", Reset(processed=True))
    for _ in range(2):
        with pytest.raises(HomeAssistantError, match="connection") as raised:
            await send_one(hass)
        assert raised.value.translation_key == "not_confirmed"
    first, second = await send_sms(hass, [SARA, OMID])
    assert (first["status"], first["message_id"]) == ("unknown", None)
    assert "may or may not" in first["error"]
    assert (second["status"], second["error"]) == ("queued", None)
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_one_that_is_delivered_counts_as_accepted(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """What became of it afterwards is told elsewhere."""
    first = await send_one(hass)
    await let_pass(hass, freezer, timedelta(seconds=31))
    assert await history(hass) == ["delivered"]
    assert await send_one(hass) == first


@pytest.mark.usefixtures("home")
async def test_while_the_first_one_is_under_way_the_second_one_is_not_sent(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It has the id of the first one, which tells what becomes of it."""
    first, held = await begin_and_hold(gateway, send_sms(hass, SARA))
    seconds = [asyncio.create_task(send_one(hass)) for _ in range(2)]
    await asyncio.sleep(0)
    seconds.pop().cancel()
    await asyncio.sleep(0)
    assert not seconds[0].done()
    held.released.set()
    [row] = await first
    second = await seconds[0]
    assert (row["sms_id"], row["status"]) == (second["sms_id"], second["status"])
    assert second["status"] == "accepted"
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_if_the_first_one_fails_the_second_one_says_so(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It must not look sent."""
    first, held = await begin_and_hold(gateway, send_sms(hass, SARA), code=14)
    second = asyncio.create_task(send_one(hass))
    await asyncio.sleep(0)
    held.released.set()
    for sending in (first, second):
        with pytest.raises(HomeAssistantError) as raised:
            await sending
        assert raised.value.translation_key == "not_accepted"
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_if_something_unexpected_happens_to_the_first_one_the_second_one_says_so(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Nobody waits for ever, and nobody is told that it was sent."""
    announce, begun, go_on = Caller.async_announce, asyncio.Event(), asyncio.Event()

    async def stumble(caller: Caller, *call: Any) -> Sequence[SmsRow]:
        begun.set()
        await go_on.wait()
        if moment == "before":
            raise RuntimeError
        monkeypatch.setattr(OurAccount, "note_message_result", None)
        return await announce(caller, *call)

    monkeypatch.setattr(Caller, "async_announce", stumble)
    first = asyncio.create_task(send_sms(hass, SARA))
    await begun.wait()
    second = asyncio.create_task(send_sms(hass, SARA))
    await asyncio.sleep(0)
    go_on.set()
    both = await asyncio.gather(first, second, return_exceptions=True)
    if moment == "before":
        assert isinstance(both[0], RuntimeError)
        assert isinstance(both[1], HomeAssistantError)
        assert both[1].translation_key == "not_accepted"
    else:
        assert isinstance(both[0], TypeError)
        assert isinstance(both[1], HomeAssistantError)
        assert both[1].translation_key == "not_confirmed"


@pytest.mark.usefixtures("home")
async def test_two_in_the_same_moment_are_one(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Also while what was sent before is still being read."""
    await asyncio.gather(*(send_sms(hass, SARA) for _ in range(3)))
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("home")
async def test_of_several_recipients_those_get_it_who_have_not_got_it(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The response names all of them, in their order."""
    [first] = await send_sms(hass, OMID)
    response = await call(
        hass, "send_sms", message="نشت آب", recipients=[SARA, OMID, MINA]
    )
    rows = response["messages"]
    assert [row["recipient"] for row in rows] == [SARA, OMID, MINA]
    assert rows[1] == first
    assert len({row["sms_id"] for row in rows}) == 3
    assert (response["accepted"], response["queued"]) == (3, 0)
    assert [each["to"] for each in sent_calls(gateway)] == [OMID, f"{SARA},{MINA}"]
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}


async def test_what_is_not_sent_does_not_count_for_the_daily_limit(
    hass: HomeAssistant, gateway: Gateway, home_with: HomeWith
) -> None:
    """There is room for the others."""
    await home_with(duplicate_window=WINDOW, daily_limit=2)
    await send_sms(hass, SARA)
    await send_sms(hass, [SARA, OMID])
    assert received(gateway) == {SARA: 1, OMID: 1}
    with pytest.raises(HomeAssistantError, match="daily limit"):
        await send_sms(hass, MINA)
    await send_sms(hass, [SARA, OMID])


async def send_pattern(
    hass: HomeAssistant, *variables: str, pattern: int = PATTERN
) -> None:
    """Send a pattern to Sara."""
    await call(
        hass,
        "send_pattern",
        pattern_id=pattern,
        variables=list(variables),
        recipients=SARA,
    )


async def test_patterns_are_the_same_with_the_same_variables(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """In the same order; a text is none of them. Over a restart too."""
    await send_pattern(hass, "a", "b")
    await send_pattern(hass, "a", "b")
    assert len(sent_calls(gateway)) == 1
    await send_pattern(hass, "b", "a")
    await send_pattern(hass, "a", "b", pattern=OTHER_PATTERN)
    assert len(sent_calls(gateway)) == 3
    await restart(hass, home)
    await send_pattern(hass, "a", "b")
    await send_pattern(hass, "b", "a")
    assert len(sent_calls(gateway)) == 3
    await send_pattern(hass, "a", "c")
    await send_one(hass, message="a;b")
    assert len(sent_calls(gateway)) == 5


async def test_what_was_sent_before_a_restart_is_known(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
) -> None:
    """As long as the window is, of which the time off is a part."""
    first = await send_one(hass)
    freezer.tick(WINDOW - 1)
    await restart(hass, home)
    assert await send_one(hass) == first
    assert received(gateway) == {SARA: 1}
    freezer.tick(1)
    await restart(hass, home)
    await send_one(hass)
    assert received(gateway) == {SARA: 2}


async def test_after_a_restart_the_last_one_that_came_to_something_counts(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """An urgent one that failed later does not hide it, and what failed alone does not count."""
    first = await send_one(hass)
    for message in ("نشت آب", "الو"):
        gateway.fault("SendSMS", Code(14))
        with pytest.raises(HomeAssistantError):
            await send_one(hass, message=message, urgent=True)
    await restart(hass, home)
    assert await send_one(hass) == first
    await send_one(hass, message="الو")
    assert received(gateway) == {SARA: 2}


async def test_what_was_sent_after_the_restart_is_newer_than_what_was_read(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
) -> None:
    """An urgent one reads nothing, but the next one does."""
    await send_one(hass)
    await restart(hass, home)
    freezer.tick(WINDOW - 1)
    second = await send_one(hass, urgent=True)
    assert await send_one(hass, message="الو") != second
    freezer.tick(1)
    assert await send_one(hass) == second
    assert received(gateway) == {SARA: 3}


@pytest.mark.parametrize("again", [restart, reload])
async def test_one_that_waits_over_a_restart_is_the_one_that_goes_on(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    again: Callable[[HomeAssistant, MockConfigEntry], Awaitable[None]],
) -> None:
    """Once it is called back, it does not count any more."""
    await gateway.go_away(Away.REFUSE)
    await send_one(hass)
    await again(hass, home)
    first = await send_one(hass)
    assert first["status"] == "queued"
    assert await history(hass) == ["waiting"]
    await call(hass, "cancel")
    second = await send_one(hass)
    assert second["sms_id"] != first["sms_id"]
    assert await history(hass) == ["cancelled", "waiting"]


async def test_one_that_waited_over_a_restart_and_has_left_says_so(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
) -> None:
    """The row that was read is the one that goes on."""
    await gateway.go_away(Away.REFUSE)
    waiting = await send_one(hass)
    await restart(hass, home)
    assert await send_one(hass) == waiting
    await gateway.come_back()
    for _ in range(3):
        await let_pass(hass, freezer, timedelta(seconds=31))
    assert received(gateway) == {SARA: 1}
    second = await send_one(hass)
    assert (second["sms_id"], second["status"]) == (waiting["sms_id"], "accepted")
    assert second["message_id"]
    assert received(gateway) == {SARA: 1}


async def test_one_that_may_have_left_before_a_restart_counts(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """As one of which nobody knows."""
    gateway.fault("SendSMS", Reset(processed=True))
    with pytest.raises(HomeAssistantError):
        await send_one(hass)
    await restart(hass, home)
    with pytest.raises(HomeAssistantError) as raised:
        await send_one(hass)
    assert raised.value.translation_key == "not_confirmed"
    assert received(gateway) == {SARA: 1}


async def test_one_that_ended_before_a_restart_counts(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
) -> None:
    """The person has read it."""
    first = await send_one(hass)
    await let_pass(hass, freezer, timedelta(seconds=31))
    assert await history(hass) == ["delivered"]
    await restart(hass, home)
    assert await send_one(hass) == first
    assert received(gateway) == {SARA: 1}


async def test_where_the_ledger_cannot_be_read_everything_is_sent(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An alarm that comes twice is better than none; it is read as soon as that is possible."""
    await send_one(hass)
    await send_one(hass, message="الو")
    await restart(hass, home)

    async def fail(_file: LedgerFile, _read: object) -> None:
        raise LedgerError("it can't be read")

    with monkeypatch.context() as patch:
        patch.setattr(LedgerFile, "async_read", fail)
        second = await send_one(hass)
        assert received(gateway) == {SARA: 3}
        # What was sent since the start is known all the same.
        assert await send_one(hass) == second
    assert received(gateway) == {SARA: 3}
    await send_one(hass, message="الو")
    assert received(gateway) == {SARA: 3}


async def test_it_is_read_once(
    hass: HomeAssistant, home: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent afterwards is known."""
    reads = 0
    read = LedgerFile.async_read

    async def count(file: LedgerFile, what: Any) -> Any:
        nonlocal reads
        reads += 1
        return await read(file, what)

    monkeypatch.setattr(LedgerFile, "async_read", count)
    for number in range(3):
        await send_one(hass, message=str(number))
    assert reads == 1
