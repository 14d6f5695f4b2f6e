"""The replies of the list methods: the account's lines and its messages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.payamak.gateway import (
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    Location,
    Message,
    MessagePage,
    RejectedError,
    SenderLineError,
    UpdatingError,
)
from custom_components.payamak.gateway.answers import read_lines
from custom_components.payamak.gateway.box import read_messages
from custom_components.payamak.gateway.reply import Reply, parse

type Reader = Callable[[Reply], object]

OK = {"Value": "Ok", "RetStatus": 1, "StrRetStatus": "Ok"}
ROW = {
    "MsgID": 45163871234,
    "Body": "Water in the cellar",
    "SendDate": "2017-06-05T15:42:58.68",
    "Sender": "9121234567",
    "Receiver": "500010604671",
    "FirstLocation": 1,
    "CurrentLocation": 1,
    "Parts": 1,
    "RecCount": 1,
    "RecFailed": 0,
    "RecSuccess": 0,
    "IsUnicode": False,
}


def listing(data: object, base: object = OK) -> bytes:
    """Write the envelope of the list methods."""
    return json.dumps({"MyBase": base, "Data": data}).encode()


def message(**changed: object) -> Message:
    """Read one row, some of it changed."""
    (row,) = read_messages(parse(listing([{**ROW, **changed}]))).messages
    return row


@pytest.mark.parametrize(
    "body",
    [
        (
            b'{"MyBase":{"Value":"Ok","RetStatus":1,"StrRetStatus":"Ok"},'
            b'"Data":[{"Number":"500010604671"},{"Number":"50001060"}]}'
        ),
        (
            b'{"Value":"Ok","RetStatus":1,"StrRetStatus":"Ok",'
            b'"Data":[{"Number":"500010604671"},{"Number":"50001060"}]}'
        ),
        (
            b'{"MyBase":null,"Value":"Ok","RetStatus":"1",'
            b'"Data":[{"Number":500010604671},{"Number":" 50001060 "}]}'
        ),
        (
            b'{"Data":[{"Number":"500010604671","Default":true},{"Number":null},'
            b'{"Number":""},{},{"Number":"50001060"}],"MyBase":{"RetStatus":1},"x":[]}'
        ),
        (
            b'{"MyBase":{"Value":null,"RetStatus":1},'
            b'"Data":[{"Number":"500010604671"},{"Number":"50001060"}]}'
        ),
        (
            b'{"MyBase":{"Value":"2","RetStatus":1},'
            b'"Data":[{"Number":"500010604671"},{"Number":"50001060"}]}'
        ),
    ],
    ids=["nested", "flat", "base null", "odd rows", "value null", "count in value"],
)
def test_lines_are_read_as_they_have_to_be_sent(body: bytes) -> None:
    """Whatever the envelope and the types."""
    assert read_lines(parse(body)) == ("500010604671", "50001060")


@pytest.mark.parametrize(
    "body",
    [
        listing([]),
        listing(None),
        b'{"MyBase":{"Value":"Ok","RetStatus":1}}',
        b'{"Value":"Ok","RetStatus":1}',
        b'{"Value":"Ok"}',
        b'{"Value":"1","RetStatus":1,"Data":[]}',
    ],
)
def test_there_may_be_no_rows(body: bytes) -> None:
    """A new account has neither lines nor messages."""
    assert read_lines(parse(body)) == ()
    assert read_messages(parse(body)) == MessagePage()


@pytest.mark.parametrize(
    "data", [{}, {"Number": "5000"}, "", "[]", 0, 1, True, ["5000"], [None], [[]]]
)
@pytest.mark.parametrize("read", [read_lines, read_messages])
def test_rows_of_a_wrong_type_are_a_clear_error(read: Reader, data: object) -> None:
    """Success with nonsense instead of rows is no empty list."""
    with pytest.raises(BadReplyError):
        read(parse(listing(data)))


@pytest.mark.parametrize("number", [True, [], {"Value": "5000"}])
def test_a_line_of_a_wrong_type_is_a_clear_error(number: object) -> None:
    """It could not be sent from."""
    with pytest.raises(BadReplyError):
        read_lines(parse(listing([{"Number": number}])))


@pytest.mark.parametrize(
    ("value", "ret_status", "error"),
    [
        (None, 0, CredentialsError),
        ("0", 35, CredentialsError),
        ("0", 0, CredentialsError),
        ("0", 1, CredentialsError),
        ("0", None, CredentialsError),
        (-110, 1, ApiKeyRequiredError),
        ("108", 1, AddressError),
        (None, -109, AddressError),
        ("6", 1, UpdatingError),
        (None, 6, UpdatingError),
        ("5", 9, SenderLineError),
        ("999", 1, RejectedError),
        (None, None, BadReplyError),
    ],
)
@pytest.mark.parametrize("data", [None, [], "", {}, "missing"])
@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("read", [read_lines, read_messages])
def test_a_refusal_is_no_empty_list(
    *,
    read: Reader,
    value: object,
    ret_status: object,
    data: object,
    error: type[GatewayError],
    nested: bool,
) -> None:
    """And whatever stands in Data does not hide it: polling has to stop."""
    base = {"Value": value, "RetStatus": ret_status}
    reply: dict[str, object] = {"MyBase": base} if nested else dict(base)
    if data != "missing":
        reply["Data"] = data
    with pytest.raises(error) as refused:
        read(parse(json.dumps(reply).encode()))
    assert type(refused.value) is error


@pytest.mark.parametrize(
    ("value", "ret_status"), [(None, 35), ("NULL", 35), ("", "35")]
)
@pytest.mark.parametrize("read", [read_lines, read_messages])
def test_a_null_list_says_nothing_about_credentials(
    read: Reader, value: object, ret_status: object
) -> None:
    """A panel that does not offer its lines or messages says the same, and so it does of a wrong line."""
    body = json.dumps({"MyBase": {"Value": value, "RetStatus": ret_status}}).encode()
    with pytest.raises(RejectedError) as refused:
        read(parse(body))
    assert (refused.value.reason, refused.value.code) == ("invalid_request", 35)


@pytest.mark.parametrize("read", [read_lines, read_messages])
@pytest.mark.parametrize(
    "base", [{"Value": "0", "RetStatus": 35}, {"Value": None, "RetStatus": 0}]
)
def test_a_code_of_wrong_credentials_is_clear_in_a_list_too(
    read: Reader, base: dict[str, object]
) -> None:
    """A code outweighs that there are no rows."""
    with pytest.raises(CredentialsError):
        read(parse(listing(None, base)))


def test_a_received_message_is_read_whole() -> None:
    """The mobile number in the common spelling, the own line as it is."""
    received = message()
    assert received == Message(
        message_id="45163871234",
        location=Location.RECEIVED,
        text="Water in the cellar",
        sender="09121234567",
        receiver="500010604671",
        sent_at=received.sent_at,
        parts=1,
        recipients=1,
        delivered=0,
        failed=0,
    )


def test_a_sent_message_counts_its_recipients() -> None:
    """One row for all of them."""
    sent = message(
        FirstLocation=2,
        Sender="500010604671",
        Receiver=9121234567,
        RecCount="3",
        RecSuccess="2",
        RecFailed=1,
        Parts="2",
    )
    assert sent.location is Location.SENT
    assert (sent.sender, sent.receiver) == ("500010604671", "09121234567")
    assert (sent.parts, sent.recipients, sent.delivered, sent.failed) == (2, 3, 2, 1)


@pytest.mark.parametrize("value", [None, "", "NULL", "many", 1.5])
def test_counts_that_are_no_numbers_are_none(value: object) -> None:
    """Half a row is better than none: the text is what matters."""
    row = message(Parts=value, RecCount=value, RecSuccess=value, RecFailed=value)
    assert (row.parts, row.recipients, row.delivered, row.failed) == (0, 0, 0, 0)


def test_counts_below_zero_are_none() -> None:
    """Else -1 of -1 would mean that all of them have it."""
    row = message(Parts=-1, RecCount="-1", RecSuccess=-1, RecFailed="-1")
    assert (row.parts, row.recipients, row.delivered, row.failed) == (0, 0, 0, 0)


def test_a_row_needs_nothing_but_its_id() -> None:
    """Fields that are missing are empty."""
    (row,) = read_messages(parse(listing([{"MsgID": "7"}]))).messages
    assert row == Message(
        message_id="7",
        location=Location.ALL,
        text="",
        sender="",
        receiver="",
        sent_at=None,
        parts=0,
        recipients=0,
        delivered=0,
        failed=0,
    )


@pytest.mark.parametrize("value", [ROW["MsgID"], "45163871234", " 45163871234 "])
def test_a_msgid_is_whole_digits(value: object) -> None:
    """It goes beyond 32 bits, and rows are sorted by it."""
    assert message(MsgID=value).message_id == "45163871234"
    assert message(MsgID=value).number == 45163871234


@pytest.mark.parametrize(
    "value", [None, "", "NULL", "x", 4.5163871234e10, "4.5e10", -7, "1" * 21, [], True]
)
def test_a_row_without_an_id_is_a_clear_error(value: object) -> None:
    """It could not be told from another one; an error only where it is the only row."""
    with pytest.raises(BadReplyError):
        message(MsgID=value)


@pytest.mark.parametrize("number", ["12345678901e0", "1234567890.5e1", "1e5", "7.0"])
def test_a_number_with_an_exponent_is_no_id(number: str) -> None:
    """What it stands for was never written by the panel."""
    body = f'{{"Value":"Ok","RetStatus":1,"Data":[{{"MsgID":{number}}}]}}'.encode()
    with pytest.raises(BadReplyError):
        read_messages(parse(body))


@pytest.mark.parametrize(
    "bad",
    [{**ROW, "MsgID": None}, {}, {**ROW, "Body": []}, "x", None, [ROW], 7],
    ids=repr,
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_cant_be_read_hides_no_other(bad: object, place: int) -> None:
    """It is counted, as the offset of the next page counts all rows."""
    rows: list[object] = [{**ROW, "MsgID": 9}, {**ROW, "MsgID": 8}]
    rows.insert(place, bad)
    page = read_messages(parse(listing(rows)))
    assert [row.message_id for row in page.messages] == ["9", "8"]
    assert (page.skipped, page.rows) == (1, 3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("سلام ‌دنیا 😀", "سلام ‌دنیا 😀"),
        (" NULL ", " NULL "),
        ("two\r\nlines ", "two\r\nlines "),
        ("", ""),
        (None, ""),
        (0, "0"),
        (12345, "12345"),
        ("cut \ud83d", "cut ?"),  # half an emoji, which no UTF-8 can hold
    ],
)
def test_a_text_is_kept_as_it_is(value: object, text: str) -> None:
    """Blanks and words like NULL are the sender's own."""
    assert message(Body=value).text == text
    assert message(Body=value).text.encode().decode() == text


