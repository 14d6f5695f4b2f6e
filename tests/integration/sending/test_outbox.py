"""What is sent while the gateway is away: it waits, goes out once, or is given up and told."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.sending.caller import Caller
from simulator import Account, Away, Gateway
from simulator.faults import Code, CodesInList
from tests.integration.conftest import (
    MINA,
    OMID,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.accounts import set_up
from tests.integration.story.deliveries import state_of
from tests.integration.story.disk import on_disk, writing_fails
from tests.integration.story.forms import call, let_pass, reload
from tests.integration.story.people import (
    Held,
    notify,
    received,
    send_message,
    send_sms,
)
from tests.integration.story.told import Told

OUTBOX = "sensor.payamak_outbox"
DELIVERY = "event.payamak_delivery"
PATTERN = 1234
BACK = timedelta(seconds=31)
MINUTE = timedelta(minutes=1)


@pytest.fixture(name="home")
async def home_fixture(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    account: Account,
    gateway_url: str,
) -> MockConfigEntry:
    """Set up a household of two."""
    account.patterns[PATTERN] = 2
    people = recipient("Sara", "sara", SARA), recipient("امید", "omid", OMID)
    return await set_up(hass, make_entry(gateway_url, recipients=people))


async def come_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway: Gateway
) -> None:
    """Let the gateway be there again, and be found."""
    await gateway.come_back()
    await let_pass(hass, freezer, BACK)
    await let_pass(hass, freezer, timedelta(seconds=1))


async def rows(hass: HomeAssistant, **query: Any) -> list[dict[str, Any]]:
    """Give what the history tells, the oldest first."""
    messages: list[dict[str, Any]] = (await call(hass, "get_history", **query))[
        "messages"
    ]
    return messages[::-1]


type Door = Callable[[HomeAssistant], Awaitable[Any]]

DOORS: dict[str, Door] = {
    "notify.payamak": lambda hass: notify(hass, target=SARA),
    "notify.payamak_sara": lambda hass: notify(hass, "payamak_sara"),
    "notify entity": lambda hass: send_message(hass, "sara"),
    "send_sms": lambda hass: send_sms(hass, SARA),
    "send_pattern": lambda hass: call(
        hass, "send_pattern", pattern_id=PATTERN, variables=["a", "b"], recipients=SARA
    ),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
async def test_every_door_lets_a_message_wait(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    door: Door,
) -> None:
    """It is on the disk before the door says that it waits, and the phone gets it once."""
    await gateway.go_away(Away.REFUSE)
    await door(hass)
    assert on_disk(hass, home.entry_id, "SELECT state FROM sms") == [("waiting",)]
    await hass.async_block_till_done()
    assert state_of(hass, OUTBOX) == "1"
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "queued"
    await door(hass)
    assert state_of(hass, OUTBOX) == "2"
    assert sent_calls(gateway) == []
    await come_back(hass, freezer, gateway)
    assert len(sent_calls(gateway)) == 2
    assert state_of(hass, OUTBOX) == "0"
    assert {row["state"] for row in await rows(hass)} == {"accepted"}


async def test_the_response_says_what_waits(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """It is neither accepted nor failed, and has no error."""
    await gateway.go_away(Away.REFUSE)
    response = await call(hass, "send_sms", message="سلام", recipients=[SARA, OMID])
    assert {
        key: response[key] for key in ("accepted", "queued", "failed", "unknown")
    } == {
        "accepted": 0,
        "queued": 2,
        "failed": 0,
        "unknown": 0,
    }
    first = response["messages"][0]
    assert {key: first[key] for key in ("status", "message_id", "code", "error")} == {
        "status": "queued",
        "message_id": None,
        "code": None,
        "error": None,
    }
    [waiting, _] = await rows(hass, states="waiting")
    assert (
        waiting["state"],
        waiting["status"],
        waiting["text"],
        waiting["sent_at"],
    ) == (
        "waiting",
        "queued",
        "سلام",
        None,
    )


async def test_a_waiting_message_goes_out_as_it_was_sent(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """With its line, as flash, and a pattern with its variables: also after a restart of the account."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, message="الف", sender="500010604671", flash=True)
    await call(
        hass, "send_pattern", pattern_id=PATTERN, variables=["a", "b"], recipients=OMID
    )
    await reload(hass, home)
    assert state_of(hass, OUTBOX) == "2"
    await come_back(hass, freezer, gateway)
    first, second = sent_calls(gateway)
    assert (first["text"], first["from"], first["isFlash"], first["to"]) == (
        "الف",
        "500010604671",
        "true",
        SARA,
    )
    assert (second["text"], second["bodyId"], second["to"]) == (
        "a;b",
        str(PATTERN),
        OMID,
    )


