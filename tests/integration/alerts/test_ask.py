"""The action that asks by SMS: what it responds, and when."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
import voluptuous as vol

from simulator import Away, Delivery
from simulator.faults import Reset
from tests.integration.conftest import LINE, OMID, SARA
from tests.integration.inbox.received import arrive
from tests.integration.story.accounts import set_up
from tests.integration.story.automations import automate
from tests.integration.story.outages import without_chance
from tests.integration.story.people import REZA, SECOND_LINE, second_account

from .alarm import MOTHER, SMOKE, Alarm
from .asking import COURIER, YES_OR_NO, Asking


async def test_the_first_answer_is_the_response(alarm: Alarm) -> None:
    """With who wrote it, what it means, and what became of the question."""
    asking = await Asking.begin(alarm, answers=YES_OR_NO)
    assert alarm.texts(SARA) == [COURIER]
    assert not asking.is_over
    await alarm.reply("Yes, please!", MOTHER)
    response = await asking.response()
    received = alarm.gateway.accounts["sara"].received[-1]
    answered_at = dt_util.parse_datetime(response.pop("answered_at"))
    assert answered_at is not None
    assert abs(answered_at - received.at) < timedelta(seconds=1)
    [sara, mother] = response.pop("messages")
    assert response == {
        "answered": True,
        "id": "yes",
        "text": "Yes, please!",
        "recipient": MOTHER,
        "name": "مادر",
        "message_id": str(received.msg_id),
        "slots": {},
    }
    assert (sara["recipient"], sara["status"]) == (SARA, "accepted")
    assert (mother["recipient"], mother["status"]) == (MOTHER, "accepted")


async def test_without_answers_any_text_is_one(alarm: Alarm) -> None:
    """As it was written."""
    asking = await Asking.begin(alarm)
    await alarm.reply("  ساعت ۷ می‌رسم ")
    response = await asking.response()
    assert (response["id"], response["text"]) == (None, "ساعت ۷ می‌رسم")


async def test_slots_are_told(alarm: Alarm) -> None:
    """As they were written."""
    asking = await Asking.begin(
        alarm, answers=[{"id": "time", "sentences": ["at {time}"]}]
    )
    await alarm.reply("At ۷:۳۰")
    response = await asking.response()
    assert (response["id"], response["slots"]) == ("time", {"time": "۷:۳۰"})


async def test_what_is_no_answer_is_waited_over(alarm: Alarm) -> None:
    """Nor is what somebody writes who was not asked, and none of it costs anything."""
    asking = await Asking.begin(alarm, answers=YES_OR_NO)
    await alarm.reply("who is it?")
    await alarm.reply("yes", OMID)
    assert not asking.is_over
    assert alarm.texts(SARA) == [COURIER]
    await alarm.reply("no")
    assert (await asking.response())["id"] == "no"


async def test_no_answer_in_time_is_no_error(alarm: Alarm) -> None:
    """The response says so."""
    asking = await Asking.begin(alarm, timeout=60)
    await alarm.passes(seconds=59)
    assert not asking.is_over
    await alarm.passes(seconds=2)
    response = await asking.response()
    assert response.pop("messages")
    assert response == {
        "answered": False,
        "id": None,
        "text": None,
        "recipient": None,
        "name": None,
        "message_id": None,
        "answered_at": None,
        "slots": {},
    }


async def test_an_answer_after_the_time_says_nothing(alarm: Alarm) -> None:
    """Nobody listens any more, and nobody is told so who gave no code."""
    asking = await Asking.begin(alarm, timeout=60)
    await alarm.passes(seconds=61)
    await asking.response()
    await alarm.reply("yes")
    assert alarm.texts(SARA) == [COURIER]


async def test_what_came_before_the_question_left_is_no_answer(alarm: Alarm) -> None:
    """It is about something else."""
    arrive(alarm.gateway, "yes")
    await alarm.passes(seconds=5)
    asking = await Asking.begin(alarm)
    await alarm.poll()
    assert not asking.is_over
    await alarm.reply("yes")
    assert (await asking.response())["answered"] is True


async def test_the_wait_ends_when_nobody_can_be_reached(alarm: Alarm) -> None:
    """Both phones are off for good: what happens next should not wait five minutes."""
    for number in (SARA, MOTHER):
        alarm.gateway.phone(number).outcome = Delivery.UNDELIVERED
    asking = await Asking.begin(alarm)
    assert not asking.is_over
    await alarm.passes(seconds=11)
    await alarm.passes(seconds=11)
    assert (await asking.response())["answered"] is False


async def test_the_wait_goes_on_while_one_can_be_reached(alarm: Alarm) -> None:
    """Mother may answer."""
    alarm.gateway.phone(SARA).outcome = Delivery.UNDELIVERED
    asking = await Asking.begin(alarm)
    await alarm.passes(seconds=60)
    assert not asking.is_over
    await alarm.reply("yes", MOTHER)
    await asking.response()


async def test_a_question_that_was_refused_was_never_asked(alarm: Alarm) -> None:
    """It must not look as if nobody had answered."""
    alarm.gateway.accounts["sara"].credit *= 0
    asking = await Asking.begin(alarm)
    with pytest.raises(HomeAssistantError) as raised:
        await asking.response()
    assert raised.value.translation_key == "not_accepted"


async def test_a_question_that_may_have_left_is_waited_for(alarm: Alarm) -> None:
    """The gateway's answer was lost, and Sara has it all the same."""
    alarm.gateway.fault("SendSMS", Reset(processed=True))
    asking = await Asking.begin(alarm)
    await alarm.passes(minutes=1)
    assert not asking.is_over
    await alarm.reply("yes")
    response = await asking.response()
    assert response["answered"] is True
    assert {row["status"] for row in response["messages"]} == {"unknown"}


