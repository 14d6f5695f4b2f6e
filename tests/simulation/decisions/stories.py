"""Short histories, each aimed at one error that is planted. Without the error, all holds in them."""

from typing import Final

from .machine import MINA, OMID, SARA, Decisions

_ALL: Final = (SARA, OMID, MINA)


def _wait(machine: Decisions, minutes: float | None = None) -> None:
    """Let a message wait for a gateway that is away."""
    machine.let_pass(1)
    machine.lasting("refused")
    machine.send((SARA,), minutes=minutes)
    machine.let_pass(1)


def answer_lost(machine: Decisions) -> None:
    """Lose the answer to a message that is taken."""
    machine.next_sends_fail(["late"])
    machine.send((SARA,))
    machine.let_pass(700)


def crash_before_the_answer(machine: Decisions) -> None:
    """Crash between a request and its answer."""
    machine.let_pass(1)
    machine.send((SARA,), steps=4)
    machine.crash(off=5)
    machine.let_pass(700)


def restore_what_waited(machine: Decisions) -> None:
    """Put a copy back in which a message waits that was sent since."""
    _wait(machine)
    machine.back_up()
    machine.lasting(None)
    machine.let_pass(200)
    machine.restore(off=5)
    machine.let_pass(200)


def restore_while_the_sent_box_lags(machine: Decisions) -> None:
    """Put such a copy back so soon that the sent box does not show the message."""
    machine.sent_box_lags(20)
    _wait(machine)
    machine.back_up()
    machine.lasting(None)
    machine.let_pass(31)
    machine.restore()
    for _ in range(10):
        machine.let_pass(5)


def slow_write(machine: Decisions) -> None:
    """Let a message become too old while it is written that it leaves."""
    _wait(machine, minutes=1)
    machine.lasting(None)
    machine.hang(51)
    machine.work(30)
    machine.hang(6)
    machine.work(1)
    machine.hang(2.5)
    machine.work(30)


def clock_set_back(machine: Decisions) -> None:
    """Set the wall clock back by an hour while a message waits."""
    _wait(machine, minutes=1)
    machine.set_clock(-3700)
    machine.let_pass(400)
    machine.lasting(None)
    machine.let_pass(70)


def limit_and_crash(machine: Decisions) -> None:
    """Use the limit of the day up, crash, and send one more."""
    machine.send(_ALL)
    machine.let_pass(1)
    machine.crash()
    machine.let_pass(1)
    machine.send((SARA,))
    machine.let_pass(1)


def two_wait(machine: Decisions) -> None:
    """Let two messages to one person wait."""
    _wait(machine)
    machine.send((SARA,))
    machine.let_pass(1)
    machine.lasting(None)
    machine.let_pass(70)


def newer_one_could_leave(machine: Decisions) -> None:
    """Let a message wait, and send a newer one to the same person that could leave at once."""
    machine.let_pass(1)
    machine.next_sends_fail(["code_6"])
    machine.send((SARA,))
    machine.let_pass(1)
    machine.send((SARA,))
    machine.let_pass(1)


def three_at_once(machine: Decisions) -> None:
    """Send to three in one call."""
    machine.send(_ALL)
    machine.let_pass(1)


def gateway_updates(machine: Decisions) -> None:
    """Let messages wait for a gateway that is updated."""
    machine.let_pass(1)
    machine.lasting("code_6")
    for number in _ALL:
        machine.send((number,))
    for _ in range(10):
        machine.let_pass(1)


def long_outage(machine: Decisions) -> None:
    """Let a message wait for a gateway that does not answer."""
    machine.let_pass(1)
    machine.lasting("lost")
    machine.send((SARA,))
    machine.let_pass(200)
    for _ in range(30):
        machine.let_pass(1)


def another_text_is_shown(machine: Decisions) -> None:
    """Lose a message while the sent box shows another one."""
    machine.send((SARA,))
    machine.let_pass(1)
    machine.next_sends_fail(["lost"])
    machine.send((SARA,))
    machine.let_pass(700)


def crash_while_given_up(machine: Decisions) -> None:
    """Crash while it is written that a message was given up."""
    _wait(machine, minutes=1)
    machine.hang(70)
    machine.work(2)
    machine.crash()
    machine.let_pass(31)


def outage_longer_than_patience(machine: Decisions) -> None:
    """Let a message wait for longer than it may."""
    _wait(machine, minutes=1)
    machine.let_pass(200)


def crash_while_it_waits(machine: Decisions) -> None:
    """Crash while a message waits."""
    _wait(machine)
    machine.crash()
    machine.let_pass(31)


def quiet_hours_begin_during_a_write(machine: Decisions) -> None:
    """Let the quiet hours begin while it is written that a message leaves."""
    machine.let_pass(200)
    machine.let_pass(70)
    machine.let_pass(5)
    machine.hang(20)
    machine.send((SARA,), steps=1)
    machine.hang(2.5)
    machine.hang(2.5)
    machine.work(30)


def quiet_hours_in_an_outage(machine: Decisions) -> None:
    """Let a message wait through the quiet hours for longer than it would without them."""
    machine.let_pass(200)
    machine.let_pass(200)
    machine.send((SARA,), minutes=3)
    machine.let_pass(700)
    machine.let_pass(700)


def hour_and_crash(machine: Decisions) -> None:
    """Send as many as may leave in an hour, crash, and send one more."""
    for _ in range(2):
        machine.send((SARA,))
        machine.let_pass(1)
        machine.crash()
        machine.let_pass(1)


def pause_and_crash(machine: Decisions) -> None:
    """Pause somebody, crash at once, and send."""
    machine.let_pass(1)
    machine.pause(paused=True)
    machine.crash(steps=4)
    machine.send((SARA,))
    machine.let_pass(31)


def pause_for_days(machine: Decisions) -> None:
    """Pause somebody for longer than anything is held."""
    machine.pause(paused=True)
    machine.send((SARA,))
    for _ in range(48):
        machine.let_pass(1900)
    machine.pause(paused=False)
    machine.let_pass(31)


def three_wait(machine: Decisions) -> None:
    """Let three messages to one person wait, and the gateway come back."""
    _let_three_wait(machine)
    machine.lasting(None)
    machine.let_pass(70)


def three_wait_and_are_long(machine: Decisions) -> None:
    """Let three messages wait that don't fit in one."""
    _let_three_wait(machine, is_long=True)
    machine.lasting(None)
    machine.let_pass(70)


def three_wait_and_use_the_limit_up(machine: Decisions) -> None:
    """Let three go out as one that takes most of what may leave today, and send one for which there is no room."""
    three_wait_and_are_long(machine)
    machine.send((SARA,), is_long=True)
    machine.let_pass(31)


def answer_of_three_lost(machine: Decisions) -> None:
    """Lose the answer to three that go out as one."""
    _let_three_wait(machine)
    machine.lasting(None)
    machine.next_sends_fail(["late"])
    machine.let_pass(700)


def restore_three_that_waited(machine: Decisions) -> None:
    """Put a copy back in which three wait that went out as one since."""
    _let_three_wait(machine)
    machine.back_up()
    machine.lasting(None)
    machine.let_pass(200)
    machine.restore(off=5)
    machine.let_pass(200)


def three_are_not_delivered(machine: Decisions) -> None:
    """Let three that went out as one not arrive."""
    three_wait(machine)
    machine.deliver(2)
    machine.let_pass(200)


def _let_three_wait(machine: Decisions, *, is_long: bool = False) -> None:
    machine.let_pass(1)
    machine.lasting("refused")
    for _ in range(3):
        machine.send((SARA,), is_long=is_long)
        machine.let_pass(1)
