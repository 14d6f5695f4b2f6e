"""The alerts of one account: raised, acknowledged, resolved, and heard of."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.util.ulid import ulid_now

from ..account.signals import (
    SIGNAL_ALERT,
    AlertReport,
    ReceivedSms,
    signal_alerts_changed,
    signal_deliveries_changed,
)
from ..ledger import (
    AlertPerson,
    AlertRow,
    AlertState,
    AlertStep,
    Change,
    Ledger,
    LedgerError,
)
from ..sending.messenger import Messenger
from ..sending.progress import SendReport
from ..sending.road import Road
from .alert import Alert
from .case import Case
from .hints import Hints
from .matters import KNOWN_FOR, matters_of
from .texts import label

RAISED: Final = "raised"
ESCALATED: Final = "escalated"
EVENTS: Final = (
    RAISED,
    ESCALATED,
    AlertState.ACKNOWLEDGED.value,
    AlertState.RESOLVED.value,
    AlertState.UNANSWERED.value,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlan:
    """An alert as somebody wants to raise it."""

    alert_id: str
    message: str
    resolved_message: str
    pin: str | None
    steps: tuple[AlertStep, ...]
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOutcome:
    """What an action did: the alert as it is afterwards, and what became of the texts that were sent."""

    row: AlertRow
    is_new: bool
    reports: Sequence[SendReport] = ()


class Alerts:
    """The alerts of an account. What was open before a restart is heard at once, and goes on after the start."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        ledger: Ledger,
        messenger: Messenger,
        road: Road,
        answer_is_awaited: Callable[[], None],
    ) -> None:
        """Belong to an account; ``answer_is_awaited`` makes it poll at once."""
        self._hass = hass
        self._entry_id = entry_id
        self._ledger = ledger
        self._book = ledger.alerts
        self._messenger = messenger
        self._road = road
        self._answer_is_awaited = answer_is_awaited
        self._matters = matters_of(hass)
        self._hints = Hints(hass, ledger, messenger)
        self._cases: dict[str, Case] = {}
        self._removers: dict[str, Callable[[], None]] = {}
        self._stop_listening: CALLBACK_TYPE | None = None
        for row in self._book:
            self._add(row)

    @property
    def open_count(self) -> int:
        """Return how many alerts nobody has acknowledged yet."""
        return sum(row.is_open for row in self._book)

    @callback
    def is_answer_awaited(self) -> bool:
        """Tell whether somebody waits for an answer over this account."""
        return self._matters.is_answer_awaited(self._entry_id)

    def find_open(self, alert_id: str) -> AlertRow | None:
        """Return the alert that waits for somebody by the user's word for it."""
        row = self._book.newest(alert_id)
        return row if row and row.is_open else None

    @callback
    def async_start(self) -> None:
        """Go on with what is open."""
        self._stop_listening = async_dispatcher_connect(
            self._hass, signal_deliveries_changed(self._entry_id), self._look
        )
        self._let_sensor_look()
        self._forget_old()
        for case in self._cases.values():
            case.wake()

    @callback
    def async_stop(self) -> None:
        """Begin nothing new; another set-up goes on."""
        if self._stop_listening:
            self._stop_listening()
        for case in self._cases.values():
            case.stop()

    @callback
    def async_close(self) -> None:
        """Hear no more answers: now that nothing is read any more, none can be missed."""
        for remove in self._removers.values():
            remove()

    async def async_raise(self, plan: AlertPlan) -> AlertOutcome:
        """Raise an alert, and return once its first texts are on their way; one that is open already stays as it is."""
        if known := self.find_open(plan.alert_id):
            return AlertOutcome(row=known, is_new=False)
        now = self._ledger.clock.now()
        row = AlertRow(
            key=ulid_now(),
            code=self._matters.new_code(),
            raised_at=now,
            turn_at=now,
            alert_id=plan.alert_id,
            message=plan.message,
            resolved_message=plan.resolved_message,
            pin=plan.pin,
            steps=plan.steps,
            rounds=plan.rounds,
        )
        self._forget_old()
        # At once: nobody else must raise the same meanwhile.
        change = self._book.change(row)
        was_awaited = self.is_answer_awaited()
        case = self._add(row)
        if not was_awaited:
            self._answer_is_awaited()
        self._let_sensor_look()
        # What the disk does not take is known in memory, and the ledger raises a repair.
        with suppress(LedgerError):
            await self._book.async_write(change)
        return await self._async_work_on(case)

    async def async_resolve(self, alert_id: str) -> AlertOutcome | None:
        """End an alert, None where there is none that could be ended."""
        row = self._book.newest(alert_id)
        if row is None or row.state is AlertState.RESOLVED:
            return None
        over = replace(
            row, state=AlertState.RESOLVED, ended_at=self._ledger.clock.now()
        )
        case = self._cases[row.key]
        await self._async_write(case, self._book.change(over))
        return await self._async_work_on(case)

    async def async_acknowledge(
        self, alert_id: str | None, who: AlertPerson
    ) -> Sequence[AlertOutcome]:
        """Note that somebody in the house has an alert, or all that wait for somebody."""
        changes = [
            (case, self._book.change(case.alert.taken_by(who)))
            for case in self._cases.values()
            if case.alert.is_open and alert_id in (None, case.alert.row.alert_id)
        ]
        # All first: none goes on while the gateway hangs with the notices of another.
        for case, change in changes:
            await self._async_write(case, change)
            case.wake()
        return [await self._async_work_on(case) for case, _ in changes]

    @callback
    def hear(self, sms: ReceivedSms) -> Sequence[Change]:
        """Take what a received SMS answers, of any account, and return what to write together with its id."""
        heard = self._matters.hear(sms)
        if heard is None:
            return ()
        if heard.answer is not None:
            return heard.matter.take(sms, heard.answer)
        if heard.matter.is_open:
            heard.matter.note_wrong_pin(sms.sender)
        else:
            self._hints.tell_too_late(sms, heard.matter)
        return ()

    async def _async_write(self, case: Case, change: Change) -> None:
        with suppress(LedgerError):
            await self._book.async_write(change)
        # A siren must not sound on because a text is being sent meanwhile.
        case.tell_what_is_new()

    async def _async_work_on(self, case: Case) -> AlertOutcome:
        reports = await case.async_do_what_is_due()
        return AlertOutcome(row=case.alert.row, is_new=True, reports=reports)

    def _add(self, row: AlertRow) -> Case:
        alert = Alert(self._entry_id, self._ledger, row, partial(self._wake, row.key))
        case = self._cases[row.key] = Case(
            self._hass,
            alert,
            self._ledger,
            self._messenger,
            self._road.outbox,
            self._matters,
            self._tell,
            retry_for=self._road.retry_for,
        )
        self._removers[row.key] = self._matters.add(alert)
        return case

    @callback
    def _wake(self, key: str) -> None:
        self._cases[key].wake_as_taken()

    @callback
    def _look(self) -> None:
        """Look at what changed: a text may have reached nobody, or wait again, and nobody waits for it any more."""
        # Deliveries change often, and mostly nothing waits: then the texts of what is over are not looked through.
        waits = self._ledger.outgoing.waiting
        for case in self._cases.values():
            if case.alert.row.is_open or (waits and case.alert.waiting()):
                case.wake()
        self._forget_old()

    @callback
    def _tell(self, row: AlertRow) -> None:
        """Tell Home Assistant what has become of an alert."""
        self._let_sensor_look()
        event, name = _event_of(row)
        minutes = max(self._ledger.clock.now() - row.raised_at, 0) / 60
        async_dispatcher_send(
            self._hass,
            SIGNAL_ALERT,
            AlertReport(
                entry_id=self._entry_id,
                event=event,
                alert_id=row.alert_id,
                name=name,
                minutes=round(minutes),
            ),
        )

    @callback
    def _let_sensor_look(self) -> None:
        async_dispatcher_send(self._hass, signal_alerts_changed(self._entry_id))

    def _forget_old(self) -> None:
        """Forget what ended long ago, with its texts and numbers."""
        self._hints.forget_old()
        now = self._ledger.clock.now()
        old = [
            row.key
            for row in self._book
            if row.ended_at is not None and now - row.ended_at > KNOWN_FOR
        ]
        for key in old:
            self._cases.pop(key).stop()
            self._removers.pop(key)()
        if old:
            self._book.forget(old)
            self._ledger.outgoing.purposes.forget(old)


def _event_of(row: AlertRow) -> tuple[str, str | None]:
    """Return what is told of an alert as it is now, and whom that is about."""
    if row.is_open:
        told = dict.fromkeys(filter(None, map(label, row.step.people)))
        return ESCALATED if row.turn else RAISED, ", ".join(told)
    return row.state.value, label(row.took_it) or None
