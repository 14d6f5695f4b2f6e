"""Tests of Payamak."""
