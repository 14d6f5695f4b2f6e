"""The client against the stand-in gateway."""
