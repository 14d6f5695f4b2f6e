"""Tests of queries/, through Home Assistant's public side."""
