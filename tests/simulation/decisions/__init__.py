"""Random histories of what is decided about messages, without an event loop: a crash may fall between any two steps."""
