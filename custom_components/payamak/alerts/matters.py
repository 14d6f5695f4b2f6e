"""All that was asked by SMS and can be answered, over all accounts: each has a code of its own."""

from collections.abc import Callable, Iterable
from operator import attrgetter
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton

from ..account.signals import ReceivedSms
from ..const import DOMAIN
from .hearing import Heard, listen
from .matter import Matter

# Two digits, which nobody takes for a choice from a menu, nor for the "1" that acknowledges an alert.
LAST_CODE: Final = 99
_CODES: Final = range(11, LAST_CODE + 1)
# A late answer with the code can be told from any other text for so many seconds.
KNOWN_FOR: Final = 24 * 3600.0


class Matters:
    """The questions and alerts, in the order in which they were asked."""

    def __init__(self) -> None:
        """Begin without any."""
        self._matters: list[Matter] = []
        self._next_code = _CODES.start

    def new_code(self) -> int:
        """Return a code that nothing has that is known, and that was not used for long."""
        used = {each.code for each in self._matters}
        begin = _CODES.index(self._next_code)
        in_turn: tuple[int, ...] = (*_CODES[begin:], *_CODES[:begin])
        for code in in_turn:
            if code not in used:
                self._next_code = _CODES[(_CODES.index(code) + 1) % len(_CODES)]
                return code
        return max(used) + 1

    @callback
    def add(self, matter: Matter) -> Callable[[], None]:
        """Listen for answers to a matter, until what is returned is called."""
        now = time.monotonic()
        self._matters = [
            each
            for each in self._matters
            if each.ended_at is None or now - each.ended_at < KNOWN_FOR
        ]
        self._matters.append(matter)
        # What was open before its account was reloaded is no newer than what was asked since.
        self._matters.sort(key=attrgetter("asked_at"))

        @callback
        def remove() -> None:
            self._matters.remove(matter)

        return remove

    def must_show_code(self, numbers: Iterable[str], besides: Matter | None) -> bool:
        """Tell whether one of these numbers may have something else to answer, so that a code has to tell them apart."""
        others = [
            each for each in self._matters if each is not besides and each.is_waited_for
        ]
        return any(each.is_for(number) for number in numbers for each in others)

    def is_answer_awaited(self, entry_id: str) -> bool:
        """Tell whether somebody waits for an answer over an account."""
        return any(
            each.is_waited_for and each.is_asked_over(entry_id)
            for each in self._matters
        )

    def hear(self, sms: ReceivedSms) -> Heard | None:
        """Return what an SMS is about."""
        return listen(sms, self._matters)


@singleton(f"{DOMAIN}_matters")
def matters_of(hass: HomeAssistant) -> Matters:
    """Return what was asked by this Home Assistant."""
    return Matters()
