"""When something may be sent to a person: quiet hours, a pause, and so many SMS an hour. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from math import inf
from typing import Final

HOUR: Final = 3600.0


class ClosedBy(StrEnum):
    """What holds a message to a person up."""

    PAUSED = "paused"
    QUIET_HOURS = "quiet_hours"
    HOURLY_LIMIT = "hourly_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Whether anything may be sent to a person now.

    ``open_for`` is how many seconds ago it was closed last: infinite where it never was, 0 while it is. ``opens_in`` is in
    how many seconds it opens, None where it is open or nobody can say.
    """

    closed_by: ClosedBy | None = None
    open_for: float = inf
    opens_in: float | None = None


OPEN: Final = Gate()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A time of each day in which nothing is sent to a person; it may go over midnight."""

    begin: time
    end: time

    def gate(self, now: datetime) -> Gate:
        """Return the gate at a local time.

        They begin and end at moments, not at what a clock shows: an hour that is put back does not begin them anew.
        """
        open_for = inf
        for days_ago in (1, 0):
            day = now.date() - timedelta(days=days_ago)
            end_day = day + timedelta(days=self.end < self.begin)
            # In Unix times, as local ones are subtracted as if all days had 24 hours.
            began = datetime.combine(day, self.begin, now.tzinfo).timestamp()
            ended = datetime.combine(end_day, self.end, now.tzinfo).timestamp()
            since_begin, since_end = now.timestamp() - began, now.timestamp() - ended
            if since_end < 0 <= since_begin:
                return Gate(
                    closed_by=ClosedBy.QUIET_HOURS, open_for=0, opens_in=-since_end
                )
            if 0 <= since_end < since_begin:
                open_for = since_end
        return Gate(open_for=open_for)


def paused() -> Gate:
    """Return the gate of somebody who is paused."""
    return Gate(closed_by=ClosedBy.PAUSED, open_for=0)


def hourly_limit(limit: int, left: Sequence[float], leaving: int) -> Gate:
    """Return the gate of somebody who gets so many SMS an hour at most.

    ``left`` tells how many seconds ago each of the last ones left, the newest first; ``leaving`` are about to leave.
    """
    room = limit - leaving
    if room <= 0:
        return Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0)
    if len(left) < room:
        return OPEN
    over_for = left[room - 1] - HOUR
    if over_for < 0:
        return Gate(closed_by=ClosedBy.HOURLY_LIMIT, open_for=0, opens_in=-over_for)
    return Gate(open_for=over_for)


def all_of(gates: Iterable[Gate]) -> Gate:
    """Return the gate that is closed where one of several is."""
    together = OPEN
    for gate in gates:
        together = Gate(
            closed_by=together.closed_by or gate.closed_by,
            open_for=min(together.open_for, gate.open_for),
            opens_in=_later(together, gate),
        )
    return together


def _later(first: Gate, second: Gate) -> float | None:
    closed = [gate.opens_in for gate in (first, second) if gate.closed_by]
    known = [each for each in closed if each is not None]
    return max(known) if known and len(known) == len(closed) else None
