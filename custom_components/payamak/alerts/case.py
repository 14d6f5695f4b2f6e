"""An alert at work: its worker does what the decisions say, one thing after the other, and sleeps between."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.async_ import create_eager_task

from ..ledger import AlertPerson, AlertRow, Ledger, LedgerError, purpose_of
from ..people.address_book import Recipient
from ..sending.message import Sms
from ..sending.messenger import Messenger
from ..sending.outbox import Outbox
from ..sending.progress import SendReport
from ..sending.timer import Timer
from .alert import Alert
from .decisions import (
    RESOLVED,
    TAKEN,
    go_on,
    goes_on_at,
    is_to_be_called_back,
    whom_to_tell_it_is_over,
    whom_to_tell_who_took_it,
    whom_to_text,
)
from .matters import Matters
from .texts import Texts

_LOGGER = logging.getLogger(__name__)

# The ledger's clock can be put right by the gateway's: so often it is looked at in any case.
_LONGEST_SLEEP: Final = 60.0
_SHORTEST_SLEEP: Final = 0.1
# It was measured when the alert was raised.
_ANY_PARTS: Final = 1000


class Case:
    """The worker of one alert."""

    def __init__(
        self,
        hass: HomeAssistant,
        alert: Alert,
        ledger: Ledger,
        messenger: Messenger,
        outbox: Outbox,
        matters: Matters,
        tell: Callable[[AlertRow], None],
        *,
        retry_for: float,
    ) -> None:
        """Do nothing before it is woken. ``tell`` is called with the alert whenever Home Assistant has to hear of it."""
        self.alert = alert
        self._hass = hass
        self._book = ledger.alerts
        self._clock = ledger.clock
        self._messenger = messenger
        self._outbox = outbox
        self._matters = matters
        self._tell = tell
        self._texts = Texts(hass)
        self._retry_for = retry_for
        self._is_stopped = False
        self._woken = False
        self._work: asyncio.Task[None] | None = None
        self._timer = Timer(hass, "payamak alert", self.wake)
        self._reports: list[SendReport] = []

    @callback
    def wake(self) -> None:
        """Look at once what there is to do."""
        self._woken = True
        self._timer.stop()
        if not (self._work or self._is_ending):
            self._work = self._hass.async_create_task(
                self._async_work(), "payamak goes on with an alert", eager_start=False
            )
            self._work.add_done_callback(self._after_work)

    @callback
    def wake_as_taken(self) -> None:
        """Go on with what somebody has just taken, and tell that also while a text is being sent: a siren must not sound on."""
        self.wake()
        # Not before the answer is about to be written: whoever hears of it may change the alert at once.
        self._hass.async_create_task(
            self._async_tell(), "payamak tells who has an alert", eager_start=False
        )

    async def _async_tell(self) -> None:
        self.tell_what_is_new()

    @callback
    def stop(self) -> None:
        """Begin nothing new."""
        self._is_stopped = True
        self._timer.stop()

    async def async_do_what_is_due(self) -> Sequence[SendReport]:
        """Wait until there is nothing to do now, and return what became of the texts that were sent meanwhile."""
        self._reports = []
        self.wake()
        while self._work:
            await asyncio.wait([self._work])
        return self._reports

    def _after_work(self, work: asyncio.Task[None]) -> None:
        self._work = None
        error = None if work.cancelled() else work.exception()
        if error:
            _LOGGER.error("An alert had unexpected trouble", exc_info=error)
        if self._is_ending:
            return
        if self._woken and not error:
            self.wake()
        elif self.alert.row.is_open or error:
            self._sleep(_LONGEST_SLEEP if error else self._time_left)

    @property
    def _time_left(self) -> float:
        return goes_on_at(self.alert.row) - self._clock.now()

    @property
    def _is_ending(self) -> bool:
        """Tell whether the next set-up goes on: automations, and entities, would hear no more of it."""
        return self._is_stopped or not self._hass.is_running

    async def _async_work(self) -> None:
        while self._woken and not self._is_ending:
            self._woken = False
            await self._async_go_on()
            self.tell_what_is_new()
            await self._async_call_back()
            await self._async_send()

    async def _async_go_on(self) -> None:
        row = self.alert.row
        new = go_on(row, self._clock.now(), self.alert.reaches)
        if new is not row:
            # What the disk does not take is known in memory, and the ledger raises a repair.
            with suppress(LedgerError):
                await self._book.async_keep(new)

    @callback
    def tell_what_is_new(self) -> None:
        """Tell what has become of it; should Home Assistant end before that is noted, it is told again."""
        row = self.alert.row
        new = f"{row.state} {row.turn}"
        if row.told != new and not self._is_ending:
            self._tell(row)
            # Whoever heard of it may have changed it already.
            self._book.keep(replace(self.alert.row, told=new))

    async def _async_call_back(self) -> None:
        waiting = self.alert.waiting()
        if waiting and is_to_be_called_back(self.alert.row):
            with suppress(LedgerError):
                await self._outbox.async_cancel(waiting)

    async def _async_send(self) -> None:
        if self._is_ending:
            return
        row, reaches = self.alert.row, self.alert.reaches
        if people := whom_to_text(row, reaches):
            await self._async_alert(row, people)
        elif people := whom_to_tell_who_took_it(row, reaches):
            text = self._texts.taken(row.message, row.took_it)
            await self._async_text(people, text, TAKEN)
        elif people := whom_to_tell_it_is_over(row, reaches):
            await self._async_text(people, row.resolved_message, RESOLVED)

    async def _async_alert(self, row: AlertRow, people: Sequence[AlertPerson]) -> None:
        """Send the alert to those of its step who need no code, and at the same time to the others: a call may hang."""
        needs_code = [
            each
            for each in people
            if each.number in row.coded
            or self._matters.must_show_code([each.number], besides=self.alert)
        ]
        if needs_code:
            numbers = [*row.coded, *(each.number for each in needs_code)]
            self._book.keep(replace(row, coded=tuple(dict.fromkeys(numbers))))
        texts = (
            (row.message, [each for each in people if each not in needs_code]),
            (self._texts.with_code(row.message, row.code, of="alert"), needs_code),
        )
        await asyncio.gather(
            *(
                # Eager: all are begun before another set-up can look who is left.
                create_eager_task(
                    self._async_text(
                        group,
                        text,
                        str(row.turn),
                        # As long as it is this step's turn, it is of use.
                        retry_for=max(self._retry_for, row.step.minutes),
                        is_wanted=lambda: self.alert.row.is_open,
                    )
                )
                for text, group in texts
                if group
            )
        )

    async def _async_text(
        self,
        people: Sequence[AlertPerson],
        text: str,
        word: str,
        **how: Any,
    ) -> None:
        recipients = [Recipient(number=each.number, name=each.name) for each in people]
        report = await self._messenger.async_send(
            Sms(
                recipients=recipients,
                text=text,
                urgent=True,
                max_parts=_ANY_PARTS,
                purpose=purpose_of(self.alert.key, word),
                **how,
            )
        )
        self._reports.append(report)
        # Whom it does not reach changes what comes next.
        self._woken = True

    def _sleep(self, seconds: float) -> None:
        self._timer.start(min(max(seconds, _SHORTEST_SLEEP), _LONGEST_SLEEP))
