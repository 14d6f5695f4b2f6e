"""The address book by itself, as it is made of an account's subentries."""

import asyncio
from datetime import time
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.payamak.const import SUBENTRY_RECIPIENT
from custom_components.payamak.people.address_book import (
    AddressBook,
    Recipient,
    unhurried,
)
from custom_components.payamak.people.gate import QuietHours
from custom_components.payamak.people.people_filter import async_name_of

SARA, OMID = "09120000001", "09120000002"


def subentry(name: str, *numbers: str, **more: Any) -> ConfigSubentry:
    """Give what the form of a recipient has saved."""
    data = {"name": name, "numbers": [*numbers], "slug": name.lower(), **more}
    return ConfigSubentry(
        data=MappingProxyType(data),
        subentry_id=f"id of {name}",
        subentry_type=SUBENTRY_RECIPIENT,
        title=name,
        unique_id=None,
    )


def book_of(*subentries: ConfigSubentry) -> AddressBook:
    """Give the address book of an account."""
    return AddressBook.of({each.subentry_id: each for each in subentries})


@pytest.fixture
def book() -> AddressBook:
    """Give a person with rules and a group without any, which share a number."""
    rules = {"quiet_from": "22:30:00", "quiet_to": "07:00:00", "hourly_limit": 5}
    return book_of(subentry("Sara", SARA, **rules), subentry("Family", SARA, OMID))


def test_the_rules_are_those_of_the_form(book: AddressBook) -> None:
    """Who has set none has none."""
    sara, family = book.saved
    assert sara.quiet_hours == QuietHours(begin=time(22, 30), end=time(7))
    assert sara.hourly_limit == 5
    assert family.quiet_hours is None
    assert family.hourly_limit is None


def test_a_number_can_be_of_a_person_and_of_a_group(book: AddressBook) -> None:
    """The rules of both hold; a stranger's number has none."""
    assert [each.name for each in book.with_number(SARA)] == ["Sara", "Family"]
    assert [each.name for each in book.with_number(OMID)] == ["Family"]
    assert book.with_number("09350000004") == ()


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        ((), [("Sara", [SARA]), ("Family", [SARA, OMID])]),
        (("Sara",), [("Family", [OMID])]),
        (("Family",), [("Sara", [SARA])]),
        (("Sara", "Family"), []),
        (("Somebody",), [("Sara", [SARA]), ("Family", [SARA, OMID])]),
    ],
)
def test_who_is_left_out_is_in_no_group(
    book: AddressBook, left_out: tuple[str, ...], expected: list[Any]
) -> None:
    """But whoever is in a group that is left out may be meant for themselves."""
    ids = [f"id of {name}" for name in left_out]
    for everybody in ({None}, {"id of Sara", "id of Family"}):
        found = book.chosen(everybody, ids)
        assert [(each.name, list(each.numbers)) for each in found] == expected
    assert book.chosen({"id of Sara"}, ["id of Family"])
    rest = {number for _, numbers in expected for number in numbers}
    assert {who.number for who in book.recipients_of({None}, ids)} == rest


def test_a_group_of_whom_all_are_left_out_is_nobody() -> None:
    """One of the same size is no part of it."""
    book = book_of(
        subentry("Sara", SARA),
        subentry("Omid", OMID),
        subentry("Family", SARA, OMID),
        subentry("Also Sara", SARA),
    )
    out = ["id of Sara", "id of Omid"]
    assert [each.name for each in book.chosen({None}, out)] == ["Also Sara"]


def test_who_was_removed_has_no_numbers(book: AddressBook) -> None:
    """What still names them finds nobody."""
    assert book.numbers_of("id of Family") == [SARA, OMID]
    assert book.numbers_of("id of Mina") == ()
    assert book.of_subentry("id of Sara") == (Recipient(number=SARA, name="Sara"),)
    with pytest.raises(ServiceValidationError) as error:
        book.of_subentry("id of Mina")
    assert error.value.translation_key == "no_recipients"


def test_who_the_account_knows_is_looked_for_nowhere_else(book: AddressBook) -> None:
    """To make the books of all accounts for each SMS would take long."""
    no_accounts: Any = None
    assert async_name_of(no_accounts, book, OMID) == "Family"


def test_a_number_alone_has_no_name() -> None:
    """Its label is its last digits."""
    assert Recipient(number=SARA).name is None
    assert Recipient(number=SARA).label == "…0001"


@pytest.mark.parametrize(("number", "turns"), [(1000, 0), (1001, 1), (2500, 2)])
async def test_thousands_of_names_hold_nothing_up(number: int, turns: int) -> None:
    """Others have their turn after each thousand, and no name is left out."""
    others = 0

    async def count_turns() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    found = [item async for item in unhurried(range(number))]
    had = others
    counting.cancel()
    assert found == [*range(number)]
    assert had == turns
