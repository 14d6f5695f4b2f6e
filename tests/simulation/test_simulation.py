"""Random histories of a household over the production code, in virtual time."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
import pytest

from .machine import Household


@pytest.mark.parametrize("number", [1, 2, 3])
def test_nothing_is_lost_doubled_or_told_twice(number: int) -> None:
    """Let a fixed number of random histories happen; a longer search is scripts/simulate."""
    run_state_machine_as_test(
        seed(number)(type("Seeded", (Household,), {})),
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
