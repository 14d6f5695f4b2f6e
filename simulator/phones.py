"""Phones: whether they are on, what they got, and what they answer by themselves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

from .codes import Delivery
from .messages import Outcome, Sms


@dataclass
class Answer:
    """What a phone writes by itself to the line that it got an SMS from."""

    text: str
    # The time from the SMS on the phone to the answer.
    after: timedelta = timedelta()
    # Answers such texts only, in capitals or not. None: all.
    contains: str | None = None
    # How often it still answers. None: always.
    times: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not self.text.strip():
            raise ValueError("text must not be empty")
        if self.after < timedelta():
            raise ValueError("after must be 0 or more")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be 1 or more")

    def fits(self, text: str) -> bool:
        """Tell whether it answers a text."""
        return (self.contains or "").casefold() in text.casefold()


class PhoneSettings(TypedDict, total=False):
    """What can be said about a phone."""

    name: str | None
    on: bool
    answer: Answer | None


@dataclass(eq=False)
class Phone:
    """A phone, what was sent to it, and what becomes of further messages to it."""

    number: str
    # Whose phone it is, for those who look at it; the gateway doesn't know.
    name: str | None = None
    messages: list[Sms] = field(default_factory=list)
    outcome: Outcome = Delivery.DELIVERED
    blacklisted: bool = False
    answer: Answer | None = None
    # The times when it was off; since the last of them it may still be.
    _off: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    @property
    def is_on(self) -> bool:
        """Whether it is on."""
        return not self._off or self._off[-1][1] is not None

    def switch(self, *, on: bool, at: datetime) -> None:
        """Switch it on or off, unless it already is."""
        if on and not self.is_on:
            self._off[-1] = (self._off[-1][0], at)
        elif not on and self.is_on:
            self._off.append((at, None))

    def reachable_from(self, moment: datetime) -> datetime | None:
        """Give the first moment from this one on at which it is on; None if it is off until further notice."""
        for began, ended in self._off:
            if began <= moment and (ended is None or moment < ended):
                return ended
        return moment

    def answer_to(self, text: str) -> Answer | None:
        """Give what it answers to a text, if anything, and count that."""
        answer = self.answer
        if answer is None or not answer.fits(text):
            return None
        if answer.times is not None:
            answer.times -= 1
            if answer.times == 0:
                self.answer = None
        return answer
