"""Tests of flows/, through Home Assistant's public side."""
