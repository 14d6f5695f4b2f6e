"""Who is meant, and over which account each of them is reached."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ..account.errors import validation_error
from ..gateway import mask_number
from .address_book import AddressBook, Recipient, split_list, unhurried


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
) -> dict[str, list[Recipient]]:
    """Return whom each account reaches, by its entry's id: each number once, whatever means it.

    ``target`` are the subentries of saved people, by their account's entry; ``written`` are names and numbers. Raises
    ServiceValidationError for what means nobody, and where nothing tells which account is meant.
    """
    accounts = sorted(accounts, key=lambda account: not account.is_at_work)
    meant = _Meant()
    for account in accounts:
        chosen = target.get(account.entry_id, ())
        meant.add(account, account.address_book.recipients_of(chosen))
    undecided: list[tuple[str, Sequence[KnownAccount]]] = []
    everybody = AddressBook(chain.from_iterable(a.address_book.saved for a in accounts))
    async for item in unhurried(split_list(written)):
        able = _able(item, accounts, everybody)
        if len(able) == 1:
            meant.add(able[0], able[0].address_book.find(item))
        else:
            undecided.append((item, able))
    others = set(meant.by_entry)
    async for item, able in unhurried(undecided):
        recipients = able[0].address_book.find(item)
        if not meant.has(recipients):
            is_number = recipients[0].name is None
            account = _decide(item, able, others, is_number=is_number)
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


def _able(
    item: str, accounts: Sequence[KnownAccount], everybody: AddressBook
) -> Sequence[KnownAccount]:
    """Return the accounts over which a number, or whoever has a name, can be reached.

    A name that stands for others in another account may be either: a message to the wrong people is not taken back.
    """
    if len(accounts) == 1 or everybody.find(item)[0].name is None:
        return accounts
    knowing = [each for each in accounts if each.address_book.has_name(item)]
    numbers = {
        frozenset(who.number for who in each.address_book.find(item))
        for each in knowing
    }
    if len(numbers) > 1:
        raise validation_error(
            "ambiguous_name", recipient=mask_number(item), accounts=_titles(knowing)
        )
    return _at_work(knowing) or knowing


def _at_work(accounts: Iterable[KnownAccount]) -> Sequence[KnownAccount]:
    return [each for each in accounts if each.is_at_work]


def _decide(
    item: str,
    able: Sequence[KnownAccount],
    others: Collection[str],
    *,
    is_number: bool,
) -> KnownAccount:
    """Return the account of the others who are meant, else the usual one; a saved person may have any of their own."""
    near = [each for each in able if each.entry_id in others]
    if len(near) == 1:
        return near[0]
    usual = next((each for each in near or able if each.is_usual), None)
    if not is_number:
        return usual or (near or able)[0]
    if near or usual is None:
        raise validation_error(
            "ambiguous_number",
            recipient=mask_number(item),
            accounts=_titles(near or able),
        )
    return usual


def _titles(accounts: Iterable[KnownAccount]) -> str:
    return ", ".join(each.title for each in accounts)
