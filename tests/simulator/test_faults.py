"""Faults of the replies: how they are planned, and how a client meets them."""

from datetime import timedelta

import pytest

from simulator import Gateway
from simulator.codes import Result
from simulator.faults import (
    Code,
    CodesInList,
    Envelope,
    Fault,
    FlatEnvelope,
    LongList,
    PasswordChanged,
    Place,
    Replaced,
    ServerError,
    ShortList,
    UnknownKeys,
    WithoutId,
)

from .conftest import LINE, METHOD_NAMES, NOW, Caller, arrived

OK = {"Value": "1000", "RetStatus": 1, "StrRetStatus": "Ok"}
THREE = "09121234567,09121234568,09121234569"


async def test_fault_comes_as_often_as_planned_and_in_order(
    caller: Caller, gateway: Gateway
) -> None:
    """Fault comes as often as planned and in order."""
    gateway.fault("GetCredit", Code(6), times=2)
    gateway.fault(None, Code(0))
    gateway.fault("SendSMS", Code(7))
    assert (await caller("GetCredit"))["RetStatus"] == 6
    assert (await caller("GetCredit"))["RetStatus"] == 6
    assert (await caller("GetCredit"))["RetStatus"] == 35
    assert await caller("GetCredit") == OK
    assert (await caller.send())["Value"] == "7"
    assert (await caller.send())["RetStatus"] == 1


async def test_fault_without_number_comes_until_cleared(
    caller: Caller, gateway: Gateway
) -> None:
    """Fault without number comes until cleared."""
    gateway.fault("getcredit", Code(6), times=None)
    for _ in range(5):
        assert (await caller("GetCredit"))["RetStatus"] == 6
    gateway.clear_faults()
    assert await caller("GetCredit") == OK


@pytest.mark.parametrize(("method", "times"), [("Nothing", 1), ("SendSMS", 0)])
def test_fault_that_can_never_come_is_an_error(
    gateway: Gateway, method: str, times: int
) -> None:
    """Fault that can never come is an error."""
    with pytest.raises(ValueError, match="No such method|at least once"):
        gateway.fault(method, Code(0), times=times)


async def test_fault_is_in_the_record_of_calls(
    caller: Caller, gateway: Gateway
) -> None:
    """Fault is in the record of calls."""
    gateway.fault("SendSMS", ServerError(processed=True))
    gateway.fault("SendSMS", ServerError())
    for _ in range(3):
        await caller.post("SendSMS", to="09121234567", text="سلام", **{"from": LINE})
    assert [call.fault for call in gateway.calls] == [
        ServerError(processed=True),
        ServerError(),
        None,
    ]
    assert [call.processed for call in gateway.calls] == [True, False, True]
    assert gateway.calls[1].outcome == "not processed"


@pytest.mark.parametrize("method", METHOD_NAMES)
@pytest.mark.parametrize("code", [*Result, -108, -109, -110, -111, 4242])
async def test_every_code_can_be_had_from_every_method(
    caller: Caller, gateway: Gateway, method: str, code: int
) -> None:
    """Every code can be had from every method."""
    gateway.fault(method, Code(code))
    reply = await caller(method)
    base = reply.get("MyBase", reply)
    assert str(int(code)) in {str(base["Value"]), str(base["RetStatus"])} or code == 0
    if code != Result.ACCEPTED_WITHOUT_ID:
        assert base["RetStatus"] != 1
    assert arrived(gateway) == []


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        (
            Code(2, value_as_number=True),
            {"Value": 2, "RetStatus": 35, "StrRetStatus": "InvalidData"},
        ),
        (Code(5), {"Value": "5", "RetStatus": 9, "StrRetStatus": "InvalidNumber"}),
        (Code(0), {"Value": "0", "RetStatus": 35, "StrRetStatus": "InvalidData"}),
        (
            Code(2, Place.VALUE, value_as_number=True),
            {"Value": 2, "RetStatus": 35, "StrRetStatus": "InvalidData"},
        ),
        (
            Code(2, Place.STATUS),
            {"Value": None, "RetStatus": 2, "StrRetStatus": "InvalidData"},
        ),
        (
            Code(2, Place.STATUS, value="NULL"),
            {"Value": "NULL", "RetStatus": 2, "StrRetStatus": "InvalidData"},
        ),
        (
            Code(-108, Place.STATUS, value="", ret_status_as_text=True),
            {"Value": "", "RetStatus": "-108", "StrRetStatus": "InvalidData"},
        ),
        (
            Code(10, Place.BOTH),
            {"Value": "10", "RetStatus": 10, "StrRetStatus": "InvalidData"},
        ),
        (
            Code(2, Place.BESIDE_OK),
            {"Value": "2", "RetStatus": 1, "StrRetStatus": "Ok"},
        ),
        (
            Envelope(value=[1], ret_status={"a": 1}, str_ret_status=None),
            {"Value": [1], "RetStatus": {"a": 1}, "StrRetStatus": None},
        ),
    ],
)
async def test_code_stands_where_it_is_wanted(
    caller: Caller, gateway: Gateway, fault: Fault, reply: dict[str, object]
) -> None:
    """Code stands where it is wanted."""
    gateway.fault("SendSMS", fault)
    assert await caller.send() == reply
    assert arrived(gateway) == []


async def test_code_of_a_list_method_stands_in_its_base(
    caller: Caller, gateway: Gateway
) -> None:
    """Code of a list method stands in its base."""
    gateway.fault("GetUserNumbers", Code(0, Place.BESIDE_OK))
    assert await caller("GetUserNumbers") == {
        "MyBase": {"Value": "0", "RetStatus": 1, "StrRetStatus": "Ok"},
        "Data": None,
    }


