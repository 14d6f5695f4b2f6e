"""Sends every message: guards it, splits it into calls, makes a few of them at a time, and reports per recipient."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import batched
import logging
from typing import Any

from homeassistant.core import HomeAssistant, callback

from ..account.account import Account
from ..gateway import GatewayError, OptOutMissingError, SmsState, WaitError
from ..ledger import LedgerError, SmsRow, Text
from ..people.address_book import AddressBook, Recipient
from .caller import Errors, home_assistant_stops
from .message import Message, Size
from .progress import ROWS_AT_ONCE, Accounted, Progress, SendReport
from .road import Road
from .under_way import under_way_in

_LOGGER = logging.getLogger(__name__)


class Messenger:
    """Sends messages over one account, with a few calls at a time for all of them together."""

    def __init__(
        self,
        hass: HomeAssistant,
        account: Account,
        address_book: AddressBook,
        road: Road,
        base_price: Callable[[], Decimal | None],
        on_sent: Callable[[], None],
    ) -> None:
        """Call ``on_sent`` once after each message of which some may have gone out."""
        self._hass = hass
        self._watch = account.watch
        self._address_book = address_book
        self._road = road
        self._base_price = base_price
        self._on_sent = on_sent
        self._under_way = under_way_in(hass)
        self._accounted = Accounted()

    def preview(self, message: Message) -> SendReport:
        """Report how many parts a message would take, without sending it."""
        message.check()
        return SendReport(
            rows=(), size=message.measure().times(len(message.recipients))
        )

    async def async_send(self, message: Message) -> SendReport:
        """Send a message. Raises for what can't be right; refusals by the gateway are in the report."""
        message.check()
        message.check_size()
        return await self._finish_even_if_cancelled(self._send(message))

    async def _finish_even_if_cancelled(
        self, sending: Coroutine[Any, Any, SendReport]
    ) -> SendReport:
        """Send to all recipients even when the automation that asked for it is stopped or restarted."""
        task = self._hass.async_create_task(sending, "payamak sends a message")
        self._under_way.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failures)
            raise

    async def _send(self, message: Message) -> SendReport:
        size = message.measure()
        text = self._text_of(message, size)
        progress = Progress(message, self._accounted, may_wait=text.retry_for > 0)
        try:
            await self._begin(progress, text)
            await self._guard(progress, text)
            await self._queue_who_must_wait(progress, text)
            while progress.waiting:
                await self._make_calls(progress, text)
        finally:
            progress.close()
        await progress.wait_for_firsts()
        rows = progress.results
        report = SendReport(rows=rows, size=size.times(len(rows)))
        self._tell(report)
        return report

    def _tell(self, report: SendReport) -> None:
        states = {row.state for row in report.rows}
        if states - {SmsState.FAILED, SmsState.WAITING}:
            self._on_sent()
        if SmsState.WAITING in states:
            self._road.outbox.wake()
            _LOGGER.info(
                "%d SMS wait until they can be sent",
                sum(row.state is SmsState.WAITING for row in report.rows),
            )

    def _text_of(self, message: Message, size: Size) -> Text:
        cost = size.cost(self._base_price())
        minutes = (
            self._road.retry_for if message.retry_for is None else message.retry_for
        )
        return self._road.outgoing.new_text(
            message.known_text,
            parts=size.parts,
            cost=None if cost is None else float(cost),
            urgent=message.urgent,
            retry_for=minutes * 60,
            purpose=message.purpose,
            **message.how,
        )

    async def _begin(self, progress: Progress, text: Text) -> None:
        """Begin a row for each recipient, but for those who were sent the same a short time ago."""
        duplicates = self._road.duplicates
        looks_for_duplicates = duplicates.is_open and not text.urgent
        if looks_for_duplicates:
            # What can't be read is not known to be a duplicate: an alarm that is sent twice is better than none.
            with suppress(LedgerError):
                await duplicates.async_load()
        recipients = batched(progress.message.recipients, ROWS_AT_ONCE, strict=False)
        for number, some in enumerate(recipients):
            if number:
                await asyncio.sleep(0)
            new = []
            for recipient in some:
                if looks_for_duplicates and (
                    first := duplicates.find(recipient.number, text)
                ):
                    progress.answer_with(first)
                else:
                    new.append(self._begin_row(text, recipient))
            progress.begin(new)
            if duplicates.is_open:
                duplicates.remember(new, text)
        progress.split()

    def _begin_row(self, text: Text, recipient: Recipient) -> SmsRow:
        name = recipient.name or self._address_book.name_of(recipient.number)
        return self._road.outgoing.begin(text, recipient.number, name)

    async def _guard(self, progress: Progress, text: Text) -> None:
        """Let a message fail as a whole that is larger than what may leave today."""
        # What is taken counts from now on: two messages at the same time must not both get the same room.
        if not self._road.limit.take(progress.new, urgent=text.urgent):
            await self._give_up(progress, WaitError("daily_limit"))

    async def _queue_who_must_wait(self, progress: Progress, text: Text) -> None:
        """Let those wait whose gate is closed, or for whom an older message waits, unless this one is urgent."""
        outgoing, gates = self._road.outgoing, self._road.gates

        def must_wait(row: SmsRow) -> bool:
            goes_after = text.retry_for > 0 and outgoing.waits_for(row.recipient)
            return goes_after or gates.of(row).closed_by is not None

        if not text.urgent and any(map(must_wait, progress.new)):
            await self._queue(progress, must_wait)

    async def _queue(
        self, progress: Progress, fits: Callable[[SmsRow], bool] = lambda _: True
    ) -> None:
        """Let those go to the outbox who fit; they are on the disk then."""
        for some in progress.take(fits):
            progress.keep(some, await self._road.caller.async_queue(some))

    async def _make_calls(self, progress: Progress, text: Text) -> None:
        """Make a call for each batch that waits, as soon as one of the account's slots is free.

        A message queues for one slot at a time: a long list of recipients doesn't keep another one waiting. What can't
        leave when its turn comes goes to the outbox.
        """
        calls = []
        while progress.waiting:
            if self._must_wait(progress):
                await self._queue(progress)
                break
            await self._road.slots.acquire(urgent=text.urgent)
            if self._must_wait(progress):
                self._road.slots.release()
                continue
            if self._under_way.is_stopping:
                progress.stopped_by = home_assistant_stops()
            if progress.stopped_by:
                self._road.slots.release()
                await self._give_up(progress, progress.stopped_by)
                break
            call = self._hass.async_create_task(
                self._make_call(progress, progress.waiting.popleft()),
                "payamak calls the gateway for a message",
            )
            call.add_done_callback(lambda _: self._road.slots.release())
            calls.append(call)
            if not progress.knows_a_result:
                # The first call alone shows what stops the whole account.
                await call
        await asyncio.gather(*calls)
        if self._watch.is_away and text.urgent and text.retry_for:
            # Now that it waits: once the gateway has answered, it has to be the first to leave.
            self._watch.async_probe_now()

    def _must_wait(self, progress: Progress) -> bool:
        return self._road.caller.must_wait(progress.waiting[0][0])

    async def _make_call(self, progress: Progress, rows: Sequence[SmsRow]) -> None:
        """Make one call; retry one by one if the opt-out words are missing, and nothing else."""

        @callback
        def heed(errors: Errors) -> None:
            progress.heed(errors)
            self._road.outbox.heed(errors)

        caller = self._road.caller
        leaving = await caller.async_announce(rows, progress.keep)
        if not leaving:
            return
        try:
            errors = await caller.async_send_now(progress.message, leaving, heed)
        except OptOutMissingError:
            progress.send_one_by_one(leaving)
            return
        progress.keep(leaving, errors)

    async def _give_up(self, progress: Progress, error: GatewayError) -> None:
        """Account for those who still wait for a call: it would meet the same error."""
        for rows in progress.take(lambda _: True):
            progress.keep(rows, await self._road.caller.async_give_up(rows, error))


def _log_failures(task: asyncio.Task[SendReport]) -> None:
    """Log failures which the caller can't be told because it was cancelled."""
    with suppress(asyncio.CancelledError):  # Home Assistant itself is stopping
        rows = task.result().rows
        if failed := sum(row.error is not None for row in rows):
            _LOGGER.warning(
                "A message was not accepted for %d of %d recipients, and the automation "
                "that sent it was stopped before it could be told",
                failed,
                len(rows),
            )
