"""What becomes of a message that waits: its state, how long it waits, and what holds all of them up."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.payamak.gateway import (
    AccountError,
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
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
from custom_components.payamak.people.gate import OPEN, ClosedBy, Gate
from custom_components.payamak.sending.decisions import (
    Hold,
    Verdict,
    content_of,
    hold_after,
    is_refusal,
    judge,
    next_change,
    state_after,
)
from tests.integration.story.rows import content, waiting_row

TIME = 1_790_000_000.0
HALF_PAST = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("queued", [False, True])
@pytest.mark.parametrize("retry_for", [0, 1, 3600])
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, SmsState.ACCEPTED),
        (UncertainError, SmsState.UNKNOWN),
        (BadReplyError, SmsState.UNKNOWN),
        (MessageError, SmsState.FAILED),
        (RecipientError, SmsState.FAILED),
        (AccountError, SmsState.FAILED),
        (GatewayError, SmsState.FAILED),
    ],
)
def test_what_was_taken_or_refused_or_may_have_left_never_waits(
    error: type[GatewayError] | None, state: SmsState, retry_for: float, queued: bool
) -> None:
    """However long it would have waited."""
    happened = None if error is None else error("word")
    assert state_after(happened, content(retry_for=retry_for), queued=queued) is state


@pytest.mark.parametrize("error", [TemporaryError, UnreachableError, LoginInDoubtError])
@pytest.mark.parametrize(
    ("retry_for", "queued", "state"),
    [
        (0, False, SmsState.FAILED),
        (1, False, SmsState.WAITING),
        (3600, False, SmsState.WAITING),
        # A person's gate has held it, which therefore has not been tried yet.
        (0, True, SmsState.WAITING),
        (1, True, SmsState.WAITING),
    ],
)
def test_what_surely_has_not_left_waits_if_it_may(
    error: type[GatewayError], retry_for: float, queued: bool, state: SmsState
) -> None:
    """Before it has waited, and afterwards."""
    assert (
        state_after(error("word"), content(retry_for=retry_for), queued=queued) is state
    )


@pytest.mark.parametrize(
    "error",
    [CreditError, WaitError, AddressError, CredentialsError, ApiKeyRequiredError],
)
def test_a_refusal_that_is_not_of_the_message_is_told_at_once_or_waited_for(
    error: type[GatewayError],
) -> None:
    """Who sends at once is told; what waits goes on waiting."""
    refusal = error("word")
    for text in (content(), content(retry_for=60)):
        assert state_after(refusal, text, queued=False) is SmsState.FAILED
        assert state_after(refusal, text, queued=True) is SmsState.WAITING


@pytest.mark.parametrize(
    ("error", "state", "blames"),
    [
        (None, SmsState.ACCEPTED, False),
        (UncertainError, SmsState.UNKNOWN, False),
        (BadReplyError, SmsState.UNKNOWN, False),
        (MessageError, SmsState.WAITING, True),
        (RecipientError, SmsState.WAITING, True),
        (GatewayError, SmsState.WAITING, True),
        (TemporaryError, SmsState.WAITING, False),
        (CreditError, SmsState.WAITING, False),
    ],
)
def test_of_several_that_were_refused_together_none_has_failed_yet(
    error: type[GatewayError] | None, state: SmsState, blames: bool
) -> None:
    """Each is sent by itself then; what may have left is never sent again."""
    happened = None if error is None else error("word")
    for text in (content(), content(retry_for=60)):
        assert state_after(happened, text, queued=True, bundled=True) is state
    assert is_refusal(happened) is blames


def test_what_has_ended_has_no_content() -> None:
    """To ask for it is a mistake."""
    row = waiting_row(1)
    assert content_of(row) is row.content
    row.content = None
    with pytest.raises(ValueError, match="ended"):
        content_of(row)


@pytest.mark.parametrize(
    ("changes", "age", "verdict"),
    [
        ({}, 59.9, Verdict.LEAVE),
        ({}, 60, Verdict.GIVE_UP),
        ({}, 60.1, Verdict.GIVE_UP),
        ({"not_before": TIME - 1}, 0, Verdict.LEAVE),
        ({"not_before": TIME}, 0, Verdict.LEAVE),
        ({"not_before": TIME + 0.1}, 0, Verdict.WAIT),
        ({"not_before": TIME + 0.1}, 60, Verdict.GIVE_UP),
        ({"state": SmsState.SENDING}, 0, Verdict.WAIT),
        ({"state": SmsState.SENDING}, 60, Verdict.WAIT),
        ({"state": SmsState.ACCEPTED, "content": None}, 60, Verdict.WAIT),
    ],
)
def test_what_is_to_be_done_with_a_row(
    changes: dict[str, Any], age: float, verdict: Verdict
) -> None:
    """What is under way is left alone; what is too old is given up, even where it might not leave yet."""
    row = waiting_row(1, **{"content": content(retry_for=60)} | changes)
    assert judge(row, age=age, now=TIME) is verdict


CLOSED = Gate(closed_by=ClosedBy.PAUSED, open_for=0)
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("minutes", "age", "gate", "verdict"),
    [
        # Time counts from the opening, and not at all before it.
        (20, 9 * 3600, CLOSED, Verdict.WAIT),
        (20, 9 * 3600, Gate(open_for=20 * 60 - 1), Verdict.LEAVE),
        (20, 9 * 3600, Gate(open_for=20 * 60), Verdict.GIVE_UP),
        # A gate that was closed before it came held nothing.
        (20, 20 * 60 - 1, Gate(open_for=20 * 60), Verdict.LEAVE),
        (20, 20 * 60, Gate(open_for=20 * 60), Verdict.GIVE_UP),
        (20, 20 * 60, Gate(open_for=20 * 60 + 1), Verdict.GIVE_UP),
        # What was held has ten minutes at least; what was not has no more than it wanted.
        (5, 9 * 3600, Gate(open_for=599), Verdict.LEAVE),
        (5, 9 * 3600, Gate(open_for=600), Verdict.GIVE_UP),
        (5, 300, Gate(open_for=299), Verdict.LEAVE),
        (5, 300, Gate(open_for=300), Verdict.GIVE_UP),
        (0, 9 * 3600, Gate(open_for=599), Verdict.LEAVE),
        (0, 9 * 3600, Gate(open_for=600), Verdict.GIVE_UP),
        # It would not wait without a gate, which nobody knows of any more.
        (0, 599, OPEN, Verdict.LEAVE),
        (0, 600, OPEN, Verdict.GIVE_UP),
        # Nothing is held for more than a day.
        (20, DAY + 20 * 60 - 1, CLOSED, Verdict.WAIT),
        (20, DAY + 20 * 60, CLOSED, Verdict.GIVE_UP),
        (0, DAY + 599, CLOSED, Verdict.WAIT),
        (0, DAY + 600, CLOSED, Verdict.GIVE_UP),
        (20, DAY + 20 * 60 - 1, Gate(open_for=1), Verdict.LEAVE),
        (20, DAY + 20 * 60, Gate(open_for=1), Verdict.GIVE_UP),
        # Who wants it to wait for days is heeded.
        (3 * 24 * 60, 3 * DAY, CLOSED, Verdict.WAIT),
    ],
)
def test_what_is_to_be_done_with_a_row_that_a_gate_holds(
    minutes: float, age: float, gate: Gate, verdict: Verdict
) -> None:
    """It is as patient as it wants to be, from the moment at which it might have gone."""
    row = waiting_row(1, content=content(retry_for=minutes * 60))
    assert judge(row, age=age, now=TIME, gate=gate) is verdict


def hold(error: GatewayError, before: Hold | None = None, **changes: Any) -> Hold:
    """Give the hold that an error leads to, of which there must be one."""
    usual: dict[str, Any] = {"clock": 1000.0, "now": HALF_PAST, "jitter": 1.0}
    new = hold_after(error, before, **usual | changes)
    assert new
    assert new.error is error
    return new


@pytest.mark.parametrize(
    "error",
    [
        MessageError,
        RecipientError,
        AccountError,
        GatewayError,
        UnreachableError,
    ],
)
def test_what_is_of_the_message_alone_holds_nobody_up(
    error: type[GatewayError],
) -> None:
    """Nor does a gateway that is away: that is watched for elsewhere."""
    before = Hold(error=TemporaryError("word"), seconds=30, until=1030)
    for hold_before in (None, before):
        assert (
            hold_after(
                error("word"), hold_before, clock=1000, now=HALF_PAST, jitter=1.0
            )
            is None
        )


@pytest.mark.parametrize("error", [TemporaryError, LoginInDoubtError, UncertainError])
def test_a_busy_gateway_is_tried_later_each_time(error: type[GatewayError]) -> None:
    """From half a minute to a quarter of an hour."""
    seconds = []
    last = None
    for _ in range(7):
        last = hold(error("word"), last)
        assert last.until == 1000 + last.seconds
        seconds.append(last.seconds)
    assert seconds == [30, 60, 120, 240, 480, 900, 900]


@pytest.mark.parametrize("reason", [CreditError, WaitError, CredentialsError])
def test_trouble_after_a_hold_of_another_kind_begins_with_the_shortest_wait(
    reason: type[GatewayError],
) -> None:
    """Only trouble after trouble makes the waits longer."""
    before = hold(reason("word"))
    assert hold(TemporaryError("word"), before).seconds == 30


@pytest.mark.parametrize("jitter", [0.8, 1.4])
def test_chance_moves_the_next_try_and_not_the_one_after_it(jitter: float) -> None:
    """Else the gaps would grow or shrink by chance."""
    new = hold(TemporaryError("word"), jitter=jitter)
    assert (new.seconds, new.until) == (30, 1000 + 30 * jitter)


@pytest.mark.parametrize(
    "error",
    [CreditError, WaitError, AddressError, CredentialsError, ApiKeyRequiredError],
)
@pytest.mark.parametrize(
    ("minute", "second", "seconds"),
    [(0, 0, 3600), (30, 0, 1800), (59, 0, 60), (59, 30, 30), (59, 31, 30)],
)
def test_a_limit_is_tried_again_when_the_next_hour_begins(
    error: type[GatewayError], minute: int, second: int, seconds: float
) -> None:
    """It is one of an hour or of a day; chance has no part in it."""
    now = HALF_PAST.replace(minute=minute, second=second)
    new = hold(error("word"), now=now, jitter=1.4)
    assert (new.seconds, new.until) == (30, 1000 + seconds)


def test_the_hour_is_that_of_the_home() -> None:
    """Where it is half past, the day has ended half an hour later."""
    now = HALF_PAST.replace(microsecond=500_000).astimezone(ZoneInfo("Asia/Tehran"))
    assert now.minute == 0
    assert hold(WaitError("word"), now=now).until == 1000 + 3599.5


def test_the_next_change_is_the_first_of_all() -> None:
    """Something grows too old, or may leave; what might have left before changes nothing by that."""
    ages = {"sms-1": 10.0, "sms-2": 20.0, "sms-3": 0.0}
    gates = dict.fromkeys(ages, OPEN)
    rows = [
        waiting_row(1, content=content(retry_for=100)),
        waiting_row(2, content=content(retry_for=100)),
        waiting_row(3, content=content(retry_for=100)),
    ]

    def change() -> float | None:
        return next_change(
            rows, lambda row: ages[row.sms_id], lambda row: gates[row.sms_id], TIME
        )

    assert change() == 80
    rows[2].not_before = TIME + 81
    assert change() == 80
    rows[2].not_before = TIME + 79
    assert change() == 79
    for past in (TIME, TIME - 1):
        rows[2].not_before = past
        assert change() == 80
    gates["sms-3"] = Gate(closed_by=ClosedBy.QUIET_HOURS, open_for=0, opens_in=78)
    assert change() == 78
    ages["sms-1"] = 101
    assert change() == -1


def test_where_nothing_waits_nothing_changes() -> None:
    """There is nothing to wake up for."""
    nothing: list[SmsRow] = []
    assert next_change(nothing, lambda _: 0.0, lambda _: OPEN, TIME) is None
