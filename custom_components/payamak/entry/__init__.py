"""The entry of an account: put together, begun, and changed."""
