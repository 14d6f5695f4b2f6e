"""How long the follower sleeps until a question is due."""

from datetime import timedelta

import pytest

from custom_components.payamak.delivery.timing import sleep_for


@pytest.mark.parametrize(
    ("due_in", "sleeps"),
    [(-3.0, 0.0), (0.0, 0.0), (1e-6, 0.1), (0.1, 0.1), (0.2, 0.2), (600.0, 600.0)],
)
def test_what_is_due_in_a_moment_is_not_looked_at_without_a_pause(
    due_in: float, sleeps: float
) -> None:
    """A wall clock that stands still would keep one core busy; what is due already is done at once."""
    assert sleep_for(due_in) == timedelta(seconds=sleeps)
