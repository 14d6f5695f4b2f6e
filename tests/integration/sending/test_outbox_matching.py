"""Which rows of the panel's sent box are messages of ours, and what they say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.payamak.gateway import Location, Message, SmsState
from custom_components.payamak.ledger import SmsRow
from custom_components.payamak.sending.matching import (
    Call,
    Listed,
    calls_of,
    find,
    may_have_left,
    state_by_counts,
)
from tests.integration.conftest import LINE, MINA, OMID, OTHER_LINE, SARA
from tests.integration.story.rows import content, waiting_row

LEFT_AT = 1_790_000_000.0


def shown(
    receiver: str = SARA, *, later: float = 0, message_id: str = "1", **changes: Any
) -> Listed:
    """Give a row of the sent box, by default one that is our call."""
    fields: dict[str, Any] = {
        "message_id": message_id,
        "location": Location.SENT,
        "text": "سلام",
        "sender": LINE,
        "receiver": receiver,
        "sent_at": datetime.fromtimestamp(LEFT_AT + later, UTC),
        "parts": 1,
        "recipients": 1,
        "delivered": 0,
        "failed": 0,
    }
    return Listed(message=Message(**fields | changes), at=LEFT_AT + later)


def rows_to(*numbers: str, key: int = 1, **changes: Any) -> list[SmsRow]:
    """Give the rows of one text that left at once; their ids are in order."""
    text = content(key)
    return [
        waiting_row(
            key * 10 + place,
            number,
            **{"content": text, "sent_at": LEFT_AT, "created_at": LEFT_AT} | changes,
        )
        for place, number in enumerate(numbers)
    ]


def call_to(*numbers: str, key: int = 1, **changes: Any) -> Call:
    """Give a request of ours."""
    fields: dict[str, Any] = {
        "rows": rows_to(*numbers, key=key),
        "text": "سلام",
        "line": LINE,
        "sent_at": LEFT_AT,
    }
    return Call(**fields | changes)


def found(calls: Sequence[Call], *listed: Listed) -> dict[str, str]:
    """Give, by our own ids, the ids of the rows that fit."""
    return {
        sms_id: message.message_id for sms_id, message in find(calls, listed).items()
    }


@pytest.mark.parametrize(
    ("later", "fits"),
    [
        (-120.1, False),
        (-120, True),
        (0, True),
        (300, True),
        (300.1, False),
    ],
)
def test_the_gateway_dates_a_message_up_to_a_time_out_later(
    later: float, fits: bool
) -> None:
    """Clocks differ a little."""
    assert call_to(SARA).may_be(shown(later=later)) is fits


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"text": "سلام!"}, False),
        ({"text": " سلام\r\n"}, True),
        ({"sender": OTHER_LINE}, False),
        ({"sender": f"+98{LINE}"}, True),
        ({"receiver": OMID}, True),
        ({"receiver": MINA}, False),
        ({"recipients": 1}, True),
        ({"recipients": 2}, True),
        ({"recipients": 3}, False),
    ],
)
def test_a_row_that_may_be_ours_is_like_our_request(
    changes: dict[str, Any], fits: bool
) -> None:
    """In its text, line and first recipient; the gateway may have taken some of them alone."""
    assert call_to(SARA, OMID).may_be(shown(**changes)) is fits


def test_the_ends_of_lines_and_not_the_words_may_differ() -> None:
    """The panel writes them in its own way."""
    call = call_to(SARA, text="a b\nc", line=f"0098{LINE}")
    assert call.may_be(shown(text="a b\r\nc"))
    assert not call.may_be(shown(text="ab\nc"))


def test_rows_that_left_together_are_one_request() -> None:
    """With the text, and the line that it names, or the usual one."""
    together = rows_to(SARA, OMID)
    later = rows_to(MINA, sent_at=LEFT_AT + 1)
    other = rows_to(SARA, key=2, content=content(2, "الو", sender=OTHER_LINE))
    calls = calls_of([together[0], *later, *other, together[1]], LINE)
    assert calls == [
        Call(rows=together, text="سلام", line=LINE, sent_at=LEFT_AT),
        Call(rows=later, text="سلام", line=LINE, sent_at=LEFT_AT + 1),
        Call(rows=other, text="الو", line=OTHER_LINE, sent_at=LEFT_AT),
    ]


def test_what_has_not_left_or_whose_text_nobody_knows_is_no_request() -> None:
    """A pattern's text stands in the panel alone."""
    [waits] = rows_to(SARA, sent_at=None)
    [ended] = rows_to(SARA, key=2)
    ended.content = None
    pattern = rows_to(SARA, key=3, content=content(3, None, pattern_id=7))
    assert calls_of([waits, ended, *pattern], LINE) == []


