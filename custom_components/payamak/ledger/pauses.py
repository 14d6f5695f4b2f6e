"""Who is paused, and since when nobody is any more; it is known over a restart."""

from collections.abc import Collection
from typing import Final

from .clock import LedgerClock
from .facts import Facts

_FACT: Final = "paused"


class Pauses:
    """Recipients by the ids of their subentries: paused, or resumed at a time of the ledger's clock."""

    def __init__(self, facts: Facts, clock: LedgerClock) -> None:
        """Begin with nobody."""
        self._facts = facts
        self._clock = clock
        self._resumed_at: dict[str, float | None] = {}

    def take_up(self) -> None:
        """Go on with what the facts tell."""
        self._resumed_at = self._facts.get(_FACT) or {}

    def is_paused(self, subentry_id: str) -> bool:
        """Tell whether somebody is paused."""
        return self._resumed_at.get(subentry_id, 0.0) is None

    def resumed_ago(self, subentry_id: str) -> float | None:
        """Return how many seconds ago somebody was paused last, None where they are, or never were."""
        resumed_at = self._resumed_at.get(subentry_id)
        return None if resumed_at is None else self._clock.now() - resumed_at

    async def async_set(self, subentry_id: str, *, paused: bool) -> None:
        """Pause somebody, or not any more. Raises LedgerError where the disk does not take it: then it is known in memory alone."""
        if paused != self.is_paused(subentry_id):
            self._resumed_at[subentry_id] = None if paused else self._clock.now()
        # After a restart it must not lie in the future.
        self._clock.keep(at_once=True)
        # Also where it is known: what was said before may not be on the disk yet.
        await self._facts.async_keep(_FACT, self._resumed_at)

    def keep_only(self, subentry_ids: Collection[str]) -> None:
        """Forget who was removed."""
        gone = self._resumed_at.keys() - set(subentry_ids)
        for subentry_id in gone:
            del self._resumed_at[subentry_id]
        if gone:
            self._facts.keep(_FACT, self._resumed_at)

    def make_older(self, seconds: float) -> None:
        """Take what was resumed before the start for older: Home Assistant was off longer than its clock says."""
        if not seconds:
            return
        started = self._clock.now() - self._clock.since_start
        self._resumed_at = {
            subentry_id: time if time is None or time > started else time - seconds
            for subentry_id, time in self._resumed_at.items()
        }
        self._facts.keep(_FACT, self._resumed_at)
