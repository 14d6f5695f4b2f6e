"""Simulations of what must never happen: random histories in virtual time, checked step by step."""
