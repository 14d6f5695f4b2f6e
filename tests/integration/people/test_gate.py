"""When something may be sent to a person: the decisions, without anything around them."""

from datetime import datetime, time, timedelta
from math import inf
from zoneinfo import ZoneInfo

import pytest

from custom_components.payamak.people.gate import (
    OPEN,
    ClosedBy,
    Gate,
    QuietHours,
    all_of,
    hourly_limit,
    paused,
)

TEHRAN = ZoneInfo("Asia/Tehran")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600.0


def gate_at(hours: str, moment: str, zone: ZoneInfo = TEHRAN, fold: int = 0) -> Gate:
    """Give the gate of quiet hours at a local time."""
    begin, _, end = hours.partition("-")
    quiet = QuietHours(begin=time.fromisoformat(begin), end=time.fromisoformat(end))
    return quiet.gate(datetime.fromisoformat(moment).replace(tzinfo=zone, fold=fold))


def quiet_for(hours: float) -> Gate:
    """Give a gate that opens in so many hours."""
    return Gate(
        closed_by=ClosedBy.QUIET_HOURS,
        open_for=0,
        opens_in=pytest.approx(hours * HOUR),  # type: ignore[arg-type] # it is compared
    )


def open_since(hours: float) -> Gate:
    """Give a gate that has been open for so many hours."""
    return Gate(open_for=pytest.approx(hours * HOUR))  # type: ignore[arg-type] # likewise


@pytest.mark.parametrize(
    ("hours", "moment", "gate"),
    [
        # Over midnight.
        ("23:00-07:00", "2026-11-24T22:59:59", open_since(15 + 3599 / 3600)),
        ("23:00-07:00", "2026-11-24T23:00:00", quiet_for(8)),
        ("23:00-07:00", "2026-11-25T00:00:00", quiet_for(7)),
        ("23:00-07:00", "2026-11-25T06:59:59", quiet_for(1 / 3600)),
        ("23:00-07:00", "2026-11-25T07:00:00", open_since(0)),
        ("23:00-07:00", "2026-11-25T07:30:00", open_since(0.5)),
        # On one day.
        ("13:00-15:30", "2026-11-24T12:59:59", open_since(21.5 - 1 / 3600)),
        ("13:00-15:30", "2026-11-24T13:00:00", quiet_for(2.5)),
        ("13:00-15:30", "2026-11-24T15:30:00", open_since(0)),
        ("13:00-15:30", "2026-11-24T23:30:00", open_since(8)),
        ("00:00-07:00", "2026-11-24T00:00:00", quiet_for(7)),
        ("22:00-00:00", "2026-11-24T23:00:00", quiet_for(1)),
        ("22:00-00:00", "2026-11-24T00:00:00", open_since(0)),
        # Most of the day.
        ("07:05-07:00", "2026-11-24T07:02:00", open_since(2 / 60)),
        ("07:05-07:00", "2026-11-24T07:05:00", quiet_for(24 - 5 / 60)),
    ],
)
def test_quiet_hours_begin_and_end_each_day(
    hours: str, moment: str, gate: Gate
) -> None:
    """Also where midnight is between the two."""
    assert gate_at(hours, moment) == gate