def test_what_left_at_the_beginning_of_time_has_left() -> None:
    """A computer without a battery begins there."""
    assert len(calls_of(rows_to(SARA, sent_at=0.0), LINE)) == 1


def test_a_row_that_fits_one_request_tells_of_all_of_its_recipients() -> None:
    """It names the first alone."""
    call = call_to(SARA, OMID)
    assert found([call], shown(recipients=2, message_id="7")) == {
        "sms-10": "7",
        "sms-11": "7",
    }


def test_a_row_that_fits_two_requests_tells_of_neither() -> None:
    """Nobody knows which one it is."""
    calls = [call_to(SARA), call_to(SARA, key=2)]
    assert found(calls, shown()) == {}
    assert found(calls, shown(), shown(message_id="2")) == {}


def test_a_row_for_others_too_fits_the_request_that_had_so_many() -> None:
    """The shorter one can't be meant."""
    calls = [call_to(SARA), call_to(SARA, OMID, key=2)]
    assert found(calls, shown(recipients=2)) == {"sms-20": "1", "sms-21": "1"}


@pytest.mark.parametrize("recipients", [0, 1])
def test_a_row_for_fewer_says_nothing(recipients: int) -> None:
    """It does not say for whom."""
    assert found([call_to(SARA, OMID)], shown(recipients=recipients)) == {}


@pytest.mark.parametrize("turn", [1, -1])
def test_a_row_for_fewer_does_not_hide_the_one_for_all(turn: int) -> None:
    """Somebody sent Sara the same from the panel."""
    listed = [shown(message_id="7"), shown(message_id="8", recipients=2)][::turn]
    assert found([call_to(SARA, OMID)], *listed) == {"sms-10": "8", "sms-11": "8"}


def test_of_two_rows_for_all_the_first_is_taken() -> None:
    """The request has left in either case."""
    listed = [shown(message_id="8"), shown(message_id="7")]
    assert found([call_to(SARA)], *listed) == {"sms-10": "8"}


def test_a_strange_row_is_passed_over() -> None:
    """The next one may fit."""
    assert found([call_to(SARA)], shown(OMID), shown(message_id="2")) == {"sms-10": "2"}
    assert found([], shown()) == {}


def line_of(row: SmsRow) -> str:
    """Give how a row stands in an SMS for several."""
    return f"07:{row.created_at - LEFT_AT:02.0f} {row.content and row.content.text}"


def left(
    rows: Sequence[SmsRow], *listed: Listed, calls: Sequence[Call] = ()
) -> list[str]:
    """Give the ids of those that wait and may have left."""
    found = may_have_left(rows, calls, listed, LINE, line_of)
    return [row.sms_id for row in found]


@pytest.mark.parametrize(
    ("changes", "has_left"),
    [
        ({}, True),
        ({"later": -120}, True),
        ({"later": -120.1}, False),
        ({"later": 1e6}, True),
        ({"text": "سلام\r\n"}, True),
        ({"text": "الو"}, False),
        ({"sender": f"+{LINE}"}, True),
        ({"sender": OTHER_LINE}, False),
        ({"receiver": OMID}, False),
        ({"recipients": 0}, False),
    ],
)
def test_what_waits_has_left_where_the_sent_box_shows_it(
    changes: dict[str, Any], has_left: bool
) -> None:
    """It may have waited for long before it left."""
    assert bool(left(rows_to(SARA), shown(**changes))) is has_left


def test_the_line_that_a_text_names_is_the_one_that_counts() -> None:
    """Not the usual one."""
    rows = rows_to(SARA, content=content(1, sender=OTHER_LINE))
    assert left(rows, shown()) == []
    assert left(rows, shown(sender=OTHER_LINE)) == ["sms-10"]


def test_each_recipient_who_is_named_alone_has_got_it_and_no_other() -> None:
    """The others still wait."""
    rows = rows_to(SARA, OMID, MINA)
    listed = [shown(MINA), shown(SARA)]
    assert left(rows, *listed) == ["sms-10", "sms-12"]


