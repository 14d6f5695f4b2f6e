"""What the follower meets, made by hand: a clock and timers that a test sets, a gateway that answers what it says, and what is told."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
import pytest

from custom_components.payamak.account.signals import (
    signal_deliveries_changed,
    signal_login_refused,
)
from custom_components.payamak.delivery import follower as module
from custom_components.payamak.delivery.follower import DeliveryFollower
from custom_components.payamak.gateway import Delivery, GatewayError, SmsState
from custom_components.payamak.ledger import SmsRow
from tests.integration.story.rows import waiting_row
from tests.integration.story.turns import turns

ENTRY = "01FIRST"
NAMES: dict[Any, str] = {
    signal_deliveries_changed(ENTRY): "change",
    signal_login_refused(ENTRY): "login",
}

type Answer = Delivery | Exception


class World:
    """All that the follower meets; a message is on its way until a test gives the answer to its id."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a gateway that is there, and nothing on its way."""
        self.time = 1_000_000.0
        self.is_running = True
        self.is_away = False
        self.credentials_error: GatewayError | None = None
        self.pending: dict[str, SmsRow] = {}
        self.answers: dict[str, Answer] = {}
        self.answering = asyncio.Event()
        self.answering.set()
        self.writing = asyncio.Event()
        self.writing.set()
        self.asked: list[tuple[float, str]] = []
        self.noted: list[list[str]] = []
        self.log: list[tuple[str, list[str]]] = []
        self.timers: list[tuple[float, Callable[[Any], Coroutine[Any, Any, None]]]] = []
        self.listeners: dict[str, Callable[..., Any]] = {}
        utc = SimpleNamespace(utcnow=lambda: datetime.fromtimestamp(self.time, UTC))
        monkeypatch.setattr(module, "dt_util", utc)
        monkeypatch.setattr(module, "async_call_later", self._call_later)
        monkeypatch.setattr(module, "async_dispatcher_connect", self._connect)
        monkeypatch.setattr(module, "Ends", self._ends)
        this: Any = self
        self.bus = SimpleNamespace(async_listen=self._listen_on_bus)
        self.follower = DeliveryFollower(this, ENTRY, cast("Any", _Account(self)), this)

    # What a test does.

    def sent(self, number: int, **changes: Any) -> SmsRow:
        """Let the gateway have accepted a message now; its id is its number."""
        accepted: dict[str, Any] = {
            "state": SmsState.ACCEPTED,
            "message_id": str(number),
            "sent_at": self.time,
        }
        row = waiting_row(number, **accepted | changes)
        self.pending[row.sms_id] = row
        return row

    async def start(self) -> None:
        """Begin to ask."""
        self.follower.async_start()
        await turns()

    async def let_pass(self, seconds: float) -> None:
        """Let time go by, and each timer come when it is due."""
        until = self.time + seconds
        for _ in range(2000):
            due = min((each[0] for each in self.timers), default=until + 1)
            if due > until:
                break
            self.time = max(due, self.time)
            await self.ring()
        self.time = until

    async def ring(self) -> None:
        """Let the next timer come now."""
        timer = min(self.timers, key=lambda each: each[0])
        self.timers.remove(timer)
        loop = asyncio.get_running_loop()
        self.asking = asyncio.Task(timer[1](None), loop=loop, eager_start=True)
        await turns()

    async def happen(self, listener: str, *args: Any) -> None:
        """Let something happen that the follower listens to."""
        found = self.listeners[listener](*args)
        if asyncio.iscoroutine(found):
            await found
        await turns()

    @property
    def sleeps(self) -> list[float]:
        """Return in how many seconds it asks next: one time, or none."""
        return [round(due - self.time, 3) for due, _ in self.timers]

    @property
    def questions(self) -> list[str]:
        """Return the ids that were asked for, in order."""
        return [message_id for _, message_id in self.asked]

    def answer(self, number: int, state: SmsState, **more: Any) -> None:
        """Let the gateway answer a question for a message so."""
        self.answers[str(number)] = Delivery(
            state=state, code=more.pop("code", 1), **more
        )

    # Home Assistant and the watch.

    def async_create_task(
        self, work: Coroutine[Any, Any, Any], _name: str
    ) -> asyncio.Task[Any]:
        """Begin a task."""
        return asyncio.ensure_future(work)

    def _call_later(self, hass: Any, delay: timedelta, job: Any) -> Callable[[], None]:
        assert hass is self
        assert job.cancel_on_shutdown is True
        assert not self.timers
        timer = (self.time + delay.total_seconds(), job.target)
        self.timers.append(timer)

        def cancel() -> None:
            self.timers.remove(timer)

        return cancel

    def _connect(
        self, hass: Any, signal: Any, target: Callable[..., None]
    ) -> Callable[[], object]:
        remove = self._add_listener(NAMES[signal], target)
        assert hass is self
        return remove

    def async_listen(self, target: Callable[[], None]) -> Callable[[], object]:
        """Listen to the gateway's going and coming."""
        return self._add_listener("gateway", target)

    def _listen_on_bus(
        self, event: str, target: Callable[..., Any]
    ) -> Callable[[], object]:
        assert event == EVENT_HOMEASSISTANT_STOP
        return self._add_listener("stop", target)

    def _add_listener(
        self, name: str, target: Callable[..., Any]
    ) -> Callable[[], object]:
        self.listeners[name] = target
        return lambda: self.listeners.pop(name)

    # The ledger.

    def note_questions(self, rows: Sequence[SmsRow]) -> None:
        """Note that rows were asked for."""
        self.noted.append([row.sms_id for row in rows])

    def _ends(self, hass: Any, entry_id: str, outgoing: Any) -> Any:
        assert hass is outgoing is self
        assert entry_id == ENTRY
        return _Ends(self)


class _Account:
    """Answers as the world says, and what it says nothing of is on its way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.watch = world
        self.client = self

    @property
    def credentials_error(self) -> GatewayError | None:
        return self._world.credentials_error

    async def ask_or_check_login(
        self, call: Callable[[], Awaitable[Delivery]]
    ) -> Delivery:
        return await call()

    async def get_delivery(self, message_id: str) -> Delivery:
        world = self._world
        world.asked.append((world.time, message_id))
        await world.answering.wait()
        answer = world.answers.get(
            message_id, Delivery(state=SmsState.ACCEPTED, code=None)
        )
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Ends:
    """Writes and tells as the real one does: what has ended is pending no more."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def async_write(self, rows: Sequence[SmsRow], state: SmsState) -> None:
        await self._world.writing.wait()
        for row in rows:
            row.state = state
            del self._world.pending[row.sms_id]
        self._world.log.append((state.value, [row.sms_id for row in rows]))

    async def async_tell(self, rows: Sequence[SmsRow]) -> None:
        self._world.log.append(("told", [row.sms_id for row in rows]))

    def async_tell_change(self) -> None:
        self._world.log.append(("changed", []))
