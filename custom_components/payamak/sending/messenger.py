"""Sends every SMS: checks it, splits it into calls, makes a few of them at a time, and reports per recipient."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched, chain
import logging
from typing import Any

from homeassistant.core import HomeAssistant

from ..account.account import Account
from ..gateway import (
    AccountWideError,
    GatewayError,
    OptOutMissingError,
    Receipt,
    SmsState,
    UncertainError,
    UnreachableError,
    WaitError,
)
from ..people.address_book import Recipient
from .message import Message, Size

_LOGGER = logging.getLogger(__name__)

_CALLS_AT_A_TIME = 3

# Further calls would fail with these too, each after a time-out of its own.
_ERRORS_FOR_ALL = (AccountWideError, UnreachableError, WaitError)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """The result for one recipient."""

    recipient: Recipient
    message_id: str | None
    error: GatewayError | None

    @property
    def state(self) -> SmsState:
        """Return accepted, unknown or failed; what is unknown must not look accepted or failed."""
        if self.error is None:
            return SmsState.ACCEPTED
        if isinstance(self.error, UncertainError):
            return SmsState.UNKNOWN
        return SmsState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """The result of a message for each of its recipients."""

    rows: Sequence[SentRow]
    size: Size

    @property
    def message_ids(self) -> list[str]:
        """Return the ids of those that can be followed."""
        return [row.message_id for row in self.rows if row.message_id]

    def count(self, state: SmsState) -> int:
        """Return how many recipients are in this state."""
        return sum(row.state is state for row in self.rows)


class Messenger:
    """Sends messages over one account, with a few calls at a time for all of them together."""

    def __init__(
        self,
        hass: HomeAssistant,
        account: Account,
        note_sent: Callable[[Sequence[SentRow]], Awaitable[None]],
        on_sent: Callable[[], None],
    ) -> None:
        """Await ``note_sent`` with the results of each call, before another call may begin in its place.

        ``on_sent`` is called once after each message of which some may have gone out.
        """
        self._hass = hass
        self._account = account
        self._note_sent = note_sent
        self._on_sent = on_sent
        self._slots = asyncio.Semaphore(_CALLS_AT_A_TIME)

    def preview(self, message: Message) -> SendReport:
        """Report how many parts a message would take, without sending it."""
        message.check()
        return SendReport(rows=(), size=message.measure())

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
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failures)
            raise

    async def _send(self, message: Message) -> SendReport:
        progress = _Progress(message)
        while progress.waiting:
            await self._make_calls(progress)
        rows = progress.rows_in_order()
        if any(row.state is not SmsState.FAILED for row in rows):
            self._on_sent()
        return SendReport(rows=rows, size=message.measure())

    async def _make_calls(self, progress: _Progress) -> None:
        """Make a call for each batch that waits, as soon as one of the account's slots is free.

        A message queues for one slot at a time: a long list of recipients doesn't keep an alarm waiting.
        """
        calls = []
        while progress.waiting:
            await self._slots.acquire()
            if progress.stopped_by:
                self._slots.release()
                never_left = progress.take_all_who_wait()
                rows = _rows_of_error(never_left, progress.stopped_by)
                await self._finish(progress, rows)
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

    async def _make_call(
        self, progress: _Progress, recipients: Sequence[Recipient]
    ) -> None:
        """Make one call; retry one by one if the opt-out words are missing, and nothing else."""
        numbers = [recipient.number for recipient in recipients]
        try:
            receipts = await progress.message.call(self._account, numbers)
        except OptOutMissingError as error:
            if len(recipients) > 1:
                progress.send_one_by_one(recipients)
                return
            rows = _rows_of_error(recipients, error)
        except GatewayError as error:
            rows = _rows_of_error(recipients, error)
        except Exception:
            # The results of the other calls must not be lost.
            _LOGGER.exception("Unexpected trouble while a message was sent")
            rows = _rows_of_error(recipients, UncertainError("unexpected_error"))
        else:
            rows = _rows_of_receipts(recipients, receipts)
        line = progress.message.line(self._account)
        for row in rows:
            self._account.note_message_result(row.error)
            if line:
                self._account.note_sender_result(line, row.error)
        await self._finish(progress, rows)

    async def _finish(self, progress: _Progress, rows: Sequence[SentRow]) -> None:
        progress.keep(rows)
        await self._note_sent(rows)


class _Progress:
    """The state of a message while it is sent: who waits for a call, the results so far, and what stops it."""

    def __init__(self, message: Message) -> None:
        self.message = message
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

    def send_one_by_one(self, recipients: Iterable[Recipient]) -> None:
        """Let these recipients, and all who wait, wait for a call of their own."""
        everyone = [*recipients, *self.take_all_who_wait()]
        self.waiting.extend((recipient,) for recipient in everyone)

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


def _rows_of_receipts(
    recipients: Sequence[Recipient], receipts: Sequence[Receipt]
) -> list[SentRow]:
    return [
        SentRow(recipient=who, message_id=receipt.message_id, error=receipt.error)
        for who, receipt in zip(recipients, receipts, strict=True)
    ]


def _rows_of_error(
    recipients: Sequence[Recipient], error: GatewayError
) -> list[SentRow]:
    return [SentRow(recipient=r, message_id=None, error=error) for r in recipients]
