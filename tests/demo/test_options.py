"""The command line of the demo."""

import pytest

from demo.options import parse_options
from demo.run import Checks, main


def test_runs_that_may_be_up_together_have_folders_of_their_own() -> None:
    """Newest and lowest, shown and checked."""
    lines: tuple[list[str], ...] = (
        [],
        ["--check"],
        ["--lowest"],
        ["--lowest", "--check"],
    )
    folders = [parse_options(line).folder.name for line in lines]
    assert folders == ["run", "check", "run-lowest", "check-lowest"]


def test_option_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    """The script chooses the environment by the whole word."""
    with pytest.raises(SystemExit):
        parse_options(["--low"])
    assert "unrecognized arguments: --low" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "checks"), [(["--check"], None), ([], Checks({}, ()))]
)
def test_checks_are_run_when_asked_for_and_only_then(
    arguments: list[str], checks: Checks | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check without any checks would always pass."""
    assert main(arguments, checks) == 1
    assert "run by scripts/demo --check" in capsys.readouterr().out
