"""Figures of speed, which depend on the machine and so are no tests."""
