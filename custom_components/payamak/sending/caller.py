"""The one way out: makes a call of the gateway for some rows, and notes what became of each."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
import logging

from ..account.account import Account
from ..gateway import (
    GatewayError,
    OptOutMissingError,
    SmsState,
    TemporaryError,
    UncertainError,
    WaitError,
)
from ..ledger import LedgerError, OutgoingBook, SmsRow
from .decisions import content_of, state_after
from .guards import DailyLimit
from .message import Message
from .under_way import UnderWay

_LOGGER = logging.getLogger(__name__)

type Errors = Sequence[GatewayError | None]
"""What was wrong for each row of a call, in order."""


def home_assistant_stops() -> TemporaryError:
    """Return why nothing leaves any more: the same message can be sent after the start."""
    return TemporaryError("home_assistant_stops")


class NotStoredError(GatewayError):
    """It can't be sent now, and can't wait either, as the disk does not take it."""


class Caller:
    """Writes to the ledger that a request is about to leave, looks once more whether it may, and notes its outcome.

    The daily limit counts a message that has not waited from its beginning, and what waits from when it leaves.
    """

    def __init__(
        self,
        account: Account,
        outgoing: OutgoingBook,
        limit: DailyLimit,
        under_way: UnderWay,
        on_outcome: Callable[[Sequence[SmsRow]], None],
    ) -> None:
        """Call ``on_outcome`` with the rows of each call that is accounted for."""
        self._account = account
        self._outgoing = outgoing
        self._limit = limit
        self._under_way = under_way
        self._on_outcome = on_outcome

    async def async_send_now(
        self,
        message: Message,
        rows: Sequence[SmsRow],
        on_answer: Callable[[Errors], None],
    ) -> Errors:
        """Make the call of a message that has not waited. Raises OptOutMissingError where each must go by itself.

        ``on_answer`` is called with what was wrong before that is written, so that nothing more leaves meanwhile.
        """
        # It goes out once even where the disk takes nothing; the ledger raises a repair.
        with suppress(LedgerError):
            await self._outgoing.async_note_sending(rows)
        if self.must_wait(rows[0]):
            return await self.async_queue(rows)
        if self._under_way.is_stopping:
            return await self.async_give_up(rows, home_assistant_stops())
        return await self._async_call(message, rows, on_answer, queued=False)

    def must_wait(self, row: SmsRow) -> bool:
        """Tell whether a message that may wait has to: it is too late for a call, or nobody would know what became of it."""
        patience = content_of(row).retry_for
        return patience > 0 and (
            self._account.watch.is_away
            or self._under_way.is_stopping
            or self._outgoing.age(row) >= patience
        )

    async def async_send_queued(
        self,
        message: Message,
        rows: Sequence[SmsRow],
        may_leave: Callable[[SmsRow], bool],
        on_answer: Callable[[Errors], None],
    ) -> Errors:
        """Make the call of messages that wait, without those that may not leave any more: they go on waiting.

        Raises LedgerError where the disk does not take it: then nothing has left, as it might leave again after a crash.
        Raises OptOutMissingError as above. In both cases all of them wait again.
        """
        try:
            await self._outgoing.async_note_sending(rows)
        except LedgerError:
            await self._async_put_back(rows)
            raise
        leaving = [row for row in rows if may_leave(row)]
        if kept := [row for row in rows if row not in leaving]:
            await self._async_put_back(kept)
        if not leaving:
            return ()
        if not self._limit.take(leaving, urgent=content_of(leaving[0]).urgent):
            errors = [WaitError("daily_limit")] * len(leaving)
            # Else the outbox would try again at once, and for ever.
            on_answer(errors)
            return await self._async_finish(leaving, errors, queued=True)
        try:
            return await self._async_call(message, leaving, on_answer, queued=True)
        except OptOutMissingError:
            self._limit.give_back(leaving)
            await self._async_put_back(leaving)
            raise

    async def async_give_up(
        self, rows: Sequence[SmsRow], error: GatewayError
    ) -> Errors:
        """Account for rows without a call: they would meet the same error."""
        return await self._async_finish(rows, [error] * len(rows), queued=False)

    async def async_queue(self, rows: Sequence[SmsRow]) -> Errors:
        """Let rows wait; those that the disk does not take fail."""
        return await self._async_finish(
            rows, [TemporaryError("gateway_away")] * len(rows), queued=False
        )

    async def _async_call(
        self,
        message: Message,
        rows: Sequence[SmsRow],
        on_answer: Callable[[Errors], None],
        *,
        queued: bool,
    ) -> Errors:
        """Make one call; retry nothing."""
        errors = await self._async_ask(message, rows)
        on_answer(errors)
        self._note_results(message, errors)
        return await self._async_finish(rows, errors, queued=queued)

    async def _async_ask(self, message: Message, rows: Sequence[SmsRow]) -> Errors:
        numbers = [row.recipient for row in rows]
        try:
            receipts = await self._account.send_call(
                partial(message.call, self._account, numbers)
            )
        except OptOutMissingError as error:
            if len(rows) > 1:
                raise
            return [error]
        except GatewayError as error:
            return [error] * len(rows)
        except Exception:
            # What the other calls bring must not be lost.
            _LOGGER.exception("Unexpected trouble while a message was sent")
            return [UncertainError("unexpected_error")] * len(rows)
        for row, receipt in zip(rows, receipts, strict=True):
            row.message_id = receipt.message_id
        return [receipt.error for receipt in receipts]

    def _note_results(self, message: Message, errors: Errors) -> None:
        line = message.line(self._account)
        for error in errors:
            self._account.note_message_result(error)
            if line:
                self._account.note_sender_result(line, error)

    async def _async_finish(
        self,
        rows: Sequence[SmsRow],
        errors: Errors,
        *,
        queued: bool,
    ) -> Errors:
        """Note the state of each row; what would have to wait fails where it is not on the disk."""
        for row, error in zip(rows, errors, strict=True):
            row.state = state_after(error, content_of(row), queued=queued)
            row.code, row.reason = (error.code, error.reason) if error else (None, None)
        # The ledger counts them from here on: at no time do both, or neither.
        self._limit.give_back(rows)
        await self._async_note_ended(
            [row for row in rows if row.state is not SmsState.WAITING]
        )
        # Last, as the outbox may go on with them at once.
        told = await self._async_let_wait(rows, errors, queued=queued)
        self._on_outcome(rows)
        return told

    async def _async_note_ended(self, rows: Sequence[SmsRow]) -> None:
        """Note what ended; what the disk does not take is known in memory, and the ledger raises a repair."""
        if rows:
            with suppress(LedgerError):
                await self._outgoing.async_note_outcome(rows)

    async def _async_let_wait(
        self, rows: Sequence[SmsRow], errors: Errors, *, queued: bool
    ) -> Errors:
        """Write which rows wait, and return the errors: what is not on the disk must not wait, it fails."""
        waiting = [row for row in rows if row.state is SmsState.WAITING]
        for row in waiting:
            row.code = row.reason = None
        try:
            if waiting:
                await self._outgoing.async_note_waiting(waiting)
        except LedgerError:
            if queued:
                # It is on the disk, as one that may have left: after a crash it would not be sent again.
                return errors
            not_stored = NotStoredError("not_stored")
            failed = {row.sms_id for row in waiting}
            for row in waiting:
                row.state, row.reason = SmsState.FAILED, not_stored.reason
            await self._async_note_ended(waiting)
            return [
                not_stored if row.sms_id in failed else error
                for row, error in zip(rows, errors, strict=True)
            ]
        return errors

    async def _async_put_back(self, rows: Sequence[SmsRow]) -> None:
        # Where the disk does not take it, they wait in memory, and on the disk they may have left.
        with suppress(LedgerError):
            await self._outgoing.async_note_waiting(rows)
