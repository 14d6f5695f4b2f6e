"""Follows every accepted message until its final state is known."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..account.account import Account
from ..account.signals import (
    SIGNAL_DELIVERY_ENDED,
    DeliveryReport,
    signal_deliveries_changed,
    signal_login_refused,
)
from ..gateway import (
    BadReplyError,
    CredentialsError,
    Delivery,
    GatewayError,
    LoginInDoubtError,
    RejectedError,
    SmsState,
    UncertainError,
    UnreachableError,
)
from ..ledger.delivery_book import DeliveryBook
from ..ledger.pending import PendingDelivery
from ..ledger.store import AccountStore
from ..people.address_book import AddressBook
from ..sending.messenger import SentRow
from .waits import DeliveryWaits

_LOGGER = logging.getLogger(__name__)

# At most one question a second on average, however many messages are pending. A few are asked in a row, so
# that the answers of all of them are written to the disk at once.
_TIME_PER_QUESTION: Final = timedelta(seconds=1)
_MOST_QUESTIONS_IN_A_ROW: Final = 5
_MOST_ENDS_IN_A_ROW: Final = 100
# After an error of the gateway no questions are asked for a while; each further error makes that longer.
_FIRST_BREAK: Final = timedelta(seconds=30)
_LONGEST_BREAK: Final = timedelta(minutes=15)
# If an answer takes longer than this, the answers before it are reported without it.
_SLOW: Final = timedelta(seconds=1)
# A clock that is set back by less than this is ignored.
_IGNORED_CORRECTION: Final = timedelta(seconds=10)
# So many unreadable replies in a row are an error of the gateway, and not of one message.
_BAD_REPLIES_IN_A_ROW: Final = 3


class DeliveryFollower:
    """Asks the gateway for the state of each pending message until the state is final."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        account: Account,
        address_book: AddressBook,
        store: AccountStore,
    ) -> None:
        """Use the account's book; nothing is asked before the start."""
        self._hass = hass
        self._entry_id = entry_id
        self._account = account
        self._address_book = address_book
        self._store = store
        self.book: DeliveryBook = store.deliveries
        self._waits = DeliveryWaits()
        self._running = False
        self._round = asyncio.Lock()
        self._requests = 0
        self._question: asyncio.Task[Delivery] | None = None
        # Final states of this round that are not reported yet.
        self._ended: list[DeliveryReport] = []
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._listeners: list[CALLBACK_TYPE] = []
        self._latest = self._not_before = dt_util.utcnow()
        self._break = timedelta()
        self._bad_replies = 0

    @callback
    def async_start(self) -> None:
        """Begin to ask."""
        self._running = True
        # The stored times may come from a clock that was ahead.
        self.book.pending.clamp_to(dt_util.utcnow())
        # If a message was being sent during a reload, the previous instance records it in the book.
        changed = signal_deliveries_changed(self._entry_id)
        self._listeners = [
            async_dispatcher_connect(self._hass, changed, self._schedule),
            async_dispatcher_connect(
                self._hass, signal_login_refused(self._entry_id), self._schedule
            ),
            self._hass.bus.async_listen(
                EVENT_HOMEASSISTANT_STOP, self._async_home_stops
            ),
        ]
        self.async_recipients_changed()

    @callback
    def async_recipients_changed(self) -> None:
        """Forget the last states of numbers that belong to no recipient any more."""
        self.book.forget_all_but(self._address_book.numbers)
        self._send_changed()

    async def async_stop(self) -> None:
        """Report what has been answered, stop asking, and let no caller wait any longer."""
        self._running = False
        while self._listeners:
            self._listeners.pop()()
        self._schedule()
        if self._question:
            self._question.cancel()
        async with self._round:
            self._waits.close()

    async def _async_home_stops(self, _event: Event) -> None:
        """Stop at once: the end of Home Assistant must not wait for a slow gateway."""
        await self.async_stop()

    async def async_note_sent(self, rows: Iterable[SentRow]) -> None:
        """Follow the accepted messages; they are on the disk when this returns."""
        now = dt_util.utcnow()
        for row in rows:
            if row.state is SmsState.ACCEPTED:
                self._end_break(now)
            number = row.recipient.number
            saved_as = self._address_book.name_of(number)
            if row.message_id:
                name = row.recipient.name or saved_as
                self.book.follow(row.message_id, number, name, now)
            if saved_as:
                self.book.note_last(number, row.message_id, _first_state(row))
        await self._store.async_save()
        self._send_changed()

    async def async_wait(
        self, message_ids: Collection[str], seconds: float
    ) -> Mapping[str, SmsState]:
        """Wait until the state of all messages is final, or the time is over.

        Only the action that sent them waits. Messages of which nothing is known any more are left out.
        """
        wait = self._waits.begin(self.book.states(message_ids))
        for message_id in wait.open:
            delivery = self.book.pending[message_id]
            self.book.pending.bring_forward(delivery, delivery.due(awaited=True))
        self._schedule()
        return await self._waits.async_finish(wait, seconds)

    @callback
    def _schedule(self) -> None:
        """Set the timer for the next round; a round that is running does so at its end."""
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None
        if self._round.locked():
            return
        if self._account.credentials_error:
            self._waits.close()
        now = self._time()
        if self._may_ask and (due := self.book.pending.next_due(now)):
            # The timer counts a delay: a point in time would come too late if the clock is set back. The
            # longest delay is limited, so that a clock that was set back is noticed.
            delay = max(due, self._not_before) - now
            self._cancel_timer = async_call_later(
                self._hass,
                min(max(delay, timedelta()), _LONGEST_BREAK),
                HassJob(
                    self._async_next_round,
                    "payamak round of delivery questions",
                    cancel_on_shutdown=True,
                ),
            )

    def _time(self) -> datetime:
        """Return the time; if the clock was set back, no time that is kept stays in the future."""
        now = dt_util.utcnow()
        if now < self._latest - _IGNORED_CORRECTION:
            self.book.pending.clamp_to(now)
            self._not_before = min(self._not_before, now + self._break)
        self._latest = now
        return now

    @property
    def _may_ask(self) -> bool:
        """Tell whether questions may be asked; after wrong credentials, not before a reload."""
        return self._running and self._account.credentials_error is None

    async def _async_next_round(self, _now: datetime) -> None:
        self._cancel_timer = None
        try:
            async with self._round:
                await self._async_ask_for_some()
        finally:
            self._schedule()

    async def _async_ask_for_some(self) -> None:
        """Ask for a few messages that are due, the newest first, and report those with a final state."""
        began = self._time()
        if began < self._not_before:
            return
        self._not_before = began
        self._requests = 0
        while (
            self._may_ask
            and self._not_before == began
            and self._requests < _MOST_QUESTIONS_IN_A_ROW
            and len(self._ended) < _MOST_ENDS_IN_A_ROW
            and (delivery := self.book.pending.take_due(now := dt_util.utcnow()))
        ):
            if delivery.has_expired(now):
                state = SmsState.EXPIRED
            else:
                state = await self._async_ask(delivery, now)
            if state is SmsState.ACCEPTED:
                awaited = delivery.message_id in self._waits
                self.book.pending.schedule(delivery, delivery.due(awaited=awaited))
            else:
                self._ended.append(self._report_of(delivery, state))
        paced = began + self._requests * _TIME_PER_QUESTION
        self._not_before = max(self._not_before, paced)
        if self._ended:
            await self._async_report()
        elif self._requests:
            self._store.async_save_soon()

    async def _async_ask(self, delivery: PendingDelivery, now: datetime) -> SmsState:
        """Ask for the state of a message; without a final one it stays accepted."""
        self._requests += 1
        # The reply to an id that the gateway doesn't accept is the same as for a wrong password
        # ({"Value":"0","RetStatus":35}): ask_or_check_login finds out which of both it is.
        question = self._question = self._hass.async_create_task(
            self._account.ask_or_check_login(
                partial(self._account.client.get_delivery, delivery.message_id)
            ),
            "payamak delivery question",
        )
        await asyncio.wait([question], timeout=_SLOW.total_seconds())
        if self._ended and not question.done():
            await self._async_report()
        await asyncio.wait([question])
        self._question = None
        if question.cancelled():
            return SmsState.ACCEPTED
        try:
            answer = question.result()
        except GatewayError as error:
            self._handle_error(error, delivery, now)
            return SmsState.ACCEPTED
        except Exception:
            # All other messages must still be followed.
            _LOGGER.exception("Unexpected error while asking for a delivery status")
            self._handle_error(UncertainError("unexpected_error"), delivery, now)
            return SmsState.ACCEPTED
        self._break = timedelta()
        self._bad_replies = 0
        delivery.note_asked(now, answered=True)
        delivery.code = answer.code
        if answer.code is not None and not answer.known:
            self.book.note_unknown_code(answer.code)
        return answer.state if answer.final else SmsState.ACCEPTED

    def _handle_error(
        self, error: GatewayError, delivery: PendingDelivery, now: datetime
    ) -> None:
        """Find out whether an error concerns one message or the gateway; after the latter, pause."""
        _LOGGER.debug("A delivery status could not be fetched: %s", error)
        if not isinstance(
            error, UnreachableError | CredentialsError | LoginInDoubtError
        ):
            # Count it: else a message that always fails would be asked for again and again before all others.
            delivery.note_asked(now, answered=False)
        if isinstance(error, RejectedError):
            # The account also asked for the credit, to find out whether the password is still right.
            self._requests += 1
            return
        if isinstance(error, BadReplyError):
            self._bad_replies += 1
            if self._bad_replies < _BAD_REPLIES_IN_A_ROW:
                return
        self._break = min(max(self._break * 2, _FIRST_BREAK), _LONGEST_BREAK)
        # The time is read again: the question itself may have taken longer than the break.
        self._not_before = dt_util.utcnow() + self._break

    def _end_break(self, now: datetime) -> None:
        """Ask again soon: a gateway that accepts a message can be reached."""
        self._break = timedelta()
        self._bad_replies = 0
        soon = now + _MOST_QUESTIONS_IN_A_ROW * _TIME_PER_QUESTION
        self._not_before = min(self._not_before, soon)

    def _report_of(self, delivery: PendingDelivery, state: SmsState) -> DeliveryReport:
        return DeliveryReport(
            entry_id=self._entry_id,
            message_id=delivery.message_id,
            recipient=delivery.recipient,
            name=delivery.name,
            state=state,
            code=delivery.code,
            sent_at=delivery.sent_at,
        )

    async def _async_report(self) -> None:
        """Write final states to the disk, and then report them, so that a crash repeats no report."""
        reports, self._ended = self._ended, []
        for report in reports:
            self.book.end(report.message_id, report.state)
        await self._store.async_save()
        for report in reports:
            async_dispatcher_send(self._hass, SIGNAL_DELIVERY_ENDED, report)
            self._waits.end(report.message_id, report.state)
        self._send_changed()

    @callback
    def _send_changed(self) -> None:
        async_dispatcher_send(self._hass, signal_deliveries_changed(self._entry_id))


def _first_state(row: SentRow) -> SmsState | None:
    """Return what is known of a message right after it was sent; None if it can't be followed."""
    if row.state is SmsState.FAILED:
        return SmsState.FAILED
    return SmsState.ACCEPTED if row.message_id else None
