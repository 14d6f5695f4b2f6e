"""A question that an action has asked, and waits for the answer to."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
import time
from typing import Final, override

from homeassistant.core import callback
from homeassistant.util.ulid import ulid_now

from ..account.signals import ReceivedSms
from ..ledger import Change, Purposes, SmsRow, purpose_of
from .matter import Matter
from .sentences import Answer, Answers

_TEXT: Final = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to a question, and the SMS that brought it."""

    sms: ReceivedSms
    answer: Answer


class Question(Matter):
    """A question to some numbers, each over one account. It is forgotten with the action that asks it, also by a restart."""

    def __init__(
        self,
        code: int,
        pin: str | None,
        answers: Answers,
        asked: Mapping[str, Collection[str]],
        purposes: Mapping[str, Purposes],
    ) -> None:
        """Ask the numbers of each account, by its entry's id; ``purposes`` are what each account has sent."""
        super().__init__(code, pin, time.monotonic())
        self.key = ulid_now()
        self.answered: asyncio.Future[Answered] = (
            asyncio.get_running_loop().create_future()
        )
        self.shows_code = False
        self._answers = answers
        self._asked = asked
        self._purposes = purposes
        self._texts: dict[tuple[str, str], SmsRow] = {}

    @property
    def purpose(self) -> str:
        """Return what its SMS are for."""
        return purpose_of(self.key, _TEXT)

    @property
    @override
    def is_open(self) -> bool:
        return self.ended_at is None and not self.answered.done()

    @property
    @override
    def is_waited_for(self) -> bool:
        return self.is_open

    @override
    def is_asked_over(self, entry_id: str) -> bool:
        return entry_id in self._purposes

    @override
    def texts_to(self, entry_id: str, number: str) -> Iterable[SmsRow]:
        if self.ended_at is not None:
            known = self._texts.get((entry_id, number))
        elif entry_id in self._purposes:
            known = self._purposes[entry_id].rows(self.purpose).get(number)
        else:
            known = None
        return [] if known is None else [known]

    @override
    def told_its_code(self, number: str) -> bool:
        return self.shows_code

    @override
    def is_for(self, number: str) -> bool:
        return any(number in numbers for numbers in self._asked.values())

    @override
    def answer(self, text: str, *, by_code: bool) -> Answer | None:
        return self._answers.find(text)

    @override
    def take(self, sms: ReceivedSms, answer: Answer) -> Sequence[Change]:
        """Take the first answer; nothing of a question is written."""
        self.answered.set_result(Answered(sms=sms, answer=answer))
        return []

    @callback
    def end(self) -> None:
        """Count no more answers; whom it was asked of is known for some time, so that a late one can be told from other texts."""
        self._texts = {
            (entry_id, number): row
            for entry_id, purposes in self._purposes.items()
            for number, row in purposes.rows(self.purpose).items()
        }
        for purposes in self._purposes.values():
            purposes.forget({self.key})
        self.ended_at = time.monotonic()
