"""The one way out: makes a call of the gateway for some rows, and notes what became of each."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby
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
from .gates import Gates
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

    What a person's gate holds waits, also what does not want to wait for the gateway. The daily limit counts a message that has not waited from its beginning, and what waits from when it leaves.
    """

    def __init__(
        self,
        account: Account,
        outgoing: OutgoingBook,
        limit: DailyLimit,
        gates: Gates,
        under_way: UnderWay,
        on_outcome: Callable[[Sequence[SmsRow]], None],
    ) -> None:
        """Call ``on_outcome`` with the rows of each call that is accounted for."""
        self._account = account
        self._outgoing = outgoing
        self._limit = limit
        self._gates = gates
        self._under_way = under_way
        self._on_outcome = on_outcome

    async def async_announce(
        self,
        rows: Sequence[SmsRow],
        on_held: Callable[[Sequence[SmsRow], Errors], None],
    ) -> Sequence[SmsRow]:
        """Write that a request of rows that have not waited is about to leave, and return those that it may leave with.

        The others wait; ``on_held`` is called with them, and with why some can't wait either.
        """

        async def hold(rows: Sequence[SmsRow]) -> None:
            on_held(rows, await self.async_queue(rows))

        # It goes out once even where the disk takes nothing; the ledger raises a repair.
        with suppress(LedgerError):
            await self._outgoing.async_note_sending(rows)
        return await self._async_sift(rows, self._gates.take, hold)

    async def async_send_now(
        self,
        message: Message,
        rows: Sequence[SmsRow],
        on_answer: Callable[[Errors], None],
    ) -> Errors:
        """Make the call of a message that has not waited, right after it was announced.

        Raises OptOutMissingError where each must go by itself. ``on_answer`` is called with what was wrong before that
        is written, so that nothing more leaves meanwhile.
        """
        if not message.is_wanted():
            return await self.async_give_up(rows, GatewayError("called_back"))
        if self.must_wait(rows[0]):
            return await self.async_queue(rows)
        if self._under_way.is_stopping:
            return await self.async_give_up(rows, home_assistant_stops())
        try:
            return await self._async_call(message, rows, on_answer, queued=False)
        except OptOutMissingError:
            self._gates.give_back(rows)
            raise

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
        leaving = await self._async_sift(
            rows,
            lambda row: may_leave(row) and self._gates.take(row),
            self._async_put_back,
        )
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
        """Let rows wait, and return why some can't: those that the disk does not take fail."""
        for row in rows:
            row.state = SmsState.WAITING
        self._limit.give_back(rows)
        self._gates.give_back(rows)
        told = await self._async_let_wait(rows, [None] * len(rows), queued=False)
        self._on_outcome(rows)
        return told

    async def _async_sift(
        self,
        rows: Sequence[SmsRow],
        may_leave: Callable[[SmsRow], bool],
        keep: Callable[[Sequence[SmsRow]], Awaitable[None]],
    ) -> Sequence[SmsRow]:
        """Return the rows that may leave right now, after the others are kept back: much can happen in each write."""
        leaving = rows
        while numbers := {row.recipient for row in leaving if not may_leave(row)}:
            # What goes out as one goes out as a whole.
            kept = [row for row in leaving if row.recipient in numbers]
            leaving = [row for row in leaving if row.recipient not in numbers]
            await keep(kept)
        return leaving

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
        numbers = list(dict.fromkeys(row.recipient for row in rows))
        try:
            receipts = await self._account.send_call(
                partial(message.call, self._account, numbers)
            )
        except OptOutMissingError as error:
            if len(numbers) > 1:
                raise
            return [error] * len(rows)
        except GatewayError as error:
            return [error] * len(rows)
        except Exception:
            # What the other calls bring must not be lost.
            _LOGGER.exception("Unexpected trouble while a message was sent")
            return [UncertainError("unexpected_error")] * len(rows)
        receipt_of = dict(zip(numbers, receipts, strict=True))
        for row in rows:
            row.message_id = receipt_of[row.recipient].message_id
        return [receipt_of[row.recipient].error for row in rows]

    def _note_results(self, message: Message, errors: Errors) -> None:
        line = message.line(self._account)
        # A thousand recipients with the same result tell of the account what one tells.
        for error, _recipients in groupby(errors):
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
            row.state = state_after(
                *(error, content_of(row)),
                queued=queued,
                bundled=row.sent_as is not None,
            )
            row.code, row.reason = (error.code, error.reason) if error else (None, None)
        # The ledger counts them from here on: at no time do both, or neither.
        self._limit.give_back(rows)
        self._gates.give_back(rows)
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
        self._gates.give_back(rows)
        # Where the disk does not take it, they wait in memory, and on the disk they may have left.
        with suppress(LedgerError):
            await self._outgoing.async_note_waiting(rows)
