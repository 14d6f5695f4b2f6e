"""Which received messages are of the last minutes, by the polls and by their dates, and how the panel's clock is watched."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from custom_components.payamak.account.account import Account
from custom_components.payamak.account.repairs import Issue, Repairs
from custom_components.payamak.gateway import Message, MessagePage
from custom_components.payamak.inbox.freshness import Freshness
from custom_components.payamak.inbox.last_poll import Found, LastPoll
from custom_components.payamak.ledger import ReceivedBook

from .listed import listed_message

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
MAX_AGE = 10 * MINUTE
POLL = LastPoll(at=NOW - MINUTE, ids=frozenset({50}))
LISTED = 51


class Home:
    """An account, its book and its repairs, as far as freshness knows them."""

    latest_time = NOW

    def __init__(self, shift: timedelta | None = None, baseline: int = 0) -> None:
        """Begin with what was known before a restart."""
        self.clock_shift = shift
        self.noted: list[timedelta | None] = []
        self.told: list[Any] = []
        self._baseline = baseline
        self.freshness = Freshness(
            cast("Account", self),
            cast("Repairs", self),
            cast("ReceivedBook", self),
            MAX_AGE,
        )

    def was_there_before(self, number: int) -> bool:
        """Tell whether an id is of before the first look."""
        return number <= self._baseline

    def note_clock_shift(self, shift: timedelta | None) -> None:
        """Note what is known of the panel's clock."""
        self.noted.append(shift)

    def show(self, issue: Issue, key: str, **placeholders: str) -> None:
        """Show a repair."""
        self.told.append((issue, key, placeholders))

    def clear(self, issue: Issue) -> None:
        """Take a repair away."""
        self.told.append(issue)

    def observe(self, *dates: datetime | None, poll: LastPoll | None = POLL) -> None:
        """Poll for messages of these dates, the newest of which comes last."""
        new = [_message(date, LISTED + each) for each, date in enumerate(dates)]
        self.freshness.observe_clock(Found(new=new, at=NOW, last_poll=poll))


def _message(sent_at: datetime | None, number: int = LISTED) -> Message:
    return listed_message(number, sent_at)


@pytest.mark.parametrize(
    ("age", "is_young"),
    [
        *((timedelta(), True), (10 * MINUTE, True), (10 * MINUTE + SECOND, False)),
        *((-2 * MINUTE, True), (-2 * MINUTE - SECOND, False)),
    ],
)
def test_a_date_of_the_last_ten_minutes_is_young(
    age: timedelta, is_young: bool
) -> None:
    """The clocks may differ by two minutes; a date of tomorrow shows nothing."""
    freshness = Home().freshness
    assert freshness.is_young(_message(NOW - age)) is is_young
    assert freshness.is_young(_message(NOW - age), is_proven=True) is is_young
    for poll in (None, LastPoll(at=NOW, ids=frozenset({LISTED}))):
        assert freshness.is_fresh(_message(NOW - age), poll) is is_young


def test_what_has_no_date_is_not_young() -> None:
    """Nobody knows since when it is in the panel."""
    assert not Home().freshness.is_young(_message(None), is_proven=True)
    assert not Home().freshness.is_fresh(_message(None), None)


@pytest.mark.parametrize("sent_at", [None, NOW, NOW - 5 * HOUR, NOW + 5 * HOUR])
def test_what_the_last_poll_would_have_listed_is_fresh(
    sent_at: datetime | None,
) -> None:
    """Whatever its date."""
    assert Home(HOUR).freshness.is_fresh(_message(sent_at), POLL)
    assert Home().freshness.is_fresh(_message(sent_at), POLL)


