"""The address book: finds the numbers that the names and numbers written by a user mean."""

import asyncio
from collections import defaultdict
from collections.abc import (
    AsyncIterator,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import time
from itertools import batched, chain
import re
from typing import Final

from homeassistant.config_entries import ConfigSubentry

from ..account.errors import validation_error
from ..const import (
    CONF_HOURLY_LIMIT,
    CONF_NUMBERS,
    CONF_QUIET_FROM,
    CONF_QUIET_TO,
    CONF_SLUG,
    SUBENTRY_RECIPIENT,
)
from ..gateway import fold, mask_number, normalise_line, normalise_number
from .gate import QuietHours

_LIST_SEPARATORS: Final = re.compile(r"[,;،؛\n]")
_READ_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A number, and the saved name that it was found by, if any."""

    number: str
    name: str | None = None

    @property
    def label(self) -> str:
        """Return what a log or an error may show: the name, or the last digits of the number."""
        return self.name or mask_number(self.number)

    @property
    def label_of_one(self) -> str:
        """Return the name with the last digits, which tell one number of a group from the others."""
        number = mask_number(self.number)
        return f"{self.name} ({number})" if self.name else number


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRecipient:
    """A person or a group with a name; ``slug`` is the last part of the name of its own action.

    ``hourly_limit`` is how many SMS each number gets in an hour at most, None where that is not limited.
    """

    subentry_id: str
    name: str
    numbers: Sequence[str]
    slug: str
    quiet_hours: QuietHours | None = None
    hourly_limit: int | None = None

    @property
    def recipients(self) -> list[Recipient]:
        """Return a recipient for each number."""
        return [Recipient(number=number, name=self.name) for number in self.numbers]


class AddressBook:
    """The saved recipients of an account."""

    def __init__(self, saved: Iterable[SavedRecipient]) -> None:
        """Keep them in the order in which the user added them."""
        self._keep(saved)

    def _keep(self, saved: Iterable[SavedRecipient]) -> None:
        """Replace all recipients, and the tables that find them."""
        self.saved = tuple(saved)
        self._by_subentry = {each.subentry_id: each for each in self.saved}
        with_number = defaultdict(list)
        for each in self.saved:
            for number in each.numbers:
                with_number[number].append(each)
        self._with_number = dict(with_number)
        self._name_by_number = {
            number: each.name
            for each in sorted(self.saved, key=_group_size, reverse=True)
            for number in each.numbers
        }
        # The rename menu of Home Assistant can give two recipients the same name. It then means the first.
        self._by_name = {fold(each.name): each for each in reversed(self.saved)}

    @classmethod
    def of(cls, subentries: Mapping[str, ConfigSubentry]) -> AddressBook:
        """Return the address book of the account with these subentries."""
        return cls(_saved_in(subentries))

    @classmethod
    def of_all(cls, books: Iterable[AddressBook]) -> AddressBook:
        """Return one address book with the recipients of several accounts."""
        return cls(chain.from_iterable(book.saved for book in books))

    def refresh(self, subentries: Mapping[str, ConfigSubentry]) -> None:
        """Take over the recipients as they are now; messages on their way keep theirs."""
        self._keep(_saved_in(subentries))

    def name_of(self, number: str) -> str | None:
        """Return the name of the person with this number, else of the smallest group with it."""
        return self._name_by_number.get(number)

    def with_number(self, number: str) -> Sequence[SavedRecipient]:
        """Return the people and groups with this number."""
        return self._with_number.get(number, ())

    def has_name(self, name: str) -> bool:
        """Tell whether a recipient has this name."""
        return fold(name) in self._by_name

    def means(self, item: str, number: str) -> bool:
        """Tell whether a name or a number, as a user wrote it, means this number."""
        written = comparable_number(item)
        saved = None if written.isdecimal() else self._by_name.get(fold(item))
        if saved:
            return number in saved.numbers
        return written == comparable_number(number)

    def numbers_of(self, subentry_id: str) -> Sequence[str]:
        """Return the present numbers of a saved recipient, none if it was removed."""
        saved = self._by_subentry.get(subentry_id)
        return saved.numbers if saved else ()

    def of_subentry(self, subentry_id: str) -> tuple[Recipient, ...]:
        """Return the present numbers of a saved recipient to send to; raises if it was removed."""
        saved = self._by_subentry.get(subentry_id)
        return _each_number_once(saved.recipients if saved else ())

    def everybody(self) -> tuple[Recipient, ...]:
        """Return all saved recipients, each number once, under the name of the person rather than of a group."""
        return _each_number_once(self.recipients_of({None}))

    def chosen(
        self,
        subentry_ids: Collection[str | None],
        left_out: Collection[str | None] = (),
    ) -> list[SavedRecipient]:
        """Return some of the saved recipients, people before groups; None means all of them.

        Those who are left out are not among them, nor are their numbers in a larger group.
        """
        out = [each for each in self.saved if each.subentry_id in left_out]
        return [
            each
            for saved in sorted(self.saved, key=_group_size)
            if (None in subentry_ids or saved.subentry_id in subentry_ids)
            and saved not in out
            and (each := _without(saved, out))
        ]

    def recipients_of(
        self,
        subentry_ids: Collection[str | None],
        left_out: Collection[str | None] = (),
    ) -> list[Recipient]:
        """Return the present numbers of some of the saved recipients, as above."""
        chosen = self.chosen(subentry_ids, left_out)
        return [who for each in chosen for who in each.recipients]

    async def async_resolve(self, written: object) -> tuple[Recipient, ...]:
        """Return the recipients that a list or a text means, each number once, in the order given.

        Raises ServiceValidationError for the first item that is no recipient.
        """
        found: list[Recipient] = []
        async for item in unhurried(split_list(written)):
            found += self.find(item)
        return _each_number_once(found)

    def find(self, item: str) -> list[Recipient]:
        """Take a number as that number, even if a recipient is named so, and anything else as a name.

        Raises ServiceValidationError where it is neither.
        """
        try:
            return [Recipient(number=normalise_number(item))]
        except ValueError as error:
            if saved := self._by_name.get(fold(item)):
                return saved.recipients
            masked = mask_number(item)
            if not self.saved or not any(char.isalpha() for char in item):
                raise validation_error("invalid_recipient", recipient=masked) from error
            raise validation_error(
                "unknown_recipient",
                recipient=masked,
                names=", ".join(each.name for each in self.saved),
            ) from error


def comparable_number(written: str) -> str:
    """Return a mobile number or a line in the form in which numbers are compared.

    Anything else is returned unchanged. The sender of an SMS can be a word, and a word that only looks like the
    name of a recipient must not be accepted as that recipient.
    """
    for normalise in (normalise_number, normalise_line):
        with suppress(ValueError):
            return normalise(written)
    return written


def _group_size(saved: SavedRecipient) -> int:
    return len(saved.numbers)


def _without(
    saved: SavedRecipient, others: Iterable[SavedRecipient]
) -> SavedRecipient | None:
    """Return a group without the numbers of smaller ones, None where nobody remains."""
    gone = {
        number
        for each in others
        if _group_size(each) < _group_size(saved)
        for number in each.numbers
    }
    numbers = [number for number in saved.numbers if number not in gone]
    return replace(saved, numbers=numbers) if numbers else None


def _saved_in(subentries: Mapping[str, ConfigSubentry]) -> Iterator[SavedRecipient]:
    return (
        SavedRecipient(
            subentry_id=subentry_id,
            # The rename menu of Home Assistant changes the title only.
            name=subentry.title,
            numbers=subentry.data[CONF_NUMBERS],
            slug=subentry.data[CONF_SLUG],
            quiet_hours=_quiet_hours(subentry.data),
            hourly_limit=subentry.data.get(CONF_HOURLY_LIMIT),
        )
        for subentry_id, subentry in subentries.items()
        if subentry.subentry_type == SUBENTRY_RECIPIENT
    )


def _quiet_hours(data: Mapping[str, str]) -> QuietHours | None:
    if CONF_QUIET_FROM not in data:
        return None
    return QuietHours(
        begin=time.fromisoformat(data[CONF_QUIET_FROM]),
        end=time.fromisoformat(data[CONF_QUIET_TO]),
    )


def split_list(written: object) -> Iterator[str]:
    """Yield the items of a list, of a text with separators, or of a list of such texts."""
    for item in written if isinstance(written, list | tuple | set) else (written,):
        text = str(item)
        if not has_list_separator(text):
            text = text.strip()
            if text:
                yield text
        else:
            yield from filter(None, map(str.strip, _LIST_SEPARATORS.split(text)))


async def unhurried[T](items: Iterable[T]) -> AsyncIterator[T]:
    """Yield items; thousands of them must not hold Home Assistant up."""
    for number, some in enumerate(batched(items, _READ_AT_ONCE, strict=False)):
        if number:
            await asyncio.sleep(0)
        for item in some:
            yield item


def has_list_separator(text: str) -> bool:
    """Tell whether a text would be split into several items where a list is expected."""
    return bool(_LIST_SEPARATORS.search(text))


def _each_number_once(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Keep the first recipient of each number; an empty result is an error, not a success."""
    once: dict[str, Recipient] = {}
    for recipient in recipients:
        once.setdefault(recipient.number, recipient)
    if not once:
        raise validation_error("no_recipients")
    return tuple(once.values())
