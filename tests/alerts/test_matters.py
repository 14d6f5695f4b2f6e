"""All that was asked and can be answered, with a code each."""

from datetime import timedelta
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.payamak.alerts.matters import KNOWN_FOR, Matters, matters_of

from .matters import ENTRY, OMID, OTHER_ENTRY, SARA, Asked, received

FIRST, LAST = 11, 99
ALL = LAST - FIRST + 1


@pytest.fixture
def matters() -> Matters:
    """Give all that was asked: nothing yet."""
    return Matters()


def ask(matters: Matters) -> Asked:
    """Ask something with the next code."""
    matter = Asked(matters.new_code())
    matters.add(matter)
    return matter


def test_codes_are_given_in_turn(matters: Matters) -> None:
    """Also where the ones before are free again: a late answer must not mean something else."""
    assert [matters.new_code() for _ in range(3)] == [11, 12, 13]


def test_after_the_last_code_the_first_is_next(matters: Matters) -> None:
    """A one-digit code, or ten, might be a choice from a menu."""
    codes = [matters.new_code() for _ in range(ALL + 1)]
    assert codes == [*range(FIRST, LAST + 1), FIRST]


def test_a_code_that_is_known_is_not_given_again(matters: Matters) -> None:
    """Wherever it is in turn."""
    kept = [ask(matters) for _ in range(2)]
    assert [each.code for each in kept] == [11, 12]
    for _ in range(ALL - 2):
        matters.new_code()
    # 13, and not 11; after that one the turn goes on.
    assert [matters.new_code() for _ in range(2)] == [13, 14]


def test_the_turn_goes_on_behind_a_code_that_was_left_out(matters: Matters) -> None:
    """What was known before the start may have any code."""
    for code in (11, 12, 14):
        matters.add(Asked(code))
    assert [matters.new_code() for _ in range(3)] == [13, 15, 16]


def test_where_all_codes_are_in_use_a_longer_one_is_given(matters: Matters) -> None:
    """Nobody is left without one; once there is a free one, that is next."""
    for code in range(FIRST, LAST + 1):
        matters.add(Asked(code))
    matters.add(Asked(matters.new_code()))
    assert matters.new_code() == 101
    removes = matters.add(Asked(matters.new_code()))
    assert matters.new_code() == 102
    removes()
    assert matters.new_code() == 101


def test_what_is_removed_is_not_heard_of(matters: Matters) -> None:
    """And nothing else is removed with it."""
    first, second = Asked(11), Asked(12)
    remove = matters.add(first)
    matters.add(second)
    assert (heard := matters.hear(received("11 yes")))
    assert heard.matter is first
    remove()
    assert matters.hear(received("11 yes")) is None
    assert (heard := matters.hear(received("12 yes")))
    assert heard.matter is second
    assert matters.new_code() == 11


@pytest.mark.parametrize(("first", "second"), [(5, 5), (5, 7)])
def test_the_newest_is_the_one_that_was_asked_last(
    matters: Matters, first: float, second: float
) -> None:
    """Whatever their codes are; it may be known before one that was restored. At the same time the order tells."""
    newest = Asked(12, asked_at=second)
    if first != second:
        matters.add(newest)
    matters.add(Asked(31, asked_at=first))
    if first == second:
        matters.add(newest)
    heard = matters.hear(received("yes"))
    assert heard is not None
    assert heard.matter is newest


def test_what_ended_is_known_for_a_day(
    matters: Matters, freezer: FrozenDateTimeFactory
) -> None:
    """Until then its code is told from other texts, and given to nothing else; what has no end is known until it is removed."""
    ended, goes_on = Asked(11, is_open=False), Asked(12)
    matters.add(ended)
    remove = matters.add(goes_on)
    ended.ended_at = time.monotonic()
    freezer.tick(timedelta(seconds=KNOWN_FOR - 1))
    third = Asked(13)
    matters.add(third)
    assert (heard := matters.hear(received("11 yes")))
    assert heard.matter is ended
    freezer.tick(1)
    matters.add(Asked(14))
    assert matters.hear(received("11 yes")) is None
    assert (heard := matters.hear(received("12 yes")))
    assert heard.matter is goes_on
    assert KNOWN_FOR == 86400
    remove()


@pytest.mark.parametrize(
    ("numbers", "shows"),
    [([SARA], True), ([OMID], False), ([OMID, SARA], True), ([], False)],
)
def test_a_code_is_shown_to_who_may_have_something_else_to_answer(
    matters: Matters, numbers: list[str], shows: bool
) -> None:
    """All others see the text alone."""
    matters.add(Asked(11))
    mine = Asked(12)
    matters.add(mine)
    assert matters.must_show_code(numbers, besides=mine) is shows
    assert matters.must_show_code(numbers, besides=None) is shows


def test_no_code_is_shown_for_itself_or_for_what_is_over(matters: Matters) -> None:
    """There is only one then."""
    first, mine = Asked(11), Asked(12)
    matters.add(mine)
    assert not matters.must_show_code([SARA], besides=mine)
    assert matters.must_show_code([SARA], besides=None)
    matters.add(first)
    assert matters.must_show_code([SARA], besides=mine)
    first.open = False
    assert not matters.must_show_code([SARA], besides=mine)


def test_an_answer_is_awaited_over_the_account_that_asks(matters: Matters) -> None:
    """As long as one of all is waited for."""
    assert not matters.is_answer_awaited(ENTRY)
    first, second = Asked(11), Asked(12)
    matters.add(first)
    matters.add(second)
    assert matters.is_answer_awaited(ENTRY)
    assert not matters.is_answer_awaited(OTHER_ENTRY)
    first.open = False
    assert matters.is_answer_awaited(ENTRY)
    second.open = False
    assert not matters.is_answer_awaited(ENTRY)


async def test_all_accounts_have_the_same(hass: HomeAssistant) -> None:
    """A code must not mean two things."""
    assert matters_of(hass) is matters_of(hass)
