"""Tests of the stand-in gateway."""
