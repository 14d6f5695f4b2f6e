"""Kills a real Home Assistant at aimed and random moments, and compares what it says with what the gateway took."""
