"""What is known of sent messages: which are pending, and the state of the last one to each recipient."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime
import logging
from typing import Any, Final, Self

from homeassistant.helpers import config_validation as cv

from ..gateway import SmsState
from .pending import PendingDeliveries, PendingDelivery

_LOGGER = logging.getLogger(__name__)

_MOST_UNKNOWN_CODES: Final = 100
_MOST_RECENTLY_ENDED: Final = 1000
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
    """The account's deliveries, which survive a restart.

    ``unknown_codes`` are delivery statuses that are not documented.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.pending = PendingDeliveries()
        self.unknown_codes: set[int] = set()
        # By number: the id of the last message, None if it can't be followed, and its state, None if that
        # can't be known.
        self._last: dict[str, _Last] = {}
        # A message to many goes out in several calls: the first may be delivered before the last call is
        # over and the caller begins to wait. Not stored.
        self._recently_ended: dict[str, SmsState] = {}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read what was stored, without the damaged rows; the others must not be lost with them."""
        book = cls()
        for delivery in _readable(stored.get("pending", ()), _pending):
            book.pending.schedule(delivery, delivery.due())
        book.unknown_codes.update(_readable(stored.get("unknown_codes", ()), int))
        book._last.update(_readable(stored.get("last", {}).items(), _last))
        return book

    def as_dict(self) -> dict[str, Any]:
        """Return the book as it is stored."""
        return {
            "pending": self.pending.as_list(),
            "last": {number: list(last) for number, last in self._last.items()},
            "unknown_codes": sorted(self.unknown_codes),
        }

    def last_state(self, numbers: Iterable[str]) -> SmsState | None:
        """Return the worst state of the last messages to some numbers; None if it can't be known."""
        states = {self._last[each][1] for each in numbers if each in self._last}
        worst = next((state for state in _WORST_FIRST if state in states), None)
        # The group is delivered only if all of them are.
        return None if worst is SmsState.DELIVERED and None in states else worst

    def follow(
        self, message_id: str, number: str, name: str | None, sent_at: datetime
    ) -> None:
        """Begin to follow a message; an id that the gateway gives twice is tracked once."""
        if message_id in self.pending:
            return
        delivery = PendingDelivery(
            message_id=message_id, recipient=number, name=name, sent_at=sent_at
        )
        self.pending.schedule(delivery, delivery.due())
        self._recently_ended.pop(message_id, None)

    def note_last(
        self, number: str, message_id: str | None, state: SmsState | None
    ) -> None:
        """Record the last message to a number; the state is None if it can't be known."""
        self._last[number] = (message_id, state)

    def note_unknown_code(self, code: int) -> None:
        """Record an undocumented delivery status, for the diagnostics."""
        if len(self.unknown_codes) < _MOST_UNKNOWN_CODES:
            self.unknown_codes.add(code)

    def end(self, message_id: str, state: SmsState) -> None:
        """Record a final state, for each number whose last message has the id."""
        self.pending.remove(message_id)
        self._recently_ended[message_id] = state
        if len(self._recently_ended) > _MOST_RECENTLY_ENDED:
            del self._recently_ended[next(iter(self._recently_ended))]
        for number, (last_id, _) in self._last.items():
            if last_id == message_id:
                self._last[number] = (message_id, state)

    def states(self, message_ids: Iterable[str]) -> dict[str, SmsState]:
        """Return the states of messages, without those that ended long ago or were never followed."""
        return {
            each: SmsState.ACCEPTED
            if each in self.pending
            else self._recently_ended[each]
            for each in message_ids
            if each in self.pending or each in self._recently_ended
        }

    def forget_all_but(self, numbers: Container[str]) -> None:
        """Forget the last states of all other numbers."""
        self._last = {n: last for n, last in self._last.items() if n in numbers}


def _readable[T](rows: Iterable[Any], read: Callable[[Any], T]) -> Iterator[T]:
    """Read stored rows, and leave out the damaged ones."""
    damaged = 0
    for row in rows:
        try:
            yield read(row)
        except Exception:  # noqa: BLE001 - a damaged row can fail in any way
            damaged += 1
    if damaged:
        _LOGGER.error("%d stored rows about deliveries are damaged and lost", damaged)


def _pending(stored: Any) -> PendingDelivery:
    delivery = PendingDelivery.from_dict(stored)
    # Fails if the stored time is so late that nothing can be added to it.
    delivery.due()
    return delivery


def _last(stored: tuple[str, Any]) -> tuple[str, _Last]:
    number, (message_id, state) = stored
    return number, (
        None if message_id is None else cv.string(message_id),
        None if state is None else SmsState(state),
    )