def test_one_to_several_may_have_gone_to_all_who_wait_for_it() -> None:
    """It names the first of them alone."""
    rows = rows_to(SARA, OMID, MINA)
    assert left(rows, shown(OMID, recipients=2)) == ["sms-10", "sms-11", "sms-12"]
    assert left(rows, shown("09129999999", recipients=2)) == []


def test_what_a_request_of_ours_explains_proves_nothing() -> None:
    """The same was sent a short time ago, and waits once more."""
    rows = rows_to(SARA, key=2)
    calls = [call_to(OMID, key=3), call_to(SARA)]
    assert left(rows, shown(), calls=calls) == []
    assert left(rows, shown(), shown(later=301), calls=calls) == ["sms-20"]


def test_each_text_is_looked_for_by_itself() -> None:
    """One whose text nobody knows, or has no more, does not end the search."""
    ended = rows_to(SARA)
    ended[0].content = None
    pattern = rows_to(SARA, key=2, content=content(2, None, pattern_id=7))
    other = rows_to(SARA, key=3, content=content(3, "الو"))
    same = rows_to(SARA, key=4)
    rows = [*ended, *pattern, *other, *same]
    assert left(rows, shown()) == ["sms-40"]
    assert left(rows, shown(), shown(text="الو")) == ["sms-30", "sms-40"]
    assert left(rows) == []


@pytest.mark.parametrize(
    ("text", "has_left"),
    [
        ("07:05 سلام", True),
        ("07:04 الو\n07:05 سلام\nand 2 more", True),
        ("07:05  سلام \r\n 07:06 الو", True),
        ("07:06 سلام\n07:07 الو", False),
        ("07:05 سلام!\n07:06 الو", False),
        ("17:05 سلام", False),
    ],
)
def test_what_waits_has_left_where_it_stands_in_one_for_several(
    text: str, has_left: bool
) -> None:
    """With its own time."""
    rows = rows_to(SARA, OMID)
    for row in rows:
        row.created_at = LEFT_AT + 5
    assert left(rows, shown(text=text)) == (["sms-10"] if has_left else [])
    everybody = ["sms-10", "sms-11"] if has_left else []
    assert left(rows, shown(text=text, recipients=2)) == everybody


def test_rows_of_one_text_may_have_been_begun_in_two_minutes() -> None:
    """Each of them stands there as it was begun."""
    rows = rows_to(SARA, OMID)
    rows[0].created_at, rows[1].created_at = LEFT_AT + 5, LEFT_AT + 6
    assert left(rows, shown(OMID, text="07:06 سلام")) == ["sms-11"]


def test_what_went_out_as_one_is_one_request() -> None:
    """It has as many recipients as people, and the text of all."""
    rows = [*rows_to(SARA, OMID), *rows_to(SARA, OMID, key=2)]
    single = rows_to(MINA, key=3)
    for row in (*rows, *single):
        row.sent_at = LEFT_AT
    for row in rows:
        row.sent_as, row.sent_text = 9, "07:05 سلام\n07:06 سلام"
    calls = calls_of([*rows, *single], LINE)
    assert [(call.text, call.recipients, len(call.rows)) for call in calls] == [
        ("07:05 سلام\n07:06 سلام", 2, 4),
        ("سلام", 1, 1),
    ]
    both = shown(text="07:05 سلام 07:06 سلام", recipients=2, message_id="7")
    assert found(calls, both) == dict.fromkeys((row.sms_id for row in rows), "7")
    assert found(calls, shown(text=calls[0].text)) == {}
    assert found(calls, shown(text=calls[0].text, recipients=4)) == {}
    assert found(calls, shown()) == {}


@pytest.mark.parametrize(
    ("recipients", "delivered", "failed", "state"),
    [
        (2, 2, 0, SmsState.DELIVERED),
        (2, 0, 2, SmsState.UNDELIVERED),
        (2, 1, 1, SmsState.ACCEPTED),
        (2, 1, 0, SmsState.ACCEPTED),
        (2, 0, 1, SmsState.ACCEPTED),
        (1, 0, 0, SmsState.ACCEPTED),
        (0, 0, 0, SmsState.ACCEPTED),
    ],
)
def test_the_counts_tell_of_all_recipients_or_of_none(
    recipients: int, delivered: int, failed: int, state: SmsState
) -> None:
    """Where they differ, nobody knows who got it."""
    row = shown(recipients=recipients, delivered=delivered, failed=failed)
    assert state_by_counts(row.message) is state
