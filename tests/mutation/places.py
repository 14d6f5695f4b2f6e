"""Where the mutants come from, which tests are asked about them, and where the results are kept."""

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = REPOSITORY / "custom_components/payamak"
REACH: Final = REPOSITORY / ".mutation/reach.json"
RESULTS: Final = REPOSITORY / "benchmarks/mutation.json"
EQUIVALENT: Final = REPOSITORY / "benchmarks/mutation_equivalents.toml"
TABLE: Final = REPOSITORY / "benchmarks/mutation.md"

# The tests that know a folder best: a mutant has to be noticed by them.
_TESTS: Final = {
    "sending": (
        "tests/integration/sending",
        "tests/integration/queries",
        "tests/integration/flows/test_not_sent.py",
        "tests/integration/account/test_gateway_watch.py",
    ),
    "ledger": ("tests/ledger", "tests/integration/sending/test_today.py"),
    "delivery": (
        "tests/integration/delivery",
        "tests/integration/triggers/test_delivery.py",
    ),
    "inbox": ("tests/integration/inbox", "tests/integration/triggers"),
    "people": (
        "tests/integration/people",
        "tests/integration/triggers",
        "tests/integration/sending/test_notify.py",
        "tests/integration/sending/test_notify_callers.py",
        "tests/integration/sending/test_send_sms.py",
    ),
    "gateway": ("tests/gateway",),
}


def tests_for(path: str) -> tuple[str, ...]:
    """Return the tests for a file of the integration."""
    folder = path.partition("/")[0]
    if folder not in _TESTS:
        raise SystemExit(f"{folder}: no tests are named for it in {__file__}")
    return _TESTS[folder]
