"""Which received SMS acknowledges which alert."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from custom_components.payamak.alerts import matter
from custom_components.payamak.ledger import outgoing
from simulator import Gateway
from tests.integration.conftest import LINE, OMID, OTHER_LINE, SARA
from tests.integration.inbox.received import arrive

from .alarm import MOTHER, SMOKE, Alarm

BOTH = [{"recipients": ["Sara", "مادر"], "minutes": 5}]


@pytest.mark.parametrize(
    "text", ["ok", "OK!", "باشه", "تأييد", "۱", "ok I am on my way"]
)
async def test_what_says_yes_acknowledges(alarm: Alarm, text: str) -> None:
    """In both languages, however the letters are typed."""
    await alarm.raise_smoke()
    await alarm.reply(text)
    assert alarm.open == "0"


@pytest.mark.parametrize("text", ["not ok", "نه", "what?", "", "12"])
async def test_what_says_something_else_does_not(alarm: Alarm, text: str) -> None:
    """And costs nothing: it may be about anything."""
    await alarm.raise_smoke()
    await alarm.reply(text)
    assert alarm.open == "1"
    assert alarm.texts(SARA) == [SMOKE]


async def test_who_was_not_told_yet_can_not_acknowledge(alarm: Alarm) -> None:
    """Mother says ok to something else."""
    await alarm.raise_smoke()
    await alarm.reply("ok", MOTHER)
    await alarm.reply("ok", OMID)
    await alarm.reply("ok", "09390000009")
    assert alarm.open == "1"


async def test_what_came_before_the_alert_left_is_no_answer(alarm: Alarm) -> None:
    """Though it is listed after that."""
    arrive(alarm.gateway, "ok", ago=timedelta(seconds=3))
    alarm.gateway.accounts["sara"].received[-1:], late = (
        [],
        alarm.gateway.accounts["sara"].received[-1:],
    )
    await alarm.raise_smoke()
    alarm.gateway.accounts["sara"].received += late
    await alarm.poll()
    assert alarm.open == "1"
    await alarm.reply("ok")
    assert alarm.open == "0"


async def test_an_answer_in_the_same_second_counts(alarm: Alarm) -> None:
    """The panel dates by whole seconds."""
    await alarm.passes(seconds=0.7)
    await alarm.raise_smoke()
    arrive(alarm.gateway, "ok")
    await alarm.poll()
    assert alarm.open == "0"


async def test_any_line_of_the_account_takes_answers(alarm: Alarm) -> None:
    """A phone answers to the number that it saw, or to another of the account's."""
    await alarm.raise_smoke()
    await alarm.reply("ok", line=OTHER_LINE)
    assert alarm.open == "0"


async def test_of_two_answers_in_the_same_second_the_first_counts(alarm: Alarm) -> None:
    """The second one learns who has it by the same notice as everybody."""
    await alarm.raise_smoke(steps=BOTH)
    alarm.gateway.receive(LINE, MOTHER, "ok")
    alarm.gateway.receive(LINE, SARA, "ok")
    await alarm.poll()
    assert alarm.events[1:] == [("acknowledged", "مادر")]
    assert alarm.texts(SARA) == [SMOKE, f"مادر has it: {SMOKE}"]
    assert alarm.texts(MOTHER) == [SMOKE]


async def test_a_late_answer_still_says_who_has_it(alarm: Alarm) -> None:
    """Nobody answered in time; then Sara does."""
    await alarm.raise_smoke(steps=[{"recipients": "Sara", "minutes": 1}])
    await alarm.passes(minutes=1.1)
    assert alarm.last() == ("unanswered", None)
    await alarm.reply("ok")
    assert alarm.last() == ("acknowledged", "Sara")


async def test_an_answer_to_a_resolved_alert_says_nothing(alarm: Alarm) -> None:
    """Nor does a second answer to one that somebody has; without a code it may be about anything."""
    await alarm.raise_smoke()
    await alarm.act("resolve_alert", alert_id="smoke")
    await alarm.reply("ok")
    assert alarm.last() == ("resolved", None)
    assert alarm.texts(SARA) == [SMOKE]


async def test_a_second_alert_shows_its_code(alarm: Alarm) -> None:
    """And a bare answer means the newest."""
    await alarm.raise_smoke(steps=BOTH)
    await alarm.raise_smoke(alert_id="leak", message="Water!", steps=BOTH)
    assert alarm.texts(SARA) == [SMOKE, 'Water!\nReply "ok 12".']
    await alarm.reply("ok")
    assert alarm.told.events[-1]["alert_id"] == "leak"
    assert alarm.open == "1"
    await alarm.reply("ok", MOTHER)
    assert alarm.told.events[-1]["alert_id"] == "smoke"
    assert alarm.open == "0"


@pytest.mark.parametrize("text", ["ok 12", "12 ok", "۱۲", "(12) باشه", "#12"])
async def test_a_code_tells_which_one_is_meant(alarm: Alarm, text: str) -> None:
    """In any script, before or after the words, or alone."""
    for alert_id in ("first", "second", "third"):
        await alarm.raise_smoke(alert_id=alert_id, message=alert_id, steps=BOTH)
    await alarm.reply(text)
    assert alarm.told.events[-1]["alert_id"] == "second"


