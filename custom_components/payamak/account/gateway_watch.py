"""Watches whether the gateway is there, for all that ask and send, and asks from time to time while it is not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import logging
from random import uniform
from time import monotonic
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..gateway import GatewayError
from ..ledger import Facts
from .connection import Connection, News, news_of
from .errors import update_error

_LOGGER = logging.getLogger(__name__)

_FACT: Final = "gateway_watch"
_SECONDS_BETWEEN_URGENT_QUESTIONS: Final = 10.0


class GatewayWatch:
    """Knows whether an account's gateway is there.

    Each that has a question or a message would ask a gateway that is away in a rhythm of its own. Instead they tell
    what became of their calls, and wait until they are told that it is back. It speaks in the log for all of them.
    """

    def __init__(
        self, hass: HomeAssistant, facts: Facts, may_ask: Callable[[], bool]
    ) -> None:
        """Watch nothing before the start; no question is asked while ``may_ask`` says no."""
        self._hass = hass
        self._facts = facts
        self._may_ask = may_ask
        self._connection = Connection()
        self._question: Callable[[], Awaitable[None]] | None = None
        self._heard = False
        self._told = False
        self._asking = False
        self._asked_at: float | None = None
        self._timer = HassJob(
            self._async_its_time, "payamak asks the gateway", cancel_on_shutdown=True
        )
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._urgent_timer = HassJob(
            self._async_urgent_time,
            "payamak asks the gateway as something urgent waits",
            cancel_on_shutdown=True,
        )
        self._cancel_urgent_timer: CALLBACK_TYPE | None = None
        self._next_question: datetime | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def is_away(self) -> bool:
        """Tell whether the gateway is away."""
        return self._connection.is_away

    @property
    def is_there(self) -> bool | None:
        """Tell whether the gateway is there, None where it was not heard of since the start."""
        if self.is_away:
            return False
        return True if self._heard else None

    @property
    def holds_back(self) -> bool:
        """Tell whether the account is not to be asked for its data: the gateway is away, and this is not the watch's own question."""
        return self.is_away and not self._asking

    @property
    def error(self) -> GatewayError:
        """Return why the gateway is away."""
        return GatewayError(self._connection.reason)

    @property
    def details(self) -> dict[str, Any]:
        """Return what helps in a bug report."""
        since, then = self._connection.since, self._next_question
        return {
            "away": self.is_away,
            "reason": self._connection.reason or None,
            "since": since and dt_util.utc_from_timestamp(since).isoformat(),
            "next_question": then and then.isoformat(),
            "gaps": self._connection.gaps,
        }

    @callback
    def async_start(
        self, question: Callable[[], Awaitable[None]], *, answered: bool
    ) -> None:
        """Go on where the last run has stopped, unless the gateway has answered since.

        ``question`` asks for the credit, and its calls are noted here.
        """
        self._question = question
        self._connection = Connection.from_fact(self._facts.get(_FACT))
        if answered:
            self.note_answer()

    @callback
    def async_close(self) -> None:
        """Ask and tell no more."""
        self._question = None
        self._stop_timer()
        self._stop_urgent_timer()
        self._listeners.clear()
        for task in self._tasks:
            task.cancel()

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when the gateway is lost, when it is back, and when it is heard of for the first time."""
        self._listeners.append(listener)

        @callback
        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    @callback
    def note_answer(self) -> None:
        """Note that the gateway has answered, whatever it said."""
        if not self._question or self.is_there:
            return
        if self.is_away:
            _LOGGER.info("The connection to the gateway is back")
        self._heard = True
        self._told = False
        self._connection = Connection()
        self._facts.keep(_FACT, None)
        self._stop_timer()
        self._stop_urgent_timer()
        self._tell()

    @callback
    def note_error(self, error: GatewayError, *, counts: bool) -> None:
        """Note that a call has failed; ``counts`` are a question for the credit, and what sends."""
        if not self._question:
            return
        news = news_of(error, counts=counts)
        if news is News.ANSWER:
            self.note_answer()
        elif news is not News.NONE:
            self._lose(news, error)

    def _lose(self, news: News, error: GatewayError) -> None:
        was_away, left = self.is_away, self._connection.leaves
        self._connection.lose(news, error.reason, dt_util.utcnow().timestamp())
        if not self._told:
            self._told = True
            _LOGGER.error(
                "The connection to the gateway is lost: %s", update_error(error)
            )
        if left and not self._connection.leaves:
            # From now on a question costs nothing, and need not wait for the end of a long gap.
            self._stop_timer()
        self._keep()
        self._schedule()
        if not was_away:
            self._tell()

    async def async_ask(self) -> None:
        """Ask now, unless this is being done."""
        if not self._question or self._asking or not self._may_go:
            return
        self._asking = True
        self._asked_at = monotonic()
        try:
            await self._question()
        finally:
            self._asking = False
            self._schedule()

    async def async_find_out(self, error: GatewayError) -> None:
        """Ask whether the gateway is lost, where a question that does not count had no answer."""
        silent = news_of(error, counts=True) is News.NO_ANSWER
        if silent and not self.is_away and not self._seconds_until_urgent:
            await self.async_ask()

    @callback
    def async_probe_now(self) -> None:
        """Ask soon whether the gateway is back, as something urgent waits; the gaps stay as long as they are."""
        if not self._question or not self.is_away or self._cancel_urgent_timer:
            return
        if seconds := self._seconds_until_urgent:
            # What it was told a moment ago need not be true any more when the next gap is over, in minutes.
            self._cancel_urgent_timer = async_call_later(
                self._hass, seconds, self._urgent_timer
            )
        else:
            self._start_asking()

    @callback
    def _async_urgent_time(self, _now: datetime) -> None:
        self._cancel_urgent_timer = None
        self.async_probe_now()

    @property
    def _seconds_until_urgent(self) -> float:
        """Return in how many seconds a question may be asked because something urgent waits."""
        if self._asking:
            return _SECONDS_BETWEEN_URGENT_QUESTIONS
        if self._asked_at is None:
            return 0.0
        over = monotonic() - self._asked_at
        return max(_SECONDS_BETWEEN_URGENT_QUESTIONS - over, 0.0)

    @property
    def _may_go(self) -> bool:
        return self._may_ask() and not self._hass.is_stopping

    @callback
    def _start_asking(self) -> None:
        # In the background: the start of Home Assistant must not wait for a gateway that hangs.
        task = self._hass.async_create_background_task(
            self.async_ask(), "payamak asks the gateway"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @callback
    def _async_its_time(self, _now: datetime) -> None:
        self._cancel_timer = self._next_question = None
        self._start_asking()

    def _schedule(self) -> None:
        """Set the timer for the next question; one that is being asked does so when it is answered."""
        if (
            not self._question
            or not self.is_away
            or self._asking
            or self._cancel_timer
            or not self._may_go
        ):
            return
        gap = timedelta(seconds=self._connection.next_gap(uniform))
        self._keep()
        self._next_question = dt_util.utcnow() + gap
        self._cancel_timer = async_call_later(self._hass, gap, self._timer)

    def _stop_timer(self) -> None:
        if self._cancel_timer:
            self._cancel_timer()
        self._cancel_timer = self._next_question = None

    def _stop_urgent_timer(self) -> None:
        if self._cancel_urgent_timer:
            self._cancel_urgent_timer()
        self._cancel_urgent_timer = None

    def _keep(self) -> None:
        self._facts.keep(_FACT, self._connection.as_fact())

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
