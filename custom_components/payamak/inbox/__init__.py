"""Received SMS: the poller, the doorbell that hurries it, and what a trigger asks of a text."""