async def test_the_first_alert_shows_its_code_from_then_on(alarm: Alarm) -> None:
    """Where its next round meets another one."""
    await alarm.raise_smoke(steps=BOTH, rounds=2)
    await alarm.raise_smoke(
        alert_id="leak", message="Water!", steps=[{"recipients": "Sara", "minutes": 30}]
    )
    await alarm.passes(minutes=5.1)
    assert alarm.texts(SARA)[-1] == f'{SMOKE}\nReply "ok 11".'


async def test_a_code_that_is_closed_gets_one_hint_an_hour(alarm: Alarm) -> None:
    """Who has it, where somebody does."""
    await alarm.raise_smoke(steps=BOTH)
    await alarm.raise_smoke(alert_id="leak", message="Water!", steps=BOTH)
    await alarm.reply("ok 12", MOTHER)
    before = alarm.texts(SARA)
    await alarm.reply("ok 12")
    assert alarm.texts(SARA)[len(before) :] == ["12: مادر has it already."]
    await alarm.reply("ok 12")
    await alarm.restart()
    await alarm.reply("12")
    assert alarm.texts(SARA)[len(before) :] == ["12: مادر has it already."]
    assert alarm.open == "1"
    await alarm.passes(minutes=61)
    await alarm.reply("ok 12")
    assert alarm.texts(SARA)[-1] == "12: مادر has it already."
    await alarm.act("resolve_alert", alert_id="leak")


async def test_ten_alerts_to_three_people_are_told_apart(alarm: Alarm) -> None:
    """Each by its own code, in any order; the first, whose text had none, by a bare answer in the end."""
    three = [{"recipients": ["Sara", "امید", "مادر"], "minutes": 30}]
    for number in range(10):
        await alarm.raise_smoke(
            alert_id=f"alert_{number}", message=f"Alert {number}", steps=three
        )
    people = [SARA, OMID, MOTHER]
    for number in (3, 9, 5, 1, 8, 2, 7, 4, 6, 0):
        code = 11 + number if number else ""
        await alarm.reply(f"{code} ok", people[number % 3])
        assert alarm.told.events[-1]["alert_id"] == f"alert_{number}"
        assert alarm.told.events[-1]["event_type"] == "acknowledged"
    assert alarm.open == "0"


async def test_a_forged_sender_lacks_the_pin(alarm: Alarm) -> None:
    """The PIN may stand anywhere, and no more than five are tried."""
    await alarm.raise_smoke(pin="2580")
    for guess in ("ok", "ok 1111", "ok 25800"):
        await alarm.reply(guess)
    assert alarm.open == "1"
    await alarm.reply("۲۵۸۰ ok")
    assert alarm.open == "0"


async def test_an_answer_counts_though_the_clock_was_set_back_since_the_text(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By two hours, and what came in before the text doesn't."""
    counted = SimpleNamespace(monotonic=lambda: 1000.0)
    for module in (matter, outgoing):
        monkeypatch.setattr(module, "time", counted)
    await alarm.raise_smoke()
    alarm.freezer.tick(timedelta(hours=-2))
    monkeypatch.setattr(counted, "monotonic", lambda: 1030.0)
    arrive(alarm.gateway, "ok", ago=timedelta(seconds=60))
    await alarm.poll()
    assert alarm.open == "1"
    arrive(alarm.gateway, "ok")
    await alarm.poll()
    assert alarm.open == "0"


async def test_who_guesses_pins_is_heard_no_more(alarm: Alarm) -> None:
    """Others are."""
    await alarm.raise_smoke(pin="2580", steps=BOTH)
    for no_guess in ("what happened", *["ok"] * 5, "is it 2580 degrees hot?"):
        await alarm.reply(no_guess)
    assert alarm.open == "1"
    for guess in range(1000, 1005):
        await alarm.reply(f"ok {guess}")
    await alarm.reply("ok 2580")
    assert alarm.open == "1"
    await alarm.reply("ok 2580", MOTHER)
    assert alarm.open == "0"


async def test_the_inbox_is_polled_while_an_alert_is_open(
    alarm: Alarm, gateway: Gateway
) -> None:
    """Also where the options say that nothing is polled; and not before or after."""

    def polls() -> int:
        count = sum(call.method == "GetMessages" for call in gateway.calls)
        gateway.calls.clear()
        return count

    await alarm.passes(minutes=5)
    assert polls() == 0
    await alarm.raise_smoke(steps=[{"recipients": "Sara", "minutes": 30}])
    polls()
    for _ in range(6):
        await alarm.passes(seconds=21)
    assert polls() == 6
    gateway.receive(LINE, SARA, "ok")
    await alarm.passes(seconds=21)
    assert alarm.open == "0"
    await alarm.passes(seconds=21)
    polls()
    await alarm.passes(minutes=5)
    assert polls() == 0
