"""How many calls are made at a time, in which order, and what ends them."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, override

from aiohttp import web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import OutgoingBook, SmsRow
from simulator import Account, Gateway, create_app
from simulator.exchange import Exchange
from simulator.faults import Code, CodesInList, Fault
from tests.integration.conftest import MINA, OMID, SARA, make_entry, sent_calls
from tests.integration.story.forms import call, let_pass
from tests.integration.story.people import notify, received, send_message

PATTERN = 1234
CALLS_AT_A_TIME = 3


@dataclass(frozen=True)
class Turnstile(Fault):
    """Holds every call back until the test lets it through."""

    code: int | None = None
    held: list[asyncio.Event] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        if not self.opened.is_set():
            let_through = asyncio.Event()
            self.held.append(let_through)
            await let_through.wait()
        if self.code is not None:
            return await Code(self.code).answer(exchange)
        return exchange.reply(exchange.process())

    def let_one_through(self) -> None:
        """Let the one through that has been held for longest."""
        self.held.pop(0).set()

    def open(self) -> None:
        """Hold nobody back any more."""
        self.opened.set()
        while self.held:
            self.let_one_through()


@pytest.fixture(name="turnstile")
def turnstile_fixture(gateway_url: str) -> Iterator[Turnstile]:
    """Give a turnstile that is open when the gateway ends, which waits for its answers."""
    turnstile = Turnstile()
    yield turnstile
    turnstile.open()


@pytest.fixture(name="refusing")
def refusing_fixture(
    request: pytest.FixtureRequest, gateway_url: str
) -> Iterator[Turnstile]:
    """Give one that refuses with a code."""
    turnstile = Turnstile(code=request.param)
    yield turnstile
    turnstile.open()


@pytest.fixture(autouse=True)
def _pattern(account: Account) -> None:
    """Let the account have a pattern, and credit enough for everybody."""
    account.patterns[PATTERN] = 0
    account.credit = Decimal(5000)


def numbers(count: int) -> list[str]:
    """Give that many numbers."""
    return [f"0912{number:07d}" for number in range(count)]


async def until_no_more_come(hass: HomeAssistant) -> None:
    """Wait so long that a call which leaves by itself would have been noted, and have reached the gateway."""
    for _ in range(4):
        await call(hass, "get_history", limit=1)
        await call(hass, "get_numbers")


async def until_held(hass: HomeAssistant, turnstile: Turnstile, count: int) -> None:
    """Wait until that many calls are held."""
    for _ in range(10):
        await until_no_more_come(hass)
        if len(turnstile.held) >= count:
            break
    assert len(turnstile.held) == count


async def until_all_are_answered(
    hass: HomeAssistant, turnstile: Turnstile, *sending: asyncio.Future[Any]
) -> int:
    """Let one call through after the other, and give how many were there at the same time."""
    most = 0
    for _ in range(100):
        if all(task.done() for task in sending):
            break
        await until_no_more_come(hass)
        most = max(most, len(turnstile.held))
        if turnstile.held:
            turnstile.let_one_through()
    return most


async def send_pattern(hass: HomeAssistant, recipients: list[str]) -> dict[str, Any]:
    """Send everybody the pattern, which takes a call for each."""
    return await call(hass, "send_pattern", pattern_id=PATTERN, recipients=recipients)


@pytest.mark.usefixtures("home")
async def test_the_first_call_goes_alone_and_then_three_at_a_time(
    hass: HomeAssistant, gateway: Gateway, turnstile: Turnstile
) -> None:
    """What stops the whole account is met once, and the gateway is not flooded."""
    gateway.fault("SendSMS", turnstile, times=None)
    sending = asyncio.create_task(
        call(hass, "send_sms", message="پمپ", recipients=numbers(800))
    )
    await until_held(hass, turnstile, 1)
    turnstile.let_one_through()
    await until_held(hass, turnstile, CALLS_AT_A_TIME)
    turnstile.let_one_through()
    await until_no_more_come(hass)
    # The place of one that was answered is taken at once: nobody waits for the slowest of three.
    assert len(turnstile.held) == CALLS_AT_A_TIME
    most = await until_all_are_answered(hass, turnstile, sending)
    assert most == CALLS_AT_A_TIME
    assert (await sending)["accepted"] == 800
    assert len(sent_calls(gateway)) == 8


@pytest.mark.usefixtures("family_home")
async def test_all_doors_together_make_three_calls_at_a_time(
    hass: HomeAssistant, gateway: Gateway, turnstile: Turnstile
) -> None:
    """The limit is the account's, whatever calls it."""
    for method in ("SendSMS", "BaseServiceNumber"):
        gateway.fault(method, turnstile, times=None)
    doors: list[Awaitable[Any]] = [
        call(hass, "send_sms", message="پمپ", recipients=numbers(500)),
        send_pattern(hass, numbers(6)),
        notify(hass, target=numbers(500)),
        send_message(hass, "sara"),
        notify(hass, "payamak_omid"),
    ]
    sending = [asyncio.ensure_future(door) for door in doors]
    most = await until_all_are_answered(hass, turnstile, *sending)
    assert most == CALLS_AT_A_TIME
    for task in sending:
        await task
    assert len(sent_calls(gateway)) == 5 + 6 + 5 + 1 + 1


