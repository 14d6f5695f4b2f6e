"""A home whose alerts are raised, answered and followed by the production code, step by step."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast, override
from unittest.mock import patch

from homeassistant.util import dt as dt_util

from custom_components.payamak.account.signals import AlertReport, ReceivedSms
from custom_components.payamak.alerts import alerts, case, matter, matters, texts
from custom_components.payamak.alerts.alerts import AlertPlan, Alerts
from custom_components.payamak.gateway import Location, Message
from custom_components.payamak.inbox import reporter
from custom_components.payamak.inbox.last_poll import Found
from custom_components.payamak.inbox.reporter import Reporter
from custom_components.payamak.ledger import AlertBook, AlertPerson, AlertRow, Change
from custom_components.payamak.sending import timer

from ..times import Times
from .alert_oracle import AlertOracle
from .gateway import LINE, OUTAGES
from .home import Home
from .steps import Steps, Together, pause


def _nothing() -> None:
    """Do nothing."""


@dataclass(slots=True, eq=False)
class HomeTask:
    """A task of Home Assistant that is led by hand; production code asks no more of it than this."""

    coroutine: Coroutine[Any, Any, Any]
    callbacks: list[Callable[[Any], None]] = field(default_factory=list)
    done: bool = False

    def add_done_callback(self, listener: Callable[[Any], None]) -> None:
        """Call a listener once it is done."""
        self.callbacks.append(listener)

    def cancelled(self) -> bool:
        """Tell that nobody cancels it."""
        return False

    def exception(self) -> None:
        """Tell of no error: in a simulation each one ends the history."""

    def send(self, _value: None) -> None:
        """Take one step. Raises StopIteration after the last one."""
        try:
            self.coroutine.send(None)
        except StopIteration:
            self.done = True
            for each in self.callbacks:
                each(self)
            raise

    def close(self) -> None:
        """End at once, wherever it is."""
        self.coroutine.close()


class ModelHass:
    """What alerts need of Home Assistant: tasks, timers, and what all accounts share."""

    def __init__(self, steps: Steps, times: Times, oracle: AlertOracle) -> None:
        """Begin without a timer."""
        self.data: dict[str, Any] = {}
        self.config = SimpleNamespace(language="en")
        self.is_running = True
        self.oracle = oracle
        self._steps = steps
        self._times = times
        self._timers: dict[int, tuple[float, Any]] = {}
        self._numbers = count()

    def async_create_task(
        self, coroutine: Coroutine[Any, Any, Any], _name: str, **_how: Any
    ) -> HomeTask:
        """Begin a task."""
        task = HomeTask(coroutine)
        self._steps.begin(cast("Any", task))
        return task

    def call_later(self, delay: float, job: Any) -> Callable[[], None]:
        """Call something after a while, unless what is returned is called before."""
        number = next(self._numbers)
        self._timers[number] = (self._times.since_begin + delay, job)

        def cancel() -> None:
            self._timers.pop(number, None)

        return cancel

    def ring(self) -> None:
        """Call what is due."""
        for number, (due, job) in list(self._timers.items()):
            if due <= self._times.since_begin and number in self._timers:
                del self._timers[number]
                job.target(dt_util.utcnow())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An SMS that came in, by the true time; ``number`` is its place in the panel's box."""

    number: int
    sender: str
    text: str
    at: float


class ModelFreshness:
    """Tells when a reply came in: all of them are new, and their dates are those of the panel."""

    def __init__(self, times: Times) -> None:
        """Know the times."""
        self._times = times

    def is_fresh(self, *_: Any) -> bool:
        """Tell that it is worth being reported."""
        return True

    def came_in_at(self, message: Message, _last_poll: Any) -> datetime:
        """Return when it came in by the home's clock: as long ago as the panel says."""
        dated = cast("datetime", message.sent_at).timestamp()
        return dt_util.utcnow() - timedelta(seconds=int(self._times.now) - dated)


