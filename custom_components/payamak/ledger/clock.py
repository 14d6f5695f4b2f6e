"""The clock by which the age of a message is measured: it neither jumps nor stands still."""

from collections.abc import Iterable
from datetime import datetime
import time
from typing import Final

from homeassistant.util import dt as dt_util

from .facts import Facts

_FACT: Final = "clock"
# The gateway writes whole seconds, and its replies take a while.
_IGNORED_SECONDS: Final = 120
_KEPT_EVERY: Final = 60


class LedgerClock:
    """Counts seconds: by the monotonic clock while Home Assistant runs, by the wall clock while it was off.

    A wall clock that is set wrong neither makes a young message old nor an old one young.
    """

    def __init__(self, facts: Facts) -> None:
        """Begin at the wall clock's time; it doesn't follow that any more."""
        self._facts = facts
        self._started = time.monotonic()
        self._at_start = self._wall_at_start = _wall()
        # How much the gateway's clock is ahead of the wall clock of the start: what is expected, until the gateway tells.
        self._ahead_of_start = 0.0
        self._kept: float | None = None
        self._compared = False

    def take_up(self, readings: Iterable[tuple[float, float]]) -> None:
        """Go on after the latest reading: pairs of this clock's time and the wall clock's, as rows and facts have them."""
        known = list(readings)
        fact = self._facts.get(_FACT)
        if fact:
            known.append((fact["time"], fact["wall"]))
        if not known:
            return
        latest, wall = max(known)
        off = max(self._wall_at_start - wall, 0.0)
        self._at_start = latest + off
        if fact:
            # Between the two readings the wall clock may have been set; the gateway's and this one were not.
            set_forward = (wall - fact["wall"]) - (latest - fact["time"])
            ahead = (fact["ahead"] or 0.0) - set_forward
            self._ahead_of_start = wall + ahead + off - self._wall_at_start

    def now(self) -> float:
        """Return the time of this clock, in seconds."""
        return self._at_start + self.since_start

    @property
    def since_start(self) -> float:
        """Return how many seconds ago it was started."""
        return time.monotonic() - self._started

    def on_monotonic(self, at: float) -> float:
        """Return a time of this clock as one of the monotonic clock, which the clocks of all ledgers have in common."""
        return self._started + at - self._at_start

    def missing(self, gateway_time: datetime | None) -> float:
        """Return how many seconds Home Assistant was off longer than its own clock says; once, and else 0.

        A computer without a battery goes on at the time of the power cut. How much the gateway's clock was ahead
        of ours before is no time that is missing.
        """
        if gateway_time is None:
            return 0.0
        expected = self._ahead_of_start
        self._ahead_of_start = (
            gateway_time.timestamp() - self._wall_at_start - self.since_start
        )
        if self._compared:
            return 0.0
        self._compared = True
        # From now on the reading says more.
        self._kept = None
        missing = self._ahead_of_start - expected
        return missing if missing > _IGNORED_SECONDS else 0.0

    def keep(self, *, at_once: bool = False) -> None:
        """Keep its reading for the time after a restart, once a minute at most unless it is the last one."""
        now = self.now()
        if not at_once and self._kept is not None and now - self._kept < _KEPT_EVERY:
            return
        self._kept = now
        self._facts.keep(_FACT, {"time": now, "wall": _wall(), "ahead": self._ahead})

    @property
    def _ahead(self) -> float:
        """Return how much the gateway's clock is ahead of the wall clock, which may have been set since the start."""
        set_forward = _wall() - self._wall_at_start - self.since_start
        return self._ahead_of_start - set_forward


def _wall() -> float:
    return dt_util.utcnow().timestamp()
