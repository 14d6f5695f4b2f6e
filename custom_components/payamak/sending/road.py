"""The road that every message of an account takes: built once, from the guards to the outbox."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from ..account.account import Account
from ..account.ends import Ends
from ..account.not_sent import NotSent
from ..const import (
    CONF_BUNDLE,
    CONF_DAILY_LIMIT,
    CONF_DUPLICATE_WINDOW,
    CONF_RETRY_FOR,
    DEFAULT_BUNDLE,
    DEFAULT_DAILY_LIMIT,
    DEFAULT_DUPLICATE_WINDOW,
    DEFAULT_RETRY_FOR,
)
from ..ledger import Ledger, OutgoingBook, SmsRow
from ..people.address_book import AddressBook
from .bundler import Bundler, words_of
from .caller import Caller
from .fence import Fence
from .gates import Gates
from .guards import DailyLimit, DuplicateWindow
from .outbox import Outbox
from .sent_box import SentBox
from .settler import Settler
from .slots import Slots
from .under_way import under_way_in

# A reload must not take long: what is answered later is accounted for all the same.
_SECONDS_TO_FINISH: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """The parts of the road; ``retry_for`` is how many minutes a message waits that says nothing of it."""

    outgoing: OutgoingBook
    retry_for: float
    limit: DailyLimit
    gates: Gates
    duplicates: DuplicateWindow
    slots: Slots
    caller: Caller
    outbox: Outbox
    settler: Settler
    not_sent: NotSent

    @callback
    def async_start(self) -> None:
        """Begin to send what waits, and to look for what may have been sent."""
        self.outbox.async_start()
        self.settler.async_start()

    @callback
    def async_recipients_changed(self) -> None:
        """Look at what waits by the rules of the recipients as they are now."""
        self.gates.recipients_changed()
        self.outbox.wake()

    async def async_pause(self, subentry_id: str, *, paused: bool) -> None:
        """Pause a recipient, or send what waits for them."""
        await self.gates.async_pause(subentry_id, paused=paused)
        self.outbox.wake()

    async def async_stop(self) -> None:
        """Begin nothing further, and wait a short time for what is under way: while the entities are there, they are told."""
        self.outbox.async_stop()
        self.settler.async_stop()
        if under_way := [*self.outbox.under_way, *self.settler.under_way]:
            await asyncio.wait(under_way, timeout=_SECONDS_TO_FINISH)


def build_road(
    hass: HomeAssistant,
    entry_id: str,
    options: Mapping[str, Any],
    account: Account,
    ledger: Ledger,
    address_book: AddressBook,
    base_price: Callable[[], Decimal | None],
    not_sent: NotSent,
    on_outcome: Callable[[Sequence[SmsRow]], None],
) -> Road:
    """Build the road of an account; ``on_outcome`` is called with the rows of each call that is accounted for."""
    ends = Ends(hass, entry_id, ledger.outgoing)
    sent_box = SentBox(account, ledger)
    slots = Slots()
    daily_limit = options.get(CONF_DAILY_LIMIT, DEFAULT_DAILY_LIMIT)
    limit = DailyLimit(ledger, daily_limit)
    gates = Gates(address_book, ledger)
    words = partial(words_of, hass)
    window = options.get(CONF_DUPLICATE_WINDOW, DEFAULT_DUPLICATE_WINDOW)

    @callback
    def note(rows: Sequence[SmsRow]) -> None:
        outbox.async_noted(rows)
        on_outcome(rows)

    under_way = under_way_in(hass)
    caller = Caller(account, ledger.outgoing, limit, gates, under_way, note)
    outbox = Outbox(
        hass,
        entry_id,
        account,
        ledger,
        under_way=under_way,
        slots=slots,
        caller=caller,
        fence=Fence(ledger, sent_box, ends, words),
        gates=gates,
        bundler=Bundler(
            daily_limit=daily_limit,
            room_for=limit.room_for,
            is_on=options.get(CONF_BUNDLE, DEFAULT_BUNDLE),
            words=words,
            base_price=base_price,
            usual_line=account.sender,
        ),
        ends=ends,
        not_sent=not_sent,
    )
    return Road(
        outgoing=ledger.outgoing,
        retry_for=options.get(CONF_RETRY_FOR, DEFAULT_RETRY_FOR),
        limit=limit,
        gates=gates,
        duplicates=DuplicateWindow(ledger, timedelta(seconds=window)),
        slots=slots,
        caller=caller,
        outbox=outbox,
        settler=Settler(hass, entry_id, account, ledger, sent_box, ends),
        not_sent=not_sent,
    )
