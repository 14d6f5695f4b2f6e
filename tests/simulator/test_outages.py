"""Outages: when the gateway is away, and what a call then meets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import Account, Away, Gateway, Outage
from simulator.faults import Code

from .conftest import LINE, NOW, Caller, arrived

MINUTE = timedelta(minutes=1)


def on_at(outage: Outage, *minutes: float) -> list[bool]:
    """Tell at which minutes from now an outage is on."""
    return [outage.is_on(NOW + each * MINUTE) for each in minutes]


def test_outage_without_an_end_lasts() -> None:
    """Outage without an end lasts."""
    outage = Outage(Away.HANG, NOW + MINUTE)
    assert on_at(outage, 0, 0.99, 1, 10**6) == [False, False, True, True]
    assert outage.period(NOW) == (NOW + MINUTE, None)


def test_outage_ends_after_its_time() -> None:
    """Begin belongs to it, and end does not."""
    outage = Outage(Away.HANG, NOW + MINUTE, MINUTE)
    assert on_at(outage, 0.99, 1, 1.99, 2, 3) == [False, True, True, False, False]
    assert outage.period(NOW) == (NOW + MINUTE, NOW + 2 * MINUTE)
    assert outage.period(NOW + 2 * MINUTE) is None


def test_outage_comes_again_and_again() -> None:
    """Outage comes again and again."""
    outage = Outage(Away.HANG, NOW, MINUTE, every=3 * MINUTE)
    assert on_at(outage, -1, 0, 1, 2.99, 3, 4, 300, 301) == [
        False,
        True,
        False,
        False,
        True,
        False,
        True,
        False,
    ]
    assert outage.period(NOW + MINUTE) == (NOW + 3 * MINUTE, NOW + 4 * MINUTE)


def test_outage_comes_a_number_of_times() -> None:
    """Outage comes a number of times."""
    outage = Outage(Away.HANG, NOW, MINUTE, every=3 * MINUTE, times=2)
    assert on_at(outage, 0, 3, 3.99, 4, 6) == [True, True, True, False, False]
    assert outage.period(NOW + 3.99 * MINUTE) is not None
    assert outage.period(NOW + 4 * MINUTE) is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lasts": timedelta()}, "lasts must be more than 0"),
        ({"every": MINUTE}, "every must be longer"),
        ({"every": MINUTE, "lasts": MINUTE}, "every must be longer"),
        ({"times": 2}, "times must be 1 or more"),
        ({"times": 0, "every": 2 * MINUTE, "lasts": MINUTE}, "times must be 1 or more"),
        ({"kind": Away.REFUSE, "processed": True}, "a refused connection carries no"),
        ({"status": 404}, "status must be one of 500, 502, 503, 504"),
    ],
)
def test_senseless_outage_is_refused(settings: Any, message: str) -> None:
    """Senseless outage is refused."""
    with pytest.raises(ValueError, match=message):
        Outage(**{"kind": Away.HANG, "begins": NOW} | settings)


@pytest.mark.parametrize(
    ("status", "content_type", "words"),
    [
        (500, "application/json", '"ExceptionType"'),
        (502, "text/html", "<h1>502</h1>"),
        (503, "text/html", "<h1>503</h1>"),
        (504, "text/html", "<h1>504</h1>"),
    ],
)
@pytest.mark.parametrize("processed", [False, True])
async def test_every_call_is_answered_with_an_error(
    *,
    caller: Caller,
    gateway: Gateway,
    status: int,
    content_type: str,
    words: str,
    processed: bool,
) -> None:
    """Every call is answered with an error, until the outage is over by the gateway's clock."""
    await gateway.go_away(Away.ERRORS, lasts=MINUTE, status=status, processed=processed)
    for _ in range(2):
        response = await caller.post(
            "SendSMS", to="09121234567", text="سلام", **{"from": LINE}
        )
        assert (response.status, response.content_type) == (status, content_type)
        assert words in await response.text()
    assert len(arrived(gateway)) == 2 * processed
    gateway.advance(MINUTE)
    assert (await caller.send())["RetStatus"] == 1
    assert list(gateway.outages) == []


