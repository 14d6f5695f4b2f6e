"""The gateway: its world, the faults and outages to come, and the calls that came."""

import asyncio
from datetime import timedelta
from typing import override

from .calls import Call
from .faults import Fault, FaultPlan
from .messages import Clock
from .outages import Away, Outage, Outages
from .world import World

KEPT_CALLS = 1000


class Gateway(World):
    """A gateway in memory, which fails on demand and keeps its last calls."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Start empty; the clock gives aware UTC times."""
        super().__init__(clock)
        self.calls: list[Call] = []
        self.faults = FaultPlan()
        self.outages = Outages(self.now)
        # The port where the page and the control API stay while the gateway refuses connections.
        self.panel_port: int | None = None
        # The connections to its port that carry a request which is being answered.
        self.under_way: set[asyncio.Transport] = set()

    def fault(self, method: str | None, fault: Fault, *, times: int | None = 1) -> None:
        """Plan a fault for the next calls of a method (None: of any); times None: until cleared."""
        self.faults.add(method, fault, times)

    def clear_faults(self) -> None:
        """Forget the faults that were planned."""
        self.faults.clear()

    def next_fault(self, method: str) -> Fault | None:
        """Give the fault that comes with a call; in an outage the planned ones are kept for later."""
        if outage := self.outages.present:
            return outage.fault
        return self.faults.take(method)

    async def go_away(
        self,
        kind: Away,
        *,
        start_in: timedelta = timedelta(),
        lasts: timedelta | None = None,
        every: timedelta | None = None,
        times: int | None = None,
        processed: bool = False,
        status: int = 503,
    ) -> Outage:
        """Plan an outage, whose meaning is told at Outage; one that begins now is on at the return."""
        outage = Outage(
            kind, self.now() + start_in, lasts, every, times, processed, status
        )
        self.outages.plan(outage)
        await self.outages.settle()
        return outage

    async def come_back(self) -> None:
        """End the outage that is on, and forget those to come."""
        self.outages.clear()
        await self.outages.settle()

    async def settle(self) -> None:
        """Let phones write, and open or close the port, as the clock demands after it was moved."""
        self.catch_up()
        await self.outages.settle()

    @override
    def advance(self, step: timedelta) -> None:
        """Put the gateway's clock forward."""
        super().advance(step)
        self.outages.wake()

    def record(self, call: Call) -> None:
        """Keep a call in the bounded list of calls."""
        self.calls.append(call)
        del self.calls[:-KEPT_CALLS]

    @override
    def reset(self) -> None:
        """Go back to the accounts as they were opened, without faults, outages and calls; ids keep rising."""
        super().reset()
        self.calls.clear()
        self.faults.clear()
        self.outages.clear()
