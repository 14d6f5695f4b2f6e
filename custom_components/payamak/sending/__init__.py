"""Sending: the messenger, what it reports, and the actions that send."""
