"""The life of a home: time, starts, ends, and what it writes and tells on the way."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
import sqlite3
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from custom_components.payamak.account.signals import (
    SIGNAL_DELIVERY_ENDED,
    SIGNAL_SMS_RECEIVED,
)

from .gateway import Key
from .home import Home, make_entry, simulated, without_sensors
from .inbox import InboxWatch
from .oracle import Oracle
from .people import Hours
from .times import Times
from .transport import Request, Session

SARA, OMID, MINA, NEDA = "09120000001", "09120000002", "09120000003", "09350000004"
NUMBERS: Final = (SARA, OMID, MINA, NEDA)
PEOPLE: Final = {"sara": (SARA,), "omid": (OMID,), "family": (SARA, OMID, MINA)}
OPTIONS: Final = {
    "inbox_interval": 60,
    "daily_limit": 0,
    "retry_for": 10,
    "bundle": True,
}
PATTERN: Final = 4711
# No history needs as many in a row, unless something goes round in a circle.
_MOST_STEPS: Final = 60_000
# Time never stands still: what is due in less than a clock can tell would be tried again for ever.
_A_STEP_TAKES: Final = 1e-6


class Life:
    """A home that starts, goes on in virtual time, and ends in good order or not."""

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        *,
        sensors: bool = False,
        hours: Hours | None = None,
        hourly_limit: int | None = None,
    ) -> None:
        """Begin with a home that was never on; without sensors, it starts in half the time."""
        self.times = Times()
        self.oracle = Oracle(self.times)
        self.disk = self.oracle.disk
        self.gateway = self.oracle.gateway
        self.options = {**OPTIONS, **(options or {})}
        self.oracle.daily_limit = self.options["daily_limit"]
        self.oracle.person.hours = hours
        self.oracle.person.limit = hourly_limit
        self.oracle.window = float(self.options.get("duplicate_window", 0))
        self.run = 0
        self.inbox = InboxWatch(
            self.times, self.disk, self.oracle.violate, lambda: self.run
        )
        self.steps = 0
        self.home: Home | None = None
        self.calls: list[asyncio.Task[Any]] = []
        self._accounts = count(1)
        self._account: int | None = next(self._accounts)
        self._people = dict(PEOPLE)
        self._texts = count(1)
        self.keys: list[Key] = []
        self._stack = ExitStack()
        self._stack.enter_context(simulated(self.times, self.disk))
        if not sensors:
            self._stack.enter_context(without_sensors())
        self.disk.on_commit = self._note_commit
        self.oracle.log.add(NUMBERS)
        self.oracle.log.begin()
        self._stack.callback(self.oracle.log.end)

    def close(self) -> None:
        """End the history."""
        self._lose_home()
        self._stack.close()

    # Time.

    def work(self, steps: int) -> None:
        """Let the home take some steps."""
        for _ in range(steps):
            if self.home is None or not self.step():
                break

    def let_pass(self, seconds: float) -> None:
        """Let time go by, and all happen that is due."""
        until = self.times.since_begin + seconds
        for _ in range(_MOST_STEPS):
            if self.oracle.violations:
                break
            if self.step():
                continue
            due = self._next_due()
            if due is None or due > until:
                break
            self._reach(due)
        else:
            self.oracle.violate("I9", "the home goes round in a circle")
        self._reach(until)

    def _reach(self, moment: float) -> None:
        self.times.since_begin = max(moment, self.times.since_begin)
        self.gateway.catch_up()

    def let_timer_pass(self) -> None:
        """Let time go by until the next thing is due, and do it."""
        while self.step():
            pass
        due = self._next_due()
        if due is not None:
            self.let_pass(max(due - self.times.since_begin, 0.0))

    def step(self) -> bool:
        """Let the home take a step; tell whether there was one to take."""
        home = self.home
        if home is None or not home.loop.step():
            return False
        self.steps += 1
        self.times.since_begin += _A_STEP_TAKES
        if home.loop.trouble:
            trouble = home.loop.trouble.pop()
            error = trouble.get("exception")
            self.oracle.violate("surprise", f"{trouble.get('message')}: {error!r}")
        if home.starting.done():
            home.starting.result()
        if home.has_stopped:
            self._lose_home()
        return True

    def _next_due(self) -> float | None:
        due = [self.home.loop.next_timer()] if self.home else []
        if (event := self.gateway.next_event()) is not None:
            due.append(event - self.times.now + self.times.since_begin)
        return min((each for each in due if each is not None), default=None)

    def run_until(self, task: asyncio.Task[Any]) -> None:
        """Let time go by until something is done, or the home has died."""
        for _ in range(_MOST_STEPS):
            if task.done() or self.home is None:
                return
            if not self.step():
                due = self._next_due()
                if due is None:
                    return
                self._reach(due)

    # The home.

    def boot(self, steps: int | None = None) -> None:
        """Start Home Assistant; with a number, take no more than so many steps of the start."""
        if self.home is not None:
            return
        self.run += 1
        self.oracle.mirror.run = self.run
        self.oracle.pace.begin_anew()
        self.oracle.started_at = self.times.now
        session = Session(
            self.gateway,
            lambda: self.times.now,
            self.oracle.note_begin,
            self._note_answer,
        )
        self.home = Home(self.times, self.disk, session, self._entry(), self._listen)
        self.oracle.home = self.home
        if steps is None:
            self.run_until(self.home.starting)
        else:
            self.work(steps)

    def crash(self, *, power: bool = False) -> None:
        """Let the process die, or the whole computer."""
        if self.home is not None:
            self.oracle.note_crash()
        self._lose_home()
        if power:
            self.disk.lose_power()

    def _lose_home(self) -> None:
        if self.home is None:
            return
        home, self.home = self.home, None
        self.oracle.home = None
        self.inbox.excuse_all()
        self.calls.clear()
        home.die()
        self.disk.close()

    def stop(self, seconds: float | None = None) -> None:
        """Stop Home Assistant in good order; with seconds, only that much of it."""
        if (home := self.home) is None or not home.is_ready:
            return
        self.inbox.excuse_all()
        stopping = home.begin(home.stop())
        if seconds is None:
            self.run_until(stopping)
            self.work(50)
            self._lose_home()
        else:
            self.let_pass(seconds)

    def reload(self) -> None:
        """Reload the account."""
        if (home := self.ready) and home.entry:
            self.oracle.pace.begin_anew()
            self.inbox.excuse_all()
            entries = home.core.config_entries
            self._begin(entries.async_reload(home.entry.entry_id))

    @property
    def ready(self) -> Home | None:
        """Return the home if it has started and does not stop."""
        return self.home if self.home and self.home.is_ready else None

    def _begin(self, what: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        assert self.home is not None
        task = self.home.begin(what)
        # Who asks is told; nobody else wonders.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return task

    def _listen(self, hass: HomeAssistant) -> None:
        async_dispatcher_connect(hass, SIGNAL_DELIVERY_ENDED, self.oracle.note_told)
        async_dispatcher_connect(hass, SIGNAL_SMS_RECEIVED, self.inbox.note_told)

    def _note_commit(self, name: str, connection: sqlite3.Connection) -> None:
        self.oracle.note_commit(name, connection)
        self.inbox.note_commit(connection)

    def _note_answer(self, request: Request) -> None:
        self.oracle.note_answer(request)
        self.inbox.note_answer(request)

    def rules_of(self, name: str) -> dict[str, Any]:
        """Return when somebody may get something, as it is saved."""
        person = self.oracle.person
        return person.rules if name == "sara" and person.has_gate else {}

    def _entry(self) -> ConfigEntry[Any] | None:
        if self._account is None:
            return None
        people = [
            ConfigSubentryDataWithId(
                data=saved_person(name, numbers) | self.rules_of(name),
                subentry_id=f"person-{name}",
                subentry_type="recipient",
                title=name,
                unique_id=None,
            )
            for name, numbers in self._people.items()
        ]
        return make_entry(self._account, self.options, people)


def saved_person(name: str, numbers: Sequence[str]) -> dict[str, Any]:
    """Return the data of a saved recipient."""
    return {"name": name, "numbers": list(numbers), "slug": name}
