"""Tests of the demo's own rules; that it works as a whole is what `scripts/demo --check` is for."""
