"""One SMS for what has waited for the same person: each text with its time, the oldest first, and the rest counted. No I/O."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from homeassistant.util import dt as dt_util

from ..gateway import count_parts, is_latin
from ..ledger import SmsRow

MOST_PARTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a bundle is written with, in Home Assistant's language: its ten digits, and how the rest is counted."""

    digits: str
    more: str

    def in_digits(self, written: str) -> str:
        """Write the digits of a text in the language's script."""
        return written.translate(str.maketrans("0123456789", self.digits))

    def line(self, row: SmsRow) -> str:
        """Return the line of a message: its text, and the local time at which it was begun.

        The time of a Latin text is Latin too: with a single Persian digit an SMS holds less than half as many characters.
        """
        begun = dt_util.as_local(dt_util.utc_from_timestamp(row.created_at))
        text = (row.content.text if row.content else None) or ""
        time = f"{begun:%H:%M}"
        return f"{time if is_latin(text) else self.in_digits(time)} {text}"

    def rest(self, count: int) -> str:
        """Return the line that counts what there was no place for."""
        return self.in_digits(self.more.format(count=count))


def together(
    rows: Iterable[SmsRow],
    may_leave: Callable[[SmsRow], bool],
    words: Words,
    most_parts: int,
    usual_line: str | None = None,
) -> list[SmsRow]:
    """Return the first of a person's messages that may go out as one: no newer one may overtake an older one.

    Whether the account's usual line was named or not makes no difference.
    Neither urgent ones nor patterns are bundled, nor is a text that would not fit in by itself: that goes out alone.
    """
    found: list[SmsRow] = []
    for row in rows:
        if not (
            may_leave(row) and _is_plain(row) and _same_way(row, found, usual_line)
        ):
            break
        if count_parts(words.line(row)) > most_parts:
            break
        found.append(row)
    return found


def _is_plain(row: SmsRow) -> bool:
    content = row.content
    return content is not None and content.text is not None and not content.urgent


def _same_way(row: SmsRow, others: Sequence[SmsRow], usual_line: str | None) -> bool:
    """Tell whether a row goes over the same line as others, and is shown in the same way."""
    ways = {
        (each.content.sender or usual_line, each.content.flash)
        for each in (row, *others[:1])
        if each.content
    }
    return len(ways) == 1


def bundle_of(rows: Sequence[SmsRow], words: Words, most_parts: int) -> str | None:
    """Return the text of one SMS for some messages, None where there is none: they are too few, or the first is too long."""
    best = None
    lines: list[str] = []
    for row in rows if len(rows) > 1 else ():
        lines.append(words.line(row))
        if count_parts("\n".join(lines)) > most_parts:
            break
        rest = len(rows) - len(lines)
        text = "\n".join([*lines, words.rest(rest)] if rest else lines)
        if count_parts(text) <= most_parts:
            best = text
    return best