async def test_errors_are_the_html_of_503_unless_said_otherwise(
    caller: Caller, gateway: Gateway
) -> None:
    """Errors are the HTML of 503 unless said otherwise."""
    await gateway.go_away(Away.ERRORS)
    response = await caller.post("GetCredit")
    assert (response.status, response.content_type) == (503, "text/html")


@pytest.mark.parametrize("processed", [False, True])
async def test_call_is_taken_and_never_answered(
    caller: Caller, gateway: Gateway, processed: bool
) -> None:
    """What was processed is on the phone and in the sent box, though nobody was told."""
    await gateway.go_away(Away.HANG, processed=processed)
    with pytest.raises(TimeoutError):
        await caller.send_briefly()
    assert len(arrived(gateway)) == processed
    (call,) = gateway.calls
    assert call.processed is processed
    await gateway.come_back()
    assert await caller.value("GetCredit") == str(1000 - processed)
    reply = await caller("GetMessages", location="2", index="0", count="10")
    assert [row["RecCount"] for row in reply["Data"]] == [1] * processed


async def test_planned_faults_come_after_the_outage(
    caller: Caller, gateway: Gateway
) -> None:
    """A gateway that is away has no other faults."""
    gateway.fault("SendSMS", Code(6))
    await gateway.go_away(Away.ERRORS, lasts=MINUTE)
    assert (await caller.post("SendSMS")).status == 503
    await gateway.come_back()
    assert (await caller.send())["Value"] == "6"
    assert (await caller.send())["RetStatus"] == 1


async def test_outage_begins_later_and_comes_again(
    caller: Caller, gateway: Gateway
) -> None:
    """Outage begins later and comes again."""
    await gateway.go_away(
        Away.ERRORS, start_in=MINUTE, lasts=MINUTE, every=3 * MINUTE, times=2
    )
    outages = gateway.outages
    seen = []
    for _ in range(7):
        seen.append((await caller.post("GetCredit")).status)
        assert (outages.present is not None) is (seen[-1] == 503)
        gateway.advance(MINUTE)
    assert seen == [200, 503, 200, 200, 503, 200, 200]
    assert outages.next_change is None


async def test_next_change_is_the_earliest_of_all(
    gateway: Gateway, account: Account
) -> None:
    """Next change is the earliest of all."""
    await gateway.go_away(Away.HANG, start_in=5 * MINUTE)
    await gateway.go_away(Away.ERRORS, start_in=MINUTE, lasts=2 * MINUTE)
    assert gateway.outages.present is None
    assert gateway.outages.until is None
    assert gateway.outages.next_change == NOW + MINUTE
    gateway.advance(MINUTE)
    assert gateway.outages.next_change == gateway.outages.until == NOW + 3 * MINUTE
    gateway.advance(2 * MINUTE)
    assert gateway.outages.next_change == NOW + 5 * MINUTE
    gateway.advance(2 * MINUTE)
    assert gateway.outages.present is not None
    assert gateway.outages.until is None
    assert gateway.outages.next_change is None


async def test_reset_ends_outages(caller: Caller, gateway: Gateway) -> None:
    """Reset ends outages."""
    await gateway.go_away(Away.ERRORS)
    gateway.reset()
    assert (await caller.post("GetCredit")).status == 200


async def test_connections_are_not_refused_without_a_listener(
    caller: Caller, gateway: Gateway
) -> None:
    """A reset connection in its place would tell the client something else."""
    with pytest.raises(ValueError, match="Without a Listener"):
        await gateway.go_away(Away.REFUSE)
    assert await caller.value("GetCredit") == "1000"


def test_times_of_another_zone_are_the_same_times() -> None:
    """Begin and now may be in different zones."""
    begins = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert Outage(Away.HANG, begins, MINUTE).is_on(begins.astimezone())
