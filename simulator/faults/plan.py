"""The faults to come."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.methods import METHODS

from .base import Fault


@dataclass
class PlannedFault:
    """A fault, the method it waits for, and how often it still comes (None: until cleared)."""

    method: str | None
    fault: Fault
    times: int | None


class FaultPlan:
    """The faults to come, in the order in which they were planned."""

    def __init__(self) -> None:
        """Plan nothing."""
        self._planned: list[PlannedFault] = []

    def add(self, method: str | None, fault: Fault, times: int | None) -> None:
        """Plan a fault."""
        if method is not None and method.lower() not in METHODS:
            raise ValueError(f"No such method: {method}")
        if times is not None and times < 1:
            raise ValueError("A fault comes at least once")
        self._planned.append(
            PlannedFault(method.lower() if method else None, fault, times)
        )

    def take(self, method: str) -> Fault | None:
        """Give the fault that comes with this call, if any."""
        for planned in self._planned:
            if planned.method not in {None, method.lower()}:
                continue
            if planned.times is not None:
                planned.times -= 1
                if planned.times == 0:
                    self._planned.remove(planned)
            return planned.fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        self._planned.clear()

    def __iter__(self) -> Iterator[PlannedFault]:
        """Give the faults to come."""
        return iter(self._planned)
