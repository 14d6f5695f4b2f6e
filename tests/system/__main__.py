"""Runs the demo's story and the checks beyond it: `scripts/demo --check`."""

import sys

from demo.run import Checks, main

from .blueprint_checks import BLUEPRINT_CHECKS
from .checks import AFTERWARDS, CHECKS, EXPECTED_COMPLAINTS
from .crash_checks import CRASH_CHECKS
from .household_checks import HOUSEHOLD_CHECKS

_CHECKS = Checks(
    {
        "Bad days": CHECKS,
        "Blueprints": BLUEPRINT_CHECKS,
        "Two households": HOUSEHOLD_CHECKS,
        "Power cuts": CRASH_CHECKS,
        "Afterwards": AFTERWARDS,
    },
    EXPECTED_COMPLAINTS,
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], _CHECKS))
