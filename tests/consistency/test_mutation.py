"""What the mutations are asked of: a test that was moved would be asked no more, without a word."""

from pathlib import Path

import pytest

from tests.mutation import places
from tests.mutation.places import REPOSITORY, SOURCE

_FILES = [
    str(file.relative_to(SOURCE))
    for folder in places._TESTS
    for file in sorted((SOURCE / folder).rglob("*.py"))
]


def test_the_folders_and_files_of_tests_exist() -> None:
    """Those that know a subject best."""
    named = {test for path in _FILES for test in places.tests_for(path)}
    assert [test for test in sorted(named) if not (REPOSITORY / test).exists()] == []


@pytest.mark.parametrize("path", sorted({*places._WRITTEN_FOR, *places._OWN_TESTS}))
def test_a_file_has_the_tests_that_are_named_for_it(path: str) -> None:
    """And each of the names is one of theirs."""
    assert (SOURCE / path).exists()
    found = places.own_tests_for(path)
    names = {Path(test).stem.removeprefix("test_") for test in found}
    assert found
    assert names >= set(places._WRITTEN_FOR.get(path, ()))