async def test_two_questions_to_one_phone_are_told_apart(alarm: Alarm) -> None:
    """By a code in the second one; a bare answer is to the newest that it fits."""
    first = await Asking.begin(alarm, answers=YES_OR_NO)
    second = await Asking.begin(alarm, message="When?", recipients=["Sara"])
    assert alarm.texts(SARA)[1] == "When?\nBegin your reply with 12."
    third = await Asking.begin(
        alarm,
        message="How many?",
        recipients=["Sara"],
        answers=[{"id": "n", "sentences": ["{n} people"]}],
    )
    await alarm.reply("12 at seven")
    assert (await second.response())["text"] == "at seven"
    await alarm.reply("yes")
    assert (await first.response())["id"] == "yes"
    await alarm.reply("5 people")
    assert (await third.response())["slots"] == {"n": "5"}


async def test_a_late_answer_with_its_code_gets_a_hint(alarm: Alarm) -> None:
    """Once."""
    first = await Asking.begin(alarm)
    second = await Asking.begin(alarm, timeout=60)
    await alarm.passes(seconds=61)
    await second.response()
    await alarm.reply("12 yes")
    await alarm.reply("12 yes!")
    assert alarm.texts(SARA)[2:] == ["12 is closed, your reply came too late."]
    await alarm.reply("yes")
    assert (await first.response())["answered"] is True


async def test_a_pin_is_needed_and_never_told(alarm: Alarm) -> None:
    """A sender can be forged."""
    asking = await Asking.begin(alarm, answers=YES_OR_NO, pin="2580")
    await alarm.reply("yes")
    assert not asking.is_over
    await alarm.reply("yes ۲۵۸۰")
    assert (await asking.response())["text"] == "yes"


