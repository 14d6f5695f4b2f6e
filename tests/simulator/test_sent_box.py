"""The sent box: rows that come late or never, and what a person sent from the panel."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from aiohttp import ClientError
import pytest

from simulator import Account, Away, Gateway
from simulator.faults import (
    BrokenOff,
    Disconnect,
    Fault,
    Hang,
    Maintenance,
    ProxyError,
    Reset,
    ServerError,
    TruncatedJson,
)

from .conftest import LINE, NOW, Caller, Web, arrived, control

SECOND = timedelta(seconds=1)


async def sent_box(caller: Caller, location: str = "2") -> list[dict[str, Any]]:
    """Give the rows of the sent box."""
    reply = await caller("GetMessages", location=location, index="0", count="100")
    rows: list[dict[str, Any]] = reply["Data"]
    return rows


async def texts(caller: Caller, location: str = "2") -> list[str]:
    """Give the texts in the sent box."""
    return [row["Body"] for row in await sent_box(caller, location)]


async def test_sent_box_lags(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """The message itself is sent at once, and its row keeps its own time."""
    account.sent_lag = 30 * SECOND
    rec_id = await caller.value(
        "SendSMS", to="09121234567", text="late", **{"from": LINE}
    )
    account.sent_lag = timedelta()
    await caller.send(text="prompt")
    assert arrived(gateway)[0] == rec_id
    gateway.advance(30 * SECOND - timedelta(microseconds=1))
    assert await texts(caller) == await texts(caller, "-1") == ["prompt"]
    assert await caller.value("GetDeliveries2", recId=rec_id) == "1"
    gateway.advance(timedelta(microseconds=1))
    prompt, late = await sent_box(caller)
    assert (prompt["Body"], late["Body"]) == ("prompt", "late")
    assert late["MsgID"] < prompt["MsgID"]
    assert late["SendDate"].startswith("2026-11-20T12:45:30")
    assert (late["RecCount"], late["RecSuccess"], late["RecFailed"]) == (1, 1, 0)


async def test_received_messages_do_not_lag(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Received messages do not lag."""
    account.sent_lag = SECOND
    account.sent_missing = 1
    gateway.receive(LINE, "09121234567", "in")
    assert await texts(caller, "1") == ["in"]


async def test_sent_box_misses_the_next_messages(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """They are sent, billed and counted like all others."""
    account.sent_missing = 2
    account.daily_limit = 3
    for text in ("one", "two", "three"):
        assert (await caller.send(text=text))["RetStatus"] == 1
    gateway.advance(timedelta(days=1) / 4)
    assert await texts(caller) == ["three"]
    assert account.sent_missing == 0
    assert len(arrived(gateway)) == 3
    assert account.credit == Decimal(994)
    assert (await caller.send())["Value"] == "3"


async def test_refused_message_is_none_of_those_that_are_missed(
    caller: Caller, account: Account
) -> None:
    """Refused message is none of those that are missed."""
    account.sent_missing = 1
    await caller.send(to="123")
    assert account.sent_missing == 1


async def test_lag_and_missing_are_of_one_account(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Lag and missing are of one account."""
    account.sent_lag, account.sent_missing = SECOND, 1
    gateway.add_account("reza", "secret", lines=["3000505"])
    caller.credentials["username"] = "reza"
    await caller.send(text="here", line="3000505")
    assert await texts(caller) == ["here"]


@pytest.mark.parametrize(
    "fault",
    [
        Reset(processed=True),
        Disconnect(processed=True),
        BrokenOff(),
        TruncatedJson(),
        ServerError(processed=True),
        ProxyError(504, processed=True),
        Maintenance(processed=True),
        Hang(processed=True),
    ],
)
async def test_processed_message_is_there_though_it_was_not_answered(
    caller: Caller, gateway: Gateway, fault: Fault
) -> None:
    """With the counts of its recipients."""
    gateway.set_outcome("09121234568", 2)
    gateway.fault("SendSMS", fault)
    with pytest.raises((ClientError, TimeoutError, ValueError, AssertionError)):
        await caller.send_briefly(to="09121234567,09121234568,09121234569")
    (row,) = await sent_box(caller)
    assert (row["RecCount"], row["RecSuccess"], row["RecFailed"]) == (3, 0, 0)
    gateway.advance(8 * SECOND)
    (row,) = await sent_box(caller)
    assert (row["RecCount"], row["RecSuccess"], row["RecFailed"]) == (3, 2, 1)


async def test_message_of_an_outage_is_missed_or_late_as_well(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Nobody can tell it from one that was never taken."""
    await gateway.go_away(Away.HANG, processed=True)
    account.sent_missing, account.sent_lag = 1, SECOND
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await caller.send_briefly()
    await gateway.come_back()
    assert await texts(caller) == []
    gateway.advance(SECOND)
    assert await texts(caller) == ["سلام"]


async def test_person_sends_from_the_panel(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """It is at once in the sent box and on the phones, and costs as much; nobody called."""
    account.sent_lag, account.sent_missing = SECOND, 1
    gateway.set_outcome("09121234568", 16)
    message = gateway.send_from_panel(LINE, "سلام", ["۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234568"])
    assert gateway.calls == []
    assert account.credit == 998
    assert account.sent_missing == 1
    assert set(arrived(gateway)) == {sms.rec_id for sms in message.sms}
    (row,) = await sent_box(caller)
    assert row["MsgID"] == message.msg_id
    assert (row["Body"], row["Sender"], row["Receiver"]) == (
        "سلام",
        LINE,
        "9121234567",
    )
    assert row["SendDate"].startswith("2026-11-20T12:45:30")
    gateway.advance(8 * SECOND)
    (row,) = await sent_box(caller)
    assert (row["RecCount"], row["RecSuccess"], row["RecFailed"]) == (2, 1, 1)
    rec_id = message.sms[1].rec_id
    assert await caller.value("GetDeliveries2", recId=rec_id) == "16"


async def test_person_has_sent_before(caller: Caller, gateway: Gateway) -> None:
    """Its row stands at its time among the others, and it is delivered long since."""
    gateway.advance(timedelta(hours=2))
    await caller.send(text="now")
    hour_ago = gateway.now() - timedelta(hours=1)
    for text in ("first", "second"):
        gateway.send_from_panel(LINE, text, ["09121234567"], at=hour_ago)
    await caller.send(text="after")
    rows = await sent_box(caller)
    assert [row["Body"] for row in rows] == ["after", "now", "second", "first"]
    assert len({row["MsgID"] for row in rows}) == 4
    assert rows[3]["SendDate"].startswith("2026-11-20T13:45:30")
    assert (rows[3]["RecSuccess"], rows[1]["RecSuccess"]) == (1, 0)


async def test_past_and_present_messages_share_no_id(
    caller: Caller, gateway: Gateway
) -> None:
    """Past and present messages share no id."""
    gateway.send_from_panel(LINE, "one", ["09121234567"], at=NOW)
    await caller.send(text="two")
    gateway.send_from_panel(LINE, "three", ["09121234567"], at=NOW)
    await caller.send(text="four")
    assert await texts(caller) == ["four", "three", "two", "one"]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"line": "1"}, LookupError, "No account has the line 1"),
        ({"text": ""}, ValueError, "text must not be empty"),
        ({"recipients": []}, ValueError, "recipients must be"),
        ({"recipients": ["09121234567", "12"]}, ValueError, "recipients must be"),
        ({"at": NOW + SECOND}, ValueError, "at must not be in the future"),
    ],
)
def test_person_can_not_send_just_anything(
    gateway: Gateway,
    account: Account,
    given: Any,
    error: type[Exception],
    message: str,
) -> None:
    """Person can not send just anything."""
    right = {"line": LINE, "text": "x", "recipients": ["09121234567"]}
    with pytest.raises(error, match=message):
        gateway.send_from_panel(**right | given)
    assert account.sent == []


