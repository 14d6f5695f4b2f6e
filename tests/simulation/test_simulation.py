"""Random histories of a household over the production code, in virtual time."""

import pytest

from .search import counted, search


@pytest.mark.parametrize("number", range(1, 7))
def test_nothing_is_lost_doubled_or_told_twice(number: int) -> None:
    """Let a fixed number of random histories happen; a longer search is scripts/simulate."""
    with counted() as total:
        assert search(10, number, shrink=False) is None
    assert total["histories"] >= 10
    assert total["SMS taken"] > 0
