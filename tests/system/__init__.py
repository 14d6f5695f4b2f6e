"""Tests of a real Home Assistant that runs the demo: `scripts/demo --check`."""
