"""Tests of the triggers of the automation editor."""
