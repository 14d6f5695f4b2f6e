"""The gateway: its world, the faults to come, and the calls that came."""

from typing import override

from .calls import Call
from .faults import Fault, FaultPlan
from .messages import Clock
from .world import World

KEPT_CALLS = 1000


class Gateway(World):
    """A gateway in memory, which fails on demand and keeps its last calls."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Start empty; the clock gives aware UTC times."""
        super().__init__(clock)
        self.calls: list[Call] = []
        self.faults = FaultPlan()

    def fault(self, method: str | None, fault: Fault, *, times: int | None = 1) -> None:
        """Plan a fault for the next calls of a method (None: of any); times None: until cleared."""
        self.faults.add(method, fault, times)

    def clear_faults(self) -> None:
        """Forget the faults that were planned."""
        self.faults.clear()

    def record(self, call: Call) -> None:
        """Keep a call in the bounded list of calls."""
        self.calls.append(call)
        del self.calls[:-KEPT_CALLS]

    @override
    def reset(self) -> None:
        """Go back to the accounts as they were opened, without faults and calls; ids keep rising."""
        super().reset()
        self.calls.clear()
        self.faults.clear()
