"""The people of a trigger, by its target or by names and numbers: looked up when something happens."""

from collections.abc import Callable, Mapping, Sequence
import logging
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.target import TargetSelection
from homeassistant.helpers.template import is_template_string
import voluptuous as vol

from ..account.service_call import async_accounts
from ..gateway import mask_number
from .address_book import AddressBook, comparable_number, split_list
from .target import async_people_of

_LOGGER = logging.getLogger(__name__)

_LIKE_A_MOBILE: Final = re.compile(r"(?:(?:00)?980?|0)9")
_MOBILE: Final = re.compile(r"09\d{9}", re.ASCII)
_LINE: Final = re.compile(r"\d{3,20}", re.ASCII)
_NOBODY: Final = "this must not be empty; leave it out to accept anybody"


def no_template(value: str) -> str:
    """Refuse a template: Home Assistant doesn't render a trigger's options, so it would never fit."""
    if is_template_string(value):
        raise vol.Invalid(
            "templates are not filled in here; use a condition of the automation instead"
        )
    return value


def wanted_people(value: object) -> list[str]:
    """Accept names and numbers, as a list or a text; nobody at all would look like everybody."""
    people = people_if_any(value)
    if not people:
        raise vol.Invalid(_NOBODY)
    return people


def people_if_any(value: object) -> list[str]:
    """Accept names and numbers, or an empty list where others may be meant beside them."""
    items = value if isinstance(value, list) else [value]
    people = [who for item in items for who in split_list(_name_or_number(item))]
    for who in people:
        if not _may_mean_somebody(who):
            raise vol.Invalid(f"neither a name nor a number: {mask_number(who)}")
    return people


def wanted_target(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a target of nobody, which would look like everybody."""
    refuse_nobody((), value)
    return value


def refuse_nobody(
    people: Sequence[str] | None, target: Mapping[str, Any] | None
) -> None:
    """Refuse people and a target if one of them is given, and both together mean nobody."""
    if people is None and target is None:
        return
    if not people and not TargetSelection(dict(target or {})).has_any_target:
        raise vol.Invalid(_NOBODY)


def _name_or_number(item: object) -> str:
    """Refuse values that YAML reads differently from what was written: ON as True, an empty line as None."""
    if isinstance(item, bool) or not isinstance(item, str | int):
        raise vol.Invalid(
            "each of these must be a name or a number; in YAML, put it in quotes"
        )
    return no_template(str(item))


def _may_mean_somebody(who: str) -> bool:
    """Tell whether it is a complete number, or a name, which need not be saved yet."""
    if any(char.isalpha() for char in who):
        return True
    number = comparable_number(who)
    whole = _MOBILE if _LIKE_A_MOBILE.match(number) else _LINE
    return bool(whole.fullmatch(number))


@callback
def async_meaning(
    hass: HomeAssistant, entry_id: str, people: Sequence[str]
) -> Callable[[str], bool]:
    """Return what tells of a number of an account's message whether names and numbers mean it now.

    A name stands for whom that account knows by it, and where it knows nobody, for whom another one does.
    """
    own = _address_book(hass, entry_id)
    others = _address_books(hass)

    def books_of(who: str) -> Sequence[AddressBook]:
        if own.has_name(who):
            return [own]
        # A book without the name would take it for a sender's word, and let anybody pass who sends under it.
        return [each for each in others if each.has_name(who)] or [own]

    books = [(who, books_of(who)) for who in people]
    return lambda number: any(
        book.means(who, number) for who, some in books for book in some
    )


@callback
def async_name_of(
    hass: HomeAssistant, address_book: AddressBook, number: str
) -> str | None:
    """Return the name that an account knows a number by, else that by which another one does."""
    if name := address_book.name_of(number):
        # Most senders are known: a hundred messages must not make the books of all accounts a hundred times.
        return name
    others = (book.name_of(number) for book in _address_books(hass))
    return next(filter(None, others), None)


def _address_book(hass: HomeAssistant, entry_id: str) -> AddressBook:
    entry = hass.config_entries.async_get_entry(entry_id)
    return AddressBook.of(entry.subentries) if entry else AddressBook(())


def _address_books(hass: HomeAssistant) -> Sequence[AddressBook]:
    return [AddressBook.of(entry.subentries) for entry in async_accounts(hass)]


class PeopleFilter:
    """Tells whether a number belongs to the people that a trigger is about; without any, everybody fits."""

    def __init__(
        self,
        hass: HomeAssistant,
        people: Sequence[str] | None,
        target: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep names as they were written and entities as they were chosen: their numbers may change."""
        self._hass = hass
        self._people = people or ()
        self._target = target or {}
        self._is_about_anybody = people is None and target is None
        self._warned: set[str] = set()

    @callback
    def fits(self, entry_id: str, number: str) -> bool:
        """Tell whether a number of an account's message is one of these people's numbers now."""
        if self._is_about_anybody or self._is_in_target(number):
            return True
        if async_meaning(self._hass, entry_id, self._people)(number):
            return True
        self._warn_of_unknown_names(self._people)
        return False

    def _is_in_target(self, number: str) -> bool:
        """Tell whether it is a number of somebody in the target, over whichever account the message went."""
        people = async_people_of(self._hass, self._target)
        for entity_id in people.strangers:
            self._warn_once(mask_number(entity_id), "no recipient's notify entity")
        for missing in people.missing:
            self._warn_once(missing, "not there any more")
        return any(
            number in saved.numbers
            for entry_id, subentry_ids in people.by_entry.items()
            for saved in _address_book(self._hass, entry_id).chosen(
                subentry_ids, people.left_out.get(entry_id, ())
            )
        )

    def _warn_of_unknown_names(self, people: Sequence[str]) -> None:
        """Warn once of each name that no recipient has: it may be misspelt, or have been changed."""
        address_books = _address_books(self._hass)
        for who in people:
            if not comparable_number(who).isdecimal() and not any(
                book.has_name(who) for book in address_books
            ):
                self._warn_once(mask_number(who), "no recipient's name")

    def _warn_once(self, who: str, what: str) -> None:
        if who not in self._warned:
            self._warned.add(who)
            _LOGGER.warning("A trigger is about %s, which is %s", who, what)
