"""When the next delivery may be asked for: at most once a second, and not for a while after this method's errors. No I/O."""

from datetime import datetime, timedelta
from typing import Final

from ..gateway import BadReplyError, GatewayError, RejectedError

# At most one request a second, however many messages are pending.
_TIME_PER_REQUEST: Final = timedelta(seconds=1)
# After an error of the method no questions are asked for a while; each further error makes that longer.
_FIRST_BREAK: Final = timedelta(seconds=30)
LONGEST_BREAK: Final = timedelta(minutes=15)
# So many unreadable replies in a row are an error of the method, and not of one message.
_BAD_REPLIES_IN_A_ROW: Final = 3


class Pace:
    """Says from when on the next question may be asked."""

    def __init__(self, now: datetime) -> None:
        """Allow a question at once."""
        self.not_before = now
        self._break = timedelta()
        self._bad_replies = 0

    def note_question(self, now: datetime) -> None:
        """Note that a question is asked."""
        self.not_before = now + _TIME_PER_REQUEST

    def note_answer(self) -> None:
        """Note that the method works."""
        self._break = timedelta()
        self._bad_replies = 0

    def note_error(self, error: GatewayError, now: datetime) -> None:
        """Find out whether an error concerns one message or the method; after the latter, pause."""
        if isinstance(error, RejectedError):
            # The account also asked for the credit, to find out whether the password is still right.
            self.not_before += _TIME_PER_REQUEST
            return
        if isinstance(error, BadReplyError):
            self._bad_replies += 1
            if self._bad_replies < _BAD_REPLIES_IN_A_ROW:
                return
        self._break = min(max(self._break * 2, _FIRST_BREAK), LONGEST_BREAK)
        self.not_before = now + self._break

    def end_break(self, now: datetime) -> bool:
        """Allow a question soon: the gateway has accepted a message, or is back. Tell whether there was a break."""
        had_break = bool(self._break)
        self.note_answer()
        self.not_before = min(self.not_before, now + _TIME_PER_REQUEST)
        return had_break

    def clamp_to(self, now: datetime) -> None:
        """Let a break last no longer than it should: the clock was set back."""
        self.not_before = min(self.not_before, now + self._break)