@pytest.mark.parametrize(
    ("hours", "moment", "fold", "gate"),
    [
        # On 29 March 2026 the clock goes from 2:00 to 3:00.
        ("23:00-07:00", "2026-03-28T23:00:00", 0, quiet_for(7)),
        ("23:00-07:00", "2026-03-29T03:00:00", 0, quiet_for(4)),
        ("23:00-07:00", "2026-03-29T07:00:00", 0, open_since(0)),
        # An end that the clock skips comes as late after the beginning as on other days.
        ("23:00-02:30", "2026-03-29T01:59:59", 0, quiet_for(0.5 + 1 / 3600)),
        ("23:00-02:30", "2026-03-29T03:29:59", 0, quiet_for(1 / 3600)),
        ("23:00-02:30", "2026-03-29T03:30:00", 0, open_since(0)),
        # And hours that would begin after they end are none.
        ("02:30-03:15", "2026-03-29T03:20:00", 0, open_since(23 + 5 / 60)),
        # On 25 October 2026 it goes from 3:00 back to 2:00.
        ("23:00-07:00", "2026-10-24T23:00:00", 0, quiet_for(9)),
        ("23:00-07:00", "2026-10-25T02:30:00", 0, quiet_for(5.5)),
        ("23:00-07:00", "2026-10-25T02:30:00", 1, quiet_for(4.5)),
        # What has ended does not begin again.
        ("23:00-02:30", "2026-10-25T02:29:59", 0, quiet_for(1 / 3600)),
        ("23:00-02:30", "2026-10-25T02:30:00", 0, open_since(0)),
        ("23:00-02:30", "2026-10-25T02:00:00", 1, open_since(0.5)),
        ("23:00-02:30", "2026-10-25T02:30:00", 1, open_since(1)),
    ],
)
def test_quiet_hours_are_right_where_the_clock_is_changed(
    hours: str, moment: str, fold: int, gate: Gate
) -> None:
    """Some days have 23 hours, and some have 25."""
    assert gate_at(hours, moment, BERLIN, fold) == gate


def test_the_moment_at_which_they_end_is_the_one_that_was_told() -> None:
    """Else the outbox would wake up too early, again and again."""
    now = datetime(2026, 10, 24, 23, 17, tzinfo=BERLIN)
    hours = QuietHours(begin=time(23), end=time(7, 30))
    opens_in = hours.gate(now).opens_in
    assert opens_in is not None
    ended = datetime.fromtimestamp(now.timestamp() + opens_in, BERLIN)
    assert hours.gate(ended) == OPEN or hours.gate(ended).open_for == 0
    assert hours.gate(ended - timedelta(seconds=1)).closed_by is ClosedBy.QUIET_HOURS


@pytest.mark.parametrize(
    ("limit", "left", "leaving", "gate"),
    [
        (1, [], 0, OPEN),
        (1, [], 1, Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0)),
        (
            *(1, [3599.0], 0),
            Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0, opens_in=1),
        ),
        (1, [3600.0], 0, Gate(open_for=0)),
        (1, [3610.0, 3700.0], 0, Gate(open_for=10)),
        (3, [5.0, 10.0], 0, OPEN),
        (
            *(3, [5.0, 10.0], 1),
            Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0, opens_in=3590),
        ),
        (
            *(3, [5.0, 10.0], 2),
            Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0, opens_in=3595),
        ),
        (3, [5.0, 10.0], 3, Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0)),
        (3, [5.0, 10.0], 4, Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0)),
        (
            *(3, [5.0, 10.0, 15.0], 0),
            Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0, opens_in=3585),
        ),
        (3, [5.0, 10.0, 4000.0], 0, Gate(open_for=400)),
        (2, [4000.0, 5000.0, 9000.0], 0, Gate(open_for=1400)),
    ],
)
def test_so_many_leave_in_an_hour_and_the_next_one_when_the_first_is_an_hour_ago(
    limit: int, left: list[float], leaving: int, gate: Gate
) -> None:
    """Those count, too, that are about to leave."""
    assert hourly_limit(limit, left, leaving) == gate


def test_of_several_gates_all_have_to_be_open() -> None:
    """What is known of the opening is known of all that are closed."""
    quiet = Gate(closed_by=ClosedBy.QUIET_HOURS, open_for=0, opens_in=100)
    limit = Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0, opens_in=200)
    assert all_of([]) == OPEN == Gate(open_for=inf)
    assert all_of([Gate(open_for=5), OPEN, Gate(open_for=7)]) == Gate(open_for=5)
    assert all_of([Gate(open_for=5), quiet, OPEN]) == quiet
    for gates in ([quiet, limit], [limit, quiet]):
        both = all_of(gates)
        assert both.closed_by is gates[0].closed_by
        assert (both.open_for, both.opens_in) == (0, 200)
    for gates in ([quiet, paused()], [paused(), quiet]):
        assert (all_of(gates).opens_in, all_of(gates).open_for) == (None, 0)
