"""Tests of sending/, through Home Assistant's public side."""
