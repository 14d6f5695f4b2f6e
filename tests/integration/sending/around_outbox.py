"""What the outbox meets, made by hand: a clock that a test sets, a gateway that answers as it says, and a disk that refuses when it shall."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
import random
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.util import dt as dt_util
import pytest

from custom_components.payamak.gateway import GatewayError, OptOutMissingError, SmsState
from custom_components.payamak.ledger import LedgerError, SmsRow
from custom_components.payamak.people.gate import OPEN, Gate
from custom_components.payamak.sending import outbox as module
from custom_components.payamak.sending.bundle import Words
from custom_components.payamak.sending.bundler import Bundler
from custom_components.payamak.sending.decisions import content_of, state_after
from custom_components.payamak.sending.outbox import Outbox
from custom_components.payamak.sending.slots import Slots
from custom_components.payamak.sending.under_way import UnderWay
from tests.integration.story.rows import content, waiting_row
from tests.integration.story.set_time import SetTime
from tests.integration.story.turns import turns

type Errors = Sequence[GatewayError | None]
type Answer = GatewayError | Exception | None

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


class World(SetTime):
    """All that the outbox meets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a gateway that is there, and nothing that waits."""
        super().__init__(monkeypatch)
        self.is_running = True
        self.is_away = False
        self.credentials_error: GatewayError | None = None
        self.under_way = UnderWay()
        self.waiting: dict[str, SmsRow] = {}
        self.listeners: dict[str, Callable[..., None]] = {}
        self.slots = Slots()
        self.gates: dict[str, Gate] = {}
        self.fenced: set[str] = set()
        self.told_by_fence: set[str] = set()
        self.fence_left: float | None = None
        self.opened = 0
        self.on_open: Callable[[], None] = lambda: None
        self.kept = 0
        self.calls: list[list[str]] = []
        self.answers: list[Answer] = []
        self.on_write: Callable[[], object] = lambda: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.now_under_way = 0
        self.most_under_way = 0
        self.on_answered: Callable[[], None] = lambda: None
        self.writes = 0
        self.disk_takes = True
        self.writing = asyncio.Event()
        self.writing.set()
        self.ends: list[tuple[str, list[str]]] = []
        self.changes_told = 0
        self.repairs = 0
        this: Any = self
        monkeypatch.setattr(dt_util, "utcnow", self._utcnow)
        monkeypatch.setattr(random, "uniform", lambda _low, _high: 1.0)
        monkeypatch.setattr(
            module,
            "async_dispatcher_connect",
            self._connect,
        )
        self.outbox = Outbox(
            this,
            "01FIRST",
            cast("Any", _Account(self)),
            cast("Any", SimpleNamespace(clock=this, outgoing=this)),
            under_way=self.under_way,
            slots=self.slots,
            caller=cast("Any", _Caller(self)),
            fence=cast("Any", _Fence(self)),
            gates=cast("Any", SimpleNamespace(of=self._gate_of)),
            bundler=Bundler(
                is_on=False,
                daily_limit=0,
                room_for=lambda parts: parts,
                words=lambda: Words(digits="0123456789", more="+{count}"),
                base_price=lambda: None,
            ),
            ends=cast("Any", _Ends(self)),
            not_sent=cast("Any", _NotSent(self)),
        )

    # What a test does.

    def wait(self, number: int, recipient: str | None = None, **how: Any) -> SmsRow:
        """Let a text of its own wait for somebody, by default for an hour."""
        text = content(number, **{"retry_for": 3600.0} | how)
        row = waiting_row(
            number, recipient or str(number), content=text, created_at=self.time
        )
        self.waiting[row.sms_id] = row
        return row

    def wait_together(self, count: int, key: int = 1000, **how: Any) -> list[SmsRow]:
        """Let one text wait for so many."""
        text = content(key, **{"retry_for": 3600.0} | how)
        rows = [
            waiting_row(key + place, f"to {place}", content=text, created_at=self.time)
            for place in range(count)
        ]
        self.waiting |= {row.sms_id: row for row in rows}
        return rows

    async def start(self) -> None:
        """Begin to send."""
        self.outbox.async_start()
        await turns()

    async def happen(self, listener: str, *told: Any) -> None:
        """Let something happen that the outbox listens to."""
        self.listeners[listener](*told)
        await turns()

    # Home Assistant.

    def _utcnow(self) -> datetime:
        return datetime.fromtimestamp(NOON + self.time, UTC)

    def _connect(
        self, hass: Any, signal: str, target: Callable[..., None]
    ) -> Callable[[], object]:
        assert hass is self
        assert "01FIRST" in signal
        stop: Callable[[], object] = self.listener("change")(target)
        return stop

    def listener(
        self, name: str
    ) -> Callable[[Callable[..., None]], Callable[[], object]]:
        """Give what listens under a name."""

        def listen(target: Callable[..., None]) -> Callable[[], object]:
            self.listeners[name] = target
            return lambda: self.listeners.pop(name, None)

        return listen

    # The account, its watch and the ledger.

    def async_listen(self, target: Callable[..., None]) -> Callable[[], object]:
        """Listen to the gateway's going and coming."""
        return self.listener("gateway")(target)

    def now(self) -> float:
        """Give the ledger's time."""
        return self.time

    def keep(self) -> None:
        """Keep the clock's reading."""
        self.kept += 1

    def age(self, row: SmsRow) -> float:
        """Give how long a row has waited."""
        return self.time - row.created_at

    async def async_end(self, rows: Sequence[SmsRow], state: SmsState) -> None:
        """Write the end of some rows."""
        for row in rows:
            row.state = state
            self.waiting.pop(row.sms_id)
        if not self.disk_takes:
            raise LedgerError("full")

    def _gate_of(self, row: SmsRow) -> Gate:
        return self.gates.get(row.recipient, OPEN)


