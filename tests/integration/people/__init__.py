"""Tests of people/, through Home Assistant's public side."""
