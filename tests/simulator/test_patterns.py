"""What BaseServiceNumber does, and what it refuses."""

from typing import Any

import pytest

from simulator import Account, Gateway

from .conftest import LINE, Caller

SHARED_LINE = "5000405060"


@pytest.fixture(autouse=True)
def patterns(account: Account) -> None:
    """Let the account have approved patterns, and no line of its own."""
    account.patterns = {101: 2, 102: "کد {0} برای {1} است. {0}", 103: 0}
    account.lines = []


async def test_pattern_message_comes_from_the_shared_line(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Pattern message comes from the shared line."""
    reply = await caller(
        "BaseServiceNumber", text="1234;در {0}", to="09121234567", bodyId="102"
    )
    assert (reply["RetStatus"], reply["StrRetStatus"]) == (1, "Ok")
    assert len(reply["Value"]) > 15
    (sms,) = gateway.phone("09121234567").messages
    assert (sms.rec_id, sms.sender) == (reply["Value"], SHARED_LINE)
    assert sms.text == "کد 1234 برای در {0} است. 1234"
    assert account.credit == 999


@pytest.mark.parametrize(
    ("body_id", "text", "arrives"),
    [("101", "a;b", "a\nb"), ("101", ";", "\n"), ("103", "", "")],
)
async def test_pattern_known_by_its_number_of_variables_shows_them(
    caller: Caller, gateway: Gateway, body_id: str, text: str, arrives: str
) -> None:
    """Pattern known by its number of variables shows them."""
    await caller.value("BaseServiceNumber", text=text, to="09121234567", bodyId=body_id)
    assert gateway.phone("09121234567").messages[0].text == arrives


async def test_pattern_message_reaches_blacklisted_recipients(
    caller: Caller, gateway: Gateway
) -> None:
    """Pattern message reaches blacklisted recipients."""
    gateway.phone("09121234567").blacklisted = True
    await caller.value("BaseServiceNumber", text="a;b", to="09121234567", bodyId="101")
    assert len(gateway.phone("09121234567").messages) == 1


@pytest.mark.parametrize(
    "name", ["UserName", "Password", "TEXT", "To", "bodyid", "BodyId"]
)
async def test_mis_cased_names_are_an_internal_error(caller: Caller, name: str) -> None:
    """Mis cased names are an internal error."""
    parameters = caller.credentials | {
        "text": "a;b",
        "to": "09121234567",
        "bodyId": "101",
    }
    right = next(each for each in parameters if each.lower() == name.lower())
    parameters[name] = parameters.pop(right)
    caller.credentials = {}
    assert await caller("BaseServiceNumber", **parameters) == {
        "Value": "-6",
        "RetStatus": 35,
        "StrRetStatus": "InvalidData",
    }


async def test_unknown_names_are_ignored(caller: Caller) -> None:
    """Unknown names are ignored."""
    await caller.value(
        "BaseServiceNumber",
        text="a;b",
        to="09121234567",
        bodyId="101",
        **{"from": LINE, "x": "y"},
    )


@pytest.mark.parametrize(
    ("settings", "changed", "code"),
    [
        ({"shared_service_access": False}, {}, "-1"),
        ({}, {"to": "09121234567,09121234568"}, "-2"),
        ({"shared_line": None}, {}, "-3"),
        ({}, {"bodyId": "999"}, "-4"),
        ({}, {"bodyId": ""}, "-4"),
        ({}, {"bodyId": "x"}, "-4"),
        ({}, {"text": "a"}, "-5"),
        ({}, {"text": "a;b;c"}, "-5"),
        ({}, {"text": ""}, "-5"),
        ({}, {"text": "a;https://example.ir"}, "-10"),
        ({"active": False}, {}, "10"),
        ({"documents_complete": False}, {}, "12"),
        ({}, {"to": ""}, "16"),
        ({}, {"to": "0912"}, "18"),
        ({"credit": 1}, {}, "2"),
        ({"daily_limit": 0}, {}, "3"),
        ({"hourly_limit": 0}, {}, "19"),
    ],
)
async def test_pattern_message_is_refused_for_a_cause(
    *,
    caller: Caller,
    gateway: Gateway,
    account: Account,
    settings: dict[str, Any],
    changed: dict[str, str],
    code: str,
) -> None:
    """Pattern message is refused for a cause."""
    for name, value in settings.items():
        setattr(account, name, value)
    parameters = {"text": "a;b", "to": "09121234567", "bodyId": "101"} | changed
    assert await caller("BaseServiceNumber", **parameters) == {
        "Value": code,
        "RetStatus": 35,
        "StrRetStatus": "InvalidData",
    }
    assert not any(phone.messages for phone in gateway.phones.values())
