"""Tests of the conditions of the automation editor."""
