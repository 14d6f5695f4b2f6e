"""How deliveries progress, and what GetDeliveries2 says about them."""

from datetime import timedelta

import pytest

from simulator import Account, Delivery, Gateway

from .conftest import LINE, Caller

FAILED = [2, 3, 5, 16, 35, 300, 500]


async def test_delivery_progresses_over_time(caller: Caller, gateway: Gateway) -> None:
    """Delivery progresses over time."""
    rec_id = (await caller.send())["Value"]
    seen = []
    for _ in range(5):
        seen.append(await caller.value("GetDeliveries2", recId=rec_id))
        gateway.advance(timedelta(seconds=2))
    assert seen == ["400", "200", "8", "8", "1"]


async def test_time_of_delivery_is_adjustable(caller: Caller, gateway: Gateway) -> None:
    """Time of delivery is adjustable."""
    gateway.delivery_time = timedelta(0)
    rec_id = (await caller.send())["Value"]
    assert await caller.value("GetDeliveries2", recId=rec_id) == "1"
    assert gateway.phone("09121234567").messages[0].delivered


@pytest.mark.parametrize("outcome", [*Delivery, 77, "garbage", ""])
async def test_outcome_can_be_chosen_for_a_phone(
    caller: Caller, gateway: Gateway, outcome: int | str
) -> None:
    """Outcome can be chosen for a phone."""
    gateway.set_outcome("09121234567", outcome)
    rec_id = (await caller.send())["Value"]
    assert await caller.value("GetDeliveries2", recId=rec_id) == "400"
    gateway.advance(timedelta(seconds=8))
    assert await caller.value("GetDeliveries2", recId=rec_id) == str(outcome)
    sms = gateway.phone("09121234567").messages[0]
    assert sms.delivered is (outcome == 1)
    assert sms.failed is (outcome in FAILED)
    gateway.advance(timedelta(days=3))
    assert await caller.value("GetDeliveries2", recId=rec_id) == str(outcome)


async def test_outcome_can_be_chosen_for_one_message(
    caller: Caller, gateway: Gateway
) -> None:
    """Outcome can be chosen for one message."""
    ids = (await caller.send("09121234567,09121234567"))["Value"].split(",")
    gateway.set_outcome(ids[0], Delivery.OPERATOR_NOT_REACHED)
    gateway.advance(timedelta(seconds=8))
    assert [await caller.value("GetDeliveries2", recId=each) for each in ids] == [
        "16",
        "1",
    ]


async def test_outcome_of_a_phone_holds_for_messages_to_come(
    caller: Caller, gateway: Gateway
) -> None:
    """Outcome of a phone holds for messages to come."""
    before = (await caller.send())["Value"]
    gateway.set_outcome("09121234567", 2)
    after = (await caller.send())["Value"]
    gateway.advance(timedelta(seconds=8))
    assert [
        await caller.value("GetDeliveries2", recId=each) for each in (before, after)
    ] == ["1", "2"]


@pytest.mark.parametrize("outcome", [16, 300, 500, 0, -1])
async def test_what_stays_before_the_operator_never_reaches_it(
    caller: Caller, gateway: Gateway, outcome: int
) -> None:
    """What stays before the operator never reaches it."""
    gateway.set_outcome("09121234567", outcome)
    rec_id = (await caller.send())["Value"]
    gateway.advance(timedelta(seconds=6))
    assert await caller.value("GetDeliveries2", recId=rec_id) == "200"


@pytest.mark.parametrize("rec_id", ["", "x", "1234567890123456789", "1,2", "1.7e18"])
async def test_unknown_id_has_the_unknown_status(caller: Caller, rec_id: str) -> None:
    """Unknown id has the unknown status."""
    assert await caller.value("GetDeliveries2", recId=rec_id) == "100"


async def test_ids_of_other_accounts_are_unknown(
    caller: Caller, gateway: Gateway
) -> None:
    """Ids of other accounts are unknown."""
    rec_id = (await caller.send())["Value"]
    gateway.add_account("reza", "secret")
    caller.credentials["username"] = "reza"
    assert await caller.value("GetDeliveries2", recId=rec_id) == "100"


async def test_advertising_line_waits_for_the_morning(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Advertising line waits for the morning."""
    account.advertising_lines = [LINE]
    # From 12:45:30 to 22:00:30 in Tehran.
    gateway.advance(timedelta(hours=9, minutes=15))
    evening = (await caller.send())["Value"]
    gateway.advance(timedelta(hours=4))
    night = (await caller.send())["Value"]
    gateway.advance(timedelta(hours=5, minutes=59))
    for rec_id in (evening, night):
        assert await caller.value("GetDeliveries2", recId=rec_id) == "400"
    gateway.advance(timedelta(minutes=1))
    for rec_id in (evening, night):
        assert await caller.value("GetDeliveries2", recId=rec_id) == "1"


async def test_advertising_line_sends_by_day(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Advertising line sends by day."""
    account.advertising_lines = [LINE]
    rec_id = (await caller.send())["Value"]
    gateway.advance(timedelta(seconds=8))
    assert await caller.value("GetDeliveries2", recId=rec_id) == "1"


async def test_ordinary_line_sends_at_night(caller: Caller, gateway: Gateway) -> None:
    """Ordinary line sends at night."""
    gateway.advance(timedelta(hours=14))
    rec_id = (await caller.send())["Value"]
    gateway.advance(timedelta(seconds=8))
    assert await caller.value("GetDeliveries2", recId=rec_id) == "1"


def test_outcome_for_something_unknown_is_an_error(gateway: Gateway) -> None:
    """Outcome for something unknown is an error."""
    with pytest.raises(ValueError, match="Not a mobile number"):
        gateway.set_outcome("1234567890123456789", 2)