@pytest.mark.usefixtures("family_home")
async def test_an_alarm_does_not_wait_behind_a_long_list(
    hass: HomeAssistant, gateway: Gateway, turnstile: Turnstile
) -> None:
    """Messages take turns for the calls."""
    gateway.fault("BaseServiceNumber", turnstile, times=None)
    long_list = asyncio.create_task(send_pattern(hass, numbers(40)))
    await until_held(hass, turnstile, 1)
    turnstile.let_one_through()
    await until_held(hass, turnstile, CALLS_AT_A_TIME)
    alarm = asyncio.create_task(notify(hass, "payamak_sara"))
    for _ in range(2):
        await until_no_more_come(hass)
        turnstile.let_one_through()
    async with asyncio.timeout(10):
        await alarm
    assert not long_list.done()
    await until_all_are_answered(hass, turnstile, long_list)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("refusing", [3, 4, 10, 19, 109], indirect=True)
async def test_an_error_for_all_ends_what_has_not_left_yet(
    hass: HomeAssistant, gateway: Gateway, turnstile: Turnstile, refusing: Turnstile
) -> None:
    """Those who got nothing are told the same cause; who has it already keeps it."""
    gateway.fault("BaseServiceNumber", turnstile)
    gateway.fault("BaseServiceNumber", refusing, times=None)
    sending = asyncio.create_task(send_pattern(hass, numbers(30)))
    await until_held(hass, turnstile, 1)
    turnstile.let_one_through()
    await until_held(hass, refusing, CALLS_AT_A_TIME)
    refusing.let_one_through()
    await until_no_more_come(hass)
    assert len(refusing.held) == CALLS_AT_A_TIME - 1
    refusing.open()
    response = await sending
    assert len(sent_calls(gateway)) == 1 + CALLS_AT_A_TIME
    assert (response["accepted"], response["failed"]) == (1, 29)
    assert [row["recipient"] for row in response["messages"]] == numbers(30)
    assert response["messages"][0]["status"] == "accepted"
    assert {row["code"] for row in response["messages"][1:]} == {refusing.code}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("code", [2, 7, 18, 35, -6])
async def test_an_error_of_one_recipient_stops_nobody_else(
    hass: HomeAssistant, gateway: Gateway, code: int
) -> None:
    """Neither the first one's nor a later one's."""
    gateway.fault("BaseServiceNumber", Code(code))
    gateway.fault("BaseServiceNumber", Code(code))
    response = await send_pattern(hass, numbers(8))
    assert response["accepted"] == 6
    assert len(sent_calls(gateway)) == 8


