"""Ten thousand messages over three days, followed to their final states in simulated time."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import gc
import heapq
from itertools import batched, count
import random
import tempfile
from time import process_time
import tracemalloc
from typing import Any, cast
from unittest.mock import patch

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from custom_components.payamak.account.account import Account
from custom_components.payamak.account.signals import (
    SIGNAL_DELIVERY_ENDED,
    DeliveryReport,
)
from custom_components.payamak.delivery import follower as follower_module
from custom_components.payamak.delivery.follower import DeliveryFollower
from custom_components.payamak.gateway import (
    MAX_RECIPIENTS,
    Delivery,
    SmsState,
    UncertainError,
    UnreachableError,
)
from custom_components.payamak.ledger import OutgoingBook, SmsRow, async_open_ledger

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SENDING = timedelta(hours=72)
# The gateway is away for two hours, and every hundredth answer is lost.
AWAY = (BEGIN + timedelta(hours=20), BEGIN + timedelta(hours=22))
LOST = 0.01
ENDS = (SmsState.DELIVERED,) * 17 + (
    SmsState.UNDELIVERED,
    SmsState.FAILED,
    SmsState.BLACKLISTED,
)

type Action = Callable[[datetime], Awaitable[None]]


class Clock:
    """A simulated clock that jumps from one appointment to the next."""

    def __init__(self) -> None:
        """Begin without appointments."""
        self.now = BEGIN
        self._order = count()
        self._appointments: list[tuple[datetime, int, Action]] = []
        self._cancelled: set[int] = set()

    def utcnow(self) -> datetime:
        """Return the simulated time; replaces Home Assistant's function."""
        return self.now

    def call_later(
        self, _hass: HomeAssistant, delay: timedelta, action: HassJob[[datetime], Any]
    ) -> Callable[[], None]:
        """Make an appointment; replaces Home Assistant's timer."""
        return self.at(self.now + delay, action.target)

    def at(self, at: datetime, action: Action) -> Callable[[], None]:
        """Make an appointment, and return what cancels it."""
        order = next(self._order)
        heapq.heappush(self._appointments, (at, order, action))
        return lambda: self._cancelled.add(order)

    async def run(self) -> None:
        """Keep all appointments in order of time, until none is left."""
        while self._appointments:
            at, order, action = heapq.heappop(self._appointments)
            if order in self._cancelled:
                self._cancelled.remove(order)
                continue
            self.now = max(self.now, at)
            await action(self.now)


@dataclass
class Watch:
    """Stands in for the watch, which finds out within half a minute that the gateway is back."""

    clock: Clock
    is_away: bool = False
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def async_listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Tell a listener when the gateway is lost and when it is back."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def lose(self, until: datetime) -> None:
        """Note that the gateway is away."""
        self.clock.at(until + timedelta(seconds=30), self._come_back)
        self._change(is_away=True)

    async def _come_back(self, _now: datetime) -> None:
        self._change(is_away=False)

    def _change(self, *, is_away: bool) -> None:
        self.is_away = is_away
        for listener in self.listeners:
            listener()


@dataclass
class Simulation:
    """Stands in for the account and its gateway, and counts questions and reports."""

    clock: Clock = field(default_factory=Clock)
    chance: random.Random = field(default_factory=lambda: random.Random(72))
    fates: dict[str, tuple[datetime | None, SmsState]] = field(default_factory=dict)
    alarms: dict[str, datetime] = field(default_factory=dict)
    slowest_alarm: timedelta = timedelta()
    questions: int = 0
    last_minute: deque[datetime] = field(default_factory=deque)
    most_in_a_minute: int = 0
    told: dict[str, str] = field(default_factory=dict)
    told_twice: int = 0
    most_pending: int = 0
    left: int = 0
    credentials_error: None = None

    def __post_init__(self) -> None:
        """Watch by the same clock."""
        self.watch = Watch(self.clock)

    @property
    def client(self) -> Simulation:
        """Stand in for the account's client."""
        return self

    async def ask_or_check_login[T](self, question: Callable[[], Awaitable[T]]) -> T:
        """Stand in for the account."""
        return await question()

    async def get_delivery(self, message_id: str) -> Delivery:
        """Answer as the gateway would."""
        now = self.clock.now
        self.questions += 1
        self.last_minute.append(now)
        while self.last_minute[0] <= now - timedelta(minutes=1):
            self.last_minute.popleft()
        self.most_in_a_minute = max(self.most_in_a_minute, len(self.last_minute))
        if AWAY[0] <= now < AWAY[1]:
            self.watch.lose(until=AWAY[1])
            raise UnreachableError("unreachable")
        if sent_at := self.alarms.pop(message_id, None):
            self.slowest_alarm = max(self.slowest_alarm, now - sent_at)
        if self.chance.random() < LOST:
            raise UncertainError("no_answer")
        ends_at, end = self.fates[message_id]
        state = end if ends_at and now >= ends_at else SmsState.ACCEPTED
        return Delivery(state=state, code=1)

    @callback  # without it Home Assistant calls it in another thread, at any time
    def hear(self, report: DeliveryReport) -> None:
        """Count a report."""
        message_id = report.message_id or ""
        self.told_twice += message_id in self.told
        self.told[message_id] = report.state

    def new_message(self, outgoing: OutgoingBook, *, alarm: bool) -> SmsRow:
        """Begin a message that the gateway accepts: most arrive soon, some late, a few never."""
        message_id = f"{10**18 + len(self.fates)}"
        delay = self.chance.choices(
            (self.chance.expovariate(1 / 15), self.chance.expovariate(1 / 3600), None),
            (85, 10, 5),
        )[0]
        now = self.clock.now
        ends_at = None if delay is None else now + timedelta(seconds=delay)
        if ends_at and ends_at > now + timedelta(hours=48):
            ends_at = now + timedelta(hours=48)
        self.fates[message_id] = ends_at, self.chance.choice(ENDS)
        away = AWAY[0] - timedelta(minutes=1) <= now < AWAY[1] + timedelta(minutes=20)
        if alarm and not away:
            self.alarms[message_id] = now
        number = f"0912{len(self.fates):07d}"
        text = outgoing.new_text("سلام", parts=1, cost=None)
        row = outgoing.begin(text, number, None)
        row.state, row.message_id = SmsState.ACCEPTED, message_id
        return row


