"""The test of the test: the simulation notices each rule that is taken away, and nothing where none is."""

import pytest

from .bugs import BUGS, Bug
from .tell import tell


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_seeded_bug_is_noticed(bug: Bug) -> None:
    """Let the bug's history happen without the bug, and with it."""
    assert tell(bug.story, bug.options, bug.gate) == []
    with bug.seeded():
        noticed = tell(bug.story, bug.options, bug.gate)
    assert [each for each in noticed if each.startswith(f"{bug.noticed_by}:")]
