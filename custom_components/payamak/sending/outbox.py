"""The outbox: sends what waits once that is possible, and gives up what has waited too long."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..account.account import Account
from ..account.ends import Ends
from ..account.not_sent import NotSent
from ..account.signals import signal_deliveries_changed
from ..gateway import GatewayError, OptOutMissingError, SmsState, UncertainError
from ..ledger import Ledger, LedgerError, SmsRow
from .bundler import Bundler
from .caller import Caller
from .decisions import (
    Batch,
    Verdict,
    content_of,
    is_refusal,
    judge,
    next_change,
    patience_left,
    plan,
)
from .fence import Fence
from .gates import Gates
from .holds import Holds
from .message import message_of
from .slots import Slots
from .timer import Timer
from .under_way import UnderWay

_LOGGER = logging.getLogger(__name__)

_STRIKES: Final = 2
_UNEXPECTED: Final = "unexpected_error"
_GIVEN_UP_AT_ONCE: Final = 500
# The outbox looks at least this often whether it is time for something.
_LONGEST_SLEEP: Final = 60.0
_SHORTEST_SLEEP: Final = 1.0


class Outbox:
    """What waits in the ledger of an account. It sends with the account's caller, and tells what ends later."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        account: Account,
        ledger: Ledger,
        *,
        under_way: UnderWay,
        slots: Slots,
        caller: Caller,
        fence: Fence,
        gates: Gates,
        bundler: Bundler,
        ends: Ends,
        not_sent: NotSent,
    ) -> None:
        """Belong to an account; nothing leaves before the start."""
        self._hass = hass
        self._entry_id = entry_id
        self._account = account
        self._clock = ledger.clock
        self._book = ledger.outgoing
        self._under_way = under_way
        self._slots = slots
        self._caller = caller
        self._fence = fence
        self._gates = gates
        self._bundler = bundler
        self._ends = ends
        self._not_sent = not_sent
        self._running = False
        self._work: asyncio.Task[None] | None = None
        self._woken = False
        self._timer = Timer(hass, "payamak outbox", self.wake)
        self._listeners: list[CALLBACK_TYPE] = []
        self.holds = Holds(ledger.clock)
        self._tries: Counter[int] = Counter()
        self._strikes: Counter[str] = Counter()
        # By the keys of their texts: those that go out with one recipient a call, and those that are not bundled any more.
        self._one_by_one: set[int] = set()
        self._alone: set[int] = set()
        # After a silence one call goes first, and shows whether the others can follow.
        self._is_proven = False

    @property
    def under_way(self) -> Collection[asyncio.Task[Any]]:
        """Return what is still to be accounted for after the stop."""
        return [self._work] if self._work else []

    @callback
    def async_start(self) -> None:
        """Begin to send what waits: automations can hear by now what becomes of it."""
        self._running = True
        self._listeners = [
            self._account.watch.async_listen(self._async_gateway_changed),
            self._account.async_listen_to_credit(self._async_credit_is),
            self._account.async_listen_to_update_end(self._async_update_ended),
            async_dispatcher_connect(
                self._hass, signal_deliveries_changed(self._entry_id), self._consider
            ),
        ]
        self.wake()

    @callback
    def async_stop(self) -> None:
        """Begin no further call; what is under way is still accounted for, and another set-up goes on with the rest."""
        self._running = False
        while self._listeners:
            self._listeners.pop()()
        self._timer.stop()

    @callback
    def wake(self) -> None:
        """Look now at what waits."""
        self._woken = True
        if not self._running or self._work or self._is_ending:
            return
        self._timer.stop()
        self._work = self._hass.async_create_task(
            self._async_work(), "payamak outbox", eager_start=False
        )
        self._under_way.add(self._work)
        self._work.add_done_callback(self._after_work)

    @callback
    def _async_credit_is(self, credit: Decimal) -> None:
        if self.holds.credit_is(credit):
            self._go_on()

    @callback
    def _async_update_ended(self) -> None:
        if self.holds.update_has_ended():
            self._go_on()

    @callback
    def async_noted(self, rows: Sequence[SmsRow]) -> None:
        """Go on where the gateway has accepted something: what held the others up is over."""
        if any(row.state is SmsState.ACCEPTED for row in rows) and self.holds.end():
            self._go_on()

    def _go_on(self) -> None:
        self._tries.clear()
        self.wake()

    async def async_cancel(self, sms_ids: Collection[str] | None) -> list[SmsRow]:
        """End what waits, or some of it by its ids, and return that; what is under way can't be called back.

        Raises LedgerError where the disk does not take it: after a restart they would wait again.
        """
        rows = [
            row
            for row in self._book.waiting.values()
            if row.state is SmsState.WAITING
            and (sms_ids is None or row.sms_id in sms_ids)
        ]
        if rows:
            try:
                await self._book.async_end(rows, SmsState.CANCELLED)
            finally:
                self._ends.async_tell_change()
        return rows

    @callback
    def _consider(self) -> None:
        """Wake up where something waits that nobody has looked at yet."""
        if self._book.waiting and not self._timer.is_running:
            self.wake()

    @callback
    def _async_gateway_changed(self) -> None:
        self._is_proven = False
        if not self._account.watch.is_away:
            self.wake()

    def _after_work(self, work: asyncio.Task[None]) -> None:
        self._work = None
        error = None if work.cancelled() else work.exception()
        if error:
            _LOGGER.error("The outbox had unexpected trouble", exc_info=error)
        if self._running and not self._is_ending:
            if self._woken and not error:
                self.wake()
            else:
                self._sleep()

    async def _async_work(self) -> None:
        """Send and give up what it is time for; what comes meanwhile is looked at afterwards."""
        self._woken = False
        if self._may_send:
            # First, as it may show that some of them have left.
            await self._fence.async_open()
        await self._async_give_up_old()
        while calls := self._plan():
            if not await self._async_make(calls):
                return

    async def _async_give_up_old(self) -> None:
        old = [
            row
            for row in self._book.waiting.values()
            if self._judge(row) is Verdict.GIVE_UP
            and not (self._may_send and self._fence.will_tell(row))
        ]
        for begin in range(0, len(old), _GIVEN_UP_AT_ONCE):
            if self._is_ending:
                # No automation would hear of it; they are given up, and told, after the start.
                return
            # Some may have been called back meanwhile.
            some = [
                row
                for row in old[begin : begin + _GIVEN_UP_AT_ONCE]
                if row.state is SmsState.WAITING
            ]
            if not some:
                continue
            _LOGGER.warning("%d SMS waited too long, and were not sent", len(some))
            changes = self._not_sent.changes(some)
            await self._ends.async_write(some, SmsState.NOT_SENT, *changes)
            if self._running:
                # Otherwise the next set-up shows it; there is none where the account was removed.
                self._not_sent.show_new()
            await self._ends.async_tell(some)

    @property
    def _is_ending(self) -> bool:
        """Tell whether Home Assistant ends; its state is that of a start again while it closes."""
        return self._under_way.is_stopping or not self._hass.is_running

    @property
    def _may_send(self) -> bool:
        """Tell whether any call may be made now."""
        return (
            self._running
            and not self._is_ending
            and not self._account.watch.is_away
            and self._account.credentials_error is None
        )

    def _judge(self, row: SmsRow) -> Verdict:
        now = dt_util.utcnow().timestamp()
        gate = self._gates.of(row)
        return judge(row, age=self._book.age(row), now=now, gate=gate)

    def _may_leave(self, row: SmsRow) -> bool:
        """Tell whether a row may leave now."""
        return (
            self._judge(row) is Verdict.LEAVE
            and self._fence.lets_pass(row)
            and self.holds.lets_pass(content_of(row))
        )

    def _plan(self) -> list[Batch]:
        if not self._may_send:
            return []
        return plan(
            self._book.waiting.values(),
            self._may_leave,
            tries=self._tries,
            per_call=self._per_call,
            together=self._together,
        )

    def _per_call(self, rows: Sequence[SmsRow], bundle: str | None) -> int:
        if any(row.text in self._one_by_one for row in rows):
            return 1
        if bundle is not None:
            return self._bundler.most_people(bundle)
        return message_of(content_of(rows[0])).per_call

    def _together(
        self, rows: Sequence[SmsRow], may_leave: Callable[[SmsRow], bool]
    ) -> tuple[Sequence[SmsRow], str | None]:
        return self._bundler.together(
            rows, lambda row: may_leave(row) and row.text not in self._alone
        )

    async def _async_make(self, calls: Sequence[Batch]) -> bool:
        """Make calls, a few at a time; tell whether there may be more to send."""
        tasks = []
        for planned in calls:
            await self._slots.acquire(urgent=content_of(planned.rows[0]).urgent)
            batch = replace(planned, rows=self._who_may_leave(planned.rows))
            if not self._may_send or not batch.rows:
                self._slots.release()
                continue
            task = self._hass.async_create_task(
                self._async_send(batch), "payamak sends what waited"
            )
            task.add_done_callback(lambda _: self._slots.release())
            tasks.append(task)
            if not self._is_proven:
                await task
        went_well = await asyncio.gather(*tasks)
        return any(went_well)

    def _who_may_leave(self, rows: Sequence[SmsRow]) -> Sequence[SmsRow]:
        """Return the rows of those of whom none has to wait: a bundle goes out as a whole."""
        wait = {row.recipient for row in rows if not self._may_leave(row)}
        return [row for row in rows if row.recipient not in wait]

    async def _async_send(self, batch: Batch) -> bool:
        """Make a call; tell whether the gateway took or refused it."""
        waiting = batch.rows
        content = self._bundler.content_of(batch, self._book)
        self.holds.note_try()
        try:
            errors = await self._caller.async_send_queued(
                message_of(content),
                waiting,
                self._may_leave_after_write,
                self.heed,
            )
        except OptOutMissingError:
            self._one_by_one.update(row.text for row in waiting)
            return True
        except LedgerError as error:
            _LOGGER.debug("What waits can't be sent: %s", error)
            self.holds.wait_for_disk()
            self._is_proven = False
            return False
        except Exception:
            _LOGGER.exception("Unexpected trouble with what waits")
            await self._async_set_aside(waiting)
            return True
        if batch.bundle and any(map(is_refusal, errors)):
            self._alone.update(row.text for row in waiting)
            return True
        return await self._async_follow_up(waiting, errors)

    def _may_leave_after_write(self, row: SmsRow) -> bool:
        """Look again after the ledger has taken a row; its state is that of the request by now."""
        now = dt_util.utcnow().timestamp()
        waits = row.not_before is not None and now < row.not_before
        gate = self._gates.of(row)
        return (
            self._may_send
            and not waits
            and patience_left(row, age=self._book.age(row), gate=gate) > 0
        )

    async def _async_follow_up(
        self, rows: Sequence[SmsRow], errors: Sequence[GatewayError | None]
    ) -> bool:
        """Tell what ended, and whether the next calls may follow."""
        if failed := [row for row in rows if row.state is SmsState.FAILED]:
            await self._ends.async_tell(failed)
        waits = any(row.state is SmsState.WAITING for row in rows)
        self._tries[rows[0].text] += waits
        if waits or self._account.watch.is_away or self.holds.goes_on:
            return False
        self._is_proven = True
        return True

    @callback
    def heed(self, errors: Sequence[GatewayError | None]) -> None:
        """Hold the others up where they would meet the same error."""
        if self.holds.heed(errors):
            self._is_proven = False

    async def _async_set_aside(self, rows: Sequence[SmsRow]) -> None:
        """End rows that are in the way for the second time, and those that may have left: the others must go on."""
        if left := [row for row in rows if row.state is SmsState.SENDING]:
            await self._caller.async_give_up(left, UncertainError(_UNEXPECTED))
        self._strikes.update(row.sms_id for row in rows)
        self._alone.update(row.text for row in rows)
        out = [
            row
            for row in rows
            if row.state is SmsState.WAITING and self._strikes[row.sms_id] >= _STRIKES
        ]
        for row in out:
            row.reason = _UNEXPECTED
        if out:
            await self._ends.async_write(out, SmsState.FAILED)
            await self._ends.async_tell(out)

    @callback
    def _sleep(self) -> None:
        """Wake up when the next change is due."""
        if not self._book.waiting:
            return
        self._clock.keep()
        now = dt_util.utcnow().timestamp()
        seconds = next_change(
            self._book.waiting.values(), self._book.age, self._gates.of, now
        )
        candidates = [_LONGEST_SLEEP if seconds is None else seconds]
        if self._may_send:
            waits = self.holds.seconds_left, self._fence.seconds_left
            candidates += [wait for wait in waits if wait is not None]
        delay = max(min(candidates), _SHORTEST_SLEEP)
        self._timer.start(min(delay, _LONGEST_SLEEP))
