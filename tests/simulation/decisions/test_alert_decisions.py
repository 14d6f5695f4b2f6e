"""Random histories of what is decided about alerts, and errors that are planted in one of the decisions."""

import pytest

from .alert_errors import ERRORS
from .alert_machine import AlertDecisions
from .errors import PlantedError
from .test_decisions import search

_HISTORIES = 300


def tell(error: PlantedError[AlertDecisions]) -> list[str]:
    """Let the history of an error happen, and give what does not hold in it."""
    machine = AlertDecisions()
    try:
        machine.begin()
        error.story(machine)
        machine.oracle.check()
        if not machine.oracle.violations:
            machine.house.look_at_the_end()
    finally:
        machine.close()
    return machine.oracle.violations


def test_nobody_is_told_twice_and_no_alert_stands_still() -> None:
    """Let a fixed number of random histories happen."""
    AlertDecisions.total.clear()
    search(_HISTORIES, 1, AlertDecisions)
    assert AlertDecisions.total["histories"] >= _HISTORIES
    assert AlertDecisions.total["texts"] > _HISTORIES / 2
    assert AlertDecisions.total["acknowledged by reply"] > _HISTORIES / 10


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_in_one_decision_is_noticed(
    error: PlantedError[AlertDecisions],
) -> None:
    """And in the same history all holds without it."""
    assert tell(error) == []
    with error.plant():
        found = tell(error)
    assert any(each.startswith(f"{error.noticed_by}:") for each in found), found
