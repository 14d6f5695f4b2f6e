"""When a message is asked for: the first time, again, and for the last time."""

from datetime import timedelta
from typing import Final

FIRST_QUESTION_AFTER: Final = timedelta(seconds=10)
# The gap between the first question and the second, which must be longer than the wait for the first. Each
# later gap is twice as long as the one before it.
AGAIN_AFTER: Final = timedelta(seconds=20)
LONGEST_GAP: Final = timedelta(hours=6)
# While a caller waits for the delivery, the gaps don't grow.
AWAITED_EVERY: Final = timedelta(seconds=10)

EXPIRES_AFTER: Final = timedelta(hours=72)
# If the clock is set forward by days, a new message looks old. A message that is asked for after its
# time is therefore asked for during some more hours before it expires.
LATE_FOR: Final = timedelta(hours=6)
# Home Assistant may have been off for long: a message only expires if it was asked for this lately.
ASKED_LATELY: Final = timedelta(hours=12)

# A clock that is set back by less than this is ignored.
IGNORED_CORRECTION: Final = timedelta(seconds=10)

_SHORTEST_SLEEP: Final = timedelta(seconds=0.1)


def sleep_for(seconds: float) -> timedelta:
    """Return how long to sleep until something is due; what is due already does not wait.

    For a wall clock that stands still, what is due in a moment stays so: it must not be looked at without a pause.
    """
    if seconds <= 0:
        return timedelta()
    return max(timedelta(seconds=seconds), _SHORTEST_SLEEP)
