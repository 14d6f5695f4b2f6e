"""Following messages from accepted to delivered, without being asked."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
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
)
from ..gateway import (
    BadReplyError,
    CredentialsError,
    Delivery,
    GatewayError,
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

# At most one question a second on average, whatever is out. A few are asked in a row, so that
# what they bring is written to the disk once.
_TIME_PER_QUESTION: Final = timedelta(seconds=1)
_MOST_QUESTIONS_IN_A_ROW: Final = 5
_MOST_ENDS_IN_A_ROW: Final = 100
# A gateway that is away is left alone, each time for longer.
_FIRST_BREAK: Final = timedelta(seconds=30)
_LONGEST_BREAK: Final = timedelta(minutes=15)
# What is known already doesn't wait for an answer that takes longer than this.
_SLOW: Final = timedelta(seconds=1)
# A clock that is set right by a little needs no care.
_PUT_BACK: Final = timedelta(seconds=10)
# So many unreadable replies, one after the other, are the gateway's trouble and not one message's.
_BAD_REPLIES_IN_A_ROW: Final = 3


class Deliveries:
    """Asks for what is on its way until it has come to its end."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        account: Account,
        address_book: AddressBook,
        store: AccountStore,
    ) -> None:
        """Take over the account's book; nothing is asked before the start."""
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
        # What came to its end in this round, and is not told yet.
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
        # The file may have been written by a clock that was ahead.
        self.book.pending.allow_nothing_after(dt_util.utcnow())
        # A message that was under way during a reload is noted by those before us.
        changed = signal_deliveries_changed(self._entry_id)
        self._listeners = [
            async_dispatcher_connect(self._hass, changed, self._schedule),
            self._hass.bus.async_listen(
                EVENT_HOMEASSISTANT_STOP, self._async_home_stops
            ),
        ]
        self.async_recipients_changed()

    @callback
    def async_recipients_changed(self) -> None:
        """Forget what concerns nobody any more."""
        self.book.forget_all_but(self._address_book.numbers)
        self._tell_changed()

    async def async_stop(self) -> None:
        """Ask no more, once what has been answered is reported; nobody waits any longer."""
        self._running = False
        while self._listeners:
            self._listeners.pop()()
        self._schedule()
        if self._question:
            self._question.cancel()
        async with self._round:
            self._waits.close()

    async def _async_home_stops(self, _event: Event) -> None:
        """Keep nobody waiting for a gateway that doesn't answer."""
        await self.async_stop()

    async def async_note_sent(self, rows: Iterable[SentRow]) -> None:
        """Follow what was accepted; it is on the disk when this returns."""
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
        self._tell_changed()

    async def async_wait(
        self, message_ids: Collection[str], seconds: float
    ) -> Mapping[str, SmsState]:
        """Wait until messages have come to their end, or the time is over; only their sender does.

        What nobody knows of any more is left out.
        """
        wait = self._waits.begin(self.book.states(message_ids))
        for message_id in wait.open:
            delivery = self.book.pending[message_id]
            self.book.pending.bring_forward(delivery, delivery.due(awaited=True))
        self._schedule()
        return await self._waits.async_finish(wait, seconds)

    @callback
    def _schedule(self) -> None:
        """Set the timer for the next round, unless one is under way that will do so."""
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None
        if self._round.locked():
            return
        if self._account.credentials_error:
            self._waits.close()
        now = self._time()
        if self._may_ask and (due := self.book.pending.next_due(now)):
            # By the time that has passed: a point of time never comes where the clock is put back.
            # Looking at the clock now and then finds that out.
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
        """Return the time; where the clock was put back, nothing is left in the future."""
        now = dt_util.utcnow()
        if now < self._latest - _PUT_BACK:
            self.book.pending.allow_nothing_after(now)
            self._not_before = min(self._not_before, now + self._break)
        self._latest = now
        return now

    @property
    def _may_ask(self) -> bool:
        """Tell whether questions are welcome; with wrong credentials, not before a reload."""
        return self._running and self._account.credentials_error is None

    async def _async_next_round(self, _now: datetime) -> None:
        self._cancel_timer = None
        try:
            async with self._round:
                await self._async_ask_for_some()
        finally:
            self._schedule()

    async def _async_ask_for_some(self) -> None:
        """Ask for a few that are due, the youngest first, and report those that ended."""
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
            if delivery.given_up(now):
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
        """Ask what became of a message; what can't be said yet is pending."""
        self._requests += 1
        # {"Value":"0","RetStatus":35}: an id that isn't liked is refused in the words for a wrong password.
        question = self._question = self._hass.async_create_task(
            self._account.ask_if_offered(
                self._account.client.get_delivery(delivery.message_id)
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
            self._heed(error, delivery, now)
            return SmsState.ACCEPTED
        except Exception:
            # The others must be followed all the same.
            _LOGGER.exception(
                "Unexpected trouble while a delivery status was asked for"
            )
            self._heed(UncertainError("unexpected_error"), delivery, now)
            return SmsState.ACCEPTED
        self._break = timedelta()
        self._bad_replies = 0
        delivery.note_asked(now, answered=True)
        delivery.code = answer.code
        if answer.code is not None and not answer.known:
            self.book.note_unknown_code(answer.code)
        return answer.state if answer.final else SmsState.ACCEPTED

    def _heed(
        self, error: GatewayError, delivery: PendingDelivery, now: datetime
    ) -> None:
        """Tell one message's trouble from the gateway's own, and leave a gateway alone that is away."""
        _LOGGER.debug("A delivery status can't be had: %s", error)
        if not isinstance(error, UnreachableError | CredentialsError):
            # Were it not counted, one message that always fails would be asked for in place of all others.
            delivery.note_asked(now, answered=False)
        if isinstance(error, RejectedError):
            # The credit was asked for as well, to be sure of the password.
            self._requests += 1
            return
        if isinstance(error, BadReplyError):
            self._bad_replies += 1
            if self._bad_replies < _BAD_REPLIES_IN_A_ROW:
                return
        self._break = min(max(self._break * 2, _FIRST_BREAK), _LONGEST_BREAK)
        # The question itself may have taken longer than the break.
        self._not_before = dt_util.utcnow() + self._break

    def _end_break(self, now: datetime) -> None:
        """Ask again soon: a gateway that takes a message is not away."""
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
        """Tell the end of some messages, once it is on the disk: never again after a crash."""
        reports, self._ended = self._ended, []
        for report in reports:
            self.book.end(report.message_id, report.state)
        await self._store.async_save()
        for report in reports:
            async_dispatcher_send(self._hass, SIGNAL_DELIVERY_ENDED, report)
            self._waits.end(report.message_id, report.state)
        self._tell_changed()

    @callback
    def _tell_changed(self) -> None:
        async_dispatcher_send(self._hass, signal_deliveries_changed(self._entry_id))


def _first_state(row: SentRow) -> SmsState | None:
    """Return what is known of a message as soon as it was handed over."""
    if row.state is SmsState.FAILED:
        return SmsState.FAILED
    return SmsState.ACCEPTED if row.message_id else None
