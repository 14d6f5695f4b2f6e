"""A home, its disk, its clocks and the gateway: all that can be done to them, and what must hold of them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
import sqlite3
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigSubentry,
    ConfigSubentryDataWithId,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from custom_components.payamak.account.signals import (
    SIGNAL_DELIVERY_ENDED,
    SIGNAL_SMS_RECEIVED,
)

from .gateway import LINE, Key, pattern_key
from .home import Home, make_entry, simulated, without_sensors
from .inbox import InboxWatch
from .oracle import Ask, Oracle
from .times import Times
from .transport import Request, Session

SARA, OMID, MINA, NEDA = "09120000001", "09120000002", "09120000003", "09350000004"
NUMBERS: Final = (SARA, OMID, MINA, NEDA)
_PEOPLE: Final = {"sara": (SARA,), "omid": (OMID,), "family": (SARA, OMID, MINA)}
OPTIONS: Final = {"inbox_interval": 60, "daily_limit": 0, "retry_for": 10}
PATTERN: Final = 4711
# No history needs as many in a row, unless something goes round in a circle.
_MOST_STEPS: Final = 60_000
# Time never stands still: what is due in less than a clock can tell would be tried again for ever.
_A_STEP_TAKES: Final = 1e-6
_LONGEST_BREAK: Final = 900.0


class World:
    """One history. Each method is one thing that happens, and leaves what is under way as it is."""

    def __init__(
        self, options: Mapping[str, Any] | None = None, *, sensors: bool = False
    ) -> None:
        """Begin with a home that was never on; without sensors, it starts in half the time."""
        self.times = Times()
        self.oracle = Oracle(self.times)
        self.disk = self.oracle.disk
        self.gateway = self.oracle.gateway
        self.options = {**OPTIONS, **(options or {})}
        self.oracle.daily_limit = self.options["daily_limit"]
        self.oracle.window = float(self.options.get("duplicate_window", 0))
        self.run = 0
        self.inbox = InboxWatch(self.times, self.oracle.violate, lambda: self.run)
        self.steps = 0
        self.did: Counter[str] = Counter()
        self.home: Home | None = None
        self.calls: list[asyncio.Task[Any]] = []
        self._accounts = count(1)
        self._account: int | None = next(self._accounts)
        self._people = dict(_PEOPLE)
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
            if self.home is None or not self._step():
                break

    def let_pass(self, seconds: float) -> None:
        """Let time go by, and all happen that is due."""
        until = self.times.since_begin + seconds
        for _ in range(_MOST_STEPS):
            if self.oracle.violations:
                break
            if self._step():
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
        while self._step():
            pass
        due = self._next_due()
        if due is not None:
            self.let_pass(max(due - self.times.since_begin, 0.0))

    def _step(self) -> bool:
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
            if not self._step():
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
        self.oracle.note_new_run()
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
            self.oracle.note_new_run()
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
        self.calls.append(task)
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

    def _entry(self) -> ConfigEntry[Any] | None:
        if self._account is None:
            return None
        people = [
            ConfigSubentryDataWithId(
                data=_saved(name, numbers),
                subentry_id=f"person-{name}",
                subentry_type="recipient",
                title=name,
                unique_id=None,
            )
            for name, numbers in self._people.items()
        ]
        return make_entry(self._account, self.options, people)

    # Doors.

    def new_text(self, *, parts: int = 1) -> Key:
        """Return a text that was never sent."""
        text = f"zq{next(self._texts)}q" + " x" * (100 * (parts - 1))
        self.keys.append(text)
        self.oracle.log.add([text.split(maxsplit=1)[0]])
        return text

    def send_sms(
        self,
        text: Key,
        numbers: Sequence[str],
        *,
        urgent: bool = False,
        retry_for: float | None = None,
        wait: int = 0,
    ) -> Ask | None:
        """Call the action that sends a text; ``retry_for`` is in minutes."""
        data = {
            "message": text,
            "recipients": list(numbers),
            "urgent": urgent,
            "wait_for_delivery": wait,
        }
        return self._ask("send_sms", data, text, numbers, urgent, retry_for)

    def send_pattern(
        self,
        variable: Key,
        numbers: Sequence[str],
        *,
        urgent: bool = False,
        retry_for: float | None = None,
    ) -> Ask | None:
        """Call the action that sends a pattern."""
        data = {
            "pattern_id": PATTERN,
            "variables": [variable],
            "recipients": list(numbers),
            "urgent": urgent,
        }
        key = pattern_key(PATTERN, variable)
        return self._ask("send_pattern", data, key, numbers, urgent, retry_for)

    def _ask(
        self,
        action: str,
        data: dict[str, Any],
        key: Key,
        numbers: Sequence[str],
        urgent: bool,
        retry_for: float | None,
    ) -> Ask | None:
        if (home := self.ready) is None:
            return None
        if retry_for is not None:
            data["retry_for"] = retry_for
        ask = self._note_ask(key, numbers, urgent=urgent, retry_for=retry_for)

        async def call() -> None:
            response: Any = await home.core.services.async_call(
                "payamak", action, data, blocking=True, return_response=True
            )
            for row in response["messages"]:
                ask.status[row["recipient"]] = row["status"]
                ask.sms_ids[row["recipient"]] = row["sms_id"]
            self.oracle.note_acknowledged(ask)

        self._begin(call())
        return ask

    def notify(self, text: Key, person: str, *, entity: bool) -> Ask | None:
        """Call the notify action of a person, or notify.send_message with their entity."""
        if (home := self.ready) is None or person not in self._people:
            return None
        ask = self._note_ask(text, self._people[person], urgent=False, retry_for=None)
        action, data = f"payamak_{person}", {"message": text}
        if entity:
            action, data = (
                "send_message",
                data | {"entity_id": f"notify.payamak_{person}"},
            )
        services = home.core.services
        if services.has_service("notify", action):
            self._begin(services.async_call("notify", action, data, blocking=True))
        return ask

    def _note_ask(
        self, key: Key, numbers: Sequence[str], *, urgent: bool, retry_for: float | None
    ) -> Ask:
        minutes = self.options["retry_for"] if retry_for is None else retry_for
        ask = Ask(
            key=key,
            numbers=tuple(numbers),
            at=self.times.now,
            urgent=urgent,
            retry_for=minutes * 60,
            commits=self.oracle.mirror.commits,
            run=self.run,
        )
        self.oracle.asks.append(ask)
        return ask

    def cancel_caller(self, which: int) -> None:
        """Stop an automation that has called an action."""
        waiting = [task for task in self.calls if not task.done()]
        if waiting and self.home:
            with self.home.running():
                waiting[which % len(waiting)].cancel()

    def call_back(self) -> None:
        """Call back what waits."""
        if home := self.ready:
            services = home.core.services
            self._begin(services.async_call("payamak", "cancel", {}, blocking=True))

    # People and accounts.

    def remove_person(self, name: str) -> None:
        """Remove a saved recipient."""
        home = self.ready
        if home and home.entry and self._people.pop(name, None):
            entries, entry = home.core.config_entries, home.entry
            self._in_loop(
                lambda: entries.async_remove_subentry(entry, f"person-{name}")
            )

    def add_person(self, name: str) -> None:
        """Save a recipient again."""
        home = self.ready
        if home and (entry := home.entry) and name not in self._people:
            self._people[name] = _PEOPLE[name]
            subentry = ConfigSubentry(
                data=MappingProxyType(_saved(name, _PEOPLE[name])),
                subentry_id=f"person-{name}",
                subentry_type="recipient",
                title=name,
                unique_id=None,
            )
            entries = home.core.config_entries
            self._in_loop(lambda: entries.async_add_subentry(entry, subentry))

    def _in_loop(self, do: Callable[[], object]) -> None:
        assert self.home is not None
        with self.home.running():
            do()

    def remove_account(self) -> None:
        """Remove the account, with all that waits in it."""
        home = self.ready
        if home is None or home.entry is None:
            return
        entries, entry = home.core.config_entries, home.entry
        self.oracle.forget_asks()
        self.run_until(self._begin(entries.async_remove(entry.entry_id)))
        if self.home is home:
            home.entry = self._account = None
            self._forget_account()

    def add_account(self) -> None:
        """Add an account where there is none."""
        home = self.ready
        if home is None or home.entry is not None:
            return
        self._account = next(self._accounts)
        self.oracle.note_new_run()
        self.inbox.has_baseline = False
        entry = home.entry = self._entry()
        assert entry is not None
        self.run_until(self._begin(home.core.config_entries.async_add(entry)))

    def _forget_account(self) -> None:
        self.oracle.forget_rows()
        self.inbox.forget_told()

    # The disk.

    def back_up(self) -> None:
        """Make a backup of the files as they are."""
        self.disk.back_up()

    def restore(self) -> None:
        """Put the backup back while the home is off; without one nothing happens."""
        if self.home is None and self.disk.kept is not None:
            self.disk.restore()
            self.oracle.note_restored(f"payamak.account{self._account}.db")
            self.inbox.forget_told()

    def refuse_writes(self, code: int = sqlite3.SQLITE_FULL) -> None:
        """Let the disk be full or read-only."""
        self.disk.was_in_trouble = True
        self.disk.refuses = code

    def slow_down(self, seconds: float) -> None:
        """Let each job of the disk take some time."""
        self.disk.was_in_trouble |= seconds >= 3
        self.disk.takes = seconds

    def mend_disk(self) -> None:
        """Let the disk take all again."""
        self.disk.refuses = None
        self.disk.takes = 0.0

    # The gateway and the people around it.

    def receive(self, *, age: float = 0.0, own: bool = False) -> None:
        """Let an SMS come in, which may be dated back."""
        text = f"zr{next(self._texts)}r"
        self.oracle.log.add([text])
        sender = LINE if own else MINA
        row = self.gateway.boxes.put_received(
            self.times.now, text, sender, LINE, age=age
        )
        if own:
            self.inbox.excuse(row)
        self.inbox.arrived(row)

    def send_by_hand(self, key: Key, number: str) -> None:
        """Let a person send an equal text from the panel."""
        self.oracle.by_hand.add((key, number))
        self.gateway.boxes.put_sent(self.times.now, key, LINE, number, 1)

    def fill_sent_box(self) -> None:
        """Let others send more than a page of the sent box holds."""
        for _ in range(120):
            self.gateway.boxes.put_sent(self.times.now, "sale", LINE, NEDA, 1)

    def advance_deliveries(self, status: int) -> None:
        """Let all that is on its way get on."""
        for taken in list(self.gateway.taken.values()):
            self.gateway.advance(taken, status)

    # The end.

    def look(self) -> None:
        """Look at what holds at any time."""
        self.oracle.check_books()
        self.oracle.check_ids()

    def check(self) -> None:
        """Raise for what does not hold."""
        self.look()
        if self.oracle.violations:
            raise AssertionError("; ".join(self.oracle.violations))

    def heal(self) -> None:
        """Let all be well, and so much time go by that everything has to come to its end (I10)."""
        self.gateway.weather.clear()
        self.gateway.boxes.empty_lists = 0
        self.mend_disk()
        self.times.set_right()
        if self.home and not self.home.is_ready:
            self.crash()
        self.boot()
        self.add_account()
        home = self.home
        if home and home.data is None:
            self.let_pass(_LONGEST_BREAK)
        for _ in range(3):
            # A reload may be under way, and a call that is refused yet.
            self.let_pass(60)
            if home and home.data and home.data.account.credentials_error:
                # The user has put the login right.
                self.reload()
        longest = max([ask.retry_for for ask in self.oracle.asks], default=0.0)
        self.let_pass(longest + 2 * _LONGEST_BREAK + 60)
        self.advance_deliveries(1)
        self.receive()
        self.let_pass(150)
        self._check_healed()

    def _check_healed(self) -> None:
        self.oracle.check_healed()
        self.inbox.check_told()
        self.look()


def _saved(name: str, numbers: Sequence[str]) -> dict[str, Any]:
    return {"name": name, "numbers": list(numbers), "slug": name}
