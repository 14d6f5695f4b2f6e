"""What became of a message so far: who still waits for a call, what stops it, and who waits for the same."""

import asyncio
from collections.abc import Sequence

import pytest

from custom_components.payamak.gateway import (
    AddressError,
    CredentialsError,
    CreditError,
    GatewayError,
    LoginInDoubtError,
    MessageError,
    RecipientError,
    SmsState,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)
from custom_components.payamak.ledger import SmsRow
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.sending.message import Message, PatternSms, Size, Sms
from custom_components.payamak.sending.progress import Accounted, Progress, SendReport
from tests.integration.story.deliveries import numbers
from tests.integration.story.rows import content, waiting_row

type Result = tuple[SmsState, GatewayError | None]


def message(count: int, *, is_pattern: bool = False) -> Message:
    """Give a message to so many."""
    to = [Recipient(number=number) for number in numbers(count)]
    if is_pattern:
        return PatternSms(recipients=to, pattern_id=1, variables=())
    return Sms(recipients=to, text="سلام")


def rows_of(sent: Message) -> list[SmsRow]:
    """Give the rows that a message begins, which are about to leave."""
    text = content(1)
    return [
        waiting_row(number, each.number, content=text, state=SmsState.SENDING)
        for number, each in enumerate(sent.recipients)
    ]


def begun(
    count: int,
    accounted: Accounted | None = None,
    *,
    may_wait: bool = True,
    is_pattern: bool = False,
) -> tuple[Progress, list[SmsRow]]:
    """Give the progress of a message to so many, and its rows."""
    sent = message(count, is_pattern=is_pattern)
    progress = Progress(sent, accounted or Accounted(), may_wait=may_wait)
    rows = rows_of(sent)
    progress.begin(rows)
    progress.split()
    return progress, rows


def sizes(calls: Sequence[Sequence[SmsRow]]) -> list[int]:
    """Give how many each call is for."""
    return [len(call) for call in calls]


def test_a_new_message_knows_nothing() -> None:
    """Nothing stops it, and nothing was answered."""
    progress = Progress(message(1), Accounted(), may_wait=True)
    assert progress.stopped_by is None
    assert not progress.knows_a_result
    assert not progress.waiting
    assert progress.new == []


def test_a_message_is_split_into_calls_as_large_as_they_may_be() -> None:
    """A text takes a hundred, a pattern one; what was begun in parts is one list."""
    for is_pattern, expected in ((False, [100, 100, 50]), (True, [1] * 250)):
        sent = message(250, is_pattern=is_pattern)
        progress = Progress(sent, Accounted(), may_wait=True)
        rows = rows_of(sent)
        progress.begin(rows[:130])
        progress.begin(rows[130:])
        progress.split()
        assert sizes(list(progress.waiting)) == expected
        assert progress.new == rows


STOPS_ALL = [
    AddressError,
    CredentialsError,
    LoginInDoubtError,
    UnreachableError,
    WaitError,
]


@pytest.mark.parametrize("may_wait", [False, True])
@pytest.mark.parametrize(
    ("error", "stops"),
    [
        *((error, True) for error in STOPS_ALL),
        (CreditError, False),
        (MessageError, False),
        (RecipientError, False),
        (UncertainError, False),
        (None, False),
    ],
)
def test_what_the_next_call_would_meet_stops_the_message(
    error: type[GatewayError] | None, stops: bool, may_wait: bool
) -> None:
    """What is of one recipient does not; nor does too little credit, which may be enough for a smaller call."""
    progress, _ = begun(2, may_wait=may_wait)
    found = None if error is None else error("word")
    progress.heed([None, found])
    assert progress.stopped_by is (found if stops else None)
    assert progress.knows_a_result


def test_a_busy_gateway_stops_what_may_wait() -> None:
    """Else each call is tried for itself."""
    busy = TemporaryError("word")
    for may_wait in (False, True):
        progress, _ = begun(2, may_wait=may_wait)
        progress.heed([busy])
        assert progress.stopped_by is (busy if may_wait else None)


