"""What is known of the messages that were sent: which are on their way, and the last word for each recipient."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Self

from .pending import PendingDeliveries, PendingDelivery
from .signals import DeliveryWord

_MOST_UNKNOWN_CODES: Final = 100


class DeliveryBook:
    """The account's book of deliveries, as far as it survives a restart.

    ``unknown_codes`` are delivery statuses of which nobody knows yet what they mean.
    """

    def __init__(self) -> None:
        """Begin with an empty book."""
        self.pending = PendingDeliveries()
        self.unknown_codes: set[int] = set()
        # By number: the last message's id, None where it can't be followed, and what is known of it,
        # None where nobody can say.
        self._last: dict[str, tuple[str | None, DeliveryWord | None]] = {}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Take up what was stored."""
        book = cls()
        for each in stored.get("pending", ()):
            delivery = PendingDelivery.from_dict(each)
            book.pending.schedule(delivery, delivery.due())
        book.unknown_codes.update(stored.get("unknown_codes", ()))
        book._last = {
            number: (message_id, word and DeliveryWord(word))
            for number, (message_id, word) in stored.get("last", {}).items()
        }
        return book

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "pending": self.pending.as_list(),
            "last": {number: list(last) for number, last in self._last.items()},
            "unknown_codes": sorted(self.unknown_codes),
        }

    def last_word(self, numbers: Iterable[str]) -> DeliveryWord | None:
        """Return the worst that became of the last messages to some numbers, None where nobody can say."""
        words = {self._last[each][1] for each in numbers if each in self._last}
        worst = next((word for word in DeliveryWord if word in words), None)
        # "Delivered" is said of all of them or not at all.
        return None if worst is DeliveryWord.DELIVERED and None in words else worst

    def follow(
        self, message_id: str, number: str, name: str | None, sent_at: datetime
    ) -> None:
        """Note a message that has set out."""
        delivery = PendingDelivery(
            message_id=message_id, recipient=number, name=name, sent_at=sent_at
        )
        self.pending.schedule(delivery, delivery.due())

    def note_last(
        self, number: str, message_id: str | None, word: DeliveryWord | None
    ) -> None:
        """Note what is known of the last message to a number; None where nobody can say."""
        self._last[number] = (message_id, word)

    def note_unknown_code(self, code: int) -> None:
        """Note a delivery status of which nobody knows what it means, for the diagnostics."""
        if len(self.unknown_codes) < _MOST_UNKNOWN_CODES:
            self.unknown_codes.add(code)

    def end(self, message_id: str, word: DeliveryWord) -> None:
        """Note the end of a message."""
        number = self.pending[message_id].recipient
        self.pending.remove(message_id)
        if number in self._last and self._last[number][0] == message_id:
            self._last[number] = (message_id, word)

    def forget_all_but(self, numbers: Container[str]) -> None:
        """Forget the last words for numbers that are nobody's any more."""
        self._last = {n: last for n, last in self._last.items() if n in numbers}
