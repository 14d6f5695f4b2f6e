"""A user's way through the real frontend in a real browser: `.venv-demo/bin/python -m tests.e2e`."""