async def test_code_can_come_after_the_send(caller: Caller, gateway: Gateway) -> None:
    """Code can come after the send."""
    gateway.fault("SendSMS", Code(-6, processed=True))
    assert (await caller.send())["Value"] == "-6"
    assert len(arrived(gateway)) == 1


async def test_some_recipients_can_be_refused(caller: Caller, gateway: Gateway) -> None:
    """Some recipients can be refused."""
    gateway.fault("SendSMS", CodesInList((None, 18, None)))
    reply = await caller.send(THREE)
    first, code, third = reply["Value"].split(",")
    assert (code, reply["RetStatus"]) == ("18", 1)
    assert arrived(gateway) == [first, third]
    assert (await caller.value("GetCredit")) == "998"


async def test_all_recipients_can_be_refused_in_the_list(
    caller: Caller, gateway: Gateway
) -> None:
    """All recipients can be refused in the list."""
    gateway.fault("SendSMS", CodesInList((18, 35)))
    assert (await caller.send("09121234567,09121234568"))["Value"] == "18,35"
    assert arrived(gateway) == []


async def test_lists_can_be_too_short_or_too_long(
    caller: Caller, gateway: Gateway
) -> None:
    """Lists can be too short or too long."""
    gateway.fault("SendSMS", ShortList())
    gateway.fault("SendSMS", ShortList(by=3))
    gateway.fault("SendSMS", LongList(by=2))
    assert (await caller.send(THREE))["Value"].split(",") == arrived(gateway)[:2]
    assert (await caller.send(THREE))["Value"] == ""
    assert len((await caller.send(THREE))["Value"].split(",")) == 5
    assert len(arrived(gateway)) == 9


async def test_send_can_be_accepted_without_an_id(
    caller: Caller, gateway: Gateway
) -> None:
    """Send can be accepted without an id."""
    gateway.fault("SendSMS", WithoutId())
    gateway.fault("SendSMS", WithoutId(as_number=True))
    assert (await caller.send())["Value"] == "1"
    assert (await caller.send())["Value"] == 1
    assert len(arrived(gateway)) == 2


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("Value", None, "null"),
        ("Value", [1], "[1]"),
        ("Value", 3.5, "3.5"),
        ("Value", {"a": 1}, '{"a":1}'),
        ("Value", float("nan"), "NaN"),
        ("RetStatus", "1", '"1"'),
        ("StrRetStatus", None, "null"),
    ],
)
async def test_field_can_be_of_another_type(
    caller: Caller, gateway: Gateway, field: str, value: object, shown: str
) -> None:
    """Field can be of another type."""
    gateway.fault("GetCredit", Replaced(field, value))
    text = await (await caller.post("GetCredit")).text()
    assert f'"{field}":{shown}' in text


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        (
            Replaced("Data"),
            {"MyBase": {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"}},
        ),
        (Replaced("MyBase"), {"Data": [{"Number": LINE}]}),
        (
            Replaced("Data", None),
            {
                "MyBase": {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"},
                "Data": None,
            },
        ),
        (
            Replaced("RetStatus"),
            {
                "MyBase": {"Value": "Ok", "StrRetStatus": "Ok"},
                "Data": [{"Number": LINE}],
            },
        ),
        (
            Replaced("Number", 5, in_rows=True),
            {
                "MyBase": {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"},
                "Data": [{"Number": 5}],
            },
        ),
        (
            FlatEnvelope(),
            {
                "Value": "Ok",
                "RetStatus": 1,
                "StrRetStatus": "Ok",
                "Data": [{"Number": LINE}],
            },
        ),
        (
            Envelope("Ok", 1, "Ok", flat=True, processed=True),
            {
                "Value": "Ok",
                "RetStatus": 1,
                "StrRetStatus": "Ok",
                "Data": [{"Number": LINE}],
            },
        ),
        (
            Envelope("NULL", 35, "InvalidData"),
            {
                "MyBase": {
                    "Value": "NULL",
                    "RetStatus": 35,
                    "StrRetStatus": "InvalidData",
                },
                "Data": None,
            },
        ),
    ],
)
async def test_list_reply_can_be_bent(
    caller: Caller, gateway: Gateway, fault: Fault, reply: dict[str, object]
) -> None:
    """List reply can be bent."""
    gateway.fault("GetUserNumbers", fault)
    assert await caller("GetUserNumbers") == reply


async def test_reply_can_have_unknown_keys_at_every_level(
    caller: Caller, gateway: Gateway
) -> None:
    """Reply can have unknown keys at every level."""
    gateway.fault("GetUserNumbers", UnknownKeys())
    reply = await caller("GetUserNumbers")
    for level in (reply, reply["MyBase"], reply["Data"][0]):
        assert {"Version", "Meta"} < level.keys()
    assert reply["MyBase"]["RetStatus"] == 1
    assert reply["Data"][0]["Number"] == LINE
    gateway.fault("GetCredit", UnknownKeys())
    assert (await caller("GetCredit")).items() > OK.items()


async def test_password_can_change_in_the_middle(
    caller: Caller, gateway: Gateway
) -> None:
    """Password can change in the middle."""
    gateway.fault("GetCredit", PasswordChanged("Sara", "other"))
    assert (await caller("GetCredit"))["Value"] is None
    caller.credentials["password"] = "other"
    assert await caller("GetCredit") == OK
    assert "other" not in repr(PasswordChanged("sara", "other"))


def test_clock_of_its_own_is_the_real_one_unless_one_is_given() -> None:
    """Clock of its own is the real one unless one is given."""
    gateway = Gateway()
    assert gateway.now().utcoffset() == timedelta(0)
    assert Gateway(clock=lambda: NOW).now() == NOW
