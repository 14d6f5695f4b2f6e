"""What may happen in a history. Hypothesis chooses, and finds the shortest history of what goes wrong."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC
from itertools import count
import logging
from types import SimpleNamespace
from typing import ClassVar, Final, override
from unittest.mock import patch

from homeassistant.util import dt as dt_util
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.payamak.ledger import clock, ledger as ledgers, outgoing
from custom_components.payamak.people.address_book import AddressBook

from ..people import Hours, Person
from ..times import Times
from . import gateway as gateways
from .disk import ModelFile
from .home import Home
from .oracle import Ask, Oracle

SARA: Final = "09121234567"
OMID: Final = "09351234567"
MINA: Final = "09011234567"
_LONGEST_TICK: Final = 30.0
# The sent box is looked into twice after the last message has left, which may have waited long, and after the longest breaks.
_UNTIL_WELL: Final = 2 * 900.0 + 45 * 60.0 + 2 * 660.0

_NUMBERS: Final = st.sampled_from([(SARA,), (SARA,), (OMID,), (SARA, OMID, MINA)])
_URGENT: Final = st.sampled_from([False, False, False, True])
_MINUTES: Final = st.sampled_from([None, None, 0, 1, 3, 45])
# The histories begin at 22:30.
_HOURS: Final = [None, None, None, ("22:35", "23:00"), ("22:31", "22:50")]
_STEPS: Final = st.integers(0, 9)
_TIMES: Final = st.sampled_from([1.0, 5.0, 31.0, 70.0, 200.0, 700.0, 1900.0])
_OFF: Final = st.sampled_from([0.0, 5.0, 100.0, 700.0, 4000.0])
_JUMPS: Final = st.sampled_from([-90000.0, -3700.0, 200.0, 3700.0, 90000.0])


@contextmanager
def _virtual(times: Times) -> Iterator[None]:
    """Let all clocks show the simulated times, and all ids be counted."""
    ids = (f"sms-{number:03}" for number in count(1))
    logger = logging.getLogger("custom_components.payamak")
    level = logger.level
    with ExitStack() as stack:
        for target, name, value in (
            (dt_util, "utcnow", times.utcnow),
            (dt_util, "now", times.local_now),
            (dt_util, "DEFAULT_TIME_ZONE", UTC),
            (clock, "time", SimpleNamespace(monotonic=times.monotonic)),
            (outgoing, "time", SimpleNamespace(monotonic=times.monotonic)),
            (outgoing, "ulid_now", lambda: next(ids)),
        ):
            stack.enter_context(patch.object(target, name, value))
        # What goes wrong on purpose is of no interest.
        logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            logger.setLevel(level)


class Decisions(RuleBasedStateMachine):
    """One home and its gateway; after each rule all invariants are looked at, and at the end all must be well again."""

    total: ClassVar[Counter[str]] = Counter()
    """What all histories have done so far."""
    home_of: ClassVar[type[Home]] = Home
    oracle_of: ClassVar[type[Oracle]] = Oracle

    def __init__(self) -> None:
        """Begin without a home."""
        super().__init__()
        self.times = Times()
        self._stack = ExitStack()
        self._stack.enter_context(_virtual(self.times))
        self._texts: list[str] = []

    @initialize(
        daily_limit=st.sampled_from([0, 0, 0, 3]),
        window=st.sampled_from([0, 0, 600]),
        hours=st.sampled_from(_HOURS),
        hourly_limit=st.sampled_from([None, None, None, 1, 2]),
        bundle=st.booleans(),
    )
    def begin(
        self,
        daily_limit: int = 0,
        window: int = 0,
        hours: Hours | None = None,
        hourly_limit: int | None = None,
        bundle: bool = False,
    ) -> None:
        """Start the home for the first time; one of its people has a gate."""
        self.options = {
            "daily_limit": daily_limit,
            "duplicate_window": window,
            "bundle": bundle,
        }
        person = Person(number=SARA, hours=hours, limit=hourly_limit, times=self.times)
        self.address_book = AddressBook([person.saved])
        self.oracle = self.oracle_of(self.times, self.options, person)
        self.gateway = self.oracle.gateway
        self.disk = self.oracle.disk
        self.boot()

    def boot(self) -> None:
        """Start the home anew from what is durable."""
        self.oracle.run += 1
        self.oracle.started_at = self.times.now
        file = ModelFile(self.disk)
        with patch.object(ledgers, "LedgerFile", lambda _path, _trouble: file):
            self.home = self.home_of(
                *(file, self.gateway, self.oracle, self.options), self.address_book
            )
        self.oracle.home = self.home

    # What people and automations do.

    @rule(
        numbers=_NUMBERS,
        urgent=_URGENT,
        minutes=_MINUTES,
        pattern=_URGENT,
        is_long=_URGENT,
        steps=_STEPS,
    )
    def send(
        self,
        numbers: tuple[str, ...],
        urgent: bool = False,
        minutes: float | None = None,
        pattern: bool = False,
        is_long: bool = False,
        steps: int = 0,
    ) -> None:
        """Send a new text."""
        self._texts.append(f"text {len(self._texts) + 1}" + " and so on" * 25 * is_long)
        self._send(self._texts[-1], numbers, urgent, minutes, pattern=pattern)
        self.home.steps.work(steps)

    @precondition(lambda self: self._texts)
    @rule(numbers=_NUMBERS, urgent=_URGENT, which=st.integers(0, 5))
    def send_again(
        self, numbers: tuple[str, ...], urgent: bool = False, which: int = 0
    ) -> None:
        """Send a text that was sent before."""
        text = self._texts[-1 - which % len(self._texts)]
        self._send(text, numbers, urgent, None, pattern=False)

    def _send(
        self,
        text: str,
        numbers: tuple[str, ...],
        urgent: bool,
        minutes: float | None,
        *,
        pattern: bool,
    ) -> None:
        ask = Ask(
            text=text,
            numbers=numbers,
            urgent=urgent,
            minutes=minutes,
            run=self.oracle.run,
        )
        self.oracle.asks.append(ask)
        self.home.send(ask, pattern=pattern)

    @rule()
    def cancel(self) -> None:
        """Call back what waits."""
        self.home.cancel()

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        """Pause the person with a gate, or not any more."""
        self.home.pause(paused=paused)

    @rule()
    def log_in(self) -> None:
        """Log in again, if the login is refused."""
        self.home.log_in()

    @rule()
    def reload(self) -> None:
        """Set the account up anew."""
        self.home.reload()

    # Steps and time.

    @rule(steps=st.integers(1, 30))
    def work(self, steps: int) -> None:
        """Let the home wake up, and take some steps."""
        self.home.wake()
        self.home.steps.work(steps)

    @rule(seconds=_TIMES)
    def let_pass(self, seconds: float) -> None:
        """Let time go by, and all be done that is due."""
        self.home.steps.work()
        while seconds > 0:
            tick = min(seconds, _LONGEST_TICK)
            seconds -= tick
            self.times.since_begin += tick
            self.home.wake()
            self.home.steps.work()

    @rule(seconds=st.sampled_from([1.0, 2.5, 4.0, 20.0, 31.0]))
    def hang(self, seconds: float) -> None:
        """Let time go by in which nothing gets on."""
        self.times.since_begin += seconds

    @rule(seconds=_JUMPS)
    def set_clock(self, seconds: float) -> None:
        """Set the wall clock wrong."""
        self.times.jump(seconds)

    @rule(stands=st.booleans())
    def stop_clock(self, stands: bool) -> None:
        """Let the wall clock stand still, or go on."""
        (self.times.stand if stands else self.times.go_on)()

    # The gateway and the disk.

    @rule(faults=st.lists(st.sampled_from(gateways.ONCE), min_size=1, max_size=3))
    def next_sends_fail(self, faults: list[str]) -> None:
        """Let the next calls that send meet faults."""
        self.gateway.next_sends.extend(faults)

    @rule(fault=st.sampled_from(gateways.FOR_QUESTIONS))
    def next_question_fails(self, fault: str) -> None:
        """Let the next question meet a fault."""
        self.gateway.next_others.append(fault)

    @rule(fault=st.sampled_from([None, None, *gateways.LASTING]))
    def lasting(self, fault: str | None) -> None:
        """Let something be wrong for as long as nothing else is said."""
        self.gateway.lasting = fault

    @rule(lag=st.sampled_from([0.0, 2.0, 20.0, 90.0, 700.0]))
    def sent_box_lags(self, lag: float) -> None:
        """Let the sent box be late."""
        self.gateway.lag = lag

    @rule(hides=st.booleans())
    def hide_sent_box(self, hides: bool) -> None:
        """Let the panel offer its sent box, or not."""
        self.gateway.hide_box(hides=hides)

    @precondition(lambda self: self._texts)
    @rule(which=st.integers(0, 5), number=st.sampled_from([SARA, OMID]))
    def send_by_hand(self, which: int, number: str) -> None:
        """Let a person send one of our texts from the panel."""
        text = self._texts[-1 - which % len(self._texts)]
        self.oracle.by_hand.add(text)
        self.gateway.send_by_hand(text, number)

    @rule(status=st.sampled_from([0, 1, 2, 8, 100]))
    def deliver(self, status: int) -> None:
        """Let what is on its way get on."""
        self.gateway.status = status

    @rule(is_full=st.booleans())
    def fill_disk(self, is_full: bool) -> None:
        """Let the disk take nothing, or everything again."""
        self.disk.fill(is_full=is_full)

    # The computer.

    @rule(steps=_STEPS, off=_OFF, stands=_URGENT)
    def crash(self, steps: int = 0, off: float = 0.0, stands: bool = False) -> None:
        """Let all die after some steps, and start again after a while; the clock may stand meanwhile."""
        self.home.steps.work(steps)
        self.home.die()
        if stands:
            self.times.stand()
        self.times.since_begin += off
        if stands:
            self.times.go_on()
        self.boot()

    @rule(off=_OFF)
    def restart(self, off: float = 0.0) -> None:
        """Stop in good order, and start again."""
        self.home.stop()
        self.times.since_begin += off
        self.boot()

    @rule()
    def back_up(self) -> None:
        """Keep a copy of the disk."""
        self.disk.back_up()

    @precondition(lambda self: self.disk.kept is not None)
    @rule(off=_OFF)
    def restore(self, off: float = 0.0) -> None:
        """Put the copy back."""
        self.home.die()
        before = self.oracle.stored()
        self.disk.restore()
        self.oracle.note_restored(before)
        self.times.since_begin += off
        self.boot()

    @invariant()
    def holds(self) -> None:
        """Look at all that must hold."""
        Decisions.total["rules"] += 1
        if hasattr(self, "oracle"):
            self.oracle.check()
            assert not self.oracle.violations, self.oracle.violations

    @override
    def teardown(self) -> None:
        try:
            if hasattr(self, "oracle") and not self.oracle.violations:
                self.look_at_the_end()
                assert not self.oracle.violations, self.oracle.violations
        finally:
            self.close()

    def look_at_the_end(self) -> None:
        """Let all be well again, and look at what has become of everything."""
        self.gateway.clear()
        self.disk.fill(is_full=False)
        self.home.log_in()
        self.oracle.person.lose_gate()
        self.address_book._keep(())
        self.home.gates.recipients_changed()
        self.let_pass(_UNTIL_WELL)
        self.oracle.check()
        self.oracle.check_healed()

    def close(self) -> None:
        """Give the clocks back, and count what has happened."""
        total = Decisions.total
        total["histories"] += 1
        if hasattr(self, "oracle"):
            total["requests"] += self.oracle.requests
            total["SMS taken"] += len(self.gateway.taken)
            total["runs"] += self.oracle.run
            self.home.die()
        self._stack.close()
