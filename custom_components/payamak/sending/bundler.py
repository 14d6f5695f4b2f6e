"""Knows whether an account bundles, what a bundle is written with, and what it costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..gateway import MAX_RECIPIENTS, count_parts
from ..ledger import OutgoingBook, SmsRow, Text
from .bundle import MOST_PARTS, Words, bundle_of, together
from .decisions import Batch, content_of
from .message import Sms

_MORE: Final = f"component.{DOMAIN}.common.more_messages"
_WESTERN: Final = "0123456789"
_DIGITS: Final = {"fa": "۰۱۲۳۴۵۶۷۸۹"}


def in_digits_of(language: str, number: str) -> str:
    """Write a number in the script of a language."""
    return number.translate(str.maketrans(_WESTERN, _DIGITS.get(language, _WESTERN)))


def words_of(hass: HomeAssistant) -> Words:
    """Return the words of Home Assistant's language, which are loaded with the integration."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    return Words(
        digits=_DIGITS.get(hass.config.language, _WESTERN),
        # Where the language has just been changed, it may be missing, and nothing must wait for that.
        more=texts.get(_MORE, "+{count}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundler:
    """Makes one SMS of what has waited for the same person, where the account's option says so.

    It is no larger than the daily limit, if there is one: else it would never go out. Where there is less room today, each
    goes out by itself, as long as there is some. ``room_for`` tells how many of so many parts may still leave.
    """

    is_on: bool
    daily_limit: int
    room_for: Callable[[int], int]
    words: Callable[[], Words]
    base_price: Callable[[], Decimal | None]
    usual_line: str | None = None

    def together(
        self, rows: Sequence[SmsRow], may_leave: Callable[[SmsRow], bool]
    ) -> tuple[Sequence[SmsRow], str | None]:
        """Return which of a person's messages go out now, and the text that they go out as: None where that is their own."""
        if self.is_on and len(rows) > 1:
            words = self.words()
            most_parts = min(MOST_PARTS, self.daily_limit or MOST_PARTS)
            some = together(rows, may_leave, words, most_parts, self.usual_line)
            text = bundle_of(some, words, most_parts)
            if text and self.most_people(text) > 0:
                return some, text
        return rows[:1], None

    def most_people(self, bundle: str) -> int:
        """Return to how many people it may go in one call: where there are more than may get it today, nobody would."""
        parts = count_parts(bundle)
        return self.room_for(parts * MAX_RECIPIENTS) // parts

    def content_of(self, batch: Batch, book: OutgoingBook) -> Text:
        """Return what a batch is sent as; its rows know it from now on."""
        own = content_of(batch.rows[0])
        if batch.bundle is None:
            return own
        sms = Sms(recipients=(), text=batch.bundle, sender=own.sender, flash=own.flash)
        size = sms.measure()
        cost = size.cost(self.base_price())
        text = book.new_text(
            batch.bundle,
            parts=size.parts,
            cost=None if cost is None else float(cost),
            **sms.how,
        )
        book.bundle(batch.rows, text)
        return text
