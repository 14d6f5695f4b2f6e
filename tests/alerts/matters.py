"""Matters that are what a test says, and SMS that come in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, override

from custom_components.payamak.account.signals import ReceivedSms
from custom_components.payamak.alerts.matter import Matter
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import Change, SmsRow

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTRY, OTHER_ENTRY = "entry", "other entry"
SARA, OMID = "09120000001", "09120000002"


class Asked(Matter):
    """Something that was asked of Sara at noon; its answers are those of which a test thinks."""

    def __init__(
        self,
        code: int = 11,
        pin: str | None = None,
        *,
        answers: Sequence[str] = ("yes",),
        numbers: Sequence[str] = (SARA,),
        coded: Sequence[str] = (SARA,),
        sent_at: datetime | None = NOON,
        is_open: bool = True,
        asked_at: float = 0,
    ) -> None:
        """Be open, with the code in each text."""
        super().__init__(code, pin, asked_at)
        self.answers = answers
        self.numbers = numbers
        self.coded = coded
        self.sent_at = sent_at
        self.open = is_open
        self.taken: list[tuple[ReceivedSms, Any]] = []

    @property
    @override
    def is_open(self) -> bool:
        return self.open

    @property
    @override
    def is_waited_for(self) -> bool:
        return self.open

    @override
    def is_asked_over(self, entry_id: str) -> bool:
        return entry_id == ENTRY

    @override
    def texts_to(self, entry_id: str, number: str) -> Iterable[SmsRow]:
        if entry_id != ENTRY or number not in self.numbers:
            return []
        return [
            SmsRow(
                sms_id="1",
                text=1,
                recipient=number,
                name=None,
                state=SmsState.ACCEPTED,
                parts=1,
                cost=None,
                created_at=0,
                sent_at=self.sent_at.timestamp() if self.sent_at else None,
            )
        ]

    @override
    def told_its_code(self, number: str) -> bool:
        return number in self.coded

    @override
    def is_for(self, number: str) -> bool:
        return number in self.numbers

    @override
    def answer(self, text: str, *, by_code: bool) -> str | None:
        if by_code and not text:
            return "code alone"
        return text if text in self.answers else None

    @override
    def take(self, sms: ReceivedSms, answer: Any) -> Sequence[Change]:
        self.taken.append((sms, answer))
        return []


def received(
    text: str, sender: str = SARA, *, seconds: float = 60, entry_id: str = ENTRY
) -> ReceivedSms:
    """Give an SMS that came in so many seconds after noon."""
    at = NOON + timedelta(seconds=seconds)
    return ReceivedSms(
        entry_id=entry_id,
        message_id="1",
        sender=sender,
        name=None,
        line="3000",
        text=text,
        parts=1,
        sent_at=at,
        came_in_at=at,
    )