async def test_control_api_sets_lag_and_missing(
    web: Web, caller: Caller, account: Account
) -> None:
    """Both go back to what they were at a reset."""
    shown = await control(
        web, "PATCH", "accounts/sara", {"sent_lag": 1.5, "sent_missing": 1}
    )
    assert (shown["sent_lag"], shown["sent_missing"]) == (1.5, 1)
    for text in ("missed", "late"):
        await caller.send(text=text)
    assert await texts(caller) == []
    await control(web, "POST", "clock", {"advance": 1.5})
    assert await texts(caller) == ["late"]
    await control(web, "PATCH", "accounts/sara", {"sent_missing": 3})
    await control(web, "POST", "reset", {})
    assert (account.sent_lag, account.sent_missing) == (timedelta(), 0)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"sent_lag": "1"}, "sent_lag: must be a number of seconds"),
        ({"sent_lag": True}, "sent_lag: must be a number of seconds"),
        ({"sent_lag": -1}, "sent_lag: must be between 0 and 2592000 seconds"),
        ({"sent_lag": 2592001}, "sent_lag: must be between 0 and 2592000 seconds"),
        ({"sent_missing": -1}, "sent_missing: must be a whole number, 0 or more"),
    ],
)
async def test_wrong_lag_is_a_clear_message(
    web: Web, setting: object, message: str
) -> None:
    """Wrong lag is a clear message."""
    answer = await control(web, "PATCH", "accounts/sara", setting, 400)
    assert answer == {"error": message}


async def test_control_api_sends_as_a_person(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Control API sends as a person."""
    answer = await control(
        web,
        "POST",
        "sent",
        {
            "line": LINE,
            "text": "سلام",
            "recipients": ["09121234567", "09121234568"],
            "at": "2026-11-20T12:00:00+03:30",
        },
    )
    (row,) = await sent_box(caller)
    assert answer == {"msg_id": row["MsgID"], "rec_ids": arrived(gateway)}
    assert row["SendDate"].startswith("2026-11-20T12:00:00")
    await control(
        web, "POST", "sent", {"line": LINE, "text": "x", "recipients": ["09121234567"]}
    )
    assert (await sent_box(caller))[0]["SendDate"].startswith("2026-11-20T12:45:30")


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ({"line": "1"}, 404, "No account has the line 1"),
        ({"text": ""}, 400, "text: must be a text"),
        ({"recipients": "09121234567"}, 400, "recipients: must be a list of texts"),
        ({"recipients": [9]}, 400, "recipients: must be a list of texts"),
        ({"recipients": []}, 400, "recipients must be one or more mobile numbers"),
        ({"at": 5}, 400, "at: must be a time in ISO 8601 with its zone"),
        ({"at": "noon"}, 400, "at: must be a time in ISO 8601 with its zone"),
        (
            {"at": "2026-11-20T12:00"},
            400,
            "at: must be a time in ISO 8601 with its zone",
        ),
        ({"at": "2027-11-20T12:00Z"}, 400, "at must not be in the future"),
    ],
)
async def test_wrong_message_of_a_person_is_a_clear_message(
    web: Web, account: Account, given: dict[str, object], status: int, message: str
) -> None:
    """Wrong message of a person is a clear message."""
    right = {"line": LINE, "text": "x", "recipients": ["09121234567"]}
    answer = await control(web, "POST", "sent", right | given, status)
    assert answer == {"error": message}
    assert account.sent == []
