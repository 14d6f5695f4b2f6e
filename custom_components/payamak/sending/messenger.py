"""Sends every SMS: checks it, splits it into calls, makes a few of them at a time, and reports per recipient."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched, chain
import logging
from typing import Any

from homeassistant.core import HomeAssistant

from ..account.account import Account
from ..gateway import (
    AccountWideError,
    GatewayError,
    OptOutMissingError,
    SmsState,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)
from ..ledger import LedgerError, OutgoingBook, SmsRow, Text
from ..people.address_book import AddressBook, Recipient
from .message import Message, Size

_LOGGER = logging.getLogger(__name__)

_CALLS_AT_A_TIME = 3
# Home Assistant itself waits no longer than 20 s.
_SECONDS_TO_FINISH = 15

# Further calls would fail with these too, each after a time-out of its own.
_ERRORS_FOR_ALL = (AccountWideError, UnreachableError, WaitError)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """The result for one recipient, and the row of the ledger that goes on with it."""

    recipient: Recipient
    sms: SmsRow
    error: GatewayError | None

    @property
    def state(self) -> SmsState:
        """Return accepted, unknown or failed, as it was right after sending; what is unknown must not look accepted or failed."""
        if self.error is None:
            return SmsState.ACCEPTED
        if isinstance(self.error, UncertainError):
            return SmsState.UNKNOWN
        return SmsState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """The result of a message for each of its recipients; ``size`` is of all of them together."""

    rows: Sequence[SentRow]
    size: Size

    @property
    def sms(self) -> list[SmsRow]:
        """Return the rows of the ledger."""
        return [row.sms for row in self.rows]


class Messenger:
    """Sends messages over one account, with a few calls at a time for all of them together."""

    def __init__(
        self,
        hass: HomeAssistant,
        account: Account,
        address_book: AddressBook,
        outgoing: OutgoingBook,
        base_price: Callable[[], Decimal | None],
        on_outcome: Callable[[Sequence[SmsRow]], None],
        on_sent: Callable[[], None],
    ) -> None:
        """Note in the ledger that a call is about to leave, and what its outcome is.

        ``on_outcome`` is called with the rows of each call, ``on_sent`` once after each message of which some may
        have gone out.
        """
        self._hass = hass
        self._account = account
        self._address_book = address_book
        self._outgoing = outgoing
        self._base_price = base_price
        self._on_outcome = on_outcome
        self._on_sent = on_sent
        self._slots = asyncio.Semaphore(_CALLS_AT_A_TIME)
        self._under_way: set[asyncio.Task[SendReport]] = set()
        self._ending = False

    async def async_finish(self) -> None:
        """Begin no further call, and wait until each message under way is accounted for: Home Assistant stops."""
        self._ending = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=_SECONDS_TO_FINISH)

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
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failures)
            raise

    async def _send(self, message: Message) -> SendReport:
        size = message.measure()
        cost = size.cost(self._base_price())
        text = self._outgoing.new_text(
            message.known_text,
            parts=size.parts,
            cost=None if cost is None else float(cost),
        )
        progress = _Progress(message, text)
        while progress.waiting:
            await self._make_calls(progress)
        rows = progress.rows_in_order()
        if any(row.state is not SmsState.FAILED for row in rows):
            self._on_sent()
        return SendReport(rows=rows, size=size.times(len(rows)))

    async def _make_calls(self, progress: _Progress) -> None:
        """Make a call for each batch that waits, as soon as one of the account's slots is free.

        A message queues for one slot at a time: a long list of recipients doesn't keep an alarm waiting.
        """
        calls = []
        while progress.waiting:
            await self._slots.acquire()
            if self._ending:
                progress.stopped_by = TemporaryError("home_assistant_stops")
            if progress.stopped_by:
                self._slots.release()
                await self._give_up(progress, progress.stopped_by)
                break
            call = self._hass.async_create_task(
                self._make_call(progress, progress.waiting.popleft()),
                "payamak calls the gateway for a message",
            )
            call.add_done_callback(lambda _: self._slots.release())
            calls.append(call)
            if not progress.rows:
                # The first call alone shows what stops the whole account.
                await call
        await asyncio.gather(*calls)

    async def _give_up(self, progress: _Progress, error: GatewayError) -> None:
        """Let those fail who still wait for a call: it would meet the same error."""
        never_left = progress.take_all_who_wait()
        for some in batched(never_left, progress.message.per_call, strict=False):
            rows = self._rows_of(progress, some)
            await self._finish(progress, _all_met(some, rows, error))

    async def _make_call(
        self, progress: _Progress, recipients: Sequence[Recipient]
    ) -> None:
        """Make one call; retry one by one if the opt-out words are missing, and nothing else."""
        rows = self._rows_of(progress, recipients)
        # A message goes out once even where the disk takes nothing; the ledger raises a repair.
        with suppress(LedgerError):
            await self._outgoing.async_note_sending(rows)
        numbers = [recipient.number for recipient in recipients]
        try:
            receipts = await progress.message.call(self._account, numbers)
        except OptOutMissingError as error:
            if len(recipients) > 1:
                progress.send_one_by_one(recipients, rows)
                return
            sent = _all_met(recipients, rows, error)
        except GatewayError as error:
            sent = _all_met(recipients, rows, error)
        except Exception:
            # The results of the other calls must not be lost.
            _LOGGER.exception("Unexpected trouble while a message was sent")
            sent = _all_met(recipients, rows, UncertainError("unexpected_error"))
        else:
            sent = [
                SentRow(recipient=who, sms=row, error=receipt.error)
                for who, row, receipt in zip(recipients, rows, receipts, strict=True)
            ]
            for row, receipt in zip(rows, receipts, strict=True):
                row.message_id = receipt.message_id
        line = progress.message.line(self._account)
        for each in sent:
            self._account.note_message_result(each.error)
            if line:
                self._account.note_sender_result(line, each.error)
        await self._finish(progress, sent)

    def _rows_of(
        self, progress: _Progress, recipients: Iterable[Recipient]
    ) -> list[SmsRow]:
        """Return the ledger's rows of some recipients, who have none yet unless they are tried a second time."""
        return [
            progress.take_begun(recipient.number)
            or self._outgoing.begin(
                progress.text,
                recipient.number,
                recipient.name or self._address_book.name_of(recipient.number),
            )
            for recipient in recipients
        ]

    async def _finish(self, progress: _Progress, sent: Sequence[SentRow]) -> None:
        progress.keep(sent)
        for each in sent:
            each.sms.state = each.state
            if each.error:
                each.sms.code, each.sms.reason = each.error.code, each.error.reason
        rows = [each.sms for each in sent]
        # What the disk does not take is known in memory, and the ledger raises a repair.
        with suppress(LedgerError):
            await self._outgoing.async_note_outcome(rows)
        self._on_outcome(rows)


