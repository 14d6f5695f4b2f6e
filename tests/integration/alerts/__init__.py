"""Alerts and questions, and those who answer them by SMS."""
