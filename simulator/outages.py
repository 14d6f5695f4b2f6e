"""Outages: the times at which the gateway is away, and in which way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from .faults import Fault, Hang, ProxyError, Reset, ServerError
from .messages import Clock

ERROR_STATUSES = (500, 502, 503, 504)


class Away(StrEnum):
    """The ways in which a gateway is away."""

    # The port is closed: a client can't connect, so nothing ever leaves it.
    REFUSE = "refuse"
    # Calls are taken and never answered.
    HANG = "hang"
    # Every call is answered with an error page.
    ERRORS = "errors"


@dataclass(frozen=True)
class Outage:
    """One outage on the gateway's clock, which may come again."""

    kind: Away
    begins: datetime
    # None: until it is ended.
    lasts: timedelta | None = None
    # The time from one begin to the next, and how often it comes (None: for ever).
    every: timedelta | None = None
    times: int | None = None
    # Whether a call is processed although it is not answered, or answered with an error.
    processed: bool = False
    # Of the errors: 500 is the service's own fault in JSON, the others are a proxy's HTML page.
    status: int = 503

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.lasts is not None and self.lasts <= timedelta():
            raise ValueError("lasts must be more than 0")
        if self.every is not None and (self.lasts is None or self.every <= self.lasts):
            raise ValueError("every must be longer than lasts, which it needs")
        if self.times is not None and (self.every is None or self.times < 1):
            raise ValueError("times must be 1 or more, and needs every")
        if self.processed and self.kind is Away.REFUSE:
            raise ValueError("processed: a refused connection carries no call")
        if self.status not in ERROR_STATUSES:
            raise ValueError(
                f"status must be one of {', '.join(map(str, ERROR_STATUSES))}"
            )

    @property
    def fault(self) -> Fault:
        """What happens to a call that comes meanwhile."""
        match self.kind:
            case Away.HANG:
                return Hang(processed=self.processed)
            case Away.ERRORS if self.status == 500:
                return ServerError(processed=self.processed)
            case Away.ERRORS:
                return ProxyError(self.status, processed=self.processed)
            case Away.REFUSE:
                # It came on a connection that was accepted just before the port was closed.
                return Reset()

    def period(self, now: datetime) -> tuple[datetime, datetime | None] | None:
        """Give begin and end of the time that runs or comes next; None if all are over."""
        every = self.every or timedelta()
        turn = (now - self.begins) // every if every and now > self.begins else 0
        if self.lasts is not None and now >= self.begins + turn * every + self.lasts:
            turn += 1
        times = self.times if self.every else 1
        if times is not None and turn >= times:
            return None
        begin = self.begins + turn * every
        return begin, None if self.lasts is None else begin + self.lasts

    def is_on(self, now: datetime) -> bool:
        """Tell whether the gateway is away by this outage."""
        period = self.period(now)
        return period is not None and period[0] <= now


class Follower(Protocol):
    """What has to do something when an outage begins or ends."""

    def wake(self) -> None:
        """Look at the outages soon."""

    async def settle(self) -> None:
        """Look at the outages now, and come back when all is done."""


class Outages:
    """The outages to come and the one that is on, by the gateway's clock."""

    def __init__(self, now: Clock) -> None:
        """Plan nothing."""
        self._now = now
        self._planned: list[Outage] = []
        self._followers: list[Follower] = []

    def plan(self, outage: Outage) -> None:
        """Add an outage; connections can only be refused where a listener can close the port."""
        if outage.kind is Away.REFUSE and not self._followers:
            raise ValueError("Without a Listener no connection can be refused")
        self._planned.append(outage)
        self.wake()

    def clear(self) -> None:
        """End the outage that is on, and forget those to come."""
        self._planned.clear()
        self.wake()

    @property
    def present(self) -> Outage | None:
        """The outage that is on; a closed port hides every other."""
        now = self._now()
        on = [outage for outage in self._planned if outage.is_on(now)]
        return min(on, key=lambda outage: outage.kind is not Away.REFUSE, default=None)

    @property
    def until(self) -> datetime | None:
        """The end of the outage that is on, if it ends by itself."""
        period = self.present.period(self._now()) if self.present else None
        return period[1] if period else None

    @property
    def next_change(self) -> datetime | None:
        """The next moment at which an outage begins or ends."""
        now = self._now()
        periods = [outage.period(now) for outage in self._planned]
        moments = [moment for period in periods if period for moment in period]
        return min(
            (moment for moment in moments if moment is not None and moment > now),
            default=None,
        )

    def __iter__(self) -> Iterator[Outage]:
        """Give the outages that are not over."""
        now = self._now()
        return iter([outage for outage in self._planned if outage.period(now)])

    def follow(self, follower: Follower) -> None:
        """Tell a follower about changes from now on."""
        self._followers.append(follower)

    def unfollow(self, follower: Follower) -> None:
        """Tell a follower nothing more."""
        self._followers.remove(follower)

    def wake(self) -> None:
        """Have the followers look at the outages soon: the plan or the clock has changed."""
        for follower in self._followers:
            follower.wake()

    async def settle(self) -> None:
        """Wait until the followers have done what the outages of this moment demand."""
        for follower in tuple(self._followers):
            await follower.settle()
