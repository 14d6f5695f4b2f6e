"""Tells the ends of messages: each is written first, and then told, so that a crash tells nothing twice."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import batched
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util

from ..gateway import SmsState
from ..ledger import LedgerError, OutgoingBook, SmsRow
from ..ledger.file import Change
from .signals import SIGNAL_DELIVERY_ENDED, DeliveryReport, signal_deliveries_changed

# All that is told at once holds Home Assistant up.
_TOLD_AT_ONCE: Final = 20


class Ends:
    """Ends the messages of an account: in the ledger, and for events, sensors and triggers."""

    def __init__(
        self, hass: HomeAssistant, entry_id: str, outgoing: OutgoingBook
    ) -> None:
        """Belong to an account."""
        self._hass = hass
        self._entry_id = entry_id
        self._outgoing = outgoing

    async def async_write(
        self, rows: Sequence[SmsRow], state: SmsState, *changes: Change
    ) -> None:
        """Write the final state of some rows, with other changes that belong to it, and tell nothing."""
        # What the disk does not take is known in memory, and the ledger raises a repair.
        with suppress(LedgerError):
            await self._outgoing.async_end(rows, state, *changes)

    async def async_found(self, rows: Sequence[SmsRow]) -> None:
        """Write that the sent box shows some rows, which therefore were accepted."""
        with suppress(LedgerError):
            await self._outgoing.async_note_found(rows)
        self.async_tell_change()

    async def async_tell(self, rows: Sequence[SmsRow]) -> None:
        """Tell the ends of some rows, which are written already."""
        for number, some in enumerate(batched(rows, _TOLD_AT_ONCE, strict=False)):
            if number:
                await asyncio.sleep(0)
            for row in some:
                async_dispatcher_send(
                    self._hass, SIGNAL_DELIVERY_ENDED, self._report_of(row)
                )
        self.async_tell_change()

    @callback
    def async_tell_change(self) -> None:
        """Let sensors and those who wait look at the ledger again."""
        async_dispatcher_send(self._hass, signal_deliveries_changed(self._entry_id))

    def _report_of(self, row: SmsRow) -> DeliveryReport:
        return DeliveryReport(
            entry_id=self._entry_id,
            sms_id=row.sms_id,
            message_id=row.message_id,
            recipient=row.recipient,
            name=row.name,
            state=row.state,
            code=row.code,
            sent_at=dt_util.utc_from_timestamp(row.left_at),
            is_an_sms=row.parts > 0,
        )
