"""Which rows of the panel's sent box are messages of ours. No I/O.

The sent box has one row for each call, whatever the number of its recipients, and it names the first of them alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..gateway import Message, SmsState, comparable_line
from ..ledger import SmsRow

# The gateway dates a message when it takes it, which is up to a time-out after the request has left. Clocks differ a little.
_EARLIER: Final = 120.0  # seconds
_LATER: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request of ours that may have been carried out, with all of its rows; ``sent_at`` is a Unix time.

    Where several went out as one, each of its recipients has several rows.
    """

    rows: Sequence[SmsRow]
    text: str
    line: str
    sent_at: float

    @property
    def recipients(self) -> int:
        """Return how many recipients it has."""
        return len({row.recipient for row in self.rows})

    def may_be(self, listed: Listed) -> bool:
        """Tell whether a row of the sent box fits."""
        return (
            _same(self.text, listed.message.text)
            and comparable_line(listed.message.sender) == comparable_line(self.line)
            and -_EARLIER <= listed.at - self.sent_at <= _LATER
            and listed.message.recipients <= self.recipients
            and any(row.recipient == listed.message.receiver for row in self.rows)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of the sent box, and its date as a Unix time by our clock."""

    message: Message
    at: float


def calls_of(rows: Iterable[SmsRow], usual_line: str) -> list[Call]:
    """Return the requests that rows left with: those of one call went out as the same text, and at the same moment."""
    together: defaultdict[tuple[int, float], list[SmsRow]] = defaultdict(list)
    for row in rows:
        if row.sent_at is not None and row.content and row.content.text is not None:
            key = row.text if row.sent_as is None else row.sent_as
            together[key, row.sent_at].append(row)
    return [
        Call(
            rows=some,
            text=some[0].sent_text or content.text or "",
            line=content.sender or usual_line,
            sent_at=sent_at,
        )
        for (_, sent_at), some in together.items()
        if (content := some[0].content)
    ]


def find(calls: Sequence[Call], listed: Iterable[Listed]) -> dict[str, Message]:
    """Return, by our own ids, the rows of the sent box that fit one call of ours exactly, and no other one."""
    fitting: dict[int, Message] = {}
    for each in listed:
        candidates = [number for number, call in enumerate(calls) if call.may_be(each)]
        if len(candidates) != 1:
            continue
        [number] = candidates
        if each.message.recipients == calls[number].recipients:
            fitting.setdefault(number, each.message)
    return {
        row.sms_id: message
        for number, message in fitting.items()
        for row in calls[number].rows
    }


def may_have_left(
    waiting: Iterable[SmsRow],
    calls: Sequence[Call],
    listed: Iterable[Listed],
    usual_line: str,
    line_of: Callable[[SmsRow], str],
) -> list[SmsRow]:
    """Return those that wait here, but have left already, as far as the sent box shows.

    It is so where the ledger is an older copy. What calls of ours explain proves nothing. ``line_of`` is how a row stands in
    an SMS that it went out in together with others.
    """
    unexplained = [
        each for each in listed if not any(call.may_be(each) for call in calls)
    ]
    texts: defaultdict[int, list[SmsRow]] = defaultdict(list)
    for row in waiting:
        texts[row.text].append(row)
    left = []
    for rows in texts.values():
        content = rows[0].content
        if content is None or content.text is None:
            continue
        # They were begun in the same minute, or in two.
        lines = {line_of(row) for row in rows}
        fitting = [
            each.message
            for each in unexplained
            if (
                _same(content.text, each.message.text)
                or any(_stands_in(line, each.message.text) for line in lines)
            )
            and comparable_line(each.message.sender)
            == comparable_line(content.sender or usual_line)
            and each.at - rows[0].created_at >= -_EARLIER
        ]
        alone = {each.receiver for each in fitting if each.recipients == 1}
        numbers = {row.recipient for row in rows}
        # One to several names the first alone: whoever of these waits may have been among them.
        several = any(
            each.recipients > 1 and each.receiver in numbers for each in fitting
        )
        left += [row for row in rows if several or row.recipient in alone]
    return left


def state_by_counts(message: Message) -> SmsState:
    """Return what the counts of a row say of all of its recipients; accepted where they differ, or nothing is known yet."""
    if message.recipients and message.delivered == message.recipients:
        return SmsState.DELIVERED
    if message.recipients and message.failed == message.recipients:
        return SmsState.UNDELIVERED
    return SmsState.ACCEPTED


def _stands_in(line: str, listed: str) -> bool:
    return f" {' '.join(line.split())} " in f" {' '.join(listed.split())} "


def _same(text: str, listed: str) -> bool:
    """Compare texts; the panel may write the ends of lines in its own way."""
    return text.split() == listed.split()