def test_the_first_cause_is_that_of_the_others() -> None:
    """What was met later may follow from it."""
    progress, _ = begun(2)
    first = WaitError("first")
    progress.heed([first, CredentialsError("second")])
    progress.heed([WaitError("third")])
    assert progress.stopped_by is first


def test_the_results_are_in_the_order_of_the_recipients() -> None:
    """Whatever was answered first; what waits has not failed."""
    progress, rows = begun(4)
    refused, lost = MessageError("no", 14), UncertainError("lost")
    rows[2].state, rows[3].state = SmsState.FAILED, SmsState.UNKNOWN
    progress.keep(rows[2:], [refused, lost])
    rows[0].state = SmsState.WAITING
    progress.keep(rows[:2], [TemporaryError("busy"), None])
    assert [
        (row.recipient.number, row.state, row.error) for row in progress.results
    ] == [
        (rows[0].recipient, SmsState.WAITING, None),
        (rows[1].recipient, SmsState.ACCEPTED, None),
        (rows[2].recipient, SmsState.FAILED, refused),
        (rows[3].recipient, SmsState.UNKNOWN, lost),
    ]
    report = SendReport(rows=progress.results, size=Size(parts=4, tariff_units=None))
    assert report.sms == rows


def test_what_is_kept_without_a_call_shows_nothing_of_the_gateway() -> None:
    """The next call still goes first, and alone."""
    progress, rows = begun(1)
    rows[0].state = SmsState.WAITING
    progress.keep(rows, [WaitError("word")])
    assert not progress.knows_a_result
    assert progress.stopped_by is None


def test_each_call_has_a_result_for_each_of_its_rows() -> None:
    """Else somebody's result would be another one's."""
    progress, rows = begun(2)
    with pytest.raises(ValueError, match="shorter"):
        progress.keep(rows, [None])


def test_without_the_opt_out_words_each_gets_a_call_of_its_own() -> None:
    """Those of the call, and then all that have not left yet."""
    progress, rows = begun(250)
    first = progress.waiting.popleft()
    progress.send_one_by_one(first)
    assert list(progress.waiting) == [(row,) for row in rows]


def test_who_fits_waits_for_a_call_no_more() -> None:
    """The others' calls are as large as before."""
    progress, rows = begun(250)
    odd = set(map(id, rows[1::2]))
    [taken] = progress.take(lambda row: id(row) in odd)
    assert list(taken) == rows[1::2]
    assert sizes(list(progress.waiting)) == [100, 25]
    assert [row for call in progress.waiting for row in call] == rows[::2]
    assert list(progress.take(lambda _: True)) == [tuple(rows[::2])]
    assert not progress.waiting
    assert list(progress.take(lambda _: True)) == []


def test_single_calls_stay_single() -> None:
    """Also after some were taken."""
    progress, rows = begun(6, is_pattern=True)
    list(progress.take(lambda row: row is rows[0]))
    assert sizes(list(progress.waiting)) == [1] * 5


def test_thousands_are_taken_in_parts() -> None:
    """Each is written for itself, and Home Assistant goes on in between."""
    progress, _ = begun(1001)
    assert sizes(list(progress.take(lambda _: True))) == [500, 500, 1]


async def waits(accounted: Accounted, row: SmsRow) -> asyncio.Task[Result]:
    """Begin to wait for what becomes of a row."""
    task = asyncio.create_task(accounted.result_of(row))
    await asyncio.sleep(0)
    assert not task.done()
    return task


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (SmsState.ACCEPTED, SmsState.ACCEPTED),
        (SmsState.DELIVERED, SmsState.ACCEPTED),
        (SmsState.UNDELIVERED, SmsState.ACCEPTED),
        (SmsState.WAITING, SmsState.WAITING),
        (SmsState.SENDING, SmsState.WAITING),
    ],
)
async def test_an_equal_message_is_answered_with_the_first_one_s_state(
    state: SmsState, expected: SmsState
) -> None:
    """Which nobody is sending right now: what was accepted was accepted, whatever became of it."""
    first = waiting_row(1, state=state)
    assert await Accounted().result_of(first) == (expected, None)


