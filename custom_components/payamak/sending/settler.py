"""Finds out what became of messages whose answer was lost, by looking into the sent box."""

import asyncio
from collections.abc import Collection, Sequence
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..account.account import Account
from ..account.ends import Ends
from ..account.signals import signal_deliveries_changed
from ..gateway import GatewayError, Message, RejectedError, SmsState
from ..ledger import Ledger, LedgerError, SmsRow
from .matching import find, state_by_counts
from .sent_box import SentBox
from .timer import Timer

_LOGGER = logging.getLogger(__name__)

# The sent box may show a message late; its counts come later still.
_LOOKS_AFTER: Final = (60.0, 600.0)  # seconds
_AGAIN_AFTER: Final = 60.0
# Where the sent box can't be read for so long, nobody will ever know.
_GIVE_UP_AFTER: Final = 72 * 3600.0
_SHORTEST_SLEEP: Final = 1.0


class Settler:
    """Looks for messages of unknown outcome after one minute and after ten, and then tells what is known of them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        account: Account,
        ledger: Ledger,
        sent_box: SentBox,
        ends: Ends,
    ) -> None:
        """Belong to an account; nothing is asked before the start."""
        self._hass = hass
        self._entry_id = entry_id
        self._account = account
        self._clock = ledger.clock
        self._book = ledger.outgoing
        self._sent_box = sent_box
        self._ends = ends
        self._running = False
        self._listeners: list[CALLBACK_TYPE] = []
        self._timer = Timer(hass, "payamak looks into the sent box", self._look)
        self._work: asyncio.Task[None] | None = None
        self._is_noting = False
        self._not_before = 0.0
        # By our own ids: since when it is looked for, and how often that was done.
        self._since: dict[str, float] = {}
        self._looks: dict[str, int] = {}

    @property
    def under_way(self) -> Collection[asyncio.Task[Any]]:
        """Return what still tells something after the stop."""
        return [self._work] if self._work and self._is_noting else []

    @callback
    def async_start(self) -> None:
        """Begin to look: automations can hear by now what is found."""
        self._running = True
        self._listeners = [
            self._account.watch.async_listen(self._schedule),
            async_dispatcher_connect(
                self._hass, signal_deliveries_changed(self._entry_id), self._schedule
            ),
        ]
        self._schedule()

    @callback
    def async_stop(self) -> None:
        """Begin no further look."""
        self._running = False
        while self._listeners:
            self._listeners.pop()()
        self._timer.stop()

    @callback
    def _schedule(self) -> None:
        """Set the timer for the next look."""
        self._timer.stop()
        self._take_up()
        if not self._may_look or not self._since or self._work:
            return
        due = min(map(self._due_at, self._since))
        delay = max(due, self._not_before) - self._clock.now()
        self._timer.start(max(delay, _SHORTEST_SLEEP))

    def _take_up(self) -> None:
        now = self._clock.now()
        for sms_id in self._book.unsettled:
            self._since.setdefault(sms_id, now)
        for sms_id in self._since.keys() - self._book.unsettled.keys():
            del self._since[sms_id]
            self._looks.pop(sms_id, None)

    def _due_at(self, sms_id: str) -> float:
        return self._since[sms_id] + _LOOKS_AFTER[self._looks.get(sms_id, 0)]

    @property
    def _may_look(self) -> bool:
        return (
            self._running
            and not self._account.watch.is_away
            and self._account.credentials_error is None
        )

    @callback
    def _look(self) -> None:
        self._work = self._hass.async_create_task(
            self._async_settle_due(),
            "payamak looks into the sent box",
            eager_start=False,
        )
        self._work.add_done_callback(self._after_look)

    def _after_look(self, work: asyncio.Task[None]) -> None:
        self._work = None
        self._is_noting = False
        if not work.cancelled() and (error := work.exception()):
            _LOGGER.error("Unexpected trouble with the sent box", exc_info=error)
            self._not_before = self._clock.now() + _AGAIN_AFTER
        self._schedule()

    async def _async_settle_due(self) -> None:
        now = self._clock.now()
        # A timer may be early by a trifle, and what is due in a moment is looked for at once.
        due = [
            self._book.unsettled[sms_id]
            for sms_id in self._since
            if sms_id in self._book.unsettled
            and self._due_at(sms_id) - now < _SHORTEST_SLEEP
        ]
        if not due or not self._hass.is_running:
            return
        found = await self._async_find(due)
        if not self._running or not self._hass.is_running:
            # The next set-up looks for itself, and automations hear what it finds.
            return
        self._is_noting = True
        if found is None:
            self._not_before = self._clock.now() + _AGAIN_AFTER
            hopeless = [
                row for row in due if now - self._since[row.sms_id] >= _GIVE_UP_AFTER
            ]
            await self._async_end(hopeless, SmsState.UNKNOWN)
            return
        await self._async_note(due, found)
        await self._async_finish_last_look(due)

    async def _async_find(self, due: Sequence[SmsRow]) -> dict[str, Message] | None:
        """Return what the sent box shows of messages, None where it can't be read."""
        try:
            since = min(row.left_at for row in due)
            listed = await self._sent_box.async_read(since)
            calls = await self._sent_box.async_calls(since)
            return find(calls, listed)
        except RejectedError:
            # The panel does not offer its sent box.
            return {}
        except (GatewayError, LedgerError) as error:
            _LOGGER.debug("The sent box could not be read: %s", error)
            return None
        except Exception:
            # It must neither be tried at once and for ever, nor keep the others from being told.
            _LOGGER.exception("Unexpected trouble with the sent box")
            return None

    async def _async_note(
        self, due: Sequence[SmsRow], found: dict[str, Message]
    ) -> None:
        """Take those for accepted that the sent box shows, and tell where its counts say more."""
        shown = [row for row in due if row.sms_id in found]
        new = [row for row in shown if row.state is SmsState.UNKNOWN]
        if new:
            await self._ends.async_found(new)
        for state in (SmsState.DELIVERED, SmsState.UNDELIVERED):
            rows = [row for row in shown if state_by_counts(found[row.sms_id]) is state]
            await self._async_end(rows, state)

    async def _async_finish_last_look(self, due: Sequence[SmsRow]) -> None:
        """Count the look; after the last one, tell that nobody knows, or leave it at accepted."""
        for row in due:
            self._looks[row.sms_id] = self._looks.get(row.sms_id, 0) + 1
        over = [
            row
            for row in due
            if row.is_unsettled and self._looks[row.sms_id] == len(_LOOKS_AFTER)
        ]
        for row in over:
            self._looks[row.sms_id] -= 1
        await self._async_end(
            [row for row in over if row.state is SmsState.UNKNOWN], SmsState.UNKNOWN
        )
        accepted = [row for row in over if row.state is SmsState.ACCEPTED]
        if accepted:
            await self._ends.async_write(accepted, SmsState.ACCEPTED)

    async def _async_end(self, rows: Sequence[SmsRow], state: SmsState) -> None:
        if rows:
            await self._ends.async_write(rows, state)
            await self._ends.async_tell(rows)