async def test_messages_to_one_person_keep_their_order(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """One follows when the one before it is accounted for; several people share a call."""
    await gateway.go_away(Away.REFUSE)
    for text in ("1", "2", "3"):
        await send_sms(hass, [SARA, OMID, MINA], message=text)
    await come_back(hass, freezer, gateway)
    assert [(each["text"], each["to"].count(",")) for each in sent_calls(gateway)] == [
        ("1", 2),
        ("2", 2),
        ("3", 2),
    ]


async def test_a_new_message_waits_behind_an_older_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Also while the older one is on its way; an urgent one and one to somebody else don't wait."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, message="1")
    held = Held()
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    freezer.tick(BACK)
    home.runtime_data.account.watch.note_answer()
    await held.arrived.wait()
    [second] = await send_sms(hass, SARA, message="2")
    assert second["status"] == "queued"
    [urgent] = await send_sms(hass, SARA, message="3", urgent=True)
    [other] = await send_sms(hass, OMID, message="4")
    assert (urgent["status"], other["status"]) == ("accepted", "accepted")
    held.released.set()
    await hass.async_block_till_done()
    assert [each["text"] for each in sent_calls(gateway)] == ["1", "3", "4", "2"]


async def test_urgent_ones_leave_first(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Then the oldest."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, message="1")
    await send_sms(hass, OMID, message="2")
    await send_sms(hass, MINA, message="3", urgent=True)
    await come_back(hass, freezer, gateway)
    assert [each["text"] for each in sent_calls(gateway)] == ["3", "1", "2"]


async def test_an_urgent_message_asks_whether_the_gateway_is_back(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """At once: nobody waits for the next question."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, message="1")
    await gateway.come_back()
    [urgent] = await send_sms(hass, SARA, message="2", urgent=True)
    assert urgent["status"] == "queued"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [each["text"] for each in sent_calls(gateway)] == ["2", "1"]


@pytest.mark.parametrize("door", ["action", "options"])
async def test_without_patience_it_fails_at_once(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry, door: str
) -> None:
    """By the field of the action or the option of the account."""
    if door == "options":
        hass.config_entries.async_update_entry(home, options={"retry_for": 0})
        await hass.async_block_till_done(wait_background_tasks=True)
    await gateway.go_away(Away.REFUSE)
    with pytest.raises(HomeAssistantError, match="can't be reached"):
        await send_sms(hass, SARA, **({"retry_for": 0} if door == "action" else {}))
    assert [row["state"] for row in await rows(hass)] == ["failed"]


async def test_what_waits_too_long_is_told_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """It does not leave later, when nobody expects it any more."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    [row] = await send_sms(hass, SARA, retry_for=10)
    await send_sms(hass, OMID, retry_for=20)
    for _ in range(9):
        await let_pass(hass, freezer, MINUTE)
    assert told.events == []
    await let_pass(hass, freezer, MINUTE)
    await let_pass(hass, freezer, timedelta(seconds=1))
    [end] = told.events
    assert (end["event_type"], end["sms_id"], end["recipient"], end["message_id"]) == (
        "not_sent",
        row["sms_id"],
        SARA,
        None,
    )
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "not_sent"
    await come_back(hass, freezer, gateway)
    assert [each["to"] for each in sent_calls(gateway)] == [OMID]
    await let_pass(hass, freezer, timedelta(hours=1))
    assert [
        each["event_type"] for each in told.events if each["recipient"] == SARA
    ] == ["not_sent"]


async def test_updating_puts_a_message_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Code 6 is tried again, each time later, until it is taken once."""
    gateway.fault("SendSMS", Code(6), times=4)
    [row] = await send_sms(hass, SARA)
    assert row["status"] == "queued"
    await hass.async_block_till_done()
    for _ in range(120):
        await let_pass(hass, freezer, timedelta(seconds=7))
    assert received(gateway) == {SARA: 1}
    assert len(sent_calls(gateway)) == 5
    calls = [each.at for each in gateway.calls if each.method == "SendSMS"]
    gaps = [(b - a).total_seconds() for a, b in pairwise(calls)]
    assert gaps == sorted(gaps)
    assert all(
        usual * 0.8 <= gap <= usual * 1.4 + 7
        for gap, usual in zip(gaps, (30, 60, 120, 240), strict=True)
    )


@pytest.mark.parametrize("code", [2, 3, 4, 19])
async def test_a_limit_holds_what_waits(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    code: int,
) -> None:
    """One call is refused, not one for each; urgent ones are tried once a minute at most."""
    freezer.move_to("2026-03-01 12:05:00+00:00")
    await gateway.go_away(Away.REFUSE)
    for number in range(40):
        await send_sms(hass, f"0913{number:07d}", message=str(number), retry_for=600)
    gateway.fault("SendSMS", Code(code), times=None)
    await come_back(hass, freezer, gateway)
    assert len(sent_calls(gateway)) == 1
    assert state_of(hass, OUTBOX) == "40"
    for _ in range(20):
        await let_pass(hass, freezer, MINUTE)
    assert len(sent_calls(gateway)) == 1
    gateway.clear_faults()
    # It is accepted, which shows that it is over.
    assert (await send_sms(hass, SARA))[0]["status"] == "accepted"
    await hass.async_block_till_done()
    assert state_of(hass, OUTBOX) == "0"
    assert len(sent_calls(gateway)) == 1 + 1 + 40


async def test_a_limit_ends_with_the_hour(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Then one call is tried first."""
    freezer.move_to("2026-03-01 12:05:00+00:00")
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, retry_for=600)
    gateway.fault("SendSMS", Code(19))
    await come_back(hass, freezer, gateway)
    assert received(gateway) == {}
    for _ in range(53):
        await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {}
    for _ in range(3):
        await let_pass(hass, freezer, MINUTE)
    assert received(gateway) == {SARA: 1}


async def test_more_credit_lets_what_waits_leave(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
) -> None:
    """As soon as it is known, and not because the poll shows less."""
    freezer.move_to("2026-03-01 12:05:00+00:00")
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, retry_for=600)
    account.credit *= 0
    await come_back(hass, freezer, gateway)
    await let_pass(hass, freezer, timedelta(minutes=15))
    assert len(sent_calls(gateway)) == 1
    account.credit += 5
    await home.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    assert received(gateway) == {SARA: 1}


async def test_an_urgent_one_is_tried_in_spite_of_a_limit(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Once a minute at most."""
    freezer.move_to("2026-03-01 12:05:00+00:00")
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, OMID, message="1", retry_for=600)
    await send_sms(hass, SARA, message="2", urgent=True, retry_for=600)
    gateway.fault("SendSMS", Code(19), times=None)
    await come_back(hass, freezer, gateway)
    for _ in range(10):
        await let_pass(hass, freezer, timedelta(seconds=30))
    texts = [each["text"] for each in sent_calls(gateway)]
    assert set(texts) == {"2"}
    assert 5 <= len(texts) <= 7


async def test_a_refused_message_ends_and_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """The others go on."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, message="1")
    await send_sms(hass, OMID, message="2")
    gateway.fault("SendSMS", Code(14))
    await come_back(hass, freezer, gateway)
    assert [
        (each["event_type"], each["recipient"], each["code"]) for each in told.events
    ] == [("failed", SARA, 14)]
    assert received(gateway) == {OMID: 1}


async def test_opt_out_words_are_missing_for_several(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Each gets a call of its own, as for a message that did not wait."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, [SARA, OMID, MINA])
    gateway.fault("SendSMS", Code(15))
    await come_back(hass, freezer, gateway)
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}
    assert [each["to"].count(",") for each in sent_calls(gateway)] == [2, 0, 0, 0]


async def test_a_part_of_a_call_is_refused(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """The one is told, the other is accepted."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, [SARA, OMID])
    gateway.fault("SendSMS", CodesInList((None, 35)))
    await come_back(hass, freezer, gateway)
    assert [(each["event_type"], each["recipient"]) for each in told.events] == [
        ("failed", OMID)
    ]
    assert [row["state"] for row in await rows(hass, recipients=SARA)] == ["accepted"]


async def test_wrong_credentials_hold_everything(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
) -> None:
    """Until the user has logged in again; no more than two logins fail."""
    await gateway.go_away(Away.REFUSE)
    for number in range(10):
        await send_sms(hass, f"0913{number:07d}", message=str(number), retry_for=600)
    account.password = "changed"
    await come_back(hass, freezer, gateway)
    for _ in range(20):
        await let_pass(hass, freezer, MINUTE)
    assert sum(each.method != "GetMessages" for each in gateway.calls[-30:]) >= 1
    assert state_of(hass, OUTBOX) == "10"
    assert received(gateway) == {}
    hass.config_entries.async_update_entry(
        home, data={**home.data, "password": "changed"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await let_pass(hass, freezer, MINUTE)
    assert state_of(hass, OUTBOX) == "0"
    assert len(received(gateway)) == 10


async def test_what_waits_can_be_called_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """By its id, or all of it; it is told nobody, who called it back knows."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    [first] = await send_sms(hass, SARA, message="1")
    for text in ("2", "3"):
        await send_sms(hass, OMID, message=text)
    response = await call(hass, "cancel", sms_ids=first["sms_id"])
    assert response["cancelled"] == 1
    [row] = response["messages"]
    assert (row["sms_id"], row["state"], row["text"]) == (
        first["sms_id"],
        "cancelled",
        "1",
    )
    assert (await call(hass, "cancel", sms_ids=first["sms_id"]))["cancelled"] == 0
    assert state_of(hass, OUTBOX) == "2"
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "unknown"
    await hass.services.async_call("payamak", "cancel", {}, blocking=True)
    await come_back(hass, freezer, gateway)
    assert sent_calls(gateway) == []
    assert told.events == []
    assert [row["state"] for row in await rows(hass)] == ["cancelled"] * 3


async def test_what_is_on_its_way_can_not_be_called_back(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Nobody knows whether it has left."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)
    held = Held()
    gateway.fault("SendSMS", held)
    await gateway.come_back()
    home.runtime_data.account.watch.note_answer()
    await held.arrived.wait()
    assert (await call(hass, "cancel"))["cancelled"] == 0
    held.released.set()
    await hass.async_block_till_done()
    assert received(gateway) == {SARA: 1}


async def test_what_the_disk_does_not_take_can_not_wait(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """It fails, and says so: after a restart nobody would know of it."""
    await gateway.go_away(Away.REFUSE)
    with writing_fails():
        with pytest.raises(HomeAssistantError, match="can't wait either"):
            await send_sms(hass, SARA)
        assert state_of(hass, OUTBOX) == "0"
    assert sent_calls(gateway) == []


async def test_what_waits_does_not_leave_while_the_disk_takes_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """After a crash it would leave a second time."""
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA)
    with writing_fails():
        await come_back(hass, freezer, gateway)
        assert sent_calls(gateway) == []
        assert state_of(hass, OUTBOX) == "1"
    for _ in range(3):
        await let_pass(hass, freezer, timedelta(seconds=31))
    assert received(gateway) == {SARA: 1}


async def test_thousands_leave_after_one_that_shows_the_way(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    home: MockConfigEntry,
) -> None:
    """A gateway that is still not well meets one call, not all of them."""
    account.credit += 10_000
    await gateway.go_away(Away.REFUSE)
    numbers = [f"0913{number:07d}" for number in range(1000)]
    response = await call(hass, "send_sms", message="سلام", recipients=numbers)
    assert response["queued"] == 1000
    gateway.fault("SendSMS", Code(6))
    await come_back(hass, freezer, gateway)
    assert len(sent_calls(gateway)) == 1
    for _ in range(2):
        await let_pass(hass, freezer, MINUTE)
    assert len(sent_calls(gateway)) == 11
    assert state_of(hass, OUTBOX) == "0"


async def test_a_message_that_makes_trouble_is_set_aside(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the second time, and the others go on."""
    told = Told(hass, DELIVERY)
    await gateway.go_away(Away.REFUSE)
    await send_sms(hass, SARA, message="1")
    await send_sms(hass, OMID, message="2")
    send = Caller.async_send_queued

    async def stumble(self: Caller, message: Any, rows: Any, *rest: Any) -> Any:
        if rows[0].recipient == SARA:
            raise RuntimeError
        return await send(self, message, rows, *rest)

    monkeypatch.setattr(Caller, "async_send_queued", stumble)
    await come_back(hass, freezer, gateway)
    assert [(each["event_type"], each["recipient"]) for each in told.events] == [
        (SmsState.FAILED, SARA)
    ]
    assert received(gateway) == {OMID: 1}
    assert state_of(hass, OUTBOX) == "0"
