"""An alert as something that can be answered, and as it stands in the ledger."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import override

from ..account.signals import ReceivedSms
from ..ledger import (
    AlertPerson,
    AlertRow,
    AlertState,
    Change,
    Ledger,
    SmsRow,
    purpose_of,
)
from .consent import says_yes
from .decisions import Reach, everybody, reach_of, words_of_turns
from .matter import Matter


class Alert(Matter):
    """One alert of an account; ``row`` is what the ledger has of it now."""

    def __init__(
        self, entry_id: str, ledger: Ledger, row: AlertRow, on_taken: Callable[[], None]
    ) -> None:
        """Belong to an account; ``on_taken`` is called when somebody has acknowledged it."""
        super().__init__(row.code, row.pin, ledger.clock.on_monotonic(row.raised_at))
        self.key = row.key
        self._entry_id = entry_id
        self._book = ledger.alerts
        self._clock = ledger.clock
        self._purposes = ledger.outgoing.purposes
        self._on_taken = on_taken

    @property
    def row(self) -> AlertRow:
        """Return what the ledger has of it now."""
        return self._book[self.key]

    @property
    @override
    def is_open(self) -> bool:
        """Tell whether it can be acknowledged: also late, but not once the same was raised again."""
        return (
            self.row.state in (AlertState.OPEN, AlertState.UNANSWERED)
            and self._book.newest(self.row.alert_id) is self.row
        )

    @property
    @override
    def is_waited_for(self) -> bool:
        return self.row.is_open

    @override
    def is_asked_over(self, entry_id: str) -> bool:
        return entry_id == self._entry_id

    @property
    @override
    def who_has_it(self) -> AlertPerson | None:
        return self.row.took_it

    @override
    def texts_to(self, entry_id: str, number: str) -> Iterable[SmsRow]:
        if not self.is_asked_over(entry_id):
            return []
        texts = (self.text_to(word, number) for word in words_of_turns(self.row))
        return [text for text in texts if text is not None]

    @override
    def told_its_code(self, number: str) -> bool:
        return number in self.row.coded

    @override
    def is_for(self, number: str) -> bool:
        return any(
            number == each.number for step in self.row.steps for each in step.people
        )

    @override
    def answer(self, text: str, *, by_code: bool) -> bool | None:
        """Return that somebody has it: in their own words, or by the code alone."""
        says_it = says_yes(text) or (by_code and not text)
        return says_it or None

    @override
    def take(self, sms: ReceivedSms, answer: object) -> Sequence[Change]:
        name = sms.name or self._name_of(sms.sender)
        taken = self.taken_by(AlertPerson(number=sms.sender, name=name))
        change = self._book.change(taken)
        self._on_taken()
        return [change]

    def taken_by(self, who: AlertPerson) -> AlertRow:
        """Return the alert as one that somebody has."""
        return replace(
            self.row,
            state=AlertState.ACKNOWLEDGED,
            ended_at=self._clock.now(),
            took_it=who,
        )

    def text_to(self, word: str, number: str) -> SmsRow | None:
        """Return the SMS to a number by the word of the text, None where there is none."""
        return self._purposes.rows(purpose_of(self.key, word)).get(number)

    def reaches(self, word: str, number: str) -> Reach:
        """Tell whether a text of it reaches a number."""
        return reach_of(self.text_to(word, number))

    def waiting(self) -> list[str]:
        """Return the ids of those texts that have not left yet."""
        return [
            text.sms_id
            for word in words_of_turns(self.row)
            for each in everybody(self.row)
            if (text := self.text_to(word, each.number)) is not None
            and reach_of(text) is Reach.WAITS
        ]

    def _name_of(self, number: str) -> str | None:
        return next(
            (each.name for each in everybody(self.row) if each.number == number), None
        )
