"""Short histories of alerts, each aimed at one error that is planted. Without the error, all holds in them."""

from custom_components.payamak.gateway import SmsState

from .alert_machine import PIN, STRANGER, AlertDecisions
from .machine import MINA, OMID, SARA


def crash_after_the_text(machine: AlertDecisions) -> None:
    """Crash when Sara has been told."""
    machine.raise_alert()
    machine.crash()
    machine.let_pass(31)


def nobody_answers(machine: AlertDecisions) -> None:
    """Let both steps pass."""
    machine.raise_alert()
    machine.let_pass(200)
    machine.let_pass(200)


def answered(machine: AlertDecisions) -> None:
    """Let Sara answer, and time go by."""
    machine.raise_alert()
    machine.answer()
    machine.let_pass(200)


def answered_by_the_first_of_three(machine: AlertDecisions) -> None:
    """Let Sara answer, and something change much later."""
    answered(machine)
    machine.send()
    machine.let_pass(200)


def answered_by_the_second(machine: AlertDecisions) -> None:
    """Let Omid answer when both have been told."""
    machine.raise_alert()
    machine.let_pass(200)
    machine.reply(OMID)
    machine.let_pass(31)


def resolved(machine: AlertDecisions) -> None:
    """End what Sara was told of."""
    machine.raise_alert(resolved=True)
    machine.resolve()
    machine.let_pass(31)


def all_refused(machine: AlertDecisions) -> None:
    """Let the gateway refuse every text, in two rounds."""
    machine.lasting("code_11")
    machine.raise_alert(rounds=2)
    machine.let_pass(31)


def off_for_hours(machine: AlertDecisions) -> None:
    """Let Home Assistant be off for hours while an alert is open."""
    machine.raise_alert()
    machine.crash(off=20000)
    machine.let_pass(31)


def three_alerts(machine: AlertDecisions) -> None:
    """Raise three alerts that Sara hears of, and let her answer the second."""
    machine.raise_alert("smoke")
    machine.raise_alert("water")
    machine.raise_alert("burglar")
    machine.answer(form="ok {code}", which=1)
    machine.let_pass(31)


def crash_while_an_answer_is_noted(machine: AlertDecisions) -> None:
    """Crash after each step in which an answer is noted."""
    machine.raise_alert(plan=[((SARA,), 10.0)])
    for steps in range(1, 8):
        machine.answer()
        machine.work(1)
        machine.crash(steps=steps)


def answered_while_it_waits(machine: AlertDecisions) -> None:
    """Let somebody have it while the text to another still waits."""
    machine.raise_alert(plan=[((OMID,), 1.0), ((SARA,), 10.0)])
    machine.lasting("refused")
    machine.let_pass(70)
    machine.acknowledge()
    machine.let_pass(200)
    machine.lasting(None)
    machine.let_pass(70)


def resolved_while_a_text_is_under_way(machine: AlertDecisions) -> None:
    """End an alert while the outbox tries its text, which the gateway then does not take."""
    machine.lasting("code_6")
    machine.raise_alert()
    machine.let_pass(31)
    machine.be_slow(20)
    machine.hang(70)
    while not _is_under_way(machine):
        machine.work(1)
    machine.resolve()
    machine.let_pass(70)
    machine.lasting(None)
    machine.let_pass(70)


def _is_under_way(machine: AlertDecisions) -> bool:
    waiting = machine.house.home.ledger.outgoing.waiting.values()
    return any(row.state is SmsState.SENDING for row in waiting)


def waits_for_two_turns(machine: AlertDecisions) -> None:
    """Let the gateway be away for two turns of the same person."""
    machine.lasting("refused")
    machine.raise_alert(plan=[((SARA,), 1.0), ((SARA,), 3.0)])
    machine.let_pass(1)
    machine.let_pass(70)
    machine.let_pass(31)


def stranger_answers(machine: AlertDecisions) -> None:
    """Let somebody answer who was never told."""
    machine.raise_alert()
    machine.reply(STRANGER)
    machine.reply(MINA)
    machine.let_pass(31)


def forged(machine: AlertDecisions) -> None:
    """Let somebody answer who does not know the PIN, and then Sara, who does."""
    machine.raise_alert(pin=PIN)
    machine.answer()
    machine.let_pass(31)
    machine.answer(form="ok {pin}")
    machine.let_pass(31)


def late_answer(machine: AlertDecisions) -> None:
    """Let Omid answer when all is over."""
    nobody_answers(machine)
    machine.reply(OMID)
    machine.let_pass(31)


def raised_again_by_a_clock_that_was_set_back(machine: AlertDecisions) -> None:
    """Raise the same again after the wall clock was set back, and crash."""
    machine.raise_alert()
    machine.answer_and_wait()
    machine.set_clock(-3700)
    machine.raise_alert(plan=[((SARA,), 10.0)])
    machine.crash()
    machine.let_pass(1)
    machine.raise_alert()


def reload_and_answer(machine: AlertDecisions) -> None:
    """Let an answer come in while the account is set up anew."""
    for steps in range(1, 8):
        machine.raise_alert(plan=[((SARA,), 10.0)])
        machine.reload()
        machine.answer()
        machine.work(steps)
        machine.let_pass(5)
        machine.resolve()


def reload_between_two_texts(machine: AlertDecisions) -> None:
    """Set the account up anew after each step in which two texts of one turn leave, one of them with a code."""
    machine.raise_alert("smoke", plan=[((SARA,), 10.0)])
    for steps in range(1, 12):
        machine.raise_alert("water", plan=[((SARA, OMID), 10.0)], steps=steps)
        machine.reload()
        machine.let_pass(5)
        machine.acknowledge("water")
