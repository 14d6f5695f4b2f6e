"""Random histories of a household over the production code, in virtual time."""

from contextlib import ExitStack

import pytest

from . import seeds, stories
from .search import counted, search
from .tell import tell


@pytest.mark.parametrize("number", range(1, 7))
def test_nothing_is_lost_doubled_or_told_twice(number: int) -> None:
    """Let a fixed number of random histories happen; a longer search is scripts/simulate."""
    with counted() as total:
        assert search(10, number, shrink=False) is None
    assert total["histories"] >= 10
    assert total["SMS taken"] > 0


def test_an_equal_text_may_be_answered_with_the_urgent_one() -> None:
    """Nothing but the urgent one leaves again: that is no violation, and another one still is."""
    story, window = (
        stories.equal_text_after_restart_and_urgent,
        {"duplicate_window": 600},
    )
    assert tell(story, window) == []
    with ExitStack() as stack:
        for patch in seeds.window_lost():
            stack.enter_context(patch)
        noticed = tell(story, window)
    assert [each for each in noticed if each.startswith("rule 11:")]


def test_what_an_hour_held_may_leave_right_when_it_is_over() -> None:
    """The gate has just opened then: its patience counts from there, and nothing is too old."""
    no_options: dict[str, int] = {}
    assert tell(stories.texts_of_one_hour, no_options, {"hourly_limit": 1}) == []
