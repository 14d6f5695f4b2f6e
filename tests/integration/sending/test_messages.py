"""What a message knows of itself: its size, its cost, how the gateway is called for it, and how it comes back from the ledger."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.payamak.account.account import Account
from custom_components.payamak.ledger import Text
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.sending.message import (
    Message,
    PatternSms,
    Size,
    Sms,
    message_of,
    titled,
)
from tests.integration.conftest import LINE, OMID, OTHER_LINE, SARA
from tests.integration.story.rows import content

TO_SARA = (Recipient(number=SARA),)
PATTERN = 1234


class _Client:
    """Notes each call of the gateway, and gives what it was called with in the place of receipts."""

    async def send_sms(
        self, numbers: Sequence[str], text: str, line: str, *, flash: bool
    ) -> tuple[Any, ...]:
        return tuple(numbers), text, line, flash

    async def send_pattern(
        self, number: str, pattern_id: int, variables: Sequence[str]
    ) -> tuple[Any, ...]:
        return number, pattern_id, tuple(variables)


class _Account:
    """An account with a usual line."""

    sender = LINE
    client = _Client()


def account() -> Account:
    """Give an account that calls no gateway."""
    return cast("Account", _Account())


async def called(message: Message, *numbers: str) -> Any:
    """Give what the gateway is called with."""
    return await message.call(account(), numbers)


def sms(text: str = "سلام", **how: Any) -> Sms:
    """Give a text to Sara."""
    return Sms(recipients=TO_SARA, text=text, **how)


def pattern(*variables: str, **how: Any) -> PatternSms:
    """Give a pattern for Sara."""
    return PatternSms(
        recipients=TO_SARA, pattern_id=PATTERN, variables=variables, **how
    )


def test_a_title_is_a_line_of_its_own() -> None:
    """An SMS has no other place for it."""
    assert titled("text", "Title") == "Title\ntext"
    assert titled("text", "") == titled("text", None) == "text"


def test_a_size_is_that_of_all_recipients() -> None:
    """What is not known of one is not known of many."""
    assert Size(parts=2, tariff_units=4).times(3) == Size(parts=6, tariff_units=12)
    assert Size(parts=2, tariff_units=None).times(3) == Size(parts=6, tariff_units=None)


def test_the_cost_is_known_with_the_price_and_the_size() -> None:
    """Not with one of them alone."""
    known, unknown = (
        Size(parts=2, tariff_units=3),
        Size(parts=2, tariff_units=None),
    )
    assert known.cost(Decimal(1730)) == 5190
    assert known.cost(Decimal(0)) == 0
    assert known.cost(None) is None
    assert unknown.cost(Decimal(1730)) is None


@pytest.mark.parametrize(
    ("text", "parts", "units"),
    [("آ" * 70, 1, 1), ("آ" * 71, 2, 2), ("a" * 160, 1, 2), ("a" * 161, 2, 4)],
)
def test_a_text_is_measured_in_its_own_letters(
    text: str, parts: int, units: int
) -> None:
    """A Latin part holds more, and costs about twice as much."""
    assert sms(text).measure() == Size(parts=parts, tariff_units=units)


def test_of_a_pattern_one_part_is_known() -> None:
    """Its text stands in the panel, whatever its variables are, and so does its price."""
    assert pattern("x" * 500).measure() == Size(parts=1, tariff_units=None)
    pattern("x" * 5000).check_size()
    assert pattern().known_text is None


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    """Somebody would pay for it."""
    with pytest.raises(ServiceValidationError) as raised:
        sms(text).check()
    assert raised.value.translation_key == "empty_message"
    sms(f"{text}.").check()


def test_a_text_is_as_long_as_its_sender_pays_for() -> None:
    """Ten parts, unless it is said otherwise."""
    sms("آ" * 670).check_size()
    sms("آ" * 671, max_parts=11).check_size()
    with pytest.raises(ServiceValidationError) as raised:
        sms("آ" * 671).check_size()
    assert raised.value.translation_key == "too_many_parts"
    assert raised.value.translation_placeholders == {"parts": "11", "max_parts": "10"}
    with pytest.raises(ServiceValidationError):
        sms("آ" * 71, max_parts=1).check_size()


def test_a_variable_with_a_semicolon_is_refused() -> None:
    """It would be two; one such is enough."""
    pattern().check()
    pattern("a", "b").check()
    for variables in (("a;b",), ("a", "b;"), (";", "b")):
        with pytest.raises(ServiceValidationError) as raised:
            pattern(*variables).check()
        assert raised.value.translation_key == "semicolon_in_variable"


async def test_a_text_leaves_over_its_own_line_or_the_usual_one() -> None:
    """With one call for all numbers; whether it flashes is its own choice."""
    assert await called(sms(), SARA, OMID) == ((SARA, OMID), "سلام", LINE, False)
    own = sms(sender=OTHER_LINE, flash=True)
    assert await called(own, SARA) == ((SARA,), "سلام", OTHER_LINE, True)
    assert (sms().line(account()), own.line(account())) == (LINE, OTHER_LINE)
    assert Sms.per_call == 100


async def test_a_pattern_leaves_over_the_shared_line() -> None:
    """With one call for each number."""
    assert await called(pattern("a", "b"), SARA) == [(SARA, PATTERN, ("a", "b"))]
    assert pattern().line(account()) is None
    assert PatternSms.per_call == 1


def test_of_an_action_s_values_those_are_taken_that_a_text_has() -> None:
    """Nobody else's text or recipients, and what is not said stays as usual."""
    chosen = {
        "urgent": True,
        "flash": True,
        "sender": OTHER_LINE,
        "retry_for": 5.0,
        "max_parts": 3,
        "dry_run": True,
        "text": "another",
        "recipients": (),
    }
    made = Sms.of(TO_SARA, "سلام", chosen)
    assert made == sms(
        urgent=True, flash=True, sender=OTHER_LINE, retry_for=5.0, max_parts=3
    )
    usual = Sms.of(TO_SARA, "سلام", {})
    assert (usual.urgent, usual.flash, usual.sender, usual.retry_for) == (
        False,
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    "message",
    [sms(), sms(sender=OTHER_LINE, flash=True), pattern(), pattern("a", "b")],
    ids=["text", "flash", "pattern", "pattern with variables"],
)
async def test_what_the_ledger_gives_back_leaves_as_it_would_have_left(
    message: Message,
) -> None:
    """To whom stands in its rows."""
    kept = content(1, message.known_text, **message.how)
    again = message_of(kept)
    assert again.recipients == ()
    assert await called(again, SARA) == await called(message, SARA)
    again.check()


def test_what_was_begun_is_not_too_large_later() -> None:
    """Whoever sent it has agreed to more than ten parts."""
    text = Text(key=1, text="آ" * 671, parts=11, cost=None)
    message_of(text).check_size()
