"""What must hold of an account's book in memory, in both simulations."""

from custom_components.payamak.ledger import OutgoingBook


def trouble_in(book: OutgoingBook) -> str | None:
    """Return what is wrong with the book, None where each row is in one place."""
    for one, two in (
        (book.waiting, book.pending),
        (book.waiting, book.unsettled),
        (book.pending, book.unsettled),
    ):
        if both := one.keys() & two.keys():
            return f"{min(both)} is in two states"
    if book.restored - book.waiting.keys():
        return "what is restored does not wait"
    return None
