"""Messages that waited before the start: the sent box is looked into once, before the first of them leaves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.ledger import LedgerError
from custom_components.payamak.ledger.ledger import Ledger
from custom_components.payamak.sending import sent_box
from custom_components.payamak.sending.under_way import under_way_in
from simulator import Account, Gateway, create_app
from simulator.faults import Code, FirstPageOnly, ServerError
from tests.integration.conftest import LINE, MINA, OMID, SARA, sent_calls
from tests.integration.story.accounts import set_up
from tests.integration.story.deliveries import listen, numbers
from tests.integration.story.disk import Left, power_cut, what_is_on_disk
from tests.integration.story.forms import let_pass
from tests.integration.story.people import (
    Held,
    begin_and_hold,
    received,
    send_sms,
    wait_for,
)
from tests.integration.story.told import Told

from .lost import REFUSED, looks, pass_minutes, reasons, states

TEXT = "نشت آب"
SETTLED = timedelta(seconds=31)
HOUR = 60
"""In minutes."""


@pytest.fixture
async def gateway_url(gateway: Gateway, account: Account) -> AsyncIterator[str]:
    """Run a gateway that dates its replies by its own clock."""
    app = create_app(gateway)

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = f"{gateway.now():%a, %d %b %Y %H:%M:%S} GMT"

    app.on_response_prepare.append(date)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/api/SendSMS/"))


@pytest.fixture(name="told")
async def told_fixture(hass: HomeAssistant, home: MockConfigEntry) -> Told:
    """Listen to what is told of deliveries."""
    return listen(hass)


async def let_wait(
    hass: HomeAssistant, gateway: Gateway, *to: str, minutes: int = 12 * HOUR
) -> None:
    """Let a message wait, as the gateway is busy."""
    gateway.fault("SendSMS", Code(6), times=None)
    rows = await send_sms(hass, list(to), retry_for=minutes)
    assert {row["status"] for row in rows} == {"queued"}
    # Its clock's reading is kept with the next change, a minute later at most.
    await hass.async_block_till_done()
    gateway.clear_faults()


async def start(
    hass: HomeAssistant, entry: MockConfigEntry, left: Left | None = None
) -> None:
    """Start again after a power cut, maybe with an older copy of the file."""
    if left is None:
        left = what_is_on_disk(hass, entry.entry_id)
    await power_cut(hass, entry.entry_id, left)
    await set_up(hass, entry)


async def test_what_waits_leaves_after_one_look(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Half a minute after the start: the sent box is a little late."""
    await let_wait(hass, gateway, SARA, OMID)
    await start(hass, home)
    gateway.calls.clear()
    await let_pass(hass, freezer, timedelta(seconds=29))
    assert [call.method for call in gateway.calls] == []
    await let_pass(hass, freezer, timedelta(seconds=2))
    methods = [call.method for call in gateway.calls]
    assert methods[:2] == ["GetMessages", "SendSMS"]
    assert received(gateway) == {SARA: 1, OMID: 1}
    await pass_minutes(hass, freezer, 10)
    assert looks(gateway) == 1
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_nobody_looks_a_moment_too_early(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Not even where the outbox is woken up just then by something else that has to wait."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)
    await let_pass(hass, freezer, timedelta(seconds=29, milliseconds=500))
    await let_wait(hass, gateway, OMID)
    assert looks(gateway) == 0
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert looks(gateway) == 1


@pytest.mark.usefixtures("silence")
async def test_where_nothing_has_left_nothing_is_said_of_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """A warning after each start with something waiting would soon be overlooked."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)
    await let_pass(hass, freezer, SETTLED)
    assert looks(gateway) == 1
    assert received(gateway) == {SARA: 1}


async def test_without_anything_waiting_nobody_looks(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """A start costs nothing then; nor does what waits after it."""
    await send_sms(hass, [SARA])
    await start(hass, home)
    gateway.calls.clear()
    await let_wait(hass, gateway, OMID)
    await pass_minutes(hass, freezer, 10)
    assert looks(gateway) == 0
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_what_is_new_is_not_held_up(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """It can't have left before."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)
    [row] = await send_sms(hass, [OMID])
    assert row["status"] == "accepted"
    assert received(gateway) == {OMID: 1}
    await let_pass(hass, freezer, SETTLED)
    assert received(gateway) == {OMID: 1, SARA: 1}


async def test_an_older_copy_sends_nothing_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A backup holds as waiting what was sent since: that is told as unknown. What was not sent leaves."""
    await let_wait(hass, gateway, SARA, OMID)
    copy = what_is_on_disk(hass, home.entry_id)
    await pass_minutes(hass, freezer, 2)
    assert received(gateway) == {SARA: 1, OMID: 1}
    await pass_minutes(hass, freezer, 100)
    told.events.clear()
    await start(hass, home, copy)
    await let_wait(hass, gateway, MINA)
    await pass_minutes(hass, freezer, 2)
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}
    unknown = [event for event in told.events if event["event_type"] == "unknown"]
    assert {event["recipient"] for event in unknown} == {SARA, OMID}
    assert len(unknown) == 2
    assert states(hass, home)[:2] == [("unknown", True)] * 2
    assert reasons(hass, home)[:2] == ["sent_before"] * 2
    assert "2 SMS that waited were sent already" in caplog.text
    await pass_minutes(hass, freezer, 20)
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}
    # Nor does another start tell or send any of it again.
    told.events.clear()
    await start(hass, home)
    await pass_minutes(hass, freezer, 20)
    assert told.events == []


async def test_only_those_are_held_back_that_the_sent_box_shows(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """The others go out."""
    await let_wait(hass, gateway, SARA, OMID)
    gateway.send_from_panel(LINE, TEXT, [SARA])
    await start(hass, home)
    await pass_minutes(hass, freezer, 1)
    assert received(gateway) == {SARA: 1, OMID: 1}
    assert ("unknown", True) in states(hass, home)


async def test_what_is_called_back_before_the_look_stays_so(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Nobody needs the sent box then."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)
    gateway.calls.clear()
    await home.runtime_data.road.outbox.async_cancel(None)
    await pass_minutes(hass, freezer, 2)
    assert looks(gateway) == 0
    assert states(hass, home) == [("cancelled", True)]


async def test_what_is_called_back_during_the_look_stays_so(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """Who called it back knows of it, whatever the sent box shows then."""
    await let_wait(hass, gateway, SARA, OMID)
    gateway.send_from_panel(LINE, TEXT, [SARA])
    await start(hass, home)
    told.events.clear()
    held = Held()
    gateway.fault("GetMessages", held)
    looking = asyncio.create_task(let_pass(hass, freezer, SETTLED))
    await wait_for(held, looking)
    await home.runtime_data.road.outbox.async_cancel(None)
    held.released.set()
    await looking
    assert states(hass, home) == [("cancelled", True)] * 2
    assert told.events == []
    assert received(gateway) == {SARA: 1}


@pytest.mark.parametrize("cut", [False, True])
async def test_a_restart_in_the_middle_of_a_long_message(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    cut: bool,
) -> None:
    """Each of the rest gets it once; the calls of before are in the sent box, and explain nothing of the rest."""
    people = numbers(250)
    await let_wait(hass, gateway, *people)
    await pass_minutes(hass, freezer, 0)
    book = home.runtime_data.ledger.outgoing
    first, held = await begin_and_hold(gateway, _next_call(hass, freezer))
    left = what_is_on_disk(hass, home.entry_id)
    if not cut:
        under_way_in(hass).is_stopping = True
    gateway.fault("SendSMS", Code(6), times=None)
    held.released.set()
    await first
    under_way_in(hass).is_stopping = False
    assert len(received(gateway)) == 100
    assert len(book.waiting) == 150
    gateway.clear_faults()
    await start(hass, home, left if cut else None)
    gateway.calls.clear()
    await pass_minutes(hass, freezer, 3)
    assert received(gateway) == dict.fromkeys(people, 1)
    assert len(sent_calls(gateway)) == 2


async def _next_call(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await pass_minutes(hass, freezer, 2)


async def test_a_panel_that_refuses_its_sent_box_holds_nothing_up(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Far more often than a backup is restored, Home Assistant just starts again."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)
    gateway.fault("GetMessages", Code(REFUSED), times=None)
    gateway.calls.clear()
    await let_pass(hass, freezer, SETTLED)
    assert received(gateway) == {SARA: 1}
    assert looks(gateway) == 1


@pytest.mark.parametrize("fault", [Code(6), ServerError()])
async def test_a_sent_box_that_does_not_answer_is_asked_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    fault: Code | ServerError,
) -> None:
    """Half a minute later each time; nothing leaves before."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)
    gateway.fault("GetMessages", fault, times=2)
    gateway.calls.clear()
    await let_pass(hass, freezer, SETTLED)
    assert looks(gateway) == 1
    await let_pass(hass, freezer, timedelta(seconds=29))
    assert looks(gateway) == 0
    await let_pass(hass, freezer, timedelta(seconds=1, milliseconds=500))
    assert looks(gateway) == 1
    assert received(gateway) == {}
    await let_pass(hass, freezer, SETTLED)
    assert received(gateway) == {SARA: 1}


async def test_what_nobody_expects_holds_up_only_what_it_is_about(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is tried again twice a minute, not for ever: what grows too old meanwhile is told. What is newer leaves."""
    await let_wait(hass, gateway, SARA, minutes=5)
    await start(hass, home)

    async def stumble(_box: sent_box.SentBox, _since: float) -> None:
        raise RuntimeError

    monkeypatch.setattr(sent_box.SentBox, "async_read", stumble)
    await let_pass(hass, freezer, SETTLED)
    await let_wait(hass, gateway, OMID)
    told.events.clear()
    for _ in range(12):
        await let_pass(hass, freezer, timedelta(seconds=10))
    assert caplog.text.count("Unexpected trouble with the sent box") in (4, 5)
    assert received(gateway) == {OMID: 1}
    await pass_minutes(hass, freezer, 4)
    assert [(each["event_type"], each["recipient"]) for each in told.events] == [
        ("delivered", OMID),
        ("not_sent", SARA),
    ]


async def test_a_file_that_cannot_be_read_lets_nothing_pass(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What our own calls explain is not known then."""
    await let_wait(hass, gateway, SARA)
    await start(hass, home)

    async def fail(_ledger: Ledger, _query: object) -> None:
        raise LedgerError("the disk fails")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "async_history", fail)
        await let_pass(hass, freezer, SETTLED)
    assert received(gateway) == {}
    await let_pass(hass, freezer, SETTLED)
    assert received(gateway) == {SARA: 1}


async def test_what_is_older_than_our_clock_says_is_not_sent(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """After a power cut the clock may be hours behind; the first answer of the gateway shows that."""
    await let_wait(hass, gateway, SARA, minutes=3 * HOUR)
    left = what_is_on_disk(hass, home.entry_id)
    gateway.advance(timedelta(hours=4))
    await start(hass, home, left)
    gateway.calls.clear()
    await let_pass(hass, freezer, SETTLED)
    await let_pass(hass, freezer, SETTLED)
    # It shows that it has not left before, either.
    assert looks(gateway) == 1
    assert received(gateway) == {}
    assert [event["event_type"] for event in told.events] == ["not_sent"]
    assert states(hass, home) == [("not_sent", True)]


async def test_what_is_not_too_old_by_the_gateways_clock_leaves(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """The time that was missing counts once, also over a reload, and not for what is new."""
    await let_wait(hass, gateway, SARA, minutes=3 * HOUR)
    left = what_is_on_disk(hass, home.entry_id)
    gateway.advance(timedelta(hours=2))
    await start(hass, home, left)
    book = home.runtime_data.ledger.outgoing
    [row] = book.waiting.values()
    assert book.age(row) == pytest.approx(2 * 3600, abs=2)
    await hass.config_entries.async_reload(home.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert book.age(row) == pytest.approx(2 * 3600, abs=2)
    await let_wait(hass, gateway, OMID)
    assert book.age([*book.waiting.values()][-1]) == 0
    await pass_minutes(hass, freezer, 2)
    assert received(gateway) == {SARA: 1, OMID: 1}


async def test_a_reload_looks_no_second_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """What waits was there in this run already."""
    await let_wait(hass, gateway, SARA)
    await hass.config_entries.async_reload(home.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    gateway.calls.clear()
    await pass_minutes(hass, freezer, 2)
    assert looks(gateway) == 0
    assert received(gateway) == {SARA: 1}


async def test_the_sent_box_is_read_page_by_page(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """As far as to the time at which the first of those that wait was begun."""
    for number in numbers(150):
        gateway.send_from_panel(
            LINE, "older", [number], at=gateway.now() - timedelta(days=1)
        )
    await let_wait(hass, gateway, SARA)
    gateway.send_from_panel(LINE, TEXT, [SARA])
    for number in numbers(120):
        gateway.send_from_panel(LINE, "newer", [number])
    await start(hass, home)
    gateway.calls.clear()
    await let_pass(hass, freezer, SETTLED)
    pages = [
        call.parameters["index"]
        for call in gateway.calls
        if call.method == "GetMessages"
    ]
    assert pages == ["0", "100", "200"]
    assert states(hass, home) == [("unknown", True)]


async def test_a_sent_box_without_end_is_read_in_part(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A panel that gives the same page again and again is not asked for ever."""
    monkeypatch.setattr(sent_box, "_MOST_PAGES", 3)
    await let_wait(hass, gateway, SARA)
    for number in numbers(100):
        gateway.send_from_panel(LINE, "newer", [number])
    gateway.fault("GetMessages", FirstPageOnly(), times=None)
    await start(hass, home)
    gateway.calls.clear()
    await let_pass(hass, freezer, SETTLED)
    assert looks(gateway) == 3
    assert received(gateway)[SARA] == 1


async def test_what_the_sent_box_shows_is_not_told_as_not_sent(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
) -> None:
    """A copy of the ledger is restored when what waits in it has grown too old."""
    await let_wait(hass, gateway, SARA, minutes=60)
    old = what_is_on_disk(hass, home.entry_id)
    await pass_minutes(hass, freezer, 5)
    assert received(gateway) == {SARA: 1}
    told.events.clear()
    freezer.tick(timedelta(hours=8))
    await start(hass, home, old)
    await let_pass(hass, freezer, SETTLED)
    await let_pass(hass, freezer, SETTLED)
    assert [event["event_type"] for event in told.events] == ["unknown"]
    assert home.runtime_data.road.not_sent.count == 0


@pytest.mark.parametrize("away", [False, True])
async def test_what_grew_too_old_is_told_though_nobody_can_look(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    told: Told,
    away: bool,
) -> None:
    """The gateway is away, or the sent box can't be read."""
    await let_wait(hass, gateway, SARA, minutes=60)
    freezer.tick(timedelta(hours=8))
    method = None if away else "GetMessages"
    gateway.fault(method, ServerError(), times=None)
    await start(hass, home)
    await let_pass(hass, freezer, SETTLED)
    await let_pass(hass, freezer, SETTLED)
    assert [event["event_type"] for event in told.events] == ["not_sent"]
    assert home.runtime_data.road.not_sent.count == 1


async def test_a_pattern_that_waits_leaves(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
) -> None:
    """Its text is not known here, so the sent box can't show it."""
    account.patterns[123] = "کد {0}"
    gateway.fault("BaseServiceNumber", Code(6), times=None)
    await hass.services.async_call(
        "payamak",
        "send_pattern",
        {"recipients": [SARA], "pattern_id": 123, "variables": ["1"], "retry_for": 60},
        blocking=True,
        return_response=True,
    )
    await hass.async_block_till_done()
    gateway.clear_faults()
    await start(hass, home)
    await let_pass(hass, freezer, SETTLED)
    assert received(gateway) == {SARA: 1}
