"""Tests of the gateway's client, which knows nothing of Home Assistant."""
