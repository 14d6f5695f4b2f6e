"""What holds the outbox up, for how long, and what ends it: by a clock that the tests set."""

from collections.abc import Callable
from decimal import Decimal
import logging
import random
from typing import override

import pytest

from custom_components.payamak.gateway import (
    AddressError,
    CredentialsError,
    CreditError,
    GatewayError,
    MessageError,
    TemporaryError,
    UncertainError,
    UpdatingError,
    WaitError,
)
from custom_components.payamak.ledger import LedgerClock
from custom_components.payamak.sending.holds import Holds
from tests.integration.story.rows import content

USUAL = content()
URGENT = content(urgent=True)
BUSY = TemporaryError("word", 6)


class Clock(LedgerClock):
    """A clock that the test sets."""

    def __init__(self) -> None:
        """Begin at some time."""
        self.time = 1000.0

    @override
    def now(self) -> float:
        return self.time


@pytest.fixture(name="clock")
def clock_fixture(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock; chance does nothing."""
    monkeypatch.setattr(random, "uniform", lambda _low, _high: 1.0)
    return Clock()


@pytest.fixture(name="holds")
def holds_fixture(clock: Clock) -> Holds:
    """Give the holds of an outbox whose last call was accepted."""
    return Holds(clock)


def test_nothing_is_held_up_at_the_start(holds: Holds) -> None:
    """Everything may leave."""
    assert (holds.goes_on, holds.reason, holds.seconds_left) == (None, None, None)
    assert holds.lets_pass(USUAL)
    assert not holds.end()


def test_a_hold_ends_with_its_time_and_not_before(holds: Holds, clock: Clock) -> None:
    """Why it was held up is known until something was accepted, as the next try may show the same."""
    assert holds.heed([BUSY])
    for passed, left in ((0, 30), (29, 1)):
        clock.time = 1000.0 + passed
        assert not holds.lets_pass(USUAL)
        assert holds.seconds_left == left
    clock.time = 1030.0
    assert holds.lets_pass(USUAL)
    assert holds.seconds_left is None
    assert holds.reason == "word"
    assert holds.end()
    assert holds.reason is None


@pytest.mark.parametrize(("chosen", "seconds"), [(min, 24), (max, 42)])
def test_chance_keeps_homes_from_asking_at_the_same_moment(
    holds: Holds,
    monkeypatch: pytest.MonkeyPatch,
    chosen: Callable[[float, float], float],
    seconds: float,
) -> None:
    """A fifth earlier, or two fifths later."""
    monkeypatch.setattr(random, "uniform", chosen)
    holds.heed([BUSY])
    assert holds.seconds_left == pytest.approx(seconds)


def test_an_urgent_one_is_tried_in_a_hold_once_a_minute(
    holds: Holds, clock: Clock
) -> None:
    """Others are not."""
    holds.heed([WaitError("word")])
    assert holds.lets_pass(URGENT)
    holds.note_try()
    for passed, may_leave in ((0, False), (59, False), (60, True), (61, True)):
        clock.time = 1000.0 + passed
        assert holds.lets_pass(URGENT) is may_leave
        assert not holds.lets_pass(USUAL)


def test_a_call_before_the_hold_is_no_try(holds: Holds) -> None:
    """An alarm need not wait for a minute after it."""
    holds.note_try()
    holds.heed([WaitError("word")])
    assert holds.lets_pass(URGENT)


@pytest.mark.parametrize("errors", [[], [None], [None, MessageError("word")]])
def test_what_is_of_a_message_alone_holds_nothing_up(
    holds: Holds, errors: list[GatewayError | None]
) -> None:
    """Nor does what was accepted."""
    assert not holds.heed(errors)
    assert holds.goes_on is None


def test_one_error_of_a_call_is_enough(holds: Holds) -> None:
    """The others of it may have been accepted, or be wrong by themselves."""
    assert holds.heed([None, MessageError("no"), UncertainError("word"), None])
    assert holds.reason == "word"


def test_trouble_that_goes_on_is_waited_out_longer(holds: Holds, clock: Clock) -> None:
    """Also where it began with a disk that takes nothing."""
    holds.wait_for_disk()
    assert (holds.reason, holds.seconds_left) == ("not_stored", 30)
    assert not holds.lets_pass(USUAL)
    for seconds in (60, 120):
        clock.time += 1000
        holds.heed([BUSY])
        assert holds.seconds_left == seconds


def test_more_credit_ends_a_hold_for_the_credit(holds: Holds) -> None:
    """The same credit, or less, would not be enough again."""
    holds.credit_is(Decimal(5))
    holds.heed([CreditError("word")])
    for credit in (5, 4, 4):
        assert not holds.credit_is(Decimal(credit))
        assert holds.goes_on
    assert holds.credit_is(Decimal(5))
    assert holds.goes_on is None


def test_the_first_credit_that_is_known_is_not_more(holds: Holds) -> None:
    """Nobody knows with how much the message was refused."""
    holds.heed([CreditError("word")])
    assert not holds.credit_is(Decimal(5))
    assert holds.goes_on


@pytest.mark.parametrize("error", [AddressError, CredentialsError])
def test_any_credit_shows_that_the_login_and_the_address_are_fine(
    holds: Holds, error: type[GatewayError]
) -> None:
    """Else there would be no answer."""
    holds.heed([error("word")])
    assert holds.credit_is(Decimal(0))
    assert holds.goes_on is None


@pytest.mark.parametrize("error", [WaitError, TemporaryError])
def test_credit_ends_no_other_hold(holds: Holds, error: type[GatewayError]) -> None:
    """A limit of the day goes on, however much it is."""
    holds.heed([error("word")])
    for credit in (1, 2):
        assert not holds.credit_is(Decimal(credit))
    assert holds.goes_on


def test_the_end_of_an_update_ends_its_hold_alone(holds: Holds) -> None:
    """Not that of a limit, of trouble that nobody understands, or of the disk."""
    assert not holds.update_has_ended()
    holds.heed([UpdatingError("word")])
    assert holds.update_has_ended()
    assert holds.goes_on is None
    for error in (WaitError, TemporaryError, UncertainError, CreditError):
        holds.heed([error("word")])
        assert not holds.update_has_ended()
    holds.wait_for_disk()
    assert not holds.update_has_ended()
    assert holds.goes_on


def test_the_log_says_once_that_it_begins(
    holds: Holds, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """And once that it is over, however often it was tried."""
    caplog.set_level(logging.INFO)
    for _ in range(3):
        holds.heed([BUSY])
        clock.time += 1000
    holds.end()
    holds.end()
    assert [record.getMessage() for record in caplog.records] == [
        "What waits is held up: word",
        "What waits is not held up any more",
    ]