async def simulate(hass: HomeAssistant, messages: int) -> Simulation:
    """Send half of the messages in ten bulks, the other half one by one, and follow all of them."""
    run = Simulation()
    async_dispatcher_connect(hass, SIGNAL_DELIVERY_ENDED, run.hear)
    async with _following(hass, run) as (follower, outgoing):

        async def send(count: int, *, alarm: bool) -> None:
            rows = [run.new_message(outgoing, alarm=alarm) for _ in range(count)]
            await note(follower, outgoing, rows)
            run.most_pending = max(run.most_pending, len(outgoing.pending))

        async def send_a_bulk(_now: datetime) -> None:
            await send(messages // 20, alarm=False)

        async def send_an_alarm(_now: datetime) -> None:
            await send(1, alarm=True)

        for bulk in range(10):
            run.clock.at(BEGIN + SENDING / 10 * bulk, send_a_bulk)
        for alarm in range(messages // 2):
            at = BEGIN + timedelta(seconds=5) + SENDING / (messages // 2) * alarm
            run.clock.at(at, send_an_alarm)
        await run.clock.run()
        run.left = len(outgoing.pending)
    return run


async def note(
    follower: DeliveryFollower, outgoing: OutgoingBook, rows: list[SmsRow]
) -> None:
    """Note what the gateway accepted, as the messenger does."""
    for call in batched(rows, MAX_RECIPIENTS, strict=False):
        await outgoing.async_note_outcome(call)
        follower.async_sent(call)


async def memory_per_message(hass: HomeAssistant, messages: int) -> tuple[int, int]:
    """Return the bytes that each message takes while all are pending, and once all have ended."""
    run = Simulation()
    async with _following(hass, run) as (follower, outgoing):
        gc.collect()
        tracemalloc.start()
        rows = [run.new_message(outgoing, alarm=False) for _ in range(messages)]
        await note(follower, outgoing, rows)
        del rows
        gc.collect()
        pending, _ = tracemalloc.get_traced_memory()
        await run.clock.run()
        gc.collect()
        ended, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return pending // messages, ended // messages


@asynccontextmanager
async def _following(
    hass: HomeAssistant, run: Simulation
) -> AsyncIterator[tuple[DeliveryFollower, OutgoingBook]]:
    """Run a follower in simulated time, with a ledger on the disk."""
    with _simulated_time(run):
        ledger = await async_open_ledger(hass, "benchmark")
        follower = DeliveryFollower(
            hass, "benchmark", cast("Account", run), ledger.outgoing
        )
        follower.async_start()
        yield follower, ledger.outgoing
        await follower.async_stop()
        await ledger.async_close()


@contextmanager
def _simulated_time(run: Simulation) -> Iterator[None]:
    """Replace the clock and the timer."""
    with (
        patch.object(dt_util, "utcnow", run.clock.utcnow),
        patch.object(follower_module, "async_call_later", run.clock.call_later),
    ):
        yield


async def _print_figures(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hass = HomeAssistant(folder)
        begin = process_time()
        run = await simulate(hass, messages)
        seconds = process_time() - begin
        await hass.async_stop(force=True)
    print(f"{messages:,} messages over 72 h: {len(run.told):,} ends told,", end=" ")
    print(f"{run.told_twice} of them twice, {run.left} messages left")
    for word, times in Counter(run.told.values()).most_common():
        print(f"  {times:,} {word}")
    print(f"{run.questions:,} questions, {run.most_in_a_minute} in a minute", end=" ")
    print(f"at the most; {seconds:.1f} s of CPU")
    print("A single message is first asked for after", end=" ")
    print(f"{run.slowest_alarm.total_seconds():.0f} s at the latest")
    print(f"{run.most_pending:,} pending at the most")


async def _print_memory(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hass = HomeAssistant(folder)
        pending, ended = await memory_per_message(hass, messages)
        await hass.async_stop(force=True)
    print(f"{messages:,} messages: {pending} bytes each while pending,", end=" ")
    print(f"{ended} once all have ended")


if __name__ == "__main__":
    asyncio.run(_print_figures(10_000))
    asyncio.run(_print_memory(2_000))
