"""Who is meant, and over which account: the decision by itself."""

from collections.abc import Sequence
from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.payamak.const import SUBENTRY_RECIPIENT
from custom_components.payamak.people.address_book import AddressBook
from custom_components.payamak.people.meant import KnownAccount, async_who_is_meant
from tests.integration.conftest import MINA, OMID, SARA

ALI, NEDA, STRANGER = "09120000007", "09120000008", "09350000009"


def account(
    name: str,
    *,
    is_usual: bool = False,
    is_at_work: bool = True,
    **people: list[str],
) -> KnownAccount:
    """Give an account with these people; the id of each is their name."""
    subentries = {
        each: ConfigSubentry(
            data=MappingProxyType({"name": each, "numbers": numbers, "slug": each}),
            subentry_id=each,
            subentry_type=SUBENTRY_RECIPIENT,
            title=each,
            unique_id=None,
        )
        for each, numbers in people.items()
    }
    return KnownAccount(
        entry_id=f"id of {name}",
        title=name,
        is_usual=is_usual,
        is_at_work=is_at_work,
        address_book=AddressBook.of(subentries),
    )


HOME = account("Home", is_usual=True, sara=[SARA], omid=[OMID], family=[SARA, MINA])
WORK = account("Work", ali=[ALI], sara=[SARA], boss=[NEDA])
BOTH = (HOME, WORK)


async def meant(
    accounts: Sequence[KnownAccount],
    written: object = (),
    **target: set[str | None],
) -> dict[str, list[str]]:
    """Give the numbers that each account reaches, by its title."""
    titles = {each.entry_id: each.title for each in accounts}
    found = await async_who_is_meant(
        accounts, {f"id of {name}": chosen for name, chosen in target.items()}, written
    )
    return {
        titles[entry_id]: [who.number for who in recipients]
        for entry_id, recipients in found.items()
    }


async def error_of(
    accounts: Sequence[KnownAccount],
    written: object = (),
    **target: set[str | None],
) -> tuple[str, dict[str, str]]:
    """Give what is wrong with whom somebody means."""
    with pytest.raises(ServiceValidationError) as error:
        await meant(accounts, written, **target)
    assert error.value.translation_key
    return error.value.translation_key, error.value.translation_placeholders or {}


async def test_a_single_account_reaches_everybody() -> None:
    """Whether it is the usual one or not; names and numbers keep their order."""
    assert await meant([WORK], ["boss", STRANGER, "ali"]) == {
        "Work": [NEDA, STRANGER, ALI]
    }


async def test_people_of_the_target_come_first_and_each_number_once() -> None:
    """Whatever means it."""
    found = await meant([HOME], ["omid", SARA, OMID], Home={"family"})
    assert found == {"Home": [SARA, MINA, OMID]}
    assert await meant([HOME], Home={None}) == {"Home": [SARA, OMID, MINA]}


async def test_who_is_left_out_of_one_account_is_so_there() -> None:
    """What is written besides is meant all the same."""
    everybody = {"id of Home": {None}, "id of Work": {None}}
    left_out = {"id of Home": {"sara", "omid"}, "id of Other": {"ali"}}
    found = await async_who_is_meant(BOTH, everybody, [], left_out)
    numbers = {key: [who.number for who in some] for key, some in found.items()}
    assert numbers == {"id of Home": [MINA], "id of Work": [ALI, SARA, NEDA]}
    found = await async_who_is_meant([HOME], {}, ["omid"], left_out)
    assert [who.number for who in found["id of Home"]] == [OMID]


async def test_each_saved_person_is_reached_over_their_own_account() -> None:
    """In one call, by target and by name."""
    assert await meant(BOTH, ["boss", "omid"]) == {"Work": [NEDA], "Home": [OMID]}
    found = await meant(BOTH, ["boss"], Home={"omid"}, Work={"ali"})
    assert found == {"Home": [OMID], "Work": [ALI, NEDA]}


async def test_the_same_person_of_two_accounts_gets_it_over_that_of_the_others() -> (
    None
):
    """Whether they were named before the others or after them."""
    for names in (["sara", "boss"], ["boss", "sara"]):
        assert await meant(BOTH, names) == {"Work": [NEDA, SARA]}


async def test_the_same_person_of_two_accounts_alone_is_reached_over_the_usual_one() -> (
    None
):
    """And where none is usual, over the first; nobody else could be meant."""
    assert await meant((WORK, HOME), ["sara"]) == {"Home": [SARA]}
    assert await meant((WORK, HOME), ["sara", "omid", "ali"]) == {
        "Home": [OMID, SARA],
        "Work": [ALI],
    }
    other = account("Other", sara=[SARA], reza=[MINA])
    assert await meant((other, WORK), ["sara"]) == {"Other": [SARA]}
    assert await meant((WORK, other), ["sara"]) == {"Work": [SARA]}
    third = account("Third", is_usual=True, kian=[STRANGER])
    assert await meant((third, other, WORK), ["sara", "reza", "ali"]) == {
        "Other": [MINA, SARA],
        "Work": [ALI],
    }


