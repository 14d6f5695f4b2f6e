"""Sending: the messages, the messenger that sends them, its reports, and the actions."""
