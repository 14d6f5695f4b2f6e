"""By how much the panel's clock is wrong, as far as its dates tell."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.payamak.inbox.clock_shift import ClockShift

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def _list(
    clock: ClockShift,
    *behind: timedelta,
    gap: timedelta = MINUTE,
) -> timedelta | None:
    """Let SMS come in between two polls, dated so much before the first of them, and return what is known then."""
    for each in behind:
        clock.observe(NOON - each, after=NOON, before=NOON + gap)
    return clock.amount


@pytest.mark.parametrize(
    "behind",
    [timedelta(), 5 * MINUTE, -5 * MINUTE, -6 * MINUTE],
)
def test_a_date_that_is_about_right_shows_that_the_clock_is(behind: timedelta) -> None:
    """It may be some minutes off, on either side of the time between the two polls."""
    assert _list(ClockShift(3 * HOUR), behind) is None


@pytest.mark.parametrize(
    "behind", [5 * MINUTE + SECOND, -6 * MINUTE - SECOND, 3 * HOUR, -3 * HOUR]
)
def test_three_dates_that_are_wrong_alike_show_by_how_much_the_clock_is(
    behind: timedelta,
) -> None:
    """The true shift lies between the times since the one poll and the other; two dates prove nothing."""
    clock = ClockShift(None)
    assert _list(clock, behind) is None
    assert _list(clock, behind) is None
    assert _list(clock, behind) == behind + MINUTE / 2


def test_what_is_known_since_before_a_restart_holds_until_a_date_is_right() -> None:
    """One that is wrong by another amount proves nothing."""
    clock = ClockShift(3 * HOUR)
    assert clock.amount == 3 * HOUR
    assert _list(clock, 2 * HOUR) == 3 * HOUR
    assert _list(clock, timedelta()) is None


def test_a_date_that_is_right_takes_what_was_seen_before_it_away() -> None:
    """The three must come in a row."""
    clock = ClockShift(None)
    _list(clock, HOUR, HOUR, timedelta(), HOUR, HOUR)
    assert clock.amount is None
    assert _list(clock, HOUR) == HOUR + MINUTE / 2


def test_a_clock_that_is_set_to_another_wrong_time_is_found_out_by_the_last_three() -> (
    None
):
    """Until then the old amount stands."""
    clock = ClockShift(None)
    old = _list(clock, *[3 * HOUR] * 5)
    assert old == 3 * HOUR + MINUTE / 2
    assert _list(clock, 2 * HOUR, 2 * HOUR) == old
    assert _list(clock, 2 * HOUR) == 2 * HOUR + MINUTE / 2


@pytest.mark.parametrize(
    ("apart", "amount"),
    [
        (timedelta(), 3 * HOUR + 30 * SECOND),
        (MINUTE, 3 * HOUR + MINUTE),
        (6 * MINUTE, 3 * HOUR + 3.5 * MINUTE),
        (6 * MINUTE + SECOND, None),
    ],
)
def test_dates_that_differ_by_more_than_some_minutes_agree_on_nothing(
    apart: timedelta, amount: timedelta | None
) -> None:
    """An SMS may be listed some minutes after it was dated; what fits all of them best is taken."""
    shifts = [3 * HOUR, 3 * HOUR + apart, 3 * HOUR + apart / 2]
    assert _list(ClockShift(None), *shifts) == amount


def test_rare_polls_narrow_the_shift_down_together() -> None:
    """Each says no more than a range of an hour; what they have in common is less."""
    clock = ClockShift(None)
    _list(clock, 2 * HOUR, gap=HOUR)
    _list(clock, 2.5 * HOUR, gap=HOUR)
    assert _list(clock, 2.25 * HOUR, gap=HOUR) == 2.75 * HOUR
