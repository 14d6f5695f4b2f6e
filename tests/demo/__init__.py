"""Tests of the parts of the demo and of `tests.system`; the whole is run by `scripts/demo --check`."""