class _Progress:
    """The state of a message while it is sent: who waits for a call, the results so far, and what stops it."""

    def __init__(self, message: Message, text: Text) -> None:
        self.message = message
        self.text = text
        # By number: the rows of those who are tried a second time.
        self.begun: dict[str, SmsRow] = {}
        self.waiting = deque(
            batched(message.recipients, message.per_call, strict=False)
        )
        self.rows: dict[str, SentRow] = {}
        self.stopped_by: GatewayError | None = None

    def keep(self, rows: Iterable[SentRow]) -> None:
        """Keep the results of a call."""
        for row in rows:
            self.rows[row.recipient.number] = row
            if isinstance(row.error, _ERRORS_FOR_ALL):
                self.stopped_by = self.stopped_by or row.error

    def send_one_by_one(
        self, recipients: Iterable[Recipient], rows: Iterable[SmsRow]
    ) -> None:
        """Let these recipients, and all who wait, wait for a call of their own."""
        self.begun |= {row.recipient: row for row in rows}
        everyone = [*recipients, *self.take_all_who_wait()]
        self.waiting.extend((recipient,) for recipient in everyone)

    def take_begun(self, number: str) -> SmsRow | None:
        """Return the row of somebody who is tried a second time."""
        return self.begun.pop(number, None)

    def take_all_who_wait(self) -> list[Recipient]:
        """Return those who wait, and let nobody wait any more."""
        recipients = list(chain.from_iterable(self.waiting))
        self.waiting.clear()
        return recipients

    def rows_in_order(self) -> list[SentRow]:
        """Return the results in the order of the recipients."""
        return [self.rows[recipient.number] for recipient in self.message.recipients]


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


def _all_met(
    recipients: Iterable[Recipient], rows: Iterable[SmsRow], error: GatewayError
) -> list[SentRow]:
    return [
        SentRow(recipient=who, sms=row, error=error)
        for who, row in zip(recipients, rows, strict=True)
    ]