class AlertHome(Home):
    """From a start to a crash or a stop; it polls with each tick."""

    _oracle: AlertOracle
    alerts: Alerts | None = None
    _is_reloading = False

    @override
    def set_up(self) -> None:
        super().set_up()
        if not hasattr(self, "hass"):
            self.hass = ModelHass(self.steps, self._gateway.times, self._oracle)
        self.alerts = Alerts(
            cast("Any", self.hass),
            "entry",
            self.ledger,
            self.messenger,
            self.road,
            _nothing,
        )
        self._reporter = Reporter(
            cast("Any", self.hass),
            "entry",
            self.account,
            self._address_book.name_of,
            self.ledger.received,
            cast("Any", ModelFreshness(self._gateway.times)),
            lambda: (),
            self._hear,
        )
        if not self.ledger.received.needs_baseline:
            self.alerts.async_start()
        else:
            self.steps.begin(self._async_begin())

    async def _async_begin(self) -> None:
        await self.ledger.received.async_set_baseline((), more_exist=False)
        cast("Alerts", self.alerts).async_start()

    def _hear(self, sms: ReceivedSms) -> Sequence[Change]:
        before = {row.key: row for row in self.ledger.alerts}
        changes = cast("Alerts", self.alerts).hear(sms)
        self._oracle.note_heard(int(sms.message_id), before)
        return changes

    @override
    def look(self) -> None:
        if self.alerts and not self._is_reloading:
            self.alerts._look()

    @override
    def wake(self) -> None:
        super().wake()
        self.hass.ring()
        task = self._tasks.get("poll")
        if task is None or task.done:
            self._tasks["poll"] = self.steps.begin(self._async_poll())

    async def _async_poll(self) -> None:
        await pause()
        if self._gateway.lasting in OUTAGES:
            return
        book = self.ledger.received
        new = [
            Message(
                message_id=str(each.number),
                location=Location.RECEIVED,
                text=each.text,
                sender=each.sender,
                receiver=LINE.replace("5", "6"),
                sent_at=datetime.fromtimestamp(int(each.at), UTC),
                parts=1,
                recipients=1,
                delivered=0,
                failed=0,
            )
            for each in self._oracle.replies
            if book.is_new(each.number)
        ]
        if new:
            found = Found(new=new, at=dt_util.utcnow(), last_poll=None)
            await self._reporter._async_report(found)

    @override
    def reload(self) -> None:
        if not self._is_reloading:
            self._is_reloading = True
            self.steps.begin(self._async_reload())

    async def _async_reload(self) -> None:
        """Unload in the order of production code, and set up anew."""
        self._alerts.async_stop()
        await pause()
        self.outbox._running = self.settler._running = self.follower._running = False
        await pause()
        self._reporter._stopped = True
        while (poll := self._tasks.get("poll")) and not poll.done:
            await pause()
        self._alerts.async_close()
        self._is_reloading = False
        self.set_up()

    # What people and automations do.

    def raise_alert(self, plan: AlertPlan) -> None:
        """Raise an alert."""
        self.steps.begin(self._alerts.async_raise(plan))

    def acknowledge(self, alert_id: str | None, name: str | None) -> None:
        """Acknowledge an alert in Home Assistant, or all of them."""
        who = AlertPerson(number="", name=name)
        self.steps.begin(self._alerts.async_acknowledge(alert_id, who))

    def resolve(self, alert_id: str) -> None:
        """End an alert."""
        self.steps.begin(self._alerts.async_resolve(alert_id))

    @property
    def _alerts(self) -> Alerts:
        return cast("Alerts", self.alerts)

    @property
    def is_at_work(self) -> bool:
        """Tell whether an action finds the account."""
        return not self._is_reloading

    @override
    def stop(self) -> None:
        self.hass.is_running = False
        super().stop()


@contextmanager
def alerts_alone(times: Times, oracle: Callable[[], AlertOracle]) -> Iterator[None]:
    """Let alerts know the simulated times, and tell the oracle of each change."""
    numbers = count(1)
    change = AlertBook.change

    def note_change(book: AlertBook, row: AlertRow) -> Change:
        oracle().note_change(book._alerts.get(row.key), row)
        return change(book, row)

    def tell(hass: ModelHass, _signal: object, *reports: AlertReport) -> None:
        for report in reports:
            hass.oracle.note_event(report)

    async def wait(tasks: Sequence[HomeTask]) -> None:
        while not all(each.done for each in tasks):
            await pause()

    def together(*coroutines: Coroutine[Any, Any, Any]) -> Together:
        return Together(coroutines)

    with ExitStack() as stack:
        for target, name, value in (
            (AlertBook, "change", note_change),
            # As a ULID, it begins with what the wall clock says.
            (alerts, "ulid_now", lambda: f"{times.wall:020.3f}-{next(numbers):03}"),
            (alerts, "async_dispatcher_send", tell),
            (alerts, "async_dispatcher_connect", lambda *_: _nothing),
            (reporter, "async_dispatcher_send", lambda *_: None),
            (timer, "async_call_later", lambda hass, *how: hass.call_later(*how)),
            (case, "asyncio", SimpleNamespace(wait=wait, gather=together)),
            (case, "create_eager_task", lambda coroutine: coroutine),
            (matters, "time", SimpleNamespace(monotonic=times.monotonic)),
            (matter, "time", SimpleNamespace(monotonic=times.monotonic)),
            (texts, "async_get_cached_translations", lambda *_: {}),
        ):
            stack.enter_context(patch.object(target, name, value))
        yield
