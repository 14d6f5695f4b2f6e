"""Random histories of the decisions, and errors that are planted in one of them."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
import pytest

from .errors import ERRORS, PlantedError
from .machine import Decisions

_HISTORIES = 300


def search(
    histories: int,
    number: int,
    machine: type[RuleBasedStateMachine] = Decisions,
    *,
    shrink: bool = True,
) -> None:
    """Let random histories happen; the same number gives the same ones."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        seed(number)(type("Seeded", (machine,), {})),
        settings=settings(
            max_examples=histories,
            stateful_step_count=25,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def tell(error: PlantedError[Decisions]) -> list[str]:
    """Let the history of an error happen, and give what does not hold in it."""
    machine = Decisions()
    machine.begin(**error.home)
    try:
        error.story(machine)
        machine.oracle.check()
        if not machine.oracle.violations:
            machine.look_at_the_end()
    finally:
        machine.close()
    return machine.oracle.violations


def test_nothing_is_lost_doubled_or_told_twice() -> None:
    """Let a fixed number of random histories happen."""
    Decisions.total.clear()
    search(_HISTORIES, 1)
    assert Decisions.total["histories"] >= _HISTORIES
    assert Decisions.total["SMS taken"] > _HISTORIES / 4


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_in_one_decision_is_noticed(error: PlantedError[Decisions]) -> None:
    """And in the same history all holds without it."""
    assert tell(error) == []
    with error.plant():
        found = tell(error)
    assert any(each.startswith(f"{error.noticed_by}:") for each in found), found
