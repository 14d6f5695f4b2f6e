"""Phones that are off: what the operator says about an SMS to them, and what they get later."""

from datetime import timedelta

import pytest

from simulator import Account, Gateway

from .conftest import Caller, Web, control

SARA, OMID = "09121234567", "09350000000"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def operator(gateway: Gateway) -> None:
    """Let an SMS take four seconds, and the operator try for a minute."""
    gateway.delivery_time = 4 * SECOND
    gateway.validity = 60 * SECOND


async def status(caller: Caller, rec_id: str) -> str:
    """Give the delivery status of an SMS."""
    return str(await caller.value("GetDeliveries2", recId=rec_id))


async def test_what_is_sent_to_it_reaches_the_operator_and_then_fails(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """It fails when the operator's time is over, not before."""
    gateway.change_phone(SARA, on=False)
    rec_id = (await caller.send(SARA))["Value"]
    seen = []
    for step in (0, 1, 1, 2, 59, 1):
        gateway.advance(step * SECOND)
        seen.append(await status(caller, rec_id))
    assert seen == ["400", "200", "8", "8", "8", "2"]
    [sms] = gateway.phone(SARA).messages
    assert sms.failed
    assert not sms.delivered
    row = account.sent[0].row()
    assert (row["RecSuccess"], row["RecFailed"]) == (0, 1)
    # What has failed stays so.
    gateway.change_phone(SARA, on=True)
    gateway.advance(timedelta(days=1))
    assert await status(caller, rec_id) == "2"


@pytest.mark.parametrize(("waited", "word"), [(63, "1"), (64, "2"), (65, "2")])
async def test_what_waits_arrives_when_it_is_on_again(
    caller: Caller, gateway: Gateway, waited: int, word: str
) -> None:
    """It arrives as long as the operator tries."""
    gateway.change_phone(SARA, on=False)
    rec_id = (await caller.send(SARA))["Value"]
    gateway.advance(waited * SECOND)
    gateway.change_phone(SARA, on=True)
    assert await status(caller, rec_id) == word
    gateway.change_phone(SARA, on=False)
    gateway.advance(timedelta(days=1))
    assert await status(caller, rec_id) == word


async def test_it_is_on_again_before_the_sms_gets_there(
    caller: Caller, gateway: Gateway
) -> None:
    """Then nothing was ever wrong."""
    gateway.change_phone(SARA, on=False)
    rec_id = (await caller.send(SARA))["Value"]
    gateway.advance(3 * SECOND)
    gateway.change_phone(SARA, on=True)
    assert await status(caller, rec_id) == "8"
    gateway.advance(SECOND)
    assert await status(caller, rec_id) == "1"


async def test_it_is_switched_off_while_the_sms_is_on_the_way(
    caller: Caller, gateway: Gateway
) -> None:
    """In the very moment of arrival, too; what came before stays delivered."""
    before = (await caller.send(SARA))["Value"]
    gateway.advance(SECOND)
    after = (await caller.send(SARA))["Value"]
    other = (await caller.send(OMID))["Value"]
    gateway.advance(4 * SECOND)
    gateway.change_phone(SARA, on=False)
    assert [await status(caller, each) for each in (before, after, other)] == [
        "1",
        "8",
        "1",
    ]


async def test_switching_it_twice_changes_nothing(
    caller: Caller, gateway: Gateway
) -> None:
    """It is off since the first time, and on since the first time."""
    phone = gateway.change_phone(SARA, on=True)
    assert phone.is_on
    gateway.change_phone(SARA, on=False)
    rec_id = (await caller.send(SARA))["Value"]
    gateway.advance(5 * SECOND)
    gateway.change_phone(SARA, on=False)
    gateway.advance(SECOND)
    gateway.change_phone(SARA, on=True)
    gateway.change_phone(SARA, on=True)
    assert phone.is_on
    [sms] = phone.messages
    assert sms.settled_at == sms.at + 6 * SECOND
    assert await status(caller, rec_id) == "1"


@pytest.mark.parametrize("outcome", [0, 3, 8, 16, 300, "strange"])
async def test_another_result_does_not_wait_for_the_phone(
    caller: Caller, gateway: Gateway, outcome: int | str
) -> None:
    """The operator's own word comes when it comes."""
    gateway.set_outcome(SARA, outcome)
    gateway.change_phone(SARA, on=False)
    rec_id = (await caller.send(SARA))["Value"]
    gateway.advance(4 * SECOND)
    assert await status(caller, rec_id) == str(outcome)


async def test_an_sms_keeps_the_time_that_it_was_sent_with(
    caller: Caller, gateway: Gateway
) -> None:
    """Another time holds for what is sent from then on."""
    gateway.change_phone(SARA, on=False)
    before = (await caller.send(SARA))["Value"]
    gateway.validity = timedelta()
    after = (await caller.send(SARA))["Value"]
    gateway.advance(4 * SECOND)
    assert [await status(caller, each) for each in (before, after)] == ["8", "2"]


async def test_it_is_switched_by_the_control_api(
    web: Web, caller: Caller, gateway: Gateway
) -> None:
    """A demonstration in another process does so."""
    await control(web, "PATCH", "settings", {"validity_seconds": 30})
    state = await control(web, "GET", "state")
    assert state["validity_seconds"] == 30
    shown = await control(web, "PATCH", f"phones/{SARA}", {"on": False, "name": "Sara"})
    assert (shown["on"], shown["name"]) == (False, "Sara")
    first = (await caller.send(SARA))["Value"]
    await control(web, "POST", "clock", {"advance": 34})
    assert await status(caller, first) == "2"
    second = (await caller.send(SARA))["Value"]
    await control(web, "POST", "clock", {"advance": 4})
    shown = await control(web, "PATCH", f"phones/{SARA}", {"on": True})
    assert (shown["on"], shown["name"]) == (True, "Sara")
    assert [each["status"] for each in shown["messages"]] == [2, 1]
    assert await status(caller, second) == "1"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"on": "no"}, "on: must be true or false"),
        ({"on": None}, "on: must be true or false"),
        ({"off": True}, "A phone has no off"),
    ],
)
async def test_what_is_no_switch_is_refused(
    web: Web, gateway: Gateway, document: object, message: str
) -> None:
    """With a message that says why."""
    answer = await control(web, "PATCH", f"phones/{SARA}", document, 400)
    assert answer == {"error": message}
    assert gateway.phones == {}
