"""Questions at the same time, and such as reach some people alone."""

from datetime import datetime

from homeassistant.core import HomeAssistant

from tests.integration.conftest import LINE, SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.people import REZA, second_account

from .alarm import MOTHER, Alarm
from .asking import COURIER, Asking


async def test_who_gets_a_question_can_answer_it_for_all(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """The account of another one has no credit; the response tells of both."""
    other = second_account(alarm.gateway, alarm.entry.data["url"])
    await set_up(hass, other)
    alarm.gateway.accounts["omid"].credit *= 0
    asking = await Asking.begin(alarm, recipients=["Sara", "Reza"])
    assert not asking.is_over
    await alarm.reply("yes")
    response = await asking.response()
    assert response["answered"] is True
    rows = {row["recipient"]: row for row in response["messages"]}
    assert {number: row["status"] for number, row in rows.items()} == {
        SARA: "accepted",
        REZA: "failed",
    }
    # The action has waited for an answer, not for that.
    assert "delivery" not in rows[SARA]


async def test_one_question_that_ends_leaves_the_other_heard(alarm: Alarm) -> None:
    """The inbox is polled as long as one is open."""
    first = await Asking.begin(alarm, recipients=["Sara"])
    second = await Asking.begin(alarm, recipients=["مادر"])
    await first.stop()
    await alarm.passes(seconds=30)
    alarm.gateway.receive(LINE, MOTHER, "yes")
    await alarm.passes(seconds=21)
    assert (await second.response())["recipient"] == MOTHER
    assert not alarm.entry.runtime_data.alerts.is_answer_awaited()


async def test_a_question_to_others_shows_no_code(alarm: Alarm) -> None:
    """Who has nothing else to answer gets the text alone."""
    first = await Asking.begin(alarm, recipients=["Sara"])
    second = await Asking.begin(alarm, recipients=["مادر"])
    assert alarm.texts(SARA) == alarm.texts(MOTHER) == [COURIER]
    for each in (first, second):
        await each.stop()


async def test_the_time_of_an_answer_is_that_of_the_sms(alarm: Alarm) -> None:
    """It may have been read later."""
    asking = await Asking.begin(alarm)
    await alarm.passes(seconds=1)
    alarm.gateway.receive(LINE, SARA, "yes")
    [received] = alarm.gateway.accounts["sara"].received
    await alarm.passes(seconds=19)
    await alarm.poll()
    response = await asking.response()
    answered_at = datetime.fromisoformat(response["answered_at"])
    assert abs((answered_at - received.at).total_seconds()) < 1
