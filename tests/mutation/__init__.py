"""Mutation testing: small faults are put into the integration one by one, and the tests have to notice each."""
