"""Who gets a message: from the names and numbers a user wrote to numbers, each once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
import re
from typing import Final

from homeassistant.config_entries import ConfigEntry

from ..account.errors import validation_error
from ..const import CONF_NUMBERS, CONF_SLUG, SUBENTRY_RECIPIENT
from ..gateway import fold, mask_number, normalise_line, normalise_number

_LIST_SEPARATORS: Final = re.compile(r"[,;،؛\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A number, and the name it was called by where there was one."""

    number: str
    name: str | None = None

    @property
    def label(self) -> str:
        """Return what may stand in a log or an error: the name, or the number's end."""
        return self.name or mask_number(self.number)

    @property
    def label_of_one(self) -> str:
        """Return the same, so that one number of a group can be told from the others."""
        number = mask_number(self.number)
        return f"{self.name} ({number})" if self.name else number


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRecipient:
    """A name of the household with its numbers; ``slug`` is its part of an action's name."""

    subentry_id: str
    name: str
    numbers: Sequence[str]
    slug: str

    @property
    def recipients(self) -> list[Recipient]:
        """Return the recipients that the name means."""
        return [Recipient(number=number, name=self.name) for number in self.numbers]


class AddressBook:
    """The saved recipients of an account."""

    def __init__(self, saved: Iterable[SavedRecipient]) -> None:
        """Keep them in the order in which they were added."""
        self._keep(saved)

    def _keep(self, saved: Iterable[SavedRecipient]) -> None:
        """Know these recipients from now on."""
        self.saved = tuple(saved)
        self._by_subentry = {each.subentry_id: each for each in self.saved}
        self._name_by_number = {
            number: each.name
            for each in sorted(self.saved, key=_group_size, reverse=True)
            for number in each.numbers
        }
        # Home Assistant's own menu can give two the same name: the first has it.
        self._by_name = {fold(each.name): each for each in reversed(self.saved)}

    @classmethod
    def of(cls, entry: ConfigEntry) -> AddressBook:
        """Return the address book of an account."""
        return cls(_saved_with(entry))

    def refresh(self, entry: ConfigEntry) -> None:
        """Know what has become of the recipients; messages on their way keep whom they were for."""
        self._keep(_saved_with(entry))

    @property
    def numbers(self) -> Collection[str]:
        """Return all saved numbers."""
        return self._name_by_number.keys()

    def name_of(self, number: str) -> str | None:
        """Return whose number it is: a person's name rather than their group's."""
        return self._name_by_number.get(number)

    def has_name(self, name: str) -> bool:
        """Tell whether somebody is called so."""
        return fold(name) in self._by_name

    def means(self, item: str, number: str) -> bool:
        """Tell whether a name or a number, as somebody wrote it, means this number."""
        written = comparable_number(item)
        saved = None if written.isdecimal() else self._by_name.get(fold(item))
        if saved:
            return number in saved.numbers
        return written == comparable_number(number)

    def numbers_of(self, subentry_id: str) -> Sequence[str]:
        """Return a saved recipient's numbers of now."""
        saved = self._by_subentry.get(subentry_id)
        return saved.numbers if saved else ()

    def of_subentry(self, subentry_id: str) -> tuple[Recipient, ...]:
        """Return whom a saved recipient means by now."""
        saved = self._by_subentry.get(subentry_id)
        return _each_number_once(saved.recipients if saved else ())

    def everybody(self) -> tuple[Recipient, ...]:
        """Return all saved recipients, each number once, and people before their groups."""
        people_first = sorted(self.saved, key=_group_size)
        return _each_number_once(
            who for each in people_first for who in each.recipients
        )

    def resolve(self, written: object) -> tuple[Recipient, ...]:
        """Return the recipients that a list or a text means, each number once, in the order given.

        Raises ServiceValidationError that names what is no recipient; then nobody gets anything.
        """
        return _each_number_once(
            who for item in split_list(written) for who in self._find(item)
        )

    def _find(self, item: str) -> list[Recipient]:
        """Read a number as that number, even where it is somebody's name, and look anything else up."""
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
    """Return a mobile number or a line in the one form it is compared in.

    What is neither stays as it is: an SMS may come from a sender that has a word for its
    number, and a word that merely looks like somebody's name must not pass for them.
    """
    for normalise in (normalise_number, normalise_line):
        with suppress(ValueError):
            return normalise(written)
    return written


def _group_size(saved: SavedRecipient) -> int:
    return len(saved.numbers)


def _saved_with(entry: ConfigEntry) -> Iterator[SavedRecipient]:
    """Read the recipients out of an account's entry."""
    return (
        SavedRecipient(
            subentry_id=subentry_id,
            # Home Assistant's own menu renames the title alone.
            name=subentry.title,
            numbers=subentry.data[CONF_NUMBERS],
            slug=subentry.data[CONF_SLUG],
        )
        for subentry_id, subentry in entry.subentries.items()
        if subentry.subentry_type == SUBENTRY_RECIPIENT
    )


def split_list(written: object) -> Iterator[str]:
    """Take a list, a text with separators, or a list of such texts apart."""
    if isinstance(written, list | tuple | set):
        for item in written:
            yield from split_list(item)
    else:
        yield from filter(None, map(str.strip, _LIST_SEPARATORS.split(str(written))))


def has_list_separator(text: str) -> bool:
    """Tell whether a text would be taken apart where a list is expected."""
    return bool(_LIST_SEPARATORS.search(text))


def _each_number_once(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Keep the first of each number; nobody at all is an error, not a success."""
    once: dict[str, Recipient] = {}
    for recipient in recipients:
        once.setdefault(recipient.number, recipient)
    if not once:
        raise validation_error("no_recipients")
    return tuple(once.values())
