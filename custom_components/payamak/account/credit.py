"""Whether the credit is enough, and the repair that is shown while it is not."""

from decimal import Decimal
from typing import Final

from homeassistant.core import callback

from ..gateway import CreditError, GatewayError
from .repairs import Issue, Repairs

# A fact of the repair, for the next set-up: a message met it.
_BY_MESSAGE: Final = "by_message"
# With less than one SMS nothing can be sent.
_LEAST: Final = 1


class CreditWatch:
    """Knows from which credit on it is low; a limit of 0 means never, and that there is no repair."""

    def __init__(self, repairs: Repairs, limit: int) -> None:
        """Remember whether messages were refused, over a reload too."""
        self._repairs = repairs
        self._limit = limit
        # The gateway tells it before anything can be sent.
        self._credit = Decimal(0)
        self._refuses_messages = bool(repairs.facts(Issue.LOW_CREDIT).get(_BY_MESSAGE))

    def is_low(self, credit: Decimal) -> bool:
        """Tell whether a credit is below the limit."""
        return self._limit > 0 and credit < self._limit

    @callback
    def begin_with(self, credit: Decimal) -> None:
        """Begin with what is known from before: it shows nothing, as it may be old."""
        self._credit = credit

    @callback
    def note_credit(self, credit: Decimal) -> None:
        """Note what the gateway says: where that is enough, what messages met before is over."""
        self._credit = credit
        self._refuses_messages &= self.is_low(credit)
        self._show()

    @callback
    def note_message_result(self, error: GatewayError | None) -> None:
        """Note what became of a message; one that failed for another cause says nothing of the credit."""
        if error is None:
            self._refuses_messages = False
        elif isinstance(error, CreditError):
            self._refuses_messages = self._limit > 0
        self._show()

    def _show(self) -> None:
        issue = Issue.LOW_CREDIT
        credit, limit = str(int(self._credit)), str(self._limit)
        is_low = self.is_low(self._credit)
        if self._refuses_messages or (is_low and self._credit < _LEAST):
            if self._repairs.word(issue) == "credit_low":
                # Who ignored the warning has to learn that nothing can be sent any more.
                self._repairs.clear(issue)
            facts = {_BY_MESSAGE: "yes"} if self._refuses_messages else None
            self._repairs.show(
                issue, "credit_used_up", facts=facts, credit=credit, limit=limit
            )
        elif is_low:
            self._repairs.show(issue, "credit_low", credit=credit, limit=limit)
        else:
            self._repairs.clear(issue)
