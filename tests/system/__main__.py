"""Runs the demo's story and the checks beyond it: `scripts/demo --check`."""

import sys

from demo.run import Checks, main

from .blueprint_checks import BLUEPRINT_CHECKS
from .checks import AFTERWARDS, CHECKS, EXPECTED_COMPLAINTS
from .crash_checks import COUNT_CHECKS, CRASH_CHECKS
from .household_checks import HOUSEHOLD_CHECKS
from .outage_checks import OUTAGE_CHECKS, find_nothing_twice

_CHECKS = Checks(
    {
        "Bad days": CHECKS,
        "Blueprints": BLUEPRINT_CHECKS,
        "Two households": HOUSEHOLD_CHECKS,
        "Power cuts": (
            *CRASH_CHECKS,
            *OUTAGE_CHECKS,
            *COUNT_CHECKS,
            find_nothing_twice,
        ),
        "Afterwards": AFTERWARDS,
    },
    EXPECTED_COMPLAINTS,
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], _CHECKS))
