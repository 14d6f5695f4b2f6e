"""What is known of the messages that were sent: which are on their way, and the last state for each recipient."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime
import logging
from typing import Any, Final, Self

from homeassistant.helpers import config_validation as cv

from ..gateway import SmsState
from .pending import PendingDeliveries, PendingDelivery

_LOGGER = logging.getLogger(__name__)

_MOST_UNKNOWN_CODES: Final = 100
_MOST_LATELY_ENDED: Final = 1000
_WORST_FIRST: Final = (
    SmsState.REJECTED,
    SmsState.FAILED,
    SmsState.UNDELIVERED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.EXPIRED,
    SmsState.ACCEPTED,
    SmsState.DELIVERED,
)

type _Last = tuple[str | None, SmsState | None]


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
        self._last: dict[str, _Last] = {}
        # Of a message to many, some may have ended before anybody can wait for them. Not stored.
        self._lately_ended: dict[str, SmsState] = {}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Take up what was stored, but for rows that make no sense; they must not cost the others."""
        book = cls()
        for delivery in _readable(stored.get("pending", ()), _pending):
            book.pending.schedule(delivery, delivery.due())
        book.unknown_codes.update(_readable(stored.get("unknown_codes", ()), int))
        book._last.update(_readable(stored.get("last", {}).items(), _last))
        return book

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "pending": self.pending.as_list(),
            "last": {number: list(last) for number, last in self._last.items()},
            "unknown_codes": sorted(self.unknown_codes),
        }

    def last_state(self, numbers: Iterable[str]) -> SmsState | None:
        """Return the worst that became of the last messages to some numbers, None where nobody can say."""
        states = {self._last[each][1] for each in numbers if each in self._last}
        worst = next((state for state in _WORST_FIRST if state in states), None)
        # "Delivered" is said of all of them or not at all.
        return None if worst is SmsState.DELIVERED and None in states else worst

    def follow(
        self, message_id: str, number: str, name: str | None, sent_at: datetime
    ) -> None:
        """Note a message that has set out; an id that the gateway gives twice can be told of once only."""
        if message_id in self.pending:
            return
        delivery = PendingDelivery(
            message_id=message_id, recipient=number, name=name, sent_at=sent_at
        )
        self.pending.schedule(delivery, delivery.due())
        self._lately_ended.pop(message_id, None)

    def note_last(
        self, number: str, message_id: str | None, state: SmsState | None
    ) -> None:
        """Note what is known of the last message to a number; None where nobody can say."""
        self._last[number] = (message_id, state)

    def note_unknown_code(self, code: int) -> None:
        """Note a delivery status of which nobody knows what it means, for the diagnostics."""
        if len(self.unknown_codes) < _MOST_UNKNOWN_CODES:
            self.unknown_codes.add(code)

    def end(self, message_id: str, state: SmsState) -> None:
        """Note the end of a message; an id that the gateway gives twice is that of two numbers."""
        self.pending.remove(message_id)
        self._lately_ended[message_id] = state
        if len(self._lately_ended) > _MOST_LATELY_ENDED:
            del self._lately_ended[next(iter(self._lately_ended))]
        for number, (last_id, _) in self._last.items():
            if last_id == message_id:
                self._last[number] = (message_id, state)

    def states(self, message_ids: Iterable[str]) -> dict[str, SmsState]:
        """Return what is known of messages; those that ended long ago, or were never followed, are left out."""
        return {
            each: SmsState.ACCEPTED
            if each in self.pending
            else self._lately_ended[each]
            for each in message_ids
            if each in self.pending or each in self._lately_ended
        }

    def forget_all_but(self, numbers: Container[str]) -> None:
        """Forget the last states for numbers that are nobody's any more."""
        self._last = {n: last for n, last in self._last.items() if n in numbers}


def _readable[T](rows: Iterable[Any], read: Callable[[Any], T]) -> Iterator[T]:
    """Read rows of a file, and leave out those that are damaged."""
    damaged = 0
    for row in rows:
        try:
            yield read(row)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, the others are right
            damaged += 1
    if damaged:
        _LOGGER.error("%d stored rows about deliveries are damaged and lost", damaged)


def _pending(stored: Any) -> PendingDelivery:
    delivery = PendingDelivery.from_dict(stored)
    # A time at the end of all times can't be reckoned with.
    delivery.due()
    return delivery


def _last(stored: tuple[str, Any]) -> tuple[str, _Last]:
    number, (message_id, state) = stored
    return number, (
        None if message_id is None else cv.string(message_id),
        None if state is None else SmsState(state),
    )
