"""Which received messages are known already, so that none starts anything twice."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Self

_MOST_KNOWN: Final = 1000


class ReceivedBook:
    """The ids (MsgID) of the newest messages; whatever is older than all of these is known too.

    A highest id alone would lose a message that the gateway lists late, behind a newer one.
    """

    def __init__(self) -> None:
        """Begin with a book in which the mark is still to be taken."""
        self._mark_taken = False
        self._panel: str | None = None
        self._known: set[int] = set()
        self._all_known_up_to = 0

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Take up what was stored."""
        book = cls()
        if stored:
            book._mark_taken = True
            book._panel = stored["panel"]
            book._known.update(map(int, stored["known"]))
            book._all_known_up_to = int(stored["all_known_up_to"])
        return book

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored: ids as text, as they can be longer than 64 bits."""
        if not self._mark_taken:
            return {}
        return {
            "panel": self._panel,
            "known": [str(each) for each in sorted(self._known)],
            "all_known_up_to": str(self._all_known_up_to),
        }

    def open_for(self, panel: str | None) -> None:
        """Begin anew where the account has moved to another panel, whose ids mean other messages."""
        if panel != self._panel:
            self._panel = panel
            self._mark_taken = False

    def needs_mark(self, newest: Collection[str]) -> bool:
        """Tell whether the box is another one than that which is known.

        A panel that numbers its messages anew would never have a new one; what it lists as its newest then
        is older than all that is known.
        """
        if not self._mark_taken:
            return True
        return bool(newest) and max(map(int, newest)) <= self._all_known_up_to

    def take_mark(self, message_ids: Collection[str], *, more_exist: bool) -> None:
        """Know these from the beginning, and all that is older where there is more."""
        self._mark_taken = True
        self._known = set(map(int, message_ids))
        self._all_known_up_to = min(self._known) if more_exist else 0

    def is_new(self, message_id: str) -> bool:
        """Tell whether a message was never seen."""
        number = int(message_id)
        return number > self._all_known_up_to and number not in self._known

    def note(self, message_ids: Iterable[str]) -> None:
        """Know these from now on."""
        self._known.update(map(int, message_ids))
        if len(self._known) > _MOST_KNOWN:
            in_order = sorted(self._known)
            self._known = set(in_order[-_MOST_KNOWN:])
            self._all_known_up_to = in_order[-_MOST_KNOWN - 1]
