"""Who is meant: the address book, and the filters of triggers."""