async def test_the_same_person_of_two_accounts_is_reached_over_the_one_that_is_at_work() -> (
    None
):
    """Whatever else would decide: an alarm reaches whom it can."""
    off = account("Off", is_usual=True, is_at_work=False, sara=[SARA], omid=[OMID])
    assert await meant((off, WORK), ["sara"]) == {"Work": [SARA]}
    assert await meant((off, WORK), ["sara", "omid"]) == {"Work": [SARA], "Off": [OMID]}
    assert await meant((off, WORK), Off={"sara", "omid"}, Work={"sara"}) == {
        "Work": [SARA],
        "Off": [OMID],
    }
    too = account("Too", is_at_work=False, sara=[SARA], kian=[STRANGER])
    assert await meant((too, off), ["sara"]) == {"Off": [SARA]}
    assert await meant((too, off, WORK), ["kian", "sara"]) == {
        "Too": [STRANGER],
        "Work": [SARA],
    }


async def test_a_number_has_the_same_account_whether_that_is_at_work_or_not() -> None:
    """Nobody else pays in its place."""
    off = account("Off", is_usual=True, is_at_work=False, omid=[OMID])
    assert await meant((WORK, off), [STRANGER]) == {"Off": [STRANGER]}
    assert await meant((WORK, off), [STRANGER, "omid"]) == {"Off": [OMID, STRANGER]}


async def test_who_is_reached_already_needs_no_account() -> None:
    """Their number may be written besides."""
    found = await meant(BOTH, [ALI, "sara"], Home={"sara"}, Work={"ali"})
    assert found == {"Home": [SARA], "Work": [ALI]}


async def test_a_group_of_which_somebody_is_reached_still_reaches_the_rest() -> None:
    """Each number once."""
    other = account("Other", is_usual=True, family=[SARA, MINA])
    accounts = (account("Home", omid=[OMID], family=[MINA, SARA]), other)
    found = await meant(accounts, ["family"], Home={"omid"}, Other=set())
    assert found == {"Home": [OMID, MINA, SARA]}
    assert await meant(accounts, ["family", SARA], Other=set()) == {
        "Other": [SARA, MINA]
    }


async def test_a_number_goes_over_the_account_of_the_others() -> None:
    """Else over the usual one."""
    assert await meant(BOTH, [STRANGER, "boss"]) == {"Work": [NEDA, STRANGER]}
    assert await meant(BOTH, [STRANGER], Work={"ali"}) == {"Work": [ALI, STRANGER]}
    assert await meant((WORK, HOME), [STRANGER]) == {"Home": [STRANGER]}


async def test_a_person_of_two_accounts_decides_about_a_number_too() -> None:
    """Wherever they stand in the list; their own number needs no decision then."""
    other = account("Other", sara=[SARA], reza=[MINA])
    for written in (["sara", STRANGER], [STRANGER, "sara"]):
        found = await meant((WORK, other), written)
        assert found == {"Work": [SARA, STRANGER]}
    for written in (["sara", SARA], [SARA, "sara"]):
        assert await meant((WORK, other), written) == {"Work": [SARA]}


async def test_one_number_does_not_decide_about_the_next() -> None:
    """Both go over the usual account."""
    assert await meant((WORK, HOME), [STRANGER, MINA]) == {"Home": [STRANGER, MINA]}


async def test_a_number_beside_people_of_both_accounts_is_an_error() -> None:
    """The user says which; the number is not told in full."""
    key, told = await error_of(BOTH, ["boss", "omid", STRANGER])
    assert key == "ambiguous_number"
    assert told["accounts"] == "Home, Work"
    assert told["recipient"].endswith("0009")
    assert STRANGER not in told["recipient"]


async def test_a_number_is_an_error_where_no_account_is_usual() -> None:
    """Either might be meant; of three, those of the others alone are named."""
    other = account("Other", reza=[MINA])
    assert (await error_of((WORK, other), [STRANGER]))[1]["accounts"] == "Work, Other"
    key, told = await error_of((WORK, other, HOME), ["ali", "reza", STRANGER])
    assert key == "ambiguous_number"
    assert told["accounts"] == "Work, Other"


async def test_a_name_that_stands_for_others_elsewhere_is_an_error() -> None:
    """A message to the wrong people is not taken back, even if one of both accounts is the usual one."""
    other = account("Other", sara=[NEDA])
    third = account("Third", kian=[STRANGER])
    key, told = await error_of((HOME, third, other), ["sara"])
    assert key == "ambiguous_name"
    assert told == {"recipient": "sara", "accounts": "Home, Other"}


async def test_the_same_numbers_in_another_order_are_the_same_people() -> None:
    """They are compared as a whole."""
    other = account("Other", family=[MINA, SARA])
    assert await meant((HOME, other), ["family"]) == {"Home": [SARA, MINA]}
    larger = account("Other", family=[MINA, SARA, NEDA])
    assert (await error_of((HOME, larger), ["family"]))[0] == "ambiguous_name"


async def test_nobody_is_an_error() -> None:
    """Neither a target that means nobody now, nor an empty list."""
    assert (await error_of(BOTH))[0] == "no_recipients"
    assert (await error_of(BOTH, [], Home={"gone"}))[0] == "no_recipients"


@pytest.mark.parametrize("accounts", [BOTH, (HOME,)])
async def test_a_name_that_nobody_has_is_an_error(
    accounts: Sequence[KnownAccount],
) -> None:
    """All names that there are, are told."""
    key, told = await error_of(accounts, ["sara", "kian"])
    assert key == "unknown_recipient"
    assert told["recipient"] == "kian"
    work = ", ali, sara, boss" if len(accounts) > 1 else ""
    assert told["names"] == f"sara, omid, family{work}"
