"""Phones that answer by themselves: what they write, to which texts, when, and how often."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
import pytest

from simulator import Account, Answer, Delivery, Gateway, create_app

from .conftest import LINE, NOW, Caller, Listener, Web, control, until

MOTHER, SARA = "09121234567", "09350000000"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def operator(gateway: Gateway) -> None:
    """Let an SMS take four seconds, and the operator try for a minute."""
    gateway.delivery_time = 4 * SECOND
    gateway.validity = 60 * SECOND


def came(account: Account) -> list[tuple[str, str, float]]:
    """Give what came in: who wrote what, and how many seconds after the beginning."""
    return [
        (each.sender, each.text, (each.at - NOW).total_seconds())
        for each in account.received
    ]


async def test_answer_is_an_sms_to_the_line_that_asked(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """It comes some seconds after the SMS reached the phone, with an id of its own."""
    account.lines = ["3000505", LINE]
    gateway.change_phone(MOTHER, answer=Answer("ok", after=5 * SECOND))
    await caller.send(MOTHER, line="3000505")
    gateway.advance(9 * SECOND - timedelta(microseconds=1))
    assert account.received == []
    gateway.advance(timedelta(microseconds=1))
    [row] = (await caller("GetMessages", location="1", index="0", count="10"))["Data"]
    assert (row["Sender"], row["Receiver"], row["Body"]) == (
        "9121234567",
        "3000505",
        "ok",
    )
    assert row["MsgID"] > account.sent[0].msg_id
    assert came(account) == [("9121234567", "ok", 9)]


async def test_answer_keeps_its_moment_when_the_clock_jumps(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Those of one jump come in the order of their moments."""
    gateway.change_phone(MOTHER, answer=Answer("late", after=30 * SECOND))
    gateway.change_phone(SARA, answer=Answer("soon", after=2 * SECOND))
    await caller.send(f"{MOTHER},{SARA}")
    gateway.advance(timedelta(hours=1))
    assert came(account) == [("9350000000", "soon", 6), ("9121234567", "late", 34)]
    first, second = account.received
    assert first.msg_id < second.msg_id


@pytest.mark.parametrize(
    ("contains", "text", "answered"),
    [
        (None, "anything", True),
        ("alarm", "The ALARM rings", True),
        ("Alarm", "alarm", True),
        ("alarm", "all is quiet", False),
        ("آتش", "آتش در آشپزخانه", True),
    ],
)
async def test_it_answers_texts_that_contain_something(
    caller: Caller,
    gateway: Gateway,
    account: Account,
    contains: str | None,
    text: str,
    answered: bool,
) -> None:
    """Capitals are no difference."""
    gateway.change_phone(MOTHER, answer=Answer("ok", contains=contains))
    await caller.send(MOTHER, text)
    gateway.advance(4 * SECOND)
    assert len(account.received) == answered


