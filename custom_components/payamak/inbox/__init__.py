"""Received SMS: the poller, the push address that starts a poll at once, and the trigger with its filters."""
