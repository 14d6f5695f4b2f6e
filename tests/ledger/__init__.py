"""Tests of the ledger on real files, and of what is decided about the rows in it."""
