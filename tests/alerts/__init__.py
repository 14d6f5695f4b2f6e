"""Tests of what alerts and questions decide without Home Assistant."""
