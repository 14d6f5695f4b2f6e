"""What was asked by SMS and can be answered: a question, or an alert."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from math import floor
import time
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..account.signals import ReceivedSms
from ..ledger import AlertPerson, Change, SmsRow

# Who guesses a PIN is heard no more after so many.
_MOST_WRONG_PINS: Final = 5
# The panel dates an SMS by whole seconds, and by another clock than the one that notes when a text has left.
_SECONDS_OF_DOUBT: Final = 1


class Matter(ABC):
    """Something that was asked, and counts answers as long as it is open.

    ``code`` tells it from others. ``pin`` has to stand in an answer, as a sender can be forged; None where that is not
    asked for. ``asked_at`` (monotonic) is when it began, also before a restart. ``ended_at`` (monotonic) is when it was over
    for good, None where somebody else will remove it.
    """

    ended_at: float | None = None

    def __init__(self, code: int, pin: str | None, asked_at: float) -> None:
        """Be asked by nobody yet."""
        self.code = code
        self.pin = pin
        self.asked_at = asked_at
        # In memory alone: nobody who writes SMS can make Home Assistant forget them by a restart or a reload.
        self._wrong_pins: Counter[str] = Counter()

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Tell whether an answer still counts."""

    @property
    @abstractmethod
    def is_waited_for(self) -> bool:
        """Tell whether somebody waits for the answer now."""

    @abstractmethod
    def is_asked_over(self, entry_id: str) -> bool:
        """Tell whether an account asks it, and hears the answer."""

    @property
    def who_has_it(self) -> AlertPerson | None:
        """Return who has acknowledged it, None where that is nobody, or where it is nothing to acknowledge."""
        return None

    @abstractmethod
    def texts_to(self, entry_id: str, number: str) -> Iterable[SmsRow]:
        """Return the SMS that an account has sent to a number for it."""

    @abstractmethod
    def told_its_code(self, number: str) -> bool:
        """Tell whether a number has seen the code."""

    @abstractmethod
    def is_for(self, number: str) -> bool:
        """Tell whether a number is, or may still be, asked."""

    @abstractmethod
    def answer(self, text: str, *, by_code: bool) -> Any:
        """Return what a text answers, None where it is no answer; code and PIN are out of it."""

    @abstractmethod
    def take(self, sms: ReceivedSms, answer: Any) -> Sequence[Change]:
        """Take an answer, and return what to write together with the id of the SMS."""

    def was_asked(self, sms: ReceivedSms) -> bool:
        """Tell whether a text for it had left to the sender before this SMS came in, over the same account.

        Both are told by the wall clock of now, which is when the SMS was listed.
        """
        now, monotonic = dt_util.utcnow().timestamp(), time.monotonic()
        left_at = (
            text.sent_at_by(now, monotonic)
            for text in self.texts_to(sms.entry_id, sms.sender)
        )
        came_in_at = sms.came_in_at.timestamp()
        return any(
            each is not None and came_in_at >= floor(round(each, 3)) - _SECONDS_OF_DOUBT
            for each in left_at
        )

    def listens_to(self, number: str) -> bool:
        """Tell whether an answer of a number counts: nobody may try one PIN after the other."""
        return self.is_open and self._wrong_pins[number] < _MOST_WRONG_PINS

    def note_wrong_pin(self, number: str) -> None:
        """Note that an answer had another PIN."""
        self._wrong_pins[number] += 1