@pytest.mark.parametrize("value", [[], {}, True, ["x"]])
def test_a_text_of_a_wrong_type_is_a_clear_error(value: object) -> None:
    """An object is nobody's message."""
    with pytest.raises(BadReplyError):
        message(Body=value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("9121234567", "09121234567"),
        ("989121234567", "09121234567"),
        ("+989121234567", "09121234567"),
        (9121234567, "09121234567"),
        ("500010604671", "500010604671"),
        ("30001234", "30001234"),
        ("Bank", "Bank"),
        ("Bank \ud83d", "Bank ?"),
        (None, ""),
    ],
)
def test_mobile_numbers_come_in_one_spelling(written: object, number: str) -> None:
    """Lines and words stay as they are."""
    assert message(Sender=written, Receiver=written).sender == number
    assert message(Sender=written, Receiver=written).receiver == number


@pytest.mark.parametrize(
    ("fraction", "microseconds"),
    [
        ("", 0),
        (".6", 600000),
        (".68", 680000),
        (".683", 683000),
        (".6833", 683300),
        (".68333", 683330),
        (".683333", 683333),
        (".6833333", 683333),
    ],
)
def test_a_time_without_a_zone_is_tehran_time(fraction: str, microseconds: int) -> None:
    """With 0-7 digits of a second; Tehran had summer time until 2022."""
    winter = message(SendDate=f"2024-12-05T15:42:58{fraction}").sent_at
    summer = message(SendDate=f"2017-06-05T15:42:58{fraction}").sent_at
    assert winter == datetime(2024, 12, 5, 12, 12, 58, microseconds, UTC)
    assert summer == datetime(2017, 6, 5, 11, 12, 58, microseconds, UTC)


