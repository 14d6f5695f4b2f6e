"""The control API: what is sent, what comes in, and the clock."""

from datetime import timedelta
import json

import pytest

from simulator import Account, Gateway
from simulator.faults import Hang, Redirect

from .conftest import LINE, Caller, Web, control


async def test_state_shows_everything_but_secrets(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """State shows everything but secrets."""
    account.api_key = "hush-key"
    account.password = "hush-password"
    account.push_url = "http://127.0.0.1/hush-webhook"
    caller.credentials["password"] = "hush-key"
    await caller.send()
    gateway.fault("SendSMS", Hang(), times=None)
    state = await control(web, "GET", "state")
    assert "hush" not in json.dumps(state)
    assert state["now"] == "2026-11-20T09:15:30.123456+00:00"
    assert state["delivery_seconds"] == 8
    (shown,) = state["accounts"]
    assert (shown["username"], shown["credit"], shown["lines"]) == (
        "sara",
        "999",
        [LINE],
    )
    assert (shown["api_key_demanded"], shown["push"], shown["sent"]) == (True, "on", 1)
    (phone,) = state["phones"]
    assert (phone["number"], len(phone["messages"])) == ("09121234567", 1)
    assert state["faults"] == [{"method": "sendsms", "fault": "Hang", "times": None}]
    assert state["calls"] == 1


async def test_sms_can_come_in(web: Web, gateway: Gateway, account: Account) -> None:
    """SMS can come in."""
    answer = await control(
        web,
        "POST",
        "received",
        {"line": LINE, "sender": "09121234567", "text": "باز کن"},
    )
    (message,) = account.received
    assert answer == {"msg_id": message.msg_id}
    assert (message.sender, message.text) == ("9121234567", "باز کن")


@pytest.mark.parametrize(
    ("document", "status", "message"),
    [
        (
            {"line": "1", "sender": "09121234567", "text": "x"},
            404,
            "No account has the line 1",
        ),
        ({"line": LINE, "sender": "09121234567"}, 400, "text: must be a text"),
        ({"line": LINE, "sender": 9, "text": "x"}, 400, "sender: must be a text"),
    ],
)
async def test_wrong_sms_does_not_come_in(
    web: Web, account: Account, document: object, status: int, message: str
) -> None:
    """Wrong SMS does not come in."""
    assert await control(web, "POST", "received", document, status) == {
        "error": message
    }
    assert account.received == []


async def test_phone_shows_its_messages(web: Web, caller: Caller) -> None:
    """Phone shows its messages."""
    rec_id = (await caller.send(isFlash="true"))["Value"]
    assert await control(web, "GET", "phones/+989121234567") == {
        "number": "09121234567",
        "name": None,
        "on": True,
        "answer": None,
        "blacklisted": False,
        "outcome": 1,
        "messages": [
            {
                "rec_id": rec_id,
                "sender": LINE,
                "text": "سلام",
                "parts": 1,
                "flash": True,
                "status": 400,
                "at": "2026-11-20T09:15:30.123456+00:00",
            }
        ],
    }
    assert (await control(web, "GET", "phones/09350000000"))["messages"] == []
    assert (await control(web, "GET", "phones/x", status=400))[
        "error"
    ] == "Not a mobile number: x"


async def test_outcome_can_be_set(web: Web, caller: Caller, gateway: Gateway) -> None:
    """Outcome can be set."""
    await control(web, "POST", "outcomes", {"number": "09121234567", "outcome": 16})
    first = (await caller.send())["Value"]
    second = (await caller.send())["Value"]
    await control(web, "POST", "outcomes", {"rec_id": second, "outcome": "garbage"})
    gateway.advance(timedelta(seconds=8))
    assert await caller.value("GetDeliveries2", recId=first) == "16"
    assert await caller.value("GetDeliveries2", recId=second) == "garbage"
    await control(
        web, "POST", "outcomes", {"number": "09121234567", "blacklisted": True}
    )
    assert (await caller.send())["Value"] == "11"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"number": "09121234567"}, 400),
        ({"outcome": 2}, 400),
        ({"number": "09121234567", "outcome": None}, 400),
        ({"number": "09121234567", "outcome": True}, 400),
        ({"number": "x", "outcome": 2}, 400),
        ({"number": "09121234567", "blacklisted": "yes"}, 400),
        ({"rec_id": "1234567890123456789", "outcome": 2}, 404),
    ],
)
async def test_wrong_outcome_is_refused(
    web: Web, document: object, status: int
) -> None:
    """Wrong outcome is refused."""
    assert (await control(web, "POST", "outcomes", document, status))["error"]


