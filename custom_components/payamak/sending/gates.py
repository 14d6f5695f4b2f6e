"""The gate of each saved person: whatever the door, what is sent to one of their numbers passes it, or waits."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from homeassistant.util import dt as dt_util

from ..ledger import Ledger, LedgerError, SmsRow
from ..people.address_book import AddressBook, SavedRecipient
from ..people.gate import OPEN, ClosedBy, Gate, all_of, hourly_limit, paused


class Gates:
    """The gates of an account's recipients; a number that several recipients have passes all of theirs."""

    def __init__(self, address_book: AddressBook, ledger: Ledger) -> None:
        """Close nothing yet; what was paused before the start still is."""
        self._address_book = address_book
        self._clock = ledger.clock
        self._departures = ledger.outgoing.departures
        self._pauses = ledger.pauses
        self._seen_closed: dict[str, float] = {}
        self.recipients_changed()

    def recipients_changed(self) -> None:
        """Forget the pauses of those who were removed."""
        self._pauses.keep_only([each.subentry_id for each in self._address_book.saved])

    def of(self, row: SmsRow) -> Gate:
        """Return the gate that a row has to pass; urgent ones have none, nor has what has ended."""
        saved = self._address_book.with_number(row.recipient)
        if not (saved or self._seen_closed) or row.content is None:
            return OPEN
        if row.content.urgent:
            return OPEN
        gate = all_of(part for each in saved for part in self._parts(each, row))
        return self._remember(row.recipient, gate)

    def closed_by(self, saved: SavedRecipient) -> list[ClosedBy]:
        """Return what holds up what is sent to a recipient."""
        parts = [
            *self._parts_of_all(saved),
            *(self._limit(saved, number, 0) for number in saved.numbers),
        ]
        return sorted({part.closed_by for part in parts if part.closed_by})

    def take(self, row: SmsRow) -> bool:
        """Tell whether a row may leave now, and count it as leaving then."""
        if self.of(row).closed_by:
            return False
        self._departures.take(row)
        return True

    def give_back(self, rows: Sequence[SmsRow]) -> None:
        """Count rows as leaving no longer."""
        self._departures.give_back(rows)

    def is_paused(self, subentry_id: str) -> bool:
        """Tell whether a recipient is paused."""
        return self._pauses.is_paused(subentry_id)

    async def async_pause(self, subentry_id: str, *, paused: bool) -> None:
        """Pause a recipient, or not any more."""
        # What the disk does not take is known in memory, and the ledger raises a repair.
        with suppress(LedgerError):
            await self._pauses.async_set(subentry_id, paused=paused)

    def _remember(self, number: str, gate: Gate) -> Gate:
        """Add when it was seen closed: its rules may have changed since, and the wall clock, too."""
        now = self._clock.now()
        if gate.closed_by:
            self._seen_closed[number] = now
        elif number in self._seen_closed:
            seen = Gate(open_for=now - self._seen_closed[number])
            return all_of((gate, seen))
        return gate

    def _parts(self, saved: SavedRecipient, row: SmsRow) -> Iterator[Gate]:
        yield from self._parts_of_all(saved)
        yield self._limit(saved, row.recipient, self._departures.leaving(row))

    def _parts_of_all(self, saved: SavedRecipient) -> Iterator[Gate]:
        """Yield what is the same for all numbers of a recipient."""
        if self._pauses.is_paused(saved.subentry_id):
            yield paused()
        resumed_ago = self._pauses.resumed_ago(saved.subentry_id)
        if resumed_ago is not None:
            yield Gate(open_for=resumed_ago)
        if saved.quiet_hours:
            yield saved.quiet_hours.gate(dt_util.now())

    def _limit(self, saved: SavedRecipient, number: str, leaving: int) -> Gate:
        if saved.hourly_limit is None:
            return OPEN
        left = self._departures.seconds_ago(number)
        return hourly_limit(saved.hourly_limit, left, leaving)