class _Account:
    def __init__(self, world: World) -> None:
        self._world = world
        self.watch = world
        self.async_listen_to_credit = world.listener("credit")
        self.async_listen_to_update_end = world.listener("update")

    @property
    def credentials_error(self) -> GatewayError | None:
        return self._world.credentials_error


class _Fence:
    def __init__(self, world: World) -> None:
        self._world = world

    async def async_open(self) -> None:
        self._world.opened += 1
        self._world.on_open()

    def lets_pass(self, row: SmsRow) -> bool:
        return row.sms_id not in self._world.fenced

    def will_tell(self, row: SmsRow) -> bool:
        return row.sms_id in self._world.told_by_fence

    @property
    def seconds_left(self) -> float | None:
        return self._world.fence_left


class _Ends:
    def __init__(self, world: World) -> None:
        self._world = world

    async def async_write(
        self, rows: Sequence[SmsRow], state: SmsState, *changes: Any
    ) -> None:
        await self._world.writing.wait()
        for row in rows:
            row.state = state
            self._world.waiting.pop(row.sms_id, None)
        ids = [row.sms_id for row in rows]
        self._world.ends.append((f"{state.value} {' '.join(changes)}".strip(), ids))

    async def async_tell(self, rows: Collection[SmsRow]) -> None:
        assert rows
        self._world.ends.append(("told", [row.sms_id for row in rows]))

    def async_tell_change(self) -> None:
        self._world.changes_told += 1


class _NotSent:
    def __init__(self, world: World) -> None:
        self._world = world

    def changes(self, rows: Sequence[SmsRow]) -> list[str]:
        return [f"repair of {len(rows)}"]

    def show_new(self) -> None:
        self._world.repairs += 1


class _Caller:
    """Writes, looks again, calls and notes as the real one does."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def async_send_queued(
        self,
        message: Any,
        rows: Sequence[SmsRow],
        may_leave: Callable[[SmsRow], bool],
        on_answer: Callable[[Errors], None],
    ) -> Errors:
        world = self._world
        for row in rows:
            row.state = SmsState.SENDING
        world.writes += 1
        world.on_write()
        leaving = [row for row in rows if may_leave(row)]
        for row in rows:
            if row not in leaving:
                row.state = SmsState.WAITING
        if not leaving:
            return ()
        assert len(leaving) <= message.per_call
        assert message.text == content_of(leaving[0]).text
        world.calls.append([row.sms_id for row in leaving])
        answer = world.answers.pop(0) if world.answers else None
        world.now_under_way += 1
        world.most_under_way = max(world.most_under_way, world.now_under_way)
        await world.gate.wait()
        await turns(3)
        world.now_under_way -= 1
        is_opt_out = isinstance(answer, OptOutMissingError) and len(leaving) > 1
        if is_opt_out or isinstance(answer, LedgerError):
            _put_back(leaving)
        if is_opt_out and answer:
            raise answer
        if answer is not None and not isinstance(answer, GatewayError):
            raise answer
        errors: Errors = [answer] * len(leaving)
        on_answer(errors)
        await asyncio.sleep(0)
        world.on_answered()
        for row in leaving:
            row.state = state_after(answer, content_of(row), queued=True)
            if row.state is not SmsState.WAITING:
                world.waiting.pop(row.sms_id)
        world.outbox.async_noted(leaving)
        return errors

    async def async_give_up(
        self, rows: Sequence[SmsRow], error: GatewayError
    ) -> Errors:
        world = self._world
        for row in rows:
            row.state = state_after(error, content_of(row), queued=False)
            world.waiting.pop(row.sms_id)
        world.ends.append((f"gave up: {error.reason}", [row.sms_id for row in rows]))
        return [error] * len(rows)


def _put_back(rows: Sequence[SmsRow]) -> None:
    for row in rows:
        row.state = SmsState.WAITING