@pytest.mark.parametrize("shift", [3 * HOUR, -3 * HOUR])
@pytest.mark.parametrize(
    ("off", "fits"),
    [
        *((timedelta(), True), (12 * MINUTE, True), (-12 * MINUTE, True)),
        *((12 * MINUTE + SECOND, False), (-12 * MINUTE - SECOND, False)),
    ],
)
def test_a_date_of_a_wrong_clock_confirms_what_the_polls_prove(
    shift: timedelta, off: timedelta, fits: bool
) -> None:
    """Within the time that a message may have, and two minutes; alone it shows nothing, as the clock may be right by now."""
    home = Home(shift, baseline=LISTED)
    message = _message(NOW - shift - off)
    assert home.freshness.is_fresh(message, POLL) is fits
    assert home.freshness.is_of_before(message, POLL) is not fits
    assert not home.freshness.is_fresh(message, None)
    assert not home.freshness.is_young(message)
    assert not home.freshness.is_young(_message(NOW))


def test_an_id_of_before_the_first_look_needs_a_date_that_fits() -> None:
    """Also where the last poll would have listed it: an old row may have been put back."""
    home = Home(baseline=LISTED)
    young, old = _message(NOW), _message(NOW - HOUR)
    assert home.freshness.is_fresh(young, POLL)
    assert not home.freshness.is_fresh(old, POLL)
    assert not home.freshness.is_of_before(young, POLL)
    assert home.freshness.is_of_before(old, POLL)
    assert home.freshness.is_of_before(_message(None), POLL)
    higher = _message(NOW - HOUR, LISTED + 1)
    assert not home.freshness.is_of_before(higher, None)


@pytest.mark.parametrize(
    ("ages", "is_history"),
    [
        ([70 * MINUTE], False),
        ([70 * MINUTE + SECOND], True),
        ([5 * HOUR, 2 * HOUR], True),
        ([5 * HOUR, MINUTE], False),
        ([5 * HOUR, None], False),
    ],
)
def test_a_page_is_history_where_all_of_it_is_old_for_sure(
    ages: list[timedelta | None], is_history: bool
) -> None:
    """An hour beyond what may be told, as clocks differ."""
    page = MessagePage(
        messages=tuple(_message(None if each is None else NOW - each) for each in ages),
        skipped=0,
    )
    assert Home().freshness.is_history(page) is is_history


def test_a_clock_that_is_wrong_three_times_is_noted_and_told() -> None:
    """By the newest message of each poll, which came in between the last poll and this one."""
    home = Home()
    for _ in range(3):
        home.observe(NOW, NOW - 3 * HOUR)
    shift = 3 * HOUR - MINUTE / 2
    assert home.noted == [None, None, shift]
    assert home.told == [
        Issue.PANEL_CLOCK,
        Issue.PANEL_CLOCK,
        (Issue.PANEL_CLOCK, "panel_clock_differs", {"hours": "3"}),
    ]
    home.observe(NOW)
    assert home.noted[3:] == [None]
    assert home.told[3:] == [Issue.PANEL_CLOCK]


@pytest.mark.parametrize(
    ("dates", "poll"),
    [
        ([NOW - HOUR], None),
        ([], POLL),
        ([NOW - HOUR, None], POLL),
        ([NOW - HOUR], LastPoll(at=NOW, ids=frozenset({LISTED}))),
    ],
)
def test_what_shows_nothing_of_the_clock_is_not_compared(
    dates: list[datetime | None], poll: LastPoll | None
) -> None:
    """Without a poll before it, without a date, or below what that poll listed."""
    home = Home()
    for _ in range(3):
        home.observe(*dates, poll=poll)
    assert home.noted == home.told == []


@pytest.mark.parametrize(
    ("shift", "hours"),
    [
        *((3.5 * HOUR, "3.5"), (-3.5 * HOUR, "3.5"), (10 * HOUR, "10")),
        *((6 * MINUTE, "0.1"), (-HOUR, "1")),
    ],
)
def test_the_repair_says_by_how_many_hours_the_clock_is_wrong(
    shift: timedelta, hours: str
) -> None:
    """In either direction."""
    home = Home(shift)
    home.freshness.update_repair()
    assert home.told == [(Issue.PANEL_CLOCK, "panel_clock_differs", {"hours": hours})]


def test_a_clock_that_is_right_is_no_repair() -> None:
    """One of before is gone."""
    home = Home()
    home.freshness.update_repair()
    assert home.told == [Issue.PANEL_CLOCK]
