"""Tests of account/, through Home Assistant's public side."""
