"""Whether the panel dates received SMS by another clock, or in another time zone, than ours."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

# Clocks differ a little, and an SMS may be listed some time after it was dated: a shift is known within this.
KNOWN_WITHIN: Final = timedelta(minutes=5)
_OBSERVATIONS: Final = 3


class ClockShift:
    """Compares the dates of SMS with the time in which they were first listed.

    One date that is wrong proves nothing; several in a row that are wrong by the same amount
    do. One that is right ends it.
    """

    def __init__(self, known: timedelta | None) -> None:
        """Begin with the shift that was found before a restart."""
        self.amount = known
        """How far the dates are behind the true time; None where they fit."""
        self._observed: deque[tuple[timedelta, timedelta]] = deque(maxlen=_OBSERVATIONS)

    def observe(self, dated: datetime, *, after: datetime, before: datetime) -> None:
        """Note the date of an SMS that was listed after one moment and before another."""
        least, most = after - dated, before - dated
        if least <= KNOWN_WITHIN and most >= -KNOWN_WITHIN:
            self.amount = None
            self._observed.clear()
            return
        self._observed.append((least, most))
        # The true shift is within each of these ranges, as far as the clock is steady.
        least = max(each[0] for each in self._observed)
        most = min(each[1] for each in self._observed)
        if len(self._observed) == _OBSERVATIONS and least - most <= KNOWN_WITHIN:
            self.amount = (least + most) / 2
