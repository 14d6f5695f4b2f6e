"""Which received messages are known already, so that none starts an automation twice."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Self

_MOST_KNOWN: Final = 1000


class ReceivedBook:
    """The ids (MsgID) of the newest messages; every id below all of these counts as known too.

    A highest id alone would lose a message that the gateway lists late, behind a newer one.
    """

    def __init__(self) -> None:
        """Begin with a book that has no baseline yet."""
        self.has_baseline = False
        """Whether the panel has ever listed its messages."""
        self.clock_shift: timedelta | None = None
        """How far the panel's dates are behind the true time, where that is known."""
        self._panel: str | None = None
        self._known: set[int] = set()
        self._all_known_up_to = 0

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read a book as it was stored."""
        book = cls()
        if stored:
            book.has_baseline = True
            book._panel = stored["panel"]
            book._known.update(map(int, stored["known"]))
            book._all_known_up_to = int(stored["all_known_up_to"])
            if (seconds := stored["clock_shift"]) is not None:
                book.clock_shift = timedelta(seconds=seconds)
        return book

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored: ids as text, as they can be longer than 64 bits."""
        if not self.has_baseline:
            return {}
        shift = self.clock_shift
        return {
            "panel": self._panel,
            "known": [str(each) for each in sorted(self._known)],
            "all_known_up_to": str(self._all_known_up_to),
            "clock_shift": None if shift is None else shift.total_seconds(),
        }

    def open_for(self, panel: str | None) -> None:
        """Forget the baseline where the account has moved to another panel, whose ids mean other messages."""
        if panel != self._panel:
            self._panel = panel
            self.has_baseline = False
            self.clock_shift = None

    def needs_baseline(self, newest: Collection[str]) -> bool:
        """Tell whether these ids, the newest of the panel, belong to a box that is not known.

        A panel that begins to number its messages anew lists ids below all known ones. Without a new
        baseline, none of its messages would ever count as new.
        """
        if not self.has_baseline:
            return True
        return bool(newest) and max(map(int, newest)) <= self._all_known_up_to

    def set_baseline(self, message_ids: Collection[str], *, more_exist: bool) -> None:
        """Treat these ids as known, and all below them where the box holds more."""
        self.has_baseline = True
        self._known = set(map(int, message_ids))
        self._all_known_up_to = min(self._known) if more_exist else 0

    def is_new(self, message_id: str) -> bool:
        """Tell whether a message was never seen."""
        number = int(message_id)
        return number > self._all_known_up_to and number not in self._known

    def note(self, message_ids: Iterable[str]) -> None:
        """Treat these ids as known from now on."""
        self._known.update(map(int, message_ids))
        if len(self._known) > _MOST_KNOWN:
            in_order = sorted(self._known)
            self._known = set(in_order[-_MOST_KNOWN:])
            self._all_known_up_to = in_order[-_MOST_KNOWN - 1]
