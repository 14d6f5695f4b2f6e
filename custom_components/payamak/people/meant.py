"""Who is meant, and over which account each of them is reached."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..account.errors import validation_error
from ..gateway import mask_number
from .address_book import AddressBook, Recipient, split_list, unhurried

NOBODY: Final[Mapping[str, Collection[str | None]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownAccount:
    """An account that may be meant; ``is_usual`` tells that it is taken where nothing says which one.

    One that is not at work reaches nobody now, and stands back where another one can.
    """

    entry_id: str
    title: str
    is_usual: bool
    is_at_work: bool
    address_book: AddressBook


async def async_who_is_meant(
    accounts: Sequence[KnownAccount],
    target: Mapping[str, Collection[str | None]],
    written: object,
    left_out: Mapping[str, Collection[str | None]] = NOBODY,
) -> dict[str, list[Recipient]]:
    """Return whom each account reaches, by its entry's id: each number once, whatever means it.

    ``target`` are the subentries of saved people, by their account's entry; ``left_out`` are those of them
    whom it excludes. ``written`` are names and numbers. Raises ServiceValidationError for what means nobody, and where nothing tells which account is meant.
    """
    accounts = sorted(accounts, key=lambda account: not account.is_at_work)
    meant = _Meant()
    for account in accounts:
        chosen = target.get(account.entry_id, ())
        gone = left_out.get(account.entry_id, ())
        meant.add(account, account.address_book.recipients_of(chosen, gone))
    people: list[tuple[str, Sequence[KnownAccount]]] = []
    numbers: list[tuple[str, Sequence[KnownAccount]]] = []
    everybody = AddressBook.of_all(each.address_book for each in accounts)
    async for item in unhurried(split_list(written)):
        found = everybody.find(item)
        is_number = found[0].name is None
        able = accounts if is_number else _knowing(item, accounts)
        if len(able) == 1:
            meant.add(able[0], found if is_number else able[0].address_book.find(item))
        else:
            (numbers if is_number else people).append((item, able))
    # Whoever is saved decides about the numbers, wherever they stand in the list.
    for undecided, decide in ((people, _of_person), (numbers, _of_number)):
        others = set(meant.by_entry)
        async for item, able in unhurried(undecided):
            if not meant.has(able[0].address_book.find(item)):
                account = decide(item, able, others)
                meant.add(account, account.address_book.find(item))
    if not meant.by_entry:
        raise validation_error("no_recipients")
    return meant.by_entry


class _Meant:
    """Those who are meant so far."""

    def __init__(self) -> None:
        self.by_entry: dict[str, list[Recipient]] = {}
        self._numbers: set[str] = set()

    def add(self, account: KnownAccount, recipients: Iterable[Recipient]) -> None:
        """Let an account reach those whom none reaches yet."""
        for who in recipients:
            if who.number not in self._numbers:
                self._numbers.add(who.number)
                self.by_entry.setdefault(account.entry_id, []).append(who)

    def has(self, recipients: Iterable[Recipient]) -> bool:
        """Tell whether all of these are meant already."""
        return all(who.number in self._numbers for who in recipients)


def _knowing(item: str, accounts: Sequence[KnownAccount]) -> Sequence[KnownAccount]:
    """Return the accounts over which whoever has a name can be reached.

    A name that stands for others in another account may be either: a message to the wrong people is not taken back.
    """
    knowing = [each for each in accounts if each.address_book.has_name(item)]
    numbers = {
        frozenset(who.number for who in each.address_book.find(item))
        for each in knowing
    }
    if len(numbers) > 1:
        raise validation_error(
            "ambiguous_name", recipient=mask_number(item), accounts=_titles(knowing)
        )
    return [each for each in knowing if each.is_at_work] or knowing


def _of_person(
    _item: str, able: Sequence[KnownAccount], others: Collection[str]
) -> KnownAccount:
    """Return the account of the others who are meant, else the usual one, else the first: all of them are the person's own."""
    near = [each for each in able if each.entry_id in others] or able
    usual = (each for each in near if each.is_usual)
    return next(usual, near[0])


def _of_number(
    item: str, able: Sequence[KnownAccount], others: Collection[str]
) -> KnownAccount:
    """Return the account of the others who are meant, else the usual one; raises where neither is clear."""
    near = [each for each in able if each.entry_id in others]
    clear = near or [each for each in able if each.is_usual]
    if len(clear) != 1:
        raise validation_error(
            "ambiguous_number",
            recipient=mask_number(item),
            accounts=_titles(near or able),
        )
    return clear[0]


def _titles(accounts: Iterable[KnownAccount]) -> str:
    return ", ".join(each.title for each in accounts)
