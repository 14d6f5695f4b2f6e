"""Tests of delivery/, through Home Assistant's public side."""
