"""What the last poll proves about what is listed now."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.payamak.inbox.last_poll import LastPoll

from .listed import listed_message

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
TEN_MINUTES = timedelta(minutes=10)


def _poll(*ids: int, doubted: bool = False) -> LastPoll:
    return LastPoll(at=NOON, ids=frozenset(ids), doubted=doubted)


@pytest.mark.parametrize(
    ("seconds", "is_recent"),
    [
        *((0, True), (600, True), (630, True), (630.1, False)),
        *((-120, True), (-120.1, False)),
    ],
)
def test_a_poll_is_recent_as_long_as_nothing_since_then_can_be_old(
    seconds: float, is_recent: bool
) -> None:
    """The next one may be half a minute late, and the clocks differ by two minutes."""
    now = NOON + timedelta(seconds=seconds)
    assert _poll(1).is_recent(now, TEN_MINUTES) is is_recent


def test_a_poll_would_have_listed_what_is_above_its_lowest_id() -> None:
    """What is below came into sight when newer ones were deleted."""
    listed = [
        _poll(5, 9).would_have_listed(listed_message(each)) for each in (4, 5, 6, 10)
    ]
    assert listed == [False, False, True, True]


@pytest.mark.parametrize(
    ("known", "is_refuted"),
    [
        ([], False),
        ([5, 7, 9], False),
        ([4], False),
        ([9, 6], True),
        ([10], True),
    ],
)
def test_a_poll_is_refuted_by_what_it_should_have_listed(
    known: list[int], is_refuted: bool
) -> None:
    """It was no list of the newest messages, where one that is older than the poll was missing."""
    assert _poll(5, 7, 9).is_refuted_by(known) is is_refuted


def test_the_first_list_is_the_last_poll() -> None:
    """Unless it is empty, which proves nothing."""
    assert LastPoll.after(None, LATER, [3, 1]) == LastPoll(
        at=LATER, ids=frozenset({1, 3})
    )
    assert LastPoll.after(None, LATER, []) is None


def test_an_empty_list_leaves_the_last_poll_as_it_is() -> None:
    """However often it comes: a gateway in trouble says the same."""
    for last in (_poll(1, 2), _poll(1, 2, doubted=True)):
        assert LastPoll.after(last, LATER, []) is last


@pytest.mark.parametrize("ids", [[2], [2, 9], [10]])
def test_a_list_with_the_newest_message_takes_the_last_ones_place(
    ids: list[int],
) -> None:
    """Or with a newer one."""
    last = _poll(1, 2)
    assert LastPoll.after(last, LATER, ids) == LastPoll(at=LATER, ids=frozenset(ids))


def test_a_list_without_the_newest_message_is_doubted_once() -> None:
    """It may be a part of the box; the second one is believed."""
    last = _poll(1, 2, 3)
    doubted = LastPoll.after(last, LATER, [1, 2])
    assert doubted == _poll(1, 2, 3, doubted=True)
    assert LastPoll.after(doubted, LATER, [1]) == LastPoll(at=LATER, ids=frozenset({1}))
    again = LastPoll.after(doubted, LATER, [3])
    assert again == LastPoll(at=LATER, ids=frozenset({3}))
    assert LastPoll.after(again, LATER, [2]) == LastPoll(
        at=LATER, ids=frozenset({3}), doubted=True
    )