async def test_it_answers_some_times_only(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Texts that it doesn't answer don't count; those that came first are answered first."""
    answer = Answer("ok", contains="?", times=2)
    gateway.change_phone(MOTHER, answer=answer)
    phone = gateway.phone(MOTHER)
    for text in ("first?", "no question", "second?", "third?"):
        await caller.send(MOTHER, text)
        assert phone.answer
        assert phone.answer.times == 2
        gateway.advance(SECOND)
    gateway.advance(SECOND)
    assert phone.answer
    assert phone.answer.times == 1
    gateway.advance(timedelta(hours=1))
    assert [at for _, _, at in came(account)] == [4, 6]
    assert phone.answer is None
    # The rule that was given can be given again.
    assert answer.times == 2


async def test_the_earlier_sms_is_answered_though_it_was_sent_later(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """The order is that in which they reached the phone."""
    gateway.change_phone(MOTHER, answer=Answer("ok", times=1))
    await caller.send(MOTHER, "slow")
    gateway.delivery_time = SECOND
    await caller.send(MOTHER, "quick")
    gateway.advance(timedelta(hours=1))
    assert [at for _, _, at in came(account)] == [1]


@pytest.mark.parametrize(
    "outcome", [each for each in Delivery if each != Delivery.DELIVERED]
)
async def test_what_does_not_arrive_is_not_answered(
    caller: Caller, gateway: Gateway, account: Account, outcome: int
) -> None:
    """Nobody read it."""
    gateway.change_phone(MOTHER, answer=Answer("ok"))
    gateway.set_outcome(MOTHER, outcome)
    await caller.send(MOTHER)
    gateway.advance(timedelta(days=2))
    assert account.received == []


async def test_a_phone_that_is_off_answers_when_it_is_on(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """What the operator gave up is never answered."""
    gateway.change_phone(MOTHER, on=False, answer=Answer("ok", after=5 * SECOND))
    await caller.send(MOTHER)
    gateway.advance(timedelta(hours=1))
    assert account.received == []
    await caller.send(MOTHER)
    gateway.advance(10 * SECOND)
    gateway.change_phone(MOTHER, on=True)
    gateway.advance(10 * SECOND)
    assert [at for _, _, at in came(account)] == [3615]


async def test_an_answer_waits_in_a_phone_that_is_switched_off(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """It leaves at once when the phone is on again."""
    gateway.change_phone(MOTHER, answer=Answer("ok", after=5 * SECOND))
    await caller.send(MOTHER)
    gateway.advance(6 * SECOND)
    gateway.change_phone(MOTHER, on=False)
    assert gateway.answering.next_moment is None
    gateway.advance(60 * SECOND)
    assert account.received == []
    gateway.change_phone(MOTHER, on=True)
    gateway.advance(timedelta())
    assert [at for _, _, at in came(account)] == [66]


async def test_a_new_rule_holds_for_what_is_on_the_way(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """What arrived before stays unanswered, and an answer that was not yet sent never is."""
    await caller.send(MOTHER, "arrives before")
    gateway.advance(4 * SECOND)
    await caller.send(MOTHER, "on the way")
    gateway.change_phone(MOTHER, answer=Answer("ok", after=5 * SECOND))
    gateway.advance(5 * SECOND)
    gateway.change_phone(MOTHER, answer=Answer("better", after=5 * SECOND))
    await caller.send(MOTHER, "again")
    gateway.advance(timedelta(hours=1))
    assert came(account) == [("9121234567", "better", 18)]


async def test_rule_can_be_taken_away(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Name and switch stay as they are."""
    gateway.change_phone(MOTHER, name="Mother", answer=Answer("ok", after=SECOND))
    await caller.send(MOTHER)
    gateway.advance(4 * SECOND)
    phone = gateway.change_phone(MOTHER, answer=None)
    assert (phone.name, phone.is_on, phone.answer) == ("Mother", True, None)
    gateway.advance(timedelta(hours=1))
    assert account.received == []


async def test_answer_to_a_line_that_is_nobodys_is_lost(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """The shared service line takes none, and an own line may be given up."""
    account.shared_line, account.patterns = "90000", {7: 1}
    gateway.change_phone(MOTHER, answer=Answer("ok"))
    await caller("BaseServiceNumber", to=MOTHER, text="1234", bodyId="7")
    await caller.send(MOTHER)
    account.lines.clear()
    gateway.advance(4 * SECOND)
    assert account.received == []
    assert gateway.phone(MOTHER).messages[0].delivered


async def test_what_the_clock_brought_comes_before_what_is_written_now(
    freezer: FrozenDateTimeFactory,
) -> None:
    """Where the clock was moved without a word to the gateway."""
    gateway = Gateway(clock=lambda: datetime.now(NOW.tzinfo))
    account = gateway.add_account("sara", "secret", lines=[LINE])
    gateway.change_phone(MOTHER, answer=Answer("first"))
    gateway.send_from_panel(LINE, "question", [MOTHER])
    freezer.tick(60)
    gateway.receive(LINE, SARA, "second")
    assert [each.text for each in account.received] == ["first", "second"]


@pytest.mark.parametrize("way", ["call", "settle"])
async def test_clock_that_is_moved_from_outside_is_followed(
    web: Web,
    caller: Caller,
    gateway: Gateway,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    """The next call finds what came meanwhile, and so does who waits for the gateway."""
    gateway.change_phone(MOTHER, answer=Answer("ok"))
    await caller.send(MOTHER)
    monkeypatch.setattr(gateway, "_clock", lambda: NOW + 10 * SECOND)
    if way == "call":
        rows = await caller("GetMessages", location="1", index="0", count="1")
        assert [row["Body"] for row in rows["Data"]] == ["ok"]
    else:
        await gateway.settle()
        assert came(account) == [("9121234567", "ok", 4)]


async def test_answer_rings_the_push_address_by_itself(listener: Listener) -> None:
    """Where the clock runs, nobody has to call for it."""
    gateway = Gateway()
    gateway.delivery_time = SECOND / 20
    account = gateway.add_account("sara", "secret", lines=[LINE])
    account.push_url = listener.url
    async with TestServer(create_app(gateway)):
        gateway.change_phone(MOTHER, answer=Answer("ok", after=SECOND / 20))
        gateway.send_from_panel(LINE, "question", [MOTHER])
        await until(lambda: bool(listener.queries), 0.01)
    assert listener.queries == [{"to": LINE, "body": "ok", "from": "9121234567"}]
    [answer] = account.received
    assert answer.at - account.sent[0].at == SECOND / 10


async def test_server_follows_the_clock(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Where an answer takes no time, it comes without a further call."""
    gateway.delivery_time = timedelta()
    gateway.change_phone(MOTHER, answer=Answer("ok"))
    await caller.send(MOTHER)
    await until(lambda: bool(account.received))


async def test_clock_that_stands_still_is_not_watched_without_a_pause(
    web: Web, caller: Caller, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due in less than a moment waits for one."""
    looks = 0
    look = gateway.answering.catch_up

    def count() -> None:
        nonlocal looks
        looks += 1
        look()

    gateway.delivery_time = timedelta(microseconds=1)
    gateway.change_phone(MOTHER, answer=Answer("ok"))
    await caller.send(MOTHER)
    monkeypatch.setattr(gateway.answering, "catch_up", count)
    for _ in range(200):
        await caller.web.get("/control/nothing")
        if looks > 3:
            break
    assert looks < 200


async def test_rule_is_given_and_shown_by_the_control_api(
    web: Web, caller: Caller, gateway: Gateway, account: Account
) -> None:
    """A demonstration in another process does so."""
    rule: dict[str, Any] = {
        "text": "ok",
        "after": 1.5,
        "contains": "alarm",
        "times": 3,
    }
    shown = await control(web, "PATCH", f"phones/{MOTHER}", {"answer": rule})
    assert shown["answer"] == rule
    await caller.send(MOTHER, "alarm")
    await control(web, "POST", "clock", {"advance": 5.5})
    assert came(account) == [("9121234567", "ok", 5.5)]
    state = await control(web, "GET", "state")
    assert state["phones"][0]["answer"] == rule | {"times": 2}
    short = await control(web, "PATCH", f"phones/{MOTHER}", {"answer": {"text": "yes"}})
    assert short["answer"] == {
        "text": "yes",
        "after": 0,
        "contains": None,
        "times": None,
    }
    gone = await control(web, "PATCH", f"phones/{MOTHER}", {"answer": None})
    assert gone["answer"] is None


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("ok", "answer: must be an object"),
        ({}, "answer: text: must be a text"),
        ({"text": " "}, "answer: text must not be empty"),
        ({"text": "ok", "after": -1}, "answer: after: must be between 0 and"),
        ({"text": "ok", "times": 0}, "answer: times must be 1 or more"),
        ({"text": "ok", "times": 1.5}, "answer: times: must be a whole number"),
        ({"text": "ok", "contains": ""}, "answer: contains: must be a text"),
        ({"text": "ok", "to": "x"}, "An answer has no to"),
    ],
)
async def test_what_is_no_rule_is_refused(
    web: Web, gateway: Gateway, answer: object, message: str
) -> None:
    """With a message that says why, and nothing of it is done."""
    document = {"name": "Mother", "on": False, "answer": answer}
    refused = await control(web, "PATCH", f"phones/{MOTHER}", document, 400)
    assert message in refused["error"]
    assert gateway.phones == {}


def test_time_before_the_sms_is_no_time_for_an_answer() -> None:
    """In Python, where nothing else looks at it."""
    with pytest.raises(ValueError, match="after must be 0 or more"):
        Answer("ok", after=-SECOND)


async def test_phones_of_the_start_are_there_again_after_a_reset(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """As they were at the start, whatever happened to them; others are forgotten."""
    gateway.add_phones(
        {
            "+98 912 123 4567": {"name": "Mother", "answer": Answer("ok", times=1)},
            SARA: {"name": "Sara", "on": False},
        }
    )
    for _ in range(2):
        mother, sara = gateway.phones.values()
        assert (mother.number, mother.name, mother.is_on) == (MOTHER, "Mother", True)
        assert mother.answer == Answer("ok", times=1)
        assert (sara.name, sara.is_on, sara.answer) == ("Sara", False, None)
        await caller.send(f"{MOTHER},{SARA},09370000000")
        gateway.advance(4 * SECOND)
        assert came(account) == [("9121234567", "ok", 4)]
        gateway.change_phone(SARA, name="Omid", on=True, answer=Answer("no"))
        await caller.send(SARA)
        gateway.reset()
        account.received.clear()
    gateway.advance(timedelta(hours=1))
    assert account.received == []
