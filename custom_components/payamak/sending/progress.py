"""What became of a message so far, for each of its recipients, while its calls are made."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, chain
from typing import Final

from ..gateway import (
    AccountWideError,
    GatewayError,
    LoginInDoubtError,
    SmsState,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)
from ..ledger import SmsRow
from ..people.address_book import Recipient
from .message import Message, Size

# A message to thousands must not hold Home Assistant up.
ROWS_AT_ONCE: Final = 500

# Further calls would fail with these too, each after a time-out of its own.
_ERRORS_FOR_ALL: Final = (
    AccountWideError,
    LoginInDoubtError,
    UnreachableError,
    WaitError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """The result for one recipient, and the row of the ledger that goes on with it.

    ``state`` is accepted, waiting, unknown or failed, as it was right after sending.
    """

    recipient: Recipient
    sms: SmsRow
    state: SmsState
    error: GatewayError | None
    is_repeated: bool = False
    """Whether the row is that of an equal message, so that nothing was sent for this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """The result of a message for each of its recipients; ``size`` is of all of them together."""

    rows: Sequence[SentRow]
    size: Size

    @property
    def sms(self) -> list[SmsRow]:
        """Return the rows of the ledger."""
        return [row.sms for row in self.rows]


type Result = tuple[SmsState, GatewayError | None]
"""The state right after a call, and what was wrong."""


class Accounted:
    """Lets a message wait for what becomes of an equal one that is under way."""

    def __init__(self) -> None:
        """Expect nothing."""
        self._expected: set[str] = set()
        self._waiters: dict[str, asyncio.Future[Result]] = {}

    def expect(self, rows: Iterable[SmsRow]) -> None:
        """Expect results of rows."""
        self._expected.update(row.sms_id for row in rows)

    def tell(self, row: SmsRow, result: Result) -> None:
        """Tell whoever waits for it the result of a row."""
        self._expected.discard(row.sms_id)
        if waiter := self._waiters.pop(row.sms_id, None):
            waiter.set_result(result)

    def forget(self, rows: Iterable[SmsRow]) -> None:
        """Expect results of rows no longer: something unexpected has happened to those that are not accounted for."""
        for row in rows:
            if row.sms_id in self._expected:
                has_left = row.state is SmsState.SENDING
                row.state = SmsState.UNKNOWN if has_left else SmsState.FAILED
                row.reason = "unexpected_error"
                self.tell(row, _result_of_first(row))

    async def result_of(self, row: SmsRow) -> Result:
        """Return the result of a row, which may be under way."""
        if row.sms_id not in self._expected:
            return _result_of_first(row)
        waiter = self._waiters.get(row.sms_id)
        if not waiter:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters[row.sms_id] = waiter
        return await asyncio.shield(waiter)


class Progress:
    """The state of a message while it is sent: who waits for a call, the results so far, and what stops it."""

    def __init__(
        self, message: Message, accounted: Accounted, *, may_wait: bool
    ) -> None:
        """Begin with nobody; ``may_wait`` tells that what can't be sent now goes to the outbox."""
        self.message = message
        self._accounted = accounted
        # What may wait does so as a whole while the gateway is busy; else each call is tried for itself.
        self._errors_for_all = (
            (*_ERRORS_FOR_ALL, TemporaryError) if may_wait else _ERRORS_FOR_ALL
        )
        self.new: list[SmsRow] = []
        self.waiting: deque[Sequence[SmsRow]] = deque()
        self.stopped_by: GatewayError | None = None
        self.knows_a_result = False
        self._rows: dict[str, SmsRow] = {}
        self._firsts: list[SmsRow] = []
        self._results: dict[str, Result] = {}

    def begin(self, rows: Sequence[SmsRow]) -> None:
        """Take rows that shall be sent."""
        self._rows |= {row.recipient: row for row in rows}
        self.new += rows
        self._accounted.expect(rows)

    def answer_with(self, first: SmsRow) -> None:
        """Answer for a recipient with the row of an equal message."""
        self._rows[first.recipient] = first
        self._firsts.append(first)

    async def wait_for_firsts(self) -> None:
        """Wait until the equal messages are accounted for, which may be under way: they may fail."""
        for first in self._firsts:
            self._results[first.sms_id] = await self._accounted.result_of(first)

    def close(self) -> None:
        """Let nobody wait for rows that are not accounted for: something unexpected has happened."""
        self._accounted.forget(self.new)

    def split(self) -> None:
        """Let all new rows wait for calls."""
        self.waiting.extend(batched(self.new, self.message.per_call, strict=False))

    def heed(self, errors: Sequence[GatewayError | None]) -> None:
        """Let no further call leave where it would meet the same error as the one that was answered."""
        for error in errors:
            if isinstance(error, self._errors_for_all):
                self.stopped_by = self.stopped_by or error
        self.knows_a_result = True

    def keep(
        self, rows: Sequence[SmsRow], errors: Sequence[GatewayError | None]
    ) -> None:
        """Keep the results of rows: of a call, or of what waits or is given up without one."""
        for row, error in zip(rows, errors, strict=True):
            result = _state_after_call(row, error)
            self._results[row.sms_id] = result
            self._accounted.tell(row, result)

    def send_one_by_one(self, rows: Iterable[SmsRow]) -> None:
        """Let these rows, and all that wait, wait for a call of their own."""
        waiting = [*rows, *chain.from_iterable(self.waiting)]
        self.waiting = deque((row,) for row in waiting)

    def take(self, fits: Callable[[SmsRow], bool]) -> Iterator[Sequence[SmsRow]]:
        """Yield those that fit in batches; they wait for a call no more."""
        waiting, self.waiting = self.waiting, deque()
        per_call = max(map(len, waiting), default=1)
        taken: list[SmsRow] = []
        left: list[SmsRow] = []
        for row in chain.from_iterable(waiting):
            (taken if fits(row) else left).append(row)
        self.waiting.extend(batched(left, per_call, strict=False))
        yield from batched(taken, ROWS_AT_ONCE, strict=False)

    @property
    def results(self) -> list[SentRow]:
        """Return the results in the order of the recipients."""
        firsts = {first.sms_id for first in self._firsts}
        return [
            SentRow(
                recipient=recipient,
                sms=row,
                state=state,
                error=error,
                is_repeated=row.sms_id in firsts,
            )
            for recipient in self.message.recipients
            for row in (self._rows[recipient.number],)
            for state, error in (self._results[row.sms_id],)
        ]


def _state_after_call(row: SmsRow, error: GatewayError | None) -> Result:
    """Return the state right after the call, if there was one; what waits has not failed."""
    if row.state is SmsState.WAITING:
        return SmsState.WAITING, None
    return (SmsState.ACCEPTED, None) if error is None else (row.state, error)


def _result_of_first(first: SmsRow) -> Result:
    """Return what is answered with the row of an equal message: it was accepted, unless its state says something else."""
    match first.state:
        case SmsState.FAILED:
            return SmsState.FAILED, GatewayError(first.reason or "", first.code)
        case SmsState.UNKNOWN:
            reason = first.reason or "unexpected_error"
            return SmsState.UNKNOWN, UncertainError(reason, first.code)
        case SmsState.WAITING | SmsState.SENDING:
            return SmsState.WAITING, None
        case _:
            return SmsState.ACCEPTED, None