async def test_a_gateway_that_cannot_be_reached_is_tried_once(
    hass: HomeAssistant,
    gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each further call would end after its own waiting."""
    async with TestServer(create_app(gateway), host="127.0.0.1") as server:
        entry = make_entry(str(server.make_url("/api/SendSMS/")))
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await send_pattern(hass, numbers(20)))["queued"] == 20
    assert caplog.text.count("BaseServiceNumber: unreachable") == 1


@pytest.mark.usefixtures("home")
async def test_what_stops_a_message_stops_its_single_calls_too(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """Those that are made where the opt-out words are missing."""
    account.opt_out_required = True
    gateway.fault("SendSMS", Code(15))
    gateway.fault("SendSMS", Code(19))
    with pytest.raises(HomeAssistantError, match="hourly limit"):
        await call(hass, "send_sms", message="پمپ", recipients=numbers(200))
    assert [len(each["to"].split(",")) for each in sent_calls(gateway)] == [100, 1]


@pytest.mark.usefixtures("home")
async def test_without_the_opt_out_words_all_go_out_one_by_one(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """The text is the same for the second hundred: it need not be refused as well."""
    account.opt_out_required = True
    response = await call(hass, "send_sms", message="پمپ", recipients=numbers(150))
    assert response["accepted"] == 150
    assert [row["recipient"] for row in response["messages"]] == numbers(150)
    calls = [each["to"].split(",") for each in sent_calls(gateway)]
    assert calls[0] == numbers(100)
    assert calls[1] == numbers(1)
    assert all(len(each) == 1 for each in calls[1:])
    assert received(gateway) == dict.fromkeys(numbers(150), 1)


@pytest.mark.usefixtures("home")
async def test_a_later_hundred_without_the_opt_out_words_goes_out_one_by_one_too(
    hass: HomeAssistant, gateway: Gateway, turnstile: Turnstile
) -> None:
    """However the gateway came to accept the first."""
    gateway.fault("SendSMS", turnstile)
    gateway.fault("SendSMS", Code(15))
    sending = asyncio.create_task(
        call(hass, "send_sms", message="پمپ", recipients=numbers(110))
    )
    await until_held(hass, turnstile, 1)
    turnstile.let_one_through()
    response = await sending
    assert response["accepted"] == 110
    assert received(gateway) == dict.fromkeys(numbers(110), 1)
    assert len(sent_calls(gateway)) == 1 + 1 + 10


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("codes", "fetched"),
    [
        ((None, None, None), True),
        ((18, None, 18), True),
        ((18, 18, -6), True),
        ((18, 18, 18), False),
    ],
    ids=["accepted", "one accepted", "one unknown", "all refused"],
)
async def test_the_credit_is_fetched_where_some_may_have_gone_out(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    codes: tuple[int | None, ...],
    fetched: bool,
) -> None:
    """A single one costs as well, and so may one of whom nobody knows."""
    gateway.fault("SendSMS", CodesInList(codes))
    try:
        await call(hass, "send_sms", message="پمپ", recipients=[SARA, OMID, MINA])
    except HomeAssistantError:
        assert not any(code is None for code in codes)
    gateway.calls.clear()
    await let_pass(hass, freezer, timedelta(seconds=5))
    asked = [each.method for each in gateway.calls if each.method == "GetCredit"]
    assert len(asked) == int(fetched)


@pytest.mark.usefixtures("home")
async def test_the_first_error_for_all_is_the_cause_for_those_who_waited(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """One that is seen later did not stop them."""
    gateway.fault("SendSMS", CodesInList((3, 19)))
    response = await call(hass, "send_sms", message="پمپ", recipients=numbers(120))
    assert (response["accepted"], response["failed"]) == (98, 22)
    assert [row["code"] for row in response["messages"][:2]] == [3, 19]
    assert {row["code"] for row in response["messages"][100:]} == {3}


@pytest.mark.usefixtures("home")
async def test_messages_that_were_stopped_leave_the_way_free(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """However many there were."""
    for _ in range(CALLS_AT_A_TIME):
        gateway.fault("BaseServiceNumber", Code(19))
        with pytest.raises(HomeAssistantError):
            await send_pattern(hass, numbers(2))
    async with asyncio.timeout(10):
        assert (await send_pattern(hass, numbers(2)))["accepted"] == 2


@pytest.mark.usefixtures("family_home")
async def test_those_who_waited_when_a_message_was_stopped_show_that_they_got_nothing(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Their sensors must not go on showing the message before."""
    await notify(hass)
    gateway.fault("BaseServiceNumber", Code(19))
    with pytest.raises(HomeAssistantError):
        await send_pattern(hass, [SARA, OMID])
    for slug in ("sara", "omid"):
        state = hass.states.get(f"sensor.payamak_{slug}_last_delivery")
        assert state
        assert state.state == "failed"


@pytest.fixture(name="note_of_failures")
async def note_of_failures_fixture(
    monkeypatch: pytest.MonkeyPatch,
) -> asyncio.Event:
    """Let failures be noted only when the test sets this event, as on a slow disk."""
    noted = asyncio.Event()
    note = OutgoingBook.async_note_outcome

    async def note_late(self: OutgoingBook, rows: Sequence[SmsRow]) -> None:
        if any(row.state is SmsState.FAILED for row in rows):
            await noted.wait()
        await note(self, rows)

    monkeypatch.setattr(OutgoingBook, "async_note_outcome", note_late)
    return noted


async def test_the_response_waits_until_the_results_are_noted(
    hass: HomeAssistant,
    gateway: Gateway,
    note_of_failures: asyncio.Event,
    home: MockConfigEntry,
) -> None:
    """A crash right after it must not lose them."""
    gateway.fault("SendSMS", CodesInList((None, 18)))
    sending = asyncio.create_task(
        call(hass, "send_sms", message="پمپ", recipients=[SARA, OMID])
    )
    await until_no_more_come(hass)
    assert len(sent_calls(gateway)) == 1
    assert not sending.done()
    note_of_failures.set()
    assert (await sending)["accepted"] == 1


async def test_nothing_leaves_while_the_error_for_all_is_being_noted(
    hass: HomeAssistant,
    gateway: Gateway,
    turnstile: Turnstile,
    note_of_failures: asyncio.Event,
    home: MockConfigEntry,
) -> None:
    """It counts from when it is seen."""
    sending = asyncio.create_task(send_pattern(hass, numbers(20)))
    gateway.fault("BaseServiceNumber", turnstile)
    gateway.fault("BaseServiceNumber", Code(19))
    gateway.fault("BaseServiceNumber", turnstile, times=2)
    await until_held(hass, turnstile, 1)
    turnstile.let_one_through()
    await until_held(hass, turnstile, 2)
    turnstile.open()
    await until_no_more_come(hass)
    assert len(sent_calls(gateway)) == 1 + CALLS_AT_A_TIME
    note_of_failures.set()
    assert (await sending)["accepted"] == 1 + 2
    assert len(sent_calls(gateway)) == 1 + CALLS_AT_A_TIME
