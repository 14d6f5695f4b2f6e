"""When the next delivery may be asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.payamak.delivery.pace import Pace
from custom_components.payamak.gateway import (
    BadReplyError,
    GatewayError,
    RejectedError,
    UncertainError,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAULT = UncertainError("server_fault")
UNREADABLE = BadReplyError("unreadable_reply")
REFUSED = RejectedError("invalid_request", 35)


def _after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _pause(pace: Pace, error: GatewayError, *, at: float = 0) -> float:
    """Return for how many seconds an error lets nothing be asked."""
    pace.note_error(error, _after(at))
    return (pace.not_before - _after(at)).total_seconds()


def test_at_most_one_question_is_asked_in_a_second() -> None:
    """The first one at once."""
    pace = Pace(NOON)
    assert pace.not_before == NOON
    pace.note_question(_after(10))
    assert pace.not_before == _after(11)


def test_each_error_makes_the_pause_twice_as_long() -> None:
    """Up to a quarter of an hour; one answer, and it begins anew."""
    pace = Pace(NOON)
    pauses = [_pause(pace, FAULT, at=each) for each in range(7)]
    assert pauses == [30, 60, 120, 240, 480, 900, 900]
    pace.note_answer()
    assert _pause(pace, FAULT) == 30


def test_what_is_refused_costs_a_second_for_the_question_about_the_login() -> None:
    """It concerns one message alone: there is no pause."""
    pace = Pace(NOON)
    pace.note_question(NOON)
    assert _pause(pace, REFUSED) == 2
    assert _pause(pace, REFUSED) == 3
    assert not pace.end_break(NOON)
    assert _pause(pace, FAULT) == 30


def test_one_unreadable_reply_may_be_of_one_message() -> None:
    """Three in a row are a fault of the method, and each one after them."""
    pace = Pace(NOON)
    assert [_pause(pace, UNREADABLE) for _ in range(5)] == [0, 0, 30, 60, 120]
    pace.note_answer()
    assert [_pause(pace, UNREADABLE, at=200) for _ in range(2)] == [-80, -80]
    pace.note_answer()
    assert [_pause(pace, UNREADABLE, at=200) for _ in range(3)] == [-80, -80, 30]


def test_a_pause_ends_when_the_gateway_is_back() -> None:
    """There may be one question a second again, and the next pause is a short one."""
    pace = Pace(NOON)
    for _ in range(3):
        pace.note_error(FAULT, NOON)
    assert pace.end_break(_after(10))
    assert pace.not_before == _after(11)
    assert not pace.end_break(_after(10))
    assert _pause(pace, FAULT) == 30


@pytest.mark.parametrize(("asked", "then"), [(-60, -59), (0.5, 1)])
def test_where_there_was_no_pause_nothing_is_put_off(asked: float, then: float) -> None:
    """Nor does anybody come sooner than a second after the last question, at the most."""
    pace = Pace(NOON)
    pace.note_question(_after(asked))
    assert not pace.end_break(NOON)
    assert pace.not_before == _after(then)


def test_a_clock_that_is_set_back_makes_no_pause_longer() -> None:
    """It lasts from then on as long as it should have."""
    pace = Pace(NOON)
    for _ in range(2):
        pace.note_error(FAULT, NOON)
    pace.clamp_to(_after(-3600))
    assert pace.not_before == _after(-3600 + 60)
    pace.clamp_to(_after(-3590))
    assert pace.not_before == _after(-3600 + 60)
    pace.note_answer()
    pace.clamp_to(_after(-7200))
    assert pace.not_before == _after(-7200)
