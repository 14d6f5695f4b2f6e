"""Shows the demo: `scripts/demo --help`. With `--check`, the script runs `tests.system` instead."""

import sys

from .run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
