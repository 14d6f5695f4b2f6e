"""When somebody may get something, as the oracle sees it: by the true time, and by what the gateway took."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from math import inf
from typing import Any, Final

from custom_components.payamak.people.address_book import SavedRecipient
from custom_components.payamak.people.gate import QuietHours

from .times import Times

PERSON: Final = "sara"
HOUR: Final = 3600.0
# From when a request is begun to when it is counted by the home, which counts from a restart on what it had begun.
ON_ITS_WAY: Final = 60.0

type Hours = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Person:
    """One person with a gate. What is known of the pause is what a caller was told."""

    number: str
    hours: Hours | None
    limit: int | None
    times: Times
    paused: bool = False
    paused_at: float = -inf
    resumed_at: float = -inf
    taken: list[float] = field(default_factory=list)
    requested_at: float = -inf
    has_gate: bool = True
    _lost: tuple[float, float] = (-inf, -inf)

    @property
    def rules(self) -> dict[str, Any]:
        """Return the rules as a recipient's form saves them."""
        hours = zip(("quiet_from", "quiet_to"), self.hours or (), strict=False)
        limit = {} if self.limit is None else {"hourly_limit": self.limit}
        return {key: f"{hour}:00" for key, hour in hours} | limit

    @property
    def saved(self) -> SavedRecipient:
        """Return the person as the address book knows them."""
        hours = self.hours and QuietHours(
            begin=time.fromisoformat(self.hours[0]),
            end=time.fromisoformat(self.hours[1]),
        )
        return SavedRecipient(
            subentry_id=PERSON,
            name="Sara",
            numbers=(self.number,),
            slug=PERSON,
            quiet_hours=hours,
            hourly_limit=self.limit,
        )

    @property
    def is_quiet(self) -> bool:
        """Tell whether the wall clock shows one of the quiet hours; there are none over midnight in the histories."""
        if not self.hours:
            return False
        begin, end = map(time.fromisoformat, self.hours)
        return begin <= datetime.fromtimestamp(self.times.wall, UTC).time() < end

    def was_quiet(self, seconds: float) -> bool:
        """Tell whether it has been quiet for at least so many seconds."""
        if not (self.hours and self.is_quiet):
            return False
        now = datetime.fromtimestamp(self.times.wall, UTC)
        begin = datetime.combine(now.date(), time.fromisoformat(self.hours[0]), UTC)
        return (now - begin).total_seconds() >= seconds

    def was_paused(self, seconds: float) -> bool:
        """Tell whether a caller was told of the pause at least so many seconds ago."""
        return self.paused and self.times.now - self.paused_at >= seconds

    @property
    def _quiet_until(self) -> float:
        """Return when the last quiet hours have ended, by a wall clock that is right."""
        if not self.hours:
            return -inf
        now = datetime.fromtimestamp(self.times.wall, UTC)
        end = datetime.combine(now.date(), time.fromisoformat(self.hours[1]), UTC)
        if end > now:
            end -= timedelta(days=1)
        return end.timestamp()

    def lose_gate(self) -> None:
        """Have no rules any more."""
        now = self.times.now
        surely = now if self.is_closed else self.surely_closed_until
        self._lost = (now if self.is_closed else self.closed_until, surely)
        self.has_gate = False

    def got_lately(self, *, slack: float = 0.0) -> int:
        """Return how many were taken in the last hour."""
        return sum(self.times.now - at < HOUR - slack for at in self.taken)

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing but what is urgent may leave."""
        is_full = self.limit is not None and self.got_lately() >= self.limit
        return self.has_gate and (self.paused or self.is_quiet or is_full)

    @property
    def closed_until(self) -> float:
        """Return the last moment at which something could not leave, as late as it can have been."""
        if not self.has_gate:
            return self._lost[0]
        moments = [self.resumed_at, self._quiet_until]
        if self.limit is not None:
            # What is on its way may close it, and then be refused.
            moments += [self.requested_at + ON_ITS_WAY]
            # From the hour's end on it is open, though the home may count from when the answer came.
            moments += [
                min(at + HOUR + ON_ITS_WAY, self.times.now)
                for at in self.taken
                if at + HOUR <= self.times.now
            ]
        return max(each for each in moments if each <= self.times.now or each == -inf)

    @property
    def surely_closed_until(self) -> float:
        """Return the last moment at which nothing could leave for sure."""
        if not self.has_gate:
            return self._lost[1]
        moments = [self.resumed_at, self._quiet_until]
        if self.limit is not None and len(self.taken) >= self.limit:
            moments.append(sorted(self.taken)[-self.limit] + HOUR)
        return max((each for each in moments if each <= self.times.now), default=-inf)


def lines_in(text: str, texts: Sequence[str], rest_of: Callable[[int], str]) -> bool:
    """Tell whether one SMS holds the first of some texts, a line each, and counts the others."""
    *lines, last = text.split("\n")
    shown = [*lines, last]
    left = len(texts) - len(lines)
    if last == rest_of(left):
        shown = lines
    elif len(shown) != len(texts):
        return False
    return all(
        line[:6].endswith(" ") and line[6:] == each
        for line, each in zip(shown, texts, strict=False)
    )
