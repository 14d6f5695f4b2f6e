"""What an error says about the gateway, and the gaps between the questions while it is away."""

from random import Random

import pytest

from custom_components.payamak.account.connection import Connection, News, news_of
from custom_components.payamak.gateway import (
    AddressError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    LoginInDoubtError,
    RejectedError,
    TemporaryError,
    UncertainError,
    UnreachableError,
)

MINUTE = 60


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(
    ("error", "news"),
    [
        (UnreachableError("unreachable"), News.NOTHING_LEAVES),
        (LoginInDoubtError("login_in_doubt"), News.NONE),
        (CredentialsError("wrong_credentials", 0), News.ANSWER),
        (AddressError("address_blocked", 108), News.ANSWER),
        (RejectedError("invalid_request", 35), News.ANSWER),
        (TemporaryError("gateway_updating", 6), News.ANSWER),
        (UncertainError("internal_error", -6), News.ANSWER),
        (UncertainError("not_sent", 11), News.ANSWER),
    ],
    ids=str,
)
def test_what_an_error_says_whoever_met_it(
    error: GatewayError, news: News, *, counts: bool
) -> None:
    """A code is an answer, also one that says no."""
    assert news_of(error, counts=counts) is news


@pytest.mark.parametrize(
    "error",
    [
        UncertainError("no_answer"),
        UncertainError("connection_lost"),
        UncertainError("server_fault"),
        BadReplyError("unreadable_reply"),
        BadReplyError("redirected"),
        BadReplyError("reply_too_large"),
    ],
    ids=str,
)
def test_silence_of_one_method_says_nothing_of_the_others(error: GatewayError) -> None:
    """But the credit is told by every panel, and messages must not be wasted."""
    assert news_of(error, counts=True) is News.NO_ANSWER
    assert news_of(error, counts=False) is News.NONE


def lost(news: News) -> Connection:
    """Give a connection that was lost just now."""
    connection = Connection()
    assert not connection.is_away
    connection.lose(news, "no_answer", 1000.0)
    assert connection.is_away
    return connection


def test_gaps_double_up_to_a_quarter_of_an_hour() -> None:
    """Without jitter."""
    connection = lost(News.NO_ANSWER)
    gaps = [connection.next_gap(lambda low, high: 1.0) for _ in range(8)]
    assert gaps == [30, 60, 120, 240, 480, 900, 900, 900]


@pytest.mark.parametrize(("end", "first"), [(min, 24), (max, 42)])
def test_jitter_spreads_the_gaps_within_its_bounds(
    end: type[min | max],  # type: ignore[valid-type] # both are functions
    first: float,
) -> None:
    """The longest gap is a quarter of an hour all the same."""
    connection = lost(News.NO_ANSWER)
    gaps = [connection.next_gap(end) for _ in range(100)]
    assert gaps[:3] == pytest.approx([first, 2 * first, 4 * first])
    assert max(gaps) <= 15 * MINUTE
    assert gaps[-1] == pytest.approx(768 if end is min else 900)


def test_gaps_are_short_and_alike_while_nothing_can_leave() -> None:
    """It shall be in use within half a minute after it is back, however long it was away."""
    connection = lost(News.NOTHING_LEAVES)
    gaps = [connection.next_gap(Random(7).uniform) for _ in range(3)]
    random = Random(8)
    gaps += [connection.next_gap(random.uniform) for _ in range(500)]
    assert min(gaps) >= 20
    assert max(gaps) <= 30
    assert max(gaps) - min(gaps) > 9
    assert connection.gaps == 0


def test_what_the_error_was_last_decides_about_the_gaps() -> None:
    """The time at which it was lost stays, and the gaps for a gateway that hangs go on where they were."""
    connection = lost(News.NO_ANSWER)
    assert [connection.next_gap(lambda *_: 1.0) for _ in range(2)] == [30, 60]
    connection.lose(News.NOTHING_LEAVES, "unreachable", 2000.0)
    assert connection.next_gap(max) == 30
    connection.lose(News.NO_ANSWER, "no_answer", 3000.0)
    assert connection.next_gap(lambda *_: 1.0) == 120
    assert (connection.since, connection.reason) == (1000.0, "no_answer")


@pytest.mark.parametrize("news", [News.NO_ANSWER, News.NOTHING_LEAVES])
def test_a_restart_goes_on_where_it_was(news: News) -> None:
    """And begins anew where nothing was kept."""
    connection = lost(news)
    connection.next_gap(max)
    assert Connection.from_fact(connection.as_fact()) == connection
    assert Connection.from_fact(None) == Connection()
