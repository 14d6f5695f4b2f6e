"""Random histories of a household: Hypothesis chooses what happens, and finds the shortest history of what goes wrong."""

from collections import Counter
from typing import ClassVar, Final, override

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from . import weather
from .life import NUMBERS, OMID, SARA
from .people import Hours
from .world import World

_NUMBERS: Final = st.sampled_from(
    [(SARA,), (OMID,), (SARA, OMID), (SARA, OMID, NUMBERS[2]), NUMBERS]
)
_RARELY: Final = st.sampled_from([False, False, False, True])
# In minutes; None leaves it to the account's options.
_PATIENCE: Final = st.sampled_from([None, None, 0, 1, 3, 45])
_STEPS: Final = st.integers(0, 40)
_SHORT: Final = st.sampled_from([0.1, 1.0, 5.0, 11.0, 31.0])
_LONG: Final = st.sampled_from([61.0, 130.0, 420.0, 660.0, 1900.0])
_OFF: Final = st.sampled_from([0.0, 5.0, 100.0, 700.0, 4000.0])
_JUMPS: Final = st.sampled_from([-90000.0, -3700.0, -200.0, 200.0, 3700.0, 90000.0])
_PEOPLE: Final = st.sampled_from(["sara", "omid", "family"])


class Household(RuleBasedStateMachine):
    """One home; after each step all invariants are looked at, and at the end all must be well again."""

    total: ClassVar[Counter[str]] = Counter()
    """What all histories have done so far."""

    def __init__(self) -> None:
        """Begin without a home."""
        super().__init__()
        self.world: World | None = None

    @property
    def _world(self) -> World:
        assert self.world is not None
        return self.world

    @initialize(
        daily_limit=st.sampled_from([0, 0, 0, 6]),
        window=st.sampled_from([0, 0, 600]),
        inbox_interval=st.sampled_from([60, 60, 0]),
        sensors=_RARELY,
        hours=st.sampled_from(
            [None, None, None, ("22:35", "23:00"), ("22:31", "22:50")]
        ),
        hourly_limit=st.sampled_from([None, None, None, 1, 2]),
        bundle=st.sampled_from([True, True, False]),
    )
    def begin(
        self,
        daily_limit: int,
        window: int,
        inbox_interval: int,
        sensors: bool,
        hours: Hours | None,
        hourly_limit: int | None,
        bundle: bool,
    ) -> None:
        """Start the home for the first time."""
        self.world = World(
            {
                "daily_limit": daily_limit,
                "duplicate_window": window,
                "inbox_interval": inbox_interval,
                "bundle": bundle,
            },
            sensors=sensors,
            hours=hours,
            hourly_limit=hourly_limit,
        )
        self.world.boot()
        self.world.let_pass(1)

    # What people and automations do.

    @rule(numbers=_NUMBERS, urgent=_RARELY, retry_for=_PATIENCE, steps=_STEPS)
    def send_sms(
        self,
        numbers: tuple[str, ...],
        urgent: bool,
        retry_for: float | None,
        steps: int,
    ) -> None:
        """Send a new text."""
        world = self._world
        text = world.new_text()
        world.send_sms(text, numbers, urgent=urgent, retry_for=retry_for)
        world.work(steps)

    @rule(numbers=_NUMBERS, retry_for=_PATIENCE, seconds=_SHORT)
    def send_and_wait(
        self, numbers: tuple[str, ...], retry_for: float | None, seconds: float
    ) -> None:
        """Send a new text, and let a short time go by."""
        world = self._world
        world.send_sms(world.new_text(), numbers, retry_for=retry_for)
        world.let_pass(seconds)

    @rule(numbers=_NUMBERS, parts=st.integers(2, 3), wait=st.sampled_from([0, 20]))
    def send_long_sms(self, numbers: tuple[str, ...], parts: int, wait: int) -> None:
        """Send a text of several parts, and maybe wait for its delivery."""
        world = self._world
        world.send_sms(world.new_text(parts=parts), numbers, wait=wait)

    @precondition(lambda self: self._world.keys)
    @rule(which=st.integers(0, 20), numbers=_NUMBERS, urgent=_RARELY)
    def send_again(self, which: int, numbers: tuple[str, ...], urgent: bool) -> None:
        """Send a text that was sent before."""
        world = self._world
        text = world.keys[which % len(world.keys)]
        world.send_sms(text, numbers, urgent=urgent)

    @rule(numbers=_NUMBERS, retry_for=_PATIENCE)
    def send_pattern(self, numbers: tuple[str, ...], retry_for: float | None) -> None:
        """Send a pattern."""
        world = self._world
        variable = world.new_text()
        world.keys.pop()
        world.send_pattern(variable, numbers[:2], retry_for=retry_for)

    @rule(person=_PEOPLE, entity=st.booleans())
    def notify(self, person: str, entity: bool) -> None:
        """Send a text over the notify action or the notify entity of a person."""
        world = self._world
        world.notify(world.new_text(), person, entity=entity)

    @rule(which=st.integers(0, 5))
    def cancel_caller(self, which: int) -> None:
        """Stop an automation in the middle of its call."""
        self._world.cancel_caller(which)

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        """Pause somebody, or not any more."""
        self._world.pause(paused=paused)

    @rule()
    def call_back(self) -> None:
        """Cancel what waits."""
        self._world.call_back()

    # Time and clocks.

    @rule(steps=_STEPS)
    def work(self, steps: int) -> None:
        """Let the home take some steps."""
        self._world.work(steps)

    @rule(seconds=_SHORT)
    def let_pass(self, seconds: float) -> None:
        """Let a short time go by."""
        self._world.let_pass(seconds)

    @rule(seconds=_LONG)
    def let_long_pass(self, seconds: float) -> None:
        """Let a long time go by."""
        self._world.let_pass(seconds)

    @rule()
    def let_timer_pass(self) -> None:
        """Let time go by until something is due."""
        self._world.let_timer_pass()

    @rule(seconds=_JUMPS)
    def set_clock(self, seconds: float) -> None:
        """Set the wall clock wrong."""
        self._world.times.jump(seconds)

    @rule(stands=st.booleans())
    def stop_clock(self, stands: bool) -> None:
        """Let the wall clock stand still, or go on."""
        times = self._world.times
        (times.stand if stands else times.go_on)()

    @rule()
    def set_clock_right(self) -> None:
        """Put the wall clock right."""
        self._world.times.set_right()

    # The gateway.

    @rule(faults=st.lists(st.sampled_from(weather.ONCE), min_size=1, max_size=3))
    def next_sends_fail(self, faults: list[str]) -> None:
        """Let the next calls that send meet faults."""
        self._world.gateway.weather.next_sends.extend(faults)

    @rule(
        faults=st.lists(st.sampled_from(weather.FOR_QUESTIONS), min_size=1, max_size=2)
    )
    def next_questions_fail(self, faults: list[str]) -> None:
        """Let the next questions meet faults."""
        self._world.gateway.weather.next_others.extend(faults)

    @rule(fault=st.sampled_from([None, *weather.LASTING]))
    def lasting(self, fault: str | None) -> None:
        """Let something be wrong for as long as nothing else is said."""
        self._world.gateway.weather.lasting = fault

    @rule()
    def clear(self) -> None:
        """Let all be well."""
        self._world.gateway.weather.clear()

    @rule(lag=st.sampled_from([0.0, 2.0, 20.0, 90.0, 700.0]), misses=st.integers(0, 1))
    def sent_box(self, lag: float, misses: int) -> None:
        """Let the sent box be late, or miss a message."""
        boxes = self._world.gateway.boxes
        boxes.sent_lags, boxes.misses_next = lag, misses

    @rule(shows=st.booleans())
    def offer_sent_box(self, shows: bool) -> None:
        """Let the panel offer its sent box, or not."""
        self._world.gateway.show_sent_box(shows)

    @precondition(lambda self: self._world.keys)
    @rule(which=st.integers(0, 20), number=st.sampled_from(NUMBERS[:3]))
    def send_by_hand(self, which: int, number: str) -> None:
        """Let a person send one of our texts from the panel."""
        world = self._world
        world.send_by_hand(world.keys[which % len(world.keys)], number)

    @rule()
    def fill_sent_box(self) -> None:
        """Let others send so much that the sent box has several pages."""
        self._world.fill_sent_box()

    @rule(status=st.sampled_from([8, 0, 200, 1, 2, 3, 16, 35, 300, 100]))
    def deliver(self, status: int) -> None:
        """Let what is on its way get on."""
        self._world.advance_deliveries(status)

    @rule(number=st.sampled_from(NUMBERS))
    def block(self, number: str) -> None:
        """Let a number block advertising, or not any more."""
        self._world.gateway.blocked ^= {number}

    @rule(age=st.sampled_from([0.0, 0.0, 300.0, 1200.0, 90000.0]), own=_RARELY)
    def receive(self, age: float, own: bool) -> None:
        """Let an SMS come in."""
        self._world.receive(age=age, own=own)

    @rule(times=st.integers(1, 3))
    def empty_inbox(self, times: int) -> None:
        """Let the panel list nothing for a while."""
        self._world.gateway.boxes.empty_lists = times

    # The computer.

    @rule(
        steps=_STEPS,
        power=st.booleans(),
        off=_OFF,
        stands=_RARELY,
        again_after=st.sampled_from([None, None, None, 5, 20, 40, 60, 90]),
    )
    def crash(
        self, steps: int, power: bool, off: float, stands: bool, again_after: int | None
    ) -> None:
        """Let all die after some steps, and maybe again before the start is over; the clock may stand meanwhile."""
        world = self._world
        world.work(steps)
        world.crash(power=power)
        self._be_off(off, stands=stands)
        if again_after is not None:
            world.boot(again_after)
            world.crash(power=power)
        world.boot()

    @rule(off=_OFF, within=st.sampled_from([None, None, 0.1, 3.0]), stands=_RARELY)
    def restart(self, off: float, within: float | None, stands: bool) -> None:
        """Stop in good order, or be killed meanwhile, and start again."""
        world = self._world
        world.stop(within)
        world.crash()
        self._be_off(off, stands=stands)
        world.boot()

    def _be_off(self, seconds: float, *, stands: bool) -> None:
        world = self._world
        if stands:
            world.times.stand()
        world.let_pass(seconds)
        if stands:
            world.times.go_on()

    @rule()
    def reload(self) -> None:
        """Reload the account."""
        self._world.reload()

    @rule(refuses=st.booleans())
    def fill_disk(self, refuses: bool) -> None:
        """Let the disk be full or read-only, or not any more."""
        world = self._world
        if refuses:
            world.refuse_writes()
        else:
            world.mend_disk()

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.5, 4.0]))
    def slow_disk(self, seconds: float) -> None:
        """Let the disk be slow."""
        self._world.slow_down(seconds)

    @rule()
    def back_up(self) -> None:
        """Make a backup."""
        self._world.back_up()

    @precondition(lambda self: self._world.disk.kept is not None)
    @rule(off=_OFF)
    def restore(self, off: float) -> None:
        """Put the backup back."""
        world = self._world
        world.crash()
        world.restore()
        world.let_pass(off)
        world.boot()

    # The household.

    @rule(person=_PEOPLE, add=st.booleans())
    def change_people(self, person: str, add: bool) -> None:
        """Remove a recipient, or add one again."""
        world = self._world
        (world.add_person if add else world.remove_person)(person)

    @rule(add=st.booleans(), seconds=_SHORT)
    def change_account(self, add: bool, seconds: float) -> None:
        """Remove the account, and maybe add it again."""
        world = self._world
        world.remove_account()
        world.let_pass(seconds)
        if add:
            world.add_account()

    @invariant()
    def holds(self) -> None:
        """Look at all that must hold."""
        Household.total["steps"] += 1
        if self.world is not None:
            self.world.check()

    @override
    def teardown(self) -> None:
        if (world := self.world) is None:
            return
        try:
            if not world.oracle.violations:
                world.heal()
                world.check()
        finally:
            world.close()
            self._count(world)

    def _count(self, world: World) -> None:
        total = Household.total
        total["histories"] += 1
        total["callbacks"] += world.steps
        total["runs"] += world.run
        total["requests"] += world.oracle.requests
        total["SMS asked for"] += sum(len(ask.numbers) for ask in world.oracle.asks)
        total["SMS taken"] += len(world.gateway.taken)
        total["virtual seconds"] += round(world.times.since_begin)
        for fault, times in world.gateway.weather.met.items():
            total[f"fault {fault}"] += times
