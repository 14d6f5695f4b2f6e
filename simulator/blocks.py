"""The addresses that are blocked after failed logins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class AddressBlocks:
    """The addresses that may not call any more after failed logins."""

    failures_allowed: int = 5
    duration: timedelta = timedelta(hours=1)
    _failures: dict[str, int] = field(default_factory=dict)
    _until: dict[str, datetime] = field(default_factory=dict)

    def blocks(self, address: str, now: datetime) -> bool:
        """Tell whether an address is blocked."""
        return address in self._until and now < self._until[address]

    def failed(self, address: str, now: datetime) -> None:
        """Note a failed login."""
        self._failures[address] = self._failures.get(address, 0) + 1
        if self._failures[address] >= self.failures_allowed:
            self.block(address, now)

    def succeeded(self, address: str) -> None:
        """Note a login."""
        self._failures.pop(address, None)

    def block(self, address: str, now: datetime) -> None:
        """Block an address from now on."""
        self._failures.pop(address, None)
        self._until[address] = now + self.duration

    def clear(self) -> None:
        """Let every address call again."""
        self._failures.clear()
        self._until.clear()

    def __iter__(self) -> Iterator[str]:
        """Give the addresses that were blocked."""
        return iter(self._until)
