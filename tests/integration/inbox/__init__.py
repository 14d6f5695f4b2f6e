"""Received SMS: the inbox, and the push address."""
