"""What GetMessages lists."""

from datetime import datetime, timedelta
import re

import pytest

from simulator import Account, Gateway

from .conftest import LINE, Caller

SECOND_LINE = "3000505"
INVALID = {
    "MyBase": {"Value": None, "RetStatus": 35, "StrRetStatus": "InvalidData"},
    "Data": None,
}


async def rows(
    caller: Caller, location: int, line: str = "", index: int = 0, count: int = 100
) -> list[dict[str, object]]:
    """Give the rows of GetMessages."""
    reply = await caller(
        "GetMessages",
        **{
            "location": str(location),
            "from": line,
            "index": str(index),
            "count": str(count),
        },
    )
    assert reply["MyBase"] == {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"}
    data: list[dict[str, object]] = reply["Data"]
    return data


async def test_sent_message_is_one_row_whatever_its_recipients(
    caller: Caller, gateway: Gateway
) -> None:
    """Sent message is one row whatever its recipients."""
    gateway.set_outcome("09121234568", 2)
    ids = (await caller.send("09121234567,09121234568,09121234569", "س" * 71))[
        "Value"
    ].split(",")
    (row,) = await rows(caller, 2)
    assert re.fullmatch(r"2026-11-20T12:45:30(\.\d{1,7})?", str(row.pop("SendDate")))
    msg_id = row.pop("MsgID")
    assert isinstance(msg_id, int)
    assert msg_id > 2**32
    assert str(msg_id) not in ids
    assert row == {
        "Body": "س" * 71,
        "Sender": LINE,
        "Receiver": "9121234567",
        "FirstLocation": 2,
        "CurrentLocation": 2,
        "Parts": 2,
        "RecCount": 3,
        "RecFailed": 0,
        "RecSuccess": 0,
        "IsUnicode": True,
    }
    gateway.advance(timedelta(seconds=8))
    (row,) = await rows(caller, 2)
    assert (row["RecCount"], row["RecFailed"], row["RecSuccess"]) == (3, 1, 2)


async def test_refused_recipients_are_not_counted(caller: Caller) -> None:
    """Refused recipients are not counted."""
    await caller.send("0912,09121234567", "Latin")
    (row,) = await rows(caller, 2)
    assert (row["RecCount"], row["Receiver"], row["IsUnicode"]) == (
        1,
        "9121234567",
        False,
    )


async def test_received_message_is_listed_with_ten_digit_sender(
    caller: Caller, gateway: Gateway
) -> None:
    """Received message is listed with ten digit sender."""
    message = gateway.receive(LINE, "+98 912 123 4567", "باز کن")
    (row,) = await rows(caller, 1)
    assert row["MsgID"] == message.msg_id
    assert (row["Body"], row["Sender"], row["Receiver"]) == (
        "باز کن",
        "9121234567",
        LINE,
    )
    assert (row["FirstLocation"], row["CurrentLocation"]) == (1, 1)


async def test_sender_that_is_no_mobile_stays_as_it_is(
    caller: Caller, gateway: Gateway
) -> None:
    """Sender that is no mobile stays as it is."""
    gateway.receive(LINE, "Bank", "x")
    (row,) = await rows(caller, 1)
    assert row["Sender"] == "Bank"


async def test_locations_are_kept_apart(caller: Caller, gateway: Gateway) -> None:
    """Locations are kept apart."""
    await caller.send(text="out")
    gateway.receive(LINE, "09121234567", "in")
    assert [row["Body"] for row in await rows(caller, 1)] == ["in"]
    assert [row["Body"] for row in await rows(caller, 2)] == ["out"]
    assert [row["Body"] for row in await rows(caller, -1)] == ["in", "out"]


async def test_newest_is_first_and_index_is_a_row_offset(
    caller: Caller, gateway: Gateway
) -> None:
    """Newest is first and index is a row offset."""
    for number in range(150):
        gateway.receive(LINE, "09121234567", str(number))
    assert [row["Body"] for row in await rows(caller, 1, count=2)] == ["149", "148"]
    assert [row["Body"] for row in await rows(caller, 1, index=1, count=2)] == [
        "148",
        "147",
    ]
    assert len(await rows(caller, 1)) == 100
    assert [row["Body"] for row in await rows(caller, 1, index=149)] == ["0"]
    assert await rows(caller, 1, index=150) == []
    ids = [row["MsgID"] for row in await rows(caller, 1)]
    assert len(set(ids)) == 100


@pytest.mark.parametrize(
    ("index", "body"),
    [
        *(("1", "old"), ("+1", "old"), (" 1 ", "old"), ("2147483647", None)),
        # No int of .NET, and so 0, as what is missing.
        *(("2147483648", "new"), ("9" * 30, "new"), ("۱", "new"), ("1.0", "new")),
    ],
)
async def test_index_is_a_number_of_32_bits(
    caller: Caller, gateway: Gateway, index: str, body: str | None
) -> None:
    """Index is a number of 32 bits."""
    gateway.receive(LINE, "09121234567", "old")
    gateway.receive(LINE, "09121234567", "new")
    asked = {"location": "1", "from": "", "index": index, "count": "1"}
    listed = (await caller("GetMessages", **asked))["Data"]
    assert [row["Body"] for row in listed] == ([] if body is None else [body])


async def test_from_filters_on_the_own_line(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """From filters on the own line."""
    account.lines = [LINE, SECOND_LINE]
    await caller.send(text="out", line=SECOND_LINE)
    gateway.receive(LINE, "09121234567", "in")
    gateway.receive(SECOND_LINE, "09121234567", "in too")
    assert [row["Body"] for row in await rows(caller, -1, SECOND_LINE)] == [
        "in too",
        "out",
    ]
    assert [row["Body"] for row in await rows(caller, 1, LINE)] == ["in"]
    assert await rows(caller, -1, "9121234567") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": "0"},
        {"location": "3"},
        {"location": ""},
        {"location": "x"},
        {"index": "-1"},
        {"count": "0"},
        {"count": "-1"},
        {"count": "101"},
        {"count": ""},
    ],
)
async def test_bad_input_is_answered_with_null(
    caller: Caller, wrong: dict[str, str]
) -> None:
    """Bad input is answered with null."""
    asked = {"location": "1", "from": "", "index": "0", "count": "10"} | wrong
    assert await caller("GetMessages", **asked) == INVALID


