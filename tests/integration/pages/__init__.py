"""The recipes of the documentation, run."""