async def test_clock_can_be_put_forward(web: Web, gateway: Gateway) -> None:
    """Clock can be put forward."""
    before = gateway.now()
    answer = await control(web, "POST", "clock", {"advance": 90.5})
    assert gateway.now() - before == timedelta(seconds=90.5)
    assert answer == {"now": gateway.now().isoformat()}


@pytest.mark.parametrize("advance", [-1, "1", None, True, 1e12])
async def test_clock_takes_nothing_else(
    web: Web, gateway: Gateway, advance: object
) -> None:
    """Clock takes nothing else."""
    before = gateway.now()
    answer = await control(web, "POST", "clock", {"advance": advance}, 400)
    assert answer["error"].startswith("advance: must be")
    assert gateway.now() == before


async def test_calls_are_shown_without_passwords(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """Calls are shown without passwords."""
    gateway.fault("GetCredit", Redirect("https://example.org"))
    await caller.web.post(
        "/api/SendSMS/GetCredit", json=caller.credentials, allow_redirects=False
    )
    await caller("GetBasePrice")
    first, second = await control(web, "GET", "calls")
    assert first == {
        "method": "GetCredit",
        "parameters": {"username": "sara"},
        "at": "2026-11-20T09:15:30.123456+00:00",
        "address": "127.0.0.1",
        "content_type": "application/json",
        "accept": "*/*",
        "fault": "Redirect",
        "processed": False,
        "outcome": "not processed",
    }
    assert (second["fault"], second["outcome"]) == (None, "1 Ok: 1730")


async def test_reset_goes_back_to_the_beginning(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Reset goes back to the beginning."""
    before = gateway.now()
    first = (await caller.send())["Value"]
    gateway.receive(LINE, "09121234567", "x")
    gateway.fault(None, Hang(), times=None)
    await control(
        web, "PATCH", "settings", {"delivery_seconds": 1, "xml_by_default": True}
    )
    await control(
        web,
        "PATCH",
        "settings",
        {"failed_logins_allowed": 1, "updating": True, "validity_seconds": 1},
    )
    gateway.advance(timedelta(days=1))
    account.lines.append("3000505")
    await control(web, "PATCH", "accounts/sara", {"password": "changed", "credit": 0})
    await control(web, "POST", "accounts", {"username": "reza", "password": "p"})
    await control(web, "POST", "reset")
    assert list(gateway.accounts) == ["sara"]
    assert gateway.accounts["sara"] is account
    assert (account.password, account.lines) == ("secret", [LINE])
    assert account.credit == 1000
    assert (account.sent, account.received, gateway.phones) == ([], [], {})
    assert (gateway.calls, gateway.now()) == ([], before)
    assert (gateway.updating, gateway.xml_by_default) == (False, False)
    assert gateway.delivery_time == timedelta(seconds=8)
    assert gateway.validity == timedelta(days=1)
    assert gateway.blocks.failures_allowed == 5
    assert int((await caller.send())["Value"]) > int(first)


@pytest.mark.parametrize(
    ("verb", "path"),
    [("GET", "nothing"), ("POST", "state"), ("GET", ""), ("GET", "faults")],
)
async def test_unknown_request_is_404(web: Web, verb: str, path: str) -> None:
    """Unknown request is 404."""
    answer = await control(web, verb, path, status=404)
    assert answer == {"error": f"The control API has no {verb} /control/{path}"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100000])
async def test_body_that_is_no_json_is_400(web: Web, body: bytes) -> None:
    """Body that is no JSON is 400."""
    response = await web.post("/control/clock", data=body)
    assert response.status == 400
    assert await response.json() == {"error": "The body must be JSON"}