def test_a_time_may_end_as_in_the_manual() -> None:
    """Its example is 2017-06-05T15:42:58.68T; one T alone."""
    sent_at = message(SendDate="2017-06-05T15:42:58.68T").sent_at
    assert sent_at == datetime(2017, 6, 5, 11, 12, 58, 680000, UTC)
    assert message(SendDate="2017-06-05T15:42:58.68TT").sent_at is None


@pytest.mark.parametrize(
    ("zone", "offset"), [("Z", 0), ("+00:00", 0), ("+03:30", 210), ("-05:00", -300)]
)
def test_a_time_with_a_zone_keeps_it(zone: str, offset: int) -> None:
    """The gateway's own zone outweighs the guess."""
    sent_at = message(SendDate=f"2024-12-05T15:42:58.6833333{zone}").sent_at
    assert sent_at is not None
    assert sent_at.utcoffset() == timedelta(minutes=offset)


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "NULL", "yesterday", "2024-13-05T15:42:58", 1496661178, []),
        *("/Date(1496661178000)/", "0001-01-01T00:00:00", "9999-12-31T23:59:59.9999"),
        *("2024-W49-4", "20241205", "2024-12-05", 20241205, "2024-12-05T24:00:00"),
        *("۲۰۲۴-۱۲-۰۵T15:42:58", "2024-12-05T15:42:58+24:00", {"Date": "2024-12-05"}),
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    """Nor is .NET's first or last moment, which no other zone can express."""
    assert message(SendDate=value).sent_at is None


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_time_that_is_deeply_nested_is_none(opening: str, closing: str) -> None:
    """Some depths can be read, but not written as a text; which ones depends on the machine."""
    for depth in range(1000, 100_000, 3000):
        deep = f"{opening * depth}1{closing * depth}"
        body = (
            f'{{"Value":"Ok","RetStatus":1,"Data":[{{"MsgID":7,"SendDate":{deep}}}]}}'
        )
        try:
            reply = parse(body.encode())
        except BadReplyError:
            continue
        (row,) = read_messages(reply).messages
        assert (row.message_id, row.sent_at) == ("7", None)


@pytest.mark.parametrize(
    ("value", "location"), [(1, 1), ("2", 2), (-1, -1), (3, -1), (None, -1), ("x", -1)]
)
def test_a_box_that_nobody_knows_is_no_box(value: object, location: int) -> None:
    """Such a row is neither received nor sent."""
    assert message(FirstLocation=value).location is Location(location)


def test_rows_stay_in_the_order_they_came_in() -> None:
    """Sorting by MsgID is the reader's."""
    rows = [{**ROW, "MsgID": number} for number in (9, 10, 8)]
    page = read_messages(parse(listing(rows)))
    order = [row.message_id for row in page.messages]
    assert order == ["9", "10", "8"]
