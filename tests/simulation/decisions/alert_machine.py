"""What may happen to alerts. Hypothesis chooses, and finds the shortest history of what goes wrong."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import ClassVar, Final, override

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.payamak.alerts.alerts import AlertPlan
from custom_components.payamak.ledger import AlertPerson, AlertStep

from . import gateway as gateways
from .alert_home import AlertHome, Reply, alerts_alone
from .alert_oracle import AlertOracle
from .machine import MINA, OMID, SARA, Decisions

SARA_AT_WORK: Final = "09125556677"
STRANGER: Final = "09129998877"
PIN: Final = "4711"
WRONG_PIN: Final = "5813"
_PEOPLE: Final = {
    SARA: AlertPerson(number=SARA, name="Sara"),
    SARA_AT_WORK: AlertPerson(number=SARA_AT_WORK, name="Sara"),
    OMID: AlertPerson(number=OMID, name="Omid"),
    MINA: AlertPerson(number=MINA, name=None),
}
type Plan = Sequence[tuple[Sequence[str], float]]

_STEP: Final = st.tuples(
    st.lists(st.sampled_from(list(_PEOPLE)), min_size=1, max_size=2, unique=True),
    st.sampled_from([1.0, 1.0, 3.0, 10.0]),
)
_STEPS: Final = st.lists(_STEP, min_size=1, max_size=3)
_IDS: Final = st.sampled_from(["smoke", "smoke", "water", "burglar"])
_SENDERS: Final = st.sampled_from([SARA, SARA_AT_WORK, OMID, MINA, STRANGER])
# Most often all that there is to do is done before anything else happens.
_STEPS_TAKEN: Final = st.sampled_from([40, 40, 40, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12])
_FORMS: Final = st.sampled_from(
    [
        "ok",
        "ok",
        "ok {code}",
        "{code}",
        "ok {pin}",
        "{pin} ok {code}",
        "no",
        f"ok {WRONG_PIN}",
    ]
)
_TIMES: Final = st.sampled_from([1.0, 5.0, 31.0, 70.0, 200.0, 700.0])
_OFF: Final = st.sampled_from([0.0, 5.0, 100.0, 700.0, 4000.0, 20000.0])


class AlertHouse(Decisions):
    """The home and its gateway, led by the machine below."""

    home_of = AlertHome
    oracle_of = AlertOracle
    home: AlertHome
    oracle: AlertOracle

    @override
    def __init__(self) -> None:
        super().__init__()
        self._stack.enter_context(alerts_alone(self.times, lambda: self.oracle))

    @override
    def boot(self) -> None:
        super().boot()
        # Nothing happens in the very moment of a start.
        self.times.since_begin += 0.01
        self.oracle.ticked_at = self.times.now
        self.oracle.check()

    @override
    def let_pass(self, seconds: float) -> None:
        super().let_pass(seconds)
        self.oracle.ticked_at = self.times.now
        self.oracle.check()


class AlertDecisions(RuleBasedStateMachine):
    """One home whose alerts are raised, replied to and ended while all kinds of things go wrong."""

    total: ClassVar[Counter[str]] = Counter()
    """What all histories have done so far."""

    def __init__(self) -> None:
        """Begin with a home that has never been started."""
        super().__init__()
        self.house = AlertHouse()
        self._closing = ExitStack()
        self._closing.callback(self.house.close)

    @initialize(daily_limit=st.sampled_from([0, 0, 1]))
    def begin(self, daily_limit: int = 0) -> None:
        """Start the home for the first time."""
        self.house.begin(daily_limit=daily_limit)
        self.house.let_pass(1)

    @property
    def oracle(self) -> AlertOracle:
        """Return what knows the truth."""
        return self.house.oracle

    # What people and automations do.

    @rule(
        alert_id=_IDS,
        plan=_STEPS,
        rounds=st.sampled_from([1, 1, 2]),
        pin=st.sampled_from([None, None, PIN]),
        resolved=st.booleans(),
        steps=_STEPS_TAKEN,
    )
    def raise_alert(
        self,
        alert_id: str = "smoke",
        plan: Plan = (((SARA,), 3.0), ((OMID,), 3.0)),
        rounds: int = 1,
        pin: str | None = None,
        resolved: bool = False,
        steps: int = 40,
    ) -> None:
        """Raise an alert, or what is open already."""
        if not self.house.home.is_at_work:
            return
        self.house.home.raise_alert(
            AlertPlan(
                alert_id=alert_id,
                message=f"{alert_id}!",
                resolved_message=f"{alert_id} is over" if resolved else "",
                pin=pin,
                steps=tuple(
                    AlertStep(
                        people=tuple(_PEOPLE[each] for each in numbers), minutes=minutes
                    )
                    for numbers, minutes in plan
                ),
                rounds=rounds,
            )
        )
        self.house.home.steps.work(steps)

    @rule(plan=_STEPS, seconds=_TIMES)
    def raise_and_wait(self, plan: Plan, seconds: float) -> None:
        """Raise an alert, and let time go by."""
        self.raise_alert("smoke", plan)
        self.let_pass(seconds)

    @rule(sender=_SENDERS, form=_FORMS, which=st.integers(0, 3))
    def reply(self, sender: str = SARA, form: str = "ok", which: int = 0) -> None:
        """Let somebody write back; ``which`` alert's code it has, counted from the newest."""
        codes = [row.code for row in self.house.home.ledger.alerts][::-1] or [11]
        text = form.format(code=codes[which % len(codes)], pin=PIN)
        if WRONG_PIN in text:
            self.oracle.wrong_pins[sender] += 1
        self.oracle.replies.append(
            Reply(
                number=len(self.oracle.replies) + 1,
                sender=sender,
                text=text,
                at=self.house.times.now,
            )
        )

    @precondition(lambda self: self.oracle.got_at)
    @rule(who=st.integers(0, 2), form=_FORMS, which=st.integers(0, 1))
    def answer(self, who: int = 0, form: str = "ok", which: int = 0) -> None:
        """Let somebody write back who was told, most likely the last one."""
        told = [number for _, number in self.oracle.got_at][::-1]
        self.reply(told[who % len(told)], form, which)

    @precondition(lambda self: self.oracle.got_at)
    @rule(who=st.integers(0, 2), seconds=_TIMES)
    def answer_and_wait(self, who: int = 0, seconds: float = 31) -> None:
        """Let somebody have it, and time go by."""
        self.answer(who)
        self.let_pass(seconds)

    @rule(first=_SENDERS, second=_SENDERS)
    def two_reply(self, first: str = SARA, second: str = OMID) -> None:
        """Let two write back at the same time."""
        self.reply(first)
        self.reply(second)

    @rule(
        alert_id=st.sampled_from([None, "smoke", "smoke", "water"]),
        name=st.sampled_from(["Sara", "Admin", None]),
        steps=_STEPS_TAKEN,
    )
    def acknowledge(
        self, alert_id: str | None = None, name: str | None = None, steps: int = 0
    ) -> None:
        """Acknowledge in Home Assistant."""
        if self.house.home.is_at_work:
            self.house.home.acknowledge(alert_id, name)
            self.house.home.steps.work(steps)

    @rule(alert_id=_IDS, steps=_STEPS_TAKEN)
    def resolve(self, alert_id: str = "smoke", steps: int = 0) -> None:
        """End an alert."""
        if self.house.home.is_at_work:
            self.house.home.resolve(alert_id)
            self.house.home.steps.work(steps)

    @rule()
    def send(self) -> None:
        """Send something else."""
        self.house.send((SARA,))

    @rule()
    def cancel(self) -> None:
        """Call back what waits."""
        self.house.cancel()

    @rule()
    def reload(self) -> None:
        """Set the account up anew."""
        self.house.reload()

    # Steps and time.

    @rule(steps=st.integers(1, 30))
    def work(self, steps: int) -> None:
        """Let the home wake up, and take some steps."""
        self.house.work(steps)

    @rule(seconds=_TIMES)
    def let_pass(self, seconds: float) -> None:
        """Let time go by, and all be done that is due."""
        self.house.let_pass(seconds)

    @rule(seconds=st.sampled_from([1.0, 20.0, 31.0, 400.0]))
    def hang(self, seconds: float) -> None:
        """Let time go by in which nothing gets on."""
        self.house.hang(seconds)

    @rule(seconds=st.sampled_from([-90000.0, -3700.0, 3700.0, 90000.0]))
    def set_clock(self, seconds: float) -> None:
        """Set the wall clock wrong."""
        self.house.set_clock(seconds)

    # The gateway and the disk.

    @rule(faults=st.lists(st.sampled_from(gateways.ONCE), min_size=1, max_size=3))
    def next_sends_fail(self, faults: list[str]) -> None:
        """Let the next calls that send meet faults."""
        self.house.next_sends_fail(faults)

    @rule(fault=st.sampled_from([*[None] * 6, "code_11", *gateways.LASTING]))
    def lasting(self, fault: str | None) -> None:
        """Let something be wrong for as long as nothing else is said."""
        self.house.lasting(fault)

    @rule(steps=st.sampled_from([0, 0, 5, 20]))
    def be_slow(self, steps: int) -> None:
        """Let the gateway's answers take longer."""
        self.house.gateway.slowness = steps

    @rule(status=st.sampled_from([0, 1, 2, 8]))
    def deliver(self, status: int) -> None:
        """Let what is on its way get on, or not."""
        self.house.deliver(status)

    @rule(is_full=st.sampled_from([False, False, True]))
    def fill_disk(self, is_full: bool) -> None:
        """Let the disk take nothing, or everything again."""
        if is_full or self.house.disk.is_full:
            self.house.fill_disk(is_full)

    # The computer.

    @rule(
        steps=st.integers(0, 12), off=_OFF, stands=st.sampled_from([False] * 3 + [True])
    )
    def crash(self, steps: int = 0, off: float = 0.0, stands: bool = False) -> None:
        """Let all die after some steps, and start again after a while; the clock may stand meanwhile."""
        self.house.crash(steps=steps, off=off, stands=stands)

    @rule(off=_OFF)
    def restart(self, off: float = 0.0) -> None:
        """Stop in good order, and start again."""
        self.house.restart(off=off)

    @invariant()
    def holds(self) -> None:
        """Look at all that must hold."""
        AlertDecisions.total["rules"] += 1
        if hasattr(self.house, "oracle"):
            self.oracle.check()
            assert not self.oracle.violations, self.oracle.violations

    @override
    def teardown(self) -> None:
        try:
            if hasattr(self.house, "oracle") and not self.oracle.violations:
                self.house.look_at_the_end()
                assert not self.oracle.violations, self.oracle.violations
        finally:
            self.close()

    def close(self) -> None:
        """Give the clocks back, and count what has happened."""
        total = AlertDecisions.total
        total["histories"] += 1
        if hasattr(self.house, "oracle"):
            total["alerts"] += len(self.oracle.seen)
            total["texts"] += sum(self.oracle.got.values())
            total["replies"] += len(self.oracle.replies)
            total["acknowledged by reply"] += len(self.oracle.heard)
            total["runs"] += self.oracle.run
        self._closing.close()