@pytest.mark.parametrize(("reason", "word"), [("blocked", "blocked"), (None, "")])
async def test_an_equal_message_fails_for_the_first_one_s_cause(
    reason: str | None, word: str
) -> None:
    """With the gateway's code."""
    first = waiting_row(1, state=SmsState.FAILED, reason=reason, code=35)
    state, error = await Accounted().result_of(first)
    assert state is SmsState.FAILED
    assert error
    assert (error.reason, error.code) == (word, 35)


@pytest.mark.parametrize("reason", ["no_answer", None])
async def test_an_equal_message_is_in_doubt_for_the_first_one_s_cause(
    reason: str | None,
) -> None:
    """It must not look sent."""
    first = waiting_row(1, state=SmsState.UNKNOWN, reason=reason, code=-6)
    state, error = await Accounted().result_of(first)
    assert state is SmsState.UNKNOWN
    assert isinstance(error, UncertainError)
    assert (error.reason, error.code) == (reason or "unexpected_error", -6)


async def test_an_equal_message_waits_for_the_first_one_that_is_under_way() -> None:
    """So do several; one that gives up lets the others wait."""
    accounted = Accounted()
    progress, [row] = begun(1, accounted)
    one, two, three = [await waits(accounted, row) for _ in range(3)]
    two.cancel()
    await asyncio.sleep(0)
    row.state = SmsState.FAILED
    refused = MessageError("no")
    progress.keep([row], [refused])
    assert await one == await three == (SmsState.FAILED, refused)
    # From now on the row itself tells it.
    assert (await accounted.result_of(row))[0] is SmsState.FAILED


@pytest.mark.parametrize(
    ("state", "expected"),
    [(SmsState.SENDING, SmsState.UNKNOWN), (SmsState.WAITING, SmsState.FAILED)],
)
async def test_nobody_waits_for_what_will_not_be_accounted_for(
    state: SmsState, expected: SmsState
) -> None:
    """What has left may have arrived, and what has not failed."""
    accounted = Accounted()
    progress, [row] = begun(1, accounted)
    row.state = state
    waiting = await waits(accounted, row)
    progress.close()
    assert (await waiting)[0] is row.state is expected
    assert row.reason == "unexpected_error"


async def test_what_is_accounted_for_stays_as_it_is() -> None:
    """Also where the others of its message are not."""
    accounted = Accounted()
    progress, rows = begun(2, accounted)
    rows[0].state = SmsState.ACCEPTED
    progress.keep(rows[:1], [None])
    progress.close()
    assert [row.state for row in rows] == [SmsState.ACCEPTED, SmsState.UNKNOWN]
    assert rows[0].reason is None


async def test_a_message_waits_for_its_firsts_and_answers_with_them() -> None:
    """Beside those that it sends itself."""
    accounted = Accounted()
    first, [sent] = begun(1, accounted)
    second = Progress(message(2), accounted, may_wait=True)
    own = waiting_row(7, numbers(2)[1], state=SmsState.SENDING)
    second.answer_with(sent)
    second.begin([own])
    second.keep([own], [None])
    assert second.new == [own]
    waiting = asyncio.create_task(second.wait_for_firsts())
    await asyncio.sleep(0)
    assert not waiting.done()
    sent.state = SmsState.UNKNOWN
    lost = UncertainError("lost")
    first.keep([sent], [lost])
    await waiting
    assert [
        (row.sms, row.state, row.error, row.is_repeated) for row in second.results
    ] == [
        (sent, SmsState.UNKNOWN, lost, True),
        (own, SmsState.ACCEPTED, None, False),
    ]