async def test_automations_hear_the_answer_too(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """As any other SMS."""
    runs = await automate(hass, "message_received")
    asking = await Asking.begin(alarm)
    await alarm.reply("yes")
    await asking.response()
    assert await runs.texts() == ["yes"]


async def test_what_waits_leaves_no_more_once_nobody_waits_for_it(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway comes back after the time is over."""
    without_chance(monkeypatch)
    await alarm.gateway.go_away(Away.REFUSE)
    asking = await Asking.begin(alarm, timeout=60)
    await alarm.passes(seconds=61)
    response = await asking.response()
    assert {row["status"] for row in response["messages"]} == {"queued"}
    await alarm.gateway.come_back()
    for _ in range(6):
        await alarm.passes(minutes=2)
    assert alarm.texts(SARA) == []


async def test_a_stopped_script_asks_no_more(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is called back, and nothing is polled for any more."""
    without_chance(monkeypatch)
    await alarm.gateway.go_away(Away.REFUSE)
    asking = await Asking.begin(alarm)
    await asking.stop()
    await alarm.gateway.come_back()
    for _ in range(6):
        await alarm.passes(minutes=2)
    assert alarm.texts(SARA) == []
    assert not alarm.entry.runtime_data.alerts.is_answer_awaited()


async def test_an_answer_counts_that_came_before_the_first_look_into_the_inbox(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """Nobody has looked into it before; what else is there starts nothing, and answers nothing."""
    runs = await automate(hass, "message_received")
    arrive(alarm.gateway, "no", ago=timedelta(minutes=5))
    alarm.gateway.fault("GetMessages", Reset())
    asking = await Asking.begin(alarm, answers=YES_OR_NO)
    await alarm.passes(seconds=1)
    alarm.gateway.receive(LINE, SARA, "yes")
    assert not asking.is_over
    await alarm.passes(seconds=61)
    assert (await asking.response())["id"] == "yes"
    assert await runs.texts() == []


async def test_a_question_goes_on_to_be_polled_for_over_a_reload(alarm: Alarm) -> None:
    """The account is set up anew while the action waits; the inbox is off else."""
    asking = await Asking.begin(alarm)
    assert await alarm.hass.config_entries.async_reload(alarm.entry.entry_id)
    await alarm.hass.async_block_till_done(wait_background_tasks=True)
    await alarm.passes(seconds=30)
    alarm.gateway.receive(LINE, SARA, "yes")
    await alarm.passes(seconds=21)
    assert (await asking.response())["id"] is None


async def test_people_of_two_accounts_are_asked_over_their_own(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """In one call, and whoever answers first is the answer."""
    other = second_account(alarm.gateway, alarm.entry.data["url"])
    await set_up(hass, other)
    asking = await Asking.begin(alarm, recipients=["Sara", "Reza"])
    assert alarm.texts(REZA) == [COURIER]
    await alarm.reply("yes", REZA)
    assert not asking.is_over
    await alarm.reply("yes", REZA, SECOND_LINE)
    await other.runtime_data.inbox.async_refresh()
    response = await asking.response()
    assert (response["recipient"], response["name"]) == (REZA, "Reza")
    assert len(response["messages"]) == 2


async def test_an_alert_and_a_question_are_told_apart(alarm: Alarm) -> None:
    """Each by its own words, else the newest."""
    await alarm.raise_smoke()
    asking = await Asking.begin(alarm, answers=[{"id": "n", "sentences": ["never"]}])
    await alarm.reply("ok")
    assert alarm.open == "0"
    await alarm.reply("never")
    assert (await asking.response())["id"] == "n"
    assert alarm.texts(SARA) == [
        SMOKE,
        f"{COURIER}\nBegin your reply with 12.",
    ]


async def test_a_question_is_newer_than_an_alert_of_before_also_after_a_reload(
    alarm: Alarm,
) -> None:
    """The alert is restored then, while the question has been there all the time."""
    await alarm.raise_smoke()
    await alarm.passes(seconds=10)
    asking = await Asking.begin(alarm)
    await alarm.restart()
    await alarm.reply("ok")
    assert (await asking.response())["text"] == "ok"
    assert alarm.open == "1"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"message": " "}, "empty_message"),
        ({"recipients": []}, "no_recipients"),
        ({"pin": "two words"}, "invalid_pin"),
        ({"pin": ""}, "invalid_pin"),
    ],
)
async def test_what_can_not_be_asked_is_refused(
    alarm: Alarm, fields: dict[str, Any], error: str
) -> None:
    """Before anything leaves."""
    asking = await Asking.begin(alarm, **fields)
    with pytest.raises(ServiceValidationError) as raised:
        await asking.response()
    assert raised.value.translation_key == error
    assert alarm.texts(SARA) == []


@pytest.mark.parametrize(
    "answers",
    [
        [{"id": "yes", "sentences": ["(yes"]}],
        [{"id": "yes", "sentences": []}],
        [{"sentences": ["yes"]}],
    ],
    ids=["brackets", "none", "no id"],
)
async def test_sentences_that_can_not_be_read_are_refused(
    alarm: Alarm, answers: list[dict[str, Any]]
) -> None:
    """The error names the sentence."""
    asking = await Asking.begin(alarm, answers=answers)
    with pytest.raises(vol.Invalid):
        await asking.response()


async def test_nothing_of_a_question_stays(hass: HomeAssistant, alarm: Alarm) -> None:
    """Neither in memory, nor as an event."""
    events = async_capture_events(hass, "state_changed")
    for _ in range(3):
        asking = await Asking.begin(alarm)
        await alarm.reply("yes")
        await asking.response()
    assert alarm.entry.runtime_data.ledger.outgoing.purposes._rows == {}
    assert not [each for each in events if "alert" in each.data["entity_id"]]
