"""Whether a received message is one of the last minutes, or an old one that must not start anything."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..account.account import Account
from ..account.repairs import Issue, Repairs
from ..gateway import Message, MessagePage
from ..ledger import ReceivedBook
from .clock_shift import KNOWN_WITHIN, ClockShift
from .last_poll import CLOCKS_DIFFER, Found, LastPoll

# Whether a message of about the maximum age is old depends on the clocks; beyond this it is old for sure.
_BEYOND_DOUBT: Final = timedelta(hours=1)


class Freshness:
    """Judges messages by the polls and by their dates, and watches the panel's clock."""

    def __init__(
        self,
        account: Account,
        repairs: Repairs,
        book: ReceivedBook,
        max_age: timedelta,
    ) -> None:
        """Go on with what is known of the panel's clock."""
        self._account = account
        self._repairs = repairs
        self._book = book
        self.max_age = max_age
        self._clock_shift = ClockShift(book.clock_shift)

    def is_fresh(self, message: Message, last_poll: LastPoll | None) -> bool:
        """Tell whether a message came in during the last minutes.

        The polls prove it where one shortly before would have listed the message. Otherwise its date decides. The date
        of one with an id of before the first poll must fit in any case.
        """
        is_proven = last_poll is not None and last_poll.would_have_listed(message)
        if is_proven and not self._book.was_there_before(message.number):
            return True
        return self.is_young(message, is_proven=is_proven)

    def is_young(self, message: Message, *, is_proven: bool = False) -> bool:
        """Tell whether a message's date shows that it came in during the last minutes.

        A date of a clock that is known to be wrong shows nothing alone: the clock may have been put right. Corrected,
        it is good enough to confirm what the polls prove.
        """
        if message.sent_at is None:
            return False
        age = self._age(message.sent_at)
        shift = self._clock_shift.amount
        if shift is None:
            return -CLOCKS_DIFFER <= age <= self.max_age
        # The shift is known no better than the time at which messages come in between two polls.
        return is_proven and abs(age - shift) <= self.max_age + CLOCKS_DIFFER

    def came_in_at(self, message: Message, last_poll: LastPoll | None) -> datetime:
        """Return when a message came in by our own clock, at the earliest.

        Its date is the gateway's. By the polls it came in after the one that would have listed it. In a box that was empty
        until then no poll proves anything, so with dates that are minutes behind it seems to be older than it is.
        """
        now = dt_util.utcnow()
        known = [now - self._age_by_date(message.sent_at)] if message.sent_at else []
        if last_poll and last_poll.would_have_listed(message):
            known.append(now - self._age(last_poll.at))
        return max(known, default=now)

    def is_of_before(self, message: Message, last_poll: LastPoll | None) -> bool:
        """Tell whether a message that was never listed is one from before the first poll.

        Its id says so, but a box that was numbered anew has such ids too: then its date shows that it is young.
        """
        return self._book.was_there_before(message.number) and not self.is_fresh(
            message, last_poll
        )

    def is_history(self, page: MessagePage) -> bool:
        """Tell whether all of a page is so old that the messages behind it would be ignored."""
        return all(
            each.sent_at and self._age(each.sent_at) > self.max_age + _BEYOND_DOUBT
            for each in page.messages
        )

    @callback
    def observe_clock(self, found: Found) -> None:
        """Compare the date of the newest message with the time of the polls before and after it came in."""
        if found.last_poll is None:
            return
        for newest in found.new[-1:]:
            if newest.sent_at and found.last_poll.would_have_listed(newest):
                self._clock_shift.observe(
                    newest.sent_at, after=found.last_poll.at, before=found.at
                )
                # It is saved together with the message.
                self._book.note_clock_shift(self._clock_shift.amount)
                self.update_repair()

    @callback
    def update_repair(self) -> None:
        """Show by how much the panel's clock is wrong, or that it is right."""
        shift = self._clock_shift.amount
        if shift is None:
            self._repairs.clear(Issue.PANEL_CLOCK)
            return
        hours = f"{abs(shift) / timedelta(hours=1):.1f}".removesuffix(".0")
        self._repairs.show(Issue.PANEL_CLOCK, "panel_clock_differs", hours=hours)

    def _age(self, sent_at: datetime) -> timedelta:
        return self._account.latest_time - sent_at

    def _age_by_date(self, sent_at: datetime) -> timedelta:
        """Return how old a message is at least, by the clock that dated it."""
        age = (self._account.client.gateway_time or dt_util.utcnow()) - sent_at
        shift = self._clock_shift.amount
        return age if shift is None else age - shift - KNOWN_WITHIN