async def test_send_date_has_0_to_7_fraction_digits_of_tehran_time(
    caller: Caller, gateway: Gateway
) -> None:
    """Send date has 0 to 7 fraction digits of Tehran time."""
    for _ in range(16):
        gateway.receive(LINE, "09121234567", "x")
    dates = [str(row["SendDate"]) for row in await rows(caller, 1)]
    assert {len(date.partition(".")[2]) for date in dates} == set(range(8))
    assert all("2026-11-20T12:45:30.1234560".startswith(date) for date in dates)
    assert all(datetime.fromisoformat(date).tzinfo is None for date in dates)


async def test_message_id_rises_while_the_clock_stands_still(
    caller: Caller, gateway: Gateway
) -> None:
    """Message id rises while the clock stands still."""
    first = gateway.receive(LINE, "09121234567", "x")
    await caller.send()
    second = gateway.receive(LINE, "09121234567", "x")
    assert second.msg_id == first.msg_id + 2


def test_message_for_an_unknown_line_is_an_error(
    gateway: Gateway, account: Account
) -> None:
    """Message for an unknown line is an error."""
    with pytest.raises(LookupError, match="No account has the line 1000"):
        gateway.receive("1000", "09121234567", "x")


async def test_accounts_see_their_own_messages_only(
    caller: Caller, gateway: Gateway
) -> None:
    """Accounts see their own messages only."""
    await caller.send()
    gateway.receive(LINE, "09121234567", "x")
    gateway.add_account("reza", "secret", lines=[SECOND_LINE])
    caller.credentials["username"] = "reza"
    assert await rows(caller, -1) == []
