"""The one road of every SMS: checked, split into calls, sent a few at a time, reported per recipient."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
import logging
from typing import Any

from homeassistant.core import HomeAssistant

from ..account.account import Account
from ..account.errors import validation_error
from ..gateway import (
    MAX_RECIPIENTS,
    AccountWideError,
    GatewayError,
    OptOutMissingError,
    Receipt,
    SmsState,
    UncertainError,
    UnreachableError,
    WaitError,
    count_parts,
    count_tariff_units,
    is_pattern_variable,
)
from ..people.address_book import Recipient

_LOGGER = logging.getLogger(__name__)

_CALLS_AT_A_TIME = 3

type _Call = Callable[[Sequence[str]], Awaitable[list[Receipt]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A text for some recipients; without a sender it goes out over the account's usual line."""

    recipients: Sequence[Recipient]
    text: str
    sender: str | None = None
    flash: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternSms:
    """An approved pattern for some recipients, filled in with variables."""

    recipients: Sequence[Recipient]
    pattern_id: int
    variables: Sequence[str]


def titled(message: str, title: str | None) -> str:
    """Return a text with its title, which an SMS has no other place for."""
    return f"{title}\n{message}" if title else message


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """One recipient's share of a report."""

    recipient: Recipient
    message_id: str | None
    error: GatewayError | None

    @property
    def state(self) -> SmsState:
        """Return what is known: a message whose outcome is unknown never looks sent."""
        if self.error is None:
            return SmsState.ACCEPTED
        if isinstance(self.error, UncertainError):
            return SmsState.UNKNOWN
        return SmsState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What became of a message, recipient by recipient.

    ``parts`` and ``tariff_units`` are of all recipients together; the latter (base-tariff SMS, about what the credit
    falls by) is None where it can't be known beforehand.
    """

    rows: Sequence[SentRow]
    parts: int
    tariff_units: int | None

    @property
    def message_ids(self) -> list[str]:
        """Return the ids of those that can be followed."""
        return [row.message_id for row in self.rows if row.message_id]

    def count(self, state: SmsState) -> int:
        """Return how many recipients are in this state."""
        return sum(row.state is state for row in self.rows)


class Messenger:
    """Takes messages to the gateway."""

    def __init__(
        self,
        hass: HomeAssistant,
        account: Account,
        note_sent: Callable[[Sequence[SentRow]], Awaitable[None]],
        on_sent: Callable[[], None],
    ) -> None:
        """Await ``note_sent`` with what each call came to, before the next one.

        ``on_sent`` is called once after each message of which some may have gone out.
        """
        self._hass = hass
        self._account = account
        self._note_sent = note_sent
        self._on_sent = on_sent
        self._slots = asyncio.Semaphore(_CALLS_AT_A_TIME)

    def preview(self, sms: Sms) -> SendReport:
        """Report parts and units without sending."""
        _check_text(sms.text)
        return SendReport(rows=(), **_measure(sms))

    async def async_send(self, sms: Sms) -> SendReport:
        """Send a text. Raises for what can't be right; refusals are in the report."""
        _check_text(sms.text)
        return await self._see_through(self._send_text(sms))

    async def async_send_pattern(self, sms: PatternSms) -> SendReport:
        """Send a pattern, which takes a call for each recipient."""
        if not all(map(is_pattern_variable, sms.variables)):
            raise validation_error("semicolon_in_variable")
        return await self._see_through(self._send_pattern(sms))

    async def _see_through(
        self, sending: Coroutine[Any, Any, SendReport]
    ) -> SendReport:
        """Finish what was begun, even when the automation that asked for it restarts."""
        task = self._hass.async_create_task(sending, "payamak sends a message")
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failures)
            raise

    async def _send_text(self, sms: Sms) -> SendReport:
        sender = sms.sender or self._account.sender

        async def call(numbers: Sequence[str]) -> list[Receipt]:
            return await self._account.client.send_sms(
                numbers, sms.text, sender, flash=sms.flash
            )

        rows = await self._send(sms.recipients, call, MAX_RECIPIENTS)
        for row in rows:
            self._account.heed_sender(sender, row.error)
        return self._report(rows, **_measure(sms))

    async def _send_pattern(self, sms: PatternSms) -> SendReport:
        async def call(numbers: Sequence[str]) -> list[Receipt]:
            return [
                await self._account.client.send_pattern(
                    number, sms.pattern_id, sms.variables
                )
                for number in numbers
            ]

        rows = await self._send(sms.recipients, call, 1)
        # The text stands in the panel alone: one part each at least is all that is known.
        return self._report(rows, parts=len(rows), tariff_units=None)

    def _report(
        self, rows: Sequence[SentRow], *, parts: int, tariff_units: int | None
    ) -> SendReport:
        if any(row.state is not SmsState.FAILED for row in rows):
            self._on_sent()
        return SendReport(rows=rows, parts=parts, tariff_units=tariff_units)

    async def _send(
        self, recipients: Sequence[Recipient], call: _Call, per_call: int
    ) -> list[SentRow]:
        """Make the calls, the first alone: what stops them all is met once, not thrice."""
        first, *others = batched(recipients, per_call, strict=False)
        rows = await self._hand_over(first, call)
        for calls in batched(others, _CALLS_AT_A_TIME, strict=False):
            if stop := _error_for_all(rows):
                never_left = [who for batch in calls for who in batch]
                rows += await self._noted(_rows_of_error(never_left, stop))
                continue
            for handed_over in await asyncio.gather(
                *(self._hand_over(batch, call) for batch in calls)
            ):
                rows += handed_over
        return rows

    async def _hand_over(
        self, recipients: Sequence[Recipient], call: _Call
    ) -> list[SentRow]:
        """Make one call, and repeat nothing but what was refused for being for several."""
        numbers = [recipient.number for recipient in recipients]
        try:
            async with self._slots:
                receipts = await call(numbers)
        except GatewayError as error:
            if isinstance(error, OptOutMissingError) and len(recipients) > 1:
                return await self._send(recipients, call, 1)
            rows = _rows_of_error(recipients, error)
        except Exception:
            # The other calls' results must not be lost for it.
            _LOGGER.exception("Unexpected trouble while a message was sent")
            rows = _rows_of_error(recipients, UncertainError("unexpected_error"))
        else:
            rows = [
                SentRow(recipient=who, message_id=got.message_id, error=got.error)
                for who, got in zip(recipients, receipts, strict=True)
            ]
        for row in rows:
            self._account.heed_message(row.error)
        return await self._noted(rows)

    async def _noted(self, rows: list[SentRow]) -> list[SentRow]:
        await self._note_sent(rows)
        return rows


def _log_failures(task: asyncio.Task[SendReport]) -> None:
    """Tell the log what the caller, who has gone away, can't be told any more."""
    with suppress(asyncio.CancelledError):  # Home Assistant itself is stopping
        rows = task.result().rows
        if failed := sum(row.error is not None for row in rows):
            _LOGGER.warning(
                "A message was not accepted for %d of %d recipients, and the automation "
                "that sent it was stopped before it could be told",
                failed,
                len(rows),
            )


def _check_text(text: str) -> None:
    if not text.strip():
        raise validation_error("empty_message")


def _measure(sms: Sms) -> dict[str, int]:
    count = len(sms.recipients)
    return {
        "parts": count_parts(sms.text) * count,
        "tariff_units": count_tariff_units(sms.text) * count,
    }


def _rows_of_error(
    recipients: Sequence[Recipient], error: GatewayError
) -> list[SentRow]:
    return [SentRow(recipient=r, message_id=None, error=error) for r in recipients]


def _error_for_all(rows: Sequence[SentRow]) -> GatewayError | None:
    """Return the error that further calls would meet too, each after its own waiting."""
    everybodys = (AccountWideError, UnreachableError, WaitError)
    return next((row.error for row in rows if isinstance(row.error, everybodys)), None)
