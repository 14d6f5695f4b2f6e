"""Follows every accepted message until its final state is known."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
import logging
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..account.account import Account
from ..account.ends import Ends
from ..account.signals import signal_deliveries_changed, signal_login_refused
from ..gateway import (
    CredentialsError,
    Delivery,
    GatewayError,
    LoginInDoubtError,
    SmsState,
    UncertainError,
    UnreachableError,
)
from ..ledger import OutgoingBook, SmsRow
from .followed import AllFollowed, Followed
from .pace import LONGEST_BREAK, Pace
from .timing import IGNORED_CORRECTION, sleep_for

_LOGGER = logging.getLogger(__name__)

# All that is told at once holds Home Assistant up.
_MOST_ENDS_AT_ONCE: Final = 20
_MOST_UNKNOWN_CODES: Final = 100


class DeliveryFollower:
    """Asks the gateway for the state of each pending message until the state is final.

    ``unknown_codes`` are delivery statuses that are not documented, for the diagnostics.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        account: Account,
        outgoing: OutgoingBook,
    ) -> None:
        """Follow what is pending in the account's ledger; nothing is asked before the start."""
        self._hass = hass
        self._entry_id = entry_id
        self._account = account
        self._outgoing = outgoing
        self._ends = Ends(hass, entry_id, outgoing)
        self._followed = AllFollowed(outgoing.pending)
        self._running = False
        self._closed = False
        self._asking = asyncio.Lock()
        self._question: asyncio.Task[Delivery] | None = None
        # It is set, and replaced by a new one, whenever a message ends.
        self._news = asyncio.Event()
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._next_due = 0.0
        self._listeners: list[CALLBACK_TYPE] = []
        self._latest = dt_util.utcnow()
        self._pace = Pace(self._latest)
        self.unknown_codes: set[int] = set()

    @callback
    def async_start(self) -> None:
        """Begin to ask."""
        self._running = True
        # If a message was being sent during a reload, the previous instance records it in the ledger.
        self._listeners = [
            async_dispatcher_connect(
                self._hass, signal_deliveries_changed(self._entry_id), self._take_up
            ),
            async_dispatcher_connect(
                self._hass, signal_login_refused(self._entry_id), self._schedule
            ),
            self._account.watch.async_listen(self._gateway_changed),
            self._hass.bus.async_listen(
                EVENT_HOMEASSISTANT_STOP, self._async_home_stops
            ),
        ]
        self._schedule()

    async def async_stop(self) -> None:
        """Report what has been answered, stop asking, and let no caller wait any longer."""
        self._running = False
        while self._listeners:
            self._listeners.pop()()
        self._schedule()
        if self._question:
            self._question.cancel()
        async with self._asking:
            self._end_waits()

    async def _async_home_stops(self, _event: Event) -> None:
        """Stop at once: the end of Home Assistant must not wait for a slow gateway."""
        await self.async_stop()

    @callback
    def async_recipients_changed(self) -> None:
        """Let the entities of recipients show what is known of their present numbers."""
        self._ends.async_tell_change()

    @callback
    def async_sent(self, rows: Iterable[SmsRow]) -> None:
        """Follow what the gateway accepted."""
        accepted = any(row.state is SmsState.ACCEPTED for row in rows)
        if accepted and self._pace.end_break(dt_util.utcnow()):
            self._schedule()
        self._ends.async_tell_change()

    async def async_wait(self, rows: Sequence[SmsRow], seconds: float) -> None:
        """Wait until the state of all rows is final, or the time is over."""
        if self._closed:
            # Since the account was unloaded or reloaded, another follower may have ended some of the messages.
            return
        self._follow_new()
        awaited = [self._followed.of(row) for row in rows if row.is_pending]
        for followed in awaited:
            followed.awaited += 1
            followed.schedule()
        self._schedule()
        try:
            async with asyncio.timeout(seconds):
                while not self._closed and any(row.is_open for row in rows):
                    await self._news.wait()
        except TimeoutError:
            pass
        finally:
            for followed in awaited:
                followed.awaited -= 1
                followed.schedule()

    @callback
    def _gateway_changed(self) -> None:
        """Ask nothing while the gateway is away, and go on at once when it is back."""
        if not self._account.watch.is_away:
            self._pace.end_break(dt_util.utcnow())
        self._schedule()

    @callback
    def _take_up(self) -> None:
        """Follow what was sent, and ask for it in time; a timer that comes before is left as it is."""
        self._tell_waiting()
        new = self._follow_new()
        if not self._cancel_timer or any(each.due_at < self._next_due for each in new):
            self._schedule()

    def _follow_new(self) -> list[Followed]:
        return self._followed.take_up(dt_util.utcnow().timestamp())

    @callback
    def _schedule(self) -> None:
        """Set the timer for the next question; one that is being asked does so when it is answered."""
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None
        if self._account.credentials_error:
            self._end_waits()
        if self._asking.locked():
            return
        self._follow_new()
        if not self._may_ask or not self._followed:
            return
        now = self._time()
        self._next_due = self._followed.next_due()
        delay = max(self._next_due, self._pace.not_before.timestamp()) - now.timestamp()
        # The timer counts a delay: a point in time would come too late if the clock is set back. The
        # longest delay is limited, so that a clock that was set back is noticed.
        self._cancel_timer = async_call_later(
            self._hass,
            min(sleep_for(delay), LONGEST_BREAK),
            HassJob(
                self._async_next_question,
                "payamak delivery question",
                cancel_on_shutdown=True,
            ),
        )

    def _time(self) -> datetime:
        """Return the time; if the clock was set back, no time that is kept stays in the future."""
        now = dt_util.utcnow()
        if now < self._latest - IGNORED_CORRECTION:
            self._pace.clamp_to(now)
            self._followed.clamp_to(now.timestamp())
        self._latest = now
        return now

    @property
    def _may_ask(self) -> bool:
        """Tell whether questions may be asked; after wrong credentials, not before a reload."""
        return (
            self._running
            and not self._account.watch.is_away
            and self._account.credentials_error is None
        )

    async def _async_next_question(self, _now: datetime) -> None:
        self._cancel_timer = None
        try:
            async with self._asking:
                await self._async_ask_one()
        finally:
            self._schedule()

    async def _async_ask_one(self) -> None:
        """End what has expired, or else ask for the youngest message that is due, and report it if its state is final."""
        now = self._time()
        if not self._may_ask or now < self._pace.not_before:
            return
        time = now.timestamp()
        if ended := self._followed.expired(time, at_most=_MOST_ENDS_AT_ONCE):
            await self._async_end(ended, SmsState.EXPIRED)
            return
        if (followed := self._followed.youngest_due(time)) is None:
            return
        self._pace.note_question(now)
        state = await self._async_ask(followed, now)
        followed.schedule()
        if state is SmsState.ACCEPTED:
            self._outgoing.note_questions(followed.rows)
        else:
            await self._async_end([followed], state)

    async def _async_ask(self, followed: Followed, now: datetime) -> SmsState:
        """Ask for the state of a message; without a final one it stays accepted."""
        # The reply to an id that the gateway doesn't accept is the same as for a wrong password
        # ({"Value":"0","RetStatus":35}): ask_or_check_login finds out which of both it is.
        question = self._question = self._hass.async_create_task(
            self._account.ask_or_check_login(
                partial(self._account.client.get_delivery, followed.message_id)
            ),
            "payamak delivery question",
        )
        await asyncio.wait([question])
        self._question = None
        if question.cancelled():
            return SmsState.ACCEPTED
        try:
            answer = question.result()
        except GatewayError as error:
            self._handle_error(error, followed, now)
            return SmsState.ACCEPTED
        except Exception:
            # All other messages must still be followed.
            _LOGGER.exception("Unexpected error while asking for a delivery status")
            self._handle_error(UncertainError("unexpected_error"), followed, now)
            return SmsState.ACCEPTED
        self._pace.note_answer()
        followed.note_asked(now.timestamp(), answered=True)
        for row in followed.rows:
            row.code = answer.code
        if answer.code is not None and not answer.known:
            self._note_unknown_code(answer.code)
        return answer.state if answer.final else SmsState.ACCEPTED

    def _note_unknown_code(self, code: int) -> None:
        if len(self.unknown_codes) < _MOST_UNKNOWN_CODES:
            self.unknown_codes.add(code)

    def _handle_error(
        self, error: GatewayError, followed: Followed, now: datetime
    ) -> None:
        """Count the question unless it never reached the gateway, or its login was refused; then ask more slowly."""
        _LOGGER.debug("A delivery status could not be fetched: %s", error)
        if not isinstance(
            error, UnreachableError | CredentialsError | LoginInDoubtError
        ):
            # Otherwise a message that always fails would be asked for again and again before all others.
            followed.note_asked(now.timestamp(), answered=False)
        # What concerns every call is the watch's; it says when to go on.
        if not self._account.watch.is_away:
            # The time is read again: the question itself may have taken longer than the break.
            self._pace.note_error(error, dt_util.utcnow())

    async def _async_end(self, ended: Sequence[Followed], state: SmsState) -> None:
        """Write final states to the disk, and then report them, so that a crash repeats no report."""
        if not self._hass.is_running:
            # No automation runs any more: they are asked for again, and reported, after the start.
            return
        # The gateway may have given the same id again while it was asked.
        self._follow_new()
        rows = self._followed.remove(ended)
        await self._ends.async_write(rows, state)
        await self._ends.async_tell([row for each in ended for row in each.told])
        self._tell_waiting()

    def _tell_waiting(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _end_waits(self) -> None:
        """End all waiting, now and later: no questions will be asked any more."""
        self._closed = True
        self._tell_waiting()
