"""What a trigger demands of the text of an SMS."""

import asyncio
import logging
import signal
import sys
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.payamak.inbox import pattern_search
from tests.integration.story.automations import AUTOMATION, automate, error_of, receive

# Takes longer than anybody can wait.
ENDLESS = r"^(a+)+$"
ATTACK = "a" * 60 + "!"


async def texts_that_run(
    hass: HomeAssistant, options: dict[str, Any], *texts: str
) -> list[str]:
    """Give those texts that start an automation with these options."""
    runs = await automate(hass, "message_received", options)
    for text in texts:
        receive(hass, text)
    return await runs.texts()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what the log says of searches."""
    ours = [r for r in caplog.records if r.name == pattern_search.__name__]
    assert all(record.levelno == logging.WARNING for record in ours)
    return [record.getMessage() for record in ours]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("valve", "Close the VALVE now"),
        ("  close   the valve ", "Please close the\nvalve"),
        ("شیر آب", "لطفا شير آب را ببند"),
        ("کمک", "كمك!"),
        ("می‌خواهم", "ميخواهم بیایم"),
        ("1234", "رمز ۱۲۳۴ است"),
        ("رمز ۱۲۳۴", "رمز ١٢٣٤"),
    ],
)
async def test_contains_finds_a_text_however_it_was_typed(
    hass: HomeAssistant, wanted: str, text: str
) -> None:
    """Case, letters, digits, half-spaces and surrounding space don't matter."""
    found = await texts_that_run(hass, {"contains": wanted}, text, "something else")
    assert found == [text]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("STATUS", " status\n"),
        ("وضعیت", "وضعيت"),
        ("شیر‌آب ۲", "\u200fشيرآب  2 "),
    ],
)
async def test_exactly_wants_the_whole_text_however_it_was_typed(
    hass: HomeAssistant, wanted: str, text: str
) -> None:
    """One word more is another text."""
    found = await texts_that_run(
        hass, {"exactly": wanted}, text, f"{text} x", f"no {text}", "", wanted[:-1]
    )
    assert found == [text]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"^heating (\d+)$", ["heating 21", "heating ۲۱"]),
        (r"(?i)heating", ["heating 21", "heating ۲۱", "HEATING off"]),
        (r"off$", ["HEATING off"]),
        (r"گرما", ["گرمایش"]),
        (r"\ud83d", []),
    ],
)
async def test_a_regular_expression_is_looked_for_in_the_text_as_it_was_sent(
    hass: HomeAssistant, pattern: str, found: list[str]
) -> None:
    """In the order in which the SMS came."""
    texts = ["heating 21", "گرمایش", "heating ۲۱", "HEATING off", ""]
    assert await texts_that_run(hass, {"matches": pattern}, *texts) == found


async def test_a_search_that_takes_its_time_is_not_overtaken(
    hass: HomeAssistant,
) -> None:
    """What somebody wrote last must not be done first."""
    options = {"matches": f"{ENDLESS}|!$"}
    slow = "a" * 22 + "!"
    assert await texts_that_run(hass, options, slow, "aaa") == [slow, "aaa"]


async def test_where_several_conditions_are_given_all_must_hold(
    hass: HomeAssistant,
) -> None:
    """Each of them narrows what the others leave."""
    found = await texts_that_run(
        hass,
        {"contains": "open", "exactly": "open 1", "matches": "^Open"},
        "Open 1",
        "open 1",
        "Open 2",
        "Open 1!",
    )
    assert found == ["Open 1"]


async def test_a_text_made_to_keep_the_search_busy_keeps_nothing_else_busy(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It counts as none that fits, the log says so once, and the next SMS is heard."""
    monkeypatch.setattr(pattern_search, "_MOST_SECONDS", 1)
    found = await texts_that_run(hass, {"matches": ENDLESS}, ATTACK, ATTACK, "aaa")
    assert found == ["aaa"]
    [warning] = warnings(caplog)
    assert "it took too long" in warning
    assert "aaa" not in warning


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("sys.executable", "/nowhere/python", "No such file"),
        ("sys.executable", None, "there is no Python"),
        ("sys.executable", "", "there is no Python"),
        ("_PROGRAM", "raise SystemExit(9)", "exit code 9"),
        ("_PROGRAM", "raise MemoryError", "exit code 1"),
    ],
)
async def test_a_search_that_fails_starts_nothing_and_is_in_the_log(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    setting: str,
    value: str | None,
    reason: str,
) -> None:
    """Not to know is no reason to open a door."""
    monkeypatch.setattr(f"{pattern_search.__name__}.{setting}", value)
    assert await texts_that_run(hass, {"matches": "."}, "open", "open") == []
    [warning] = warnings(caplog)
    assert reason in warning


async def test_an_automation_turned_off_during_a_search_does_not_run(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And nothing goes on searching."""
    begun: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
    begin = asyncio.create_subprocess_exec

    async def begin_and_tell(*program: str, **more: Any) -> asyncio.subprocess.Process:
        process = await begin(*program, **more)
        begun.put_nowait(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", begin_and_tell)
    runs = await automate(hass, "message_received", {"matches": ENDLESS})
    receive(hass, ATTACK)
    receive(hass, "aaa")
    process = await begun.get()
    assert process.returncode is None
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": AUTOMATION}, blocking=True
    )
    assert await runs.take() == []
    # Sooner than a search that takes too long would be ended.
    ended = await asyncio.wait_for(process.wait(), pattern_search._MOST_SECONDS / 2)
    assert ended == -signal.SIGKILL
    assert begun.empty()
    assert pattern_search.__name__ not in [record.name for record in caplog.records]


async def test_each_time_searches_begin_to_fail_is_in_the_log(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """An SMS that is lost after others were found is not lost in silence."""
    runs = await automate(hass, "message_received", {"matches": "open"})
    for _ in range(2):
        with pytest.MonkeyPatch.context() as without:
            without.setattr(sys, "executable", "/nowhere/python")
            receive(hass, "open")
            receive(hass, "open")
            assert await runs.texts() == []
        receive(hass, "open")
        assert await runs.texts() == ["open"]
    assert len(warnings(caplog)) == 2


async def test_a_few_searches_run_at_a_time_however_many_triggers_there_are(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small machine must not lose an SMS because it has to look for it everywhere at once."""
    begun: list[asyncio.subprocess.Process] = []
    at_a_time: set[int] = set()
    begin = asyncio.create_subprocess_exec

    async def begin_and_count(*program: str, **more: Any) -> asyncio.subprocess.Process:
        begun.append(await begin(*program, **more))
        at_a_time.add(sum(process.returncode is None for process in begun))
        return begun[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", begin_and_count)
    runs = await automate(
        hass, "message_received", {"matches": "open"}, triggers_alike=6
    )
    receive(hass, "open")
    assert await runs.texts() == ["open"] * 6
    assert len(begun) == 6
    assert max(at_a_time) == 2


async def test_waiting_for_ones_turn_is_not_part_of_the_search(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each search has its whole time, once others that took too long are over."""
    monkeypatch.setattr(pattern_search, "_MOST_SECONDS", 1)
    runs = await automate(
        hass, "message_received", {"matches": ENDLESS}, triggers_alike=4
    )
    receive(hass, ATTACK)
    receive(hass, "aaa")
    assert await runs.texts() == ["aaa"] * 4


async def test_an_sms_that_had_to_wait_for_long_starts_nothing(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever keeps the searches busy must not have a command carried out much later."""
    monkeypatch.setattr(pattern_search, "_MOST_SECONDS", 1)
    monkeypatch.setattr(pattern_search, "_MOST_SECONDS_OF_WAITING", 0.5)
    runs = await automate(
        hass, "message_received", {"matches": ENDLESS}, triggers_alike=3
    )
    receive(hass, ATTACK)
    receive(hass, "aaa")
    assert await runs.texts() == []
    reasons = [warning.rpartition(": ")[2] for warning in warnings(caplog)]
    too_long = "it took too long"
    waited = "it had to wait too long for other searches"
    assert sorted(reasons) == sorted([too_long, too_long, waited])
    receive(hass, "aaa")
    assert "aaa" in await runs.texts()


@pytest.mark.parametrize("option", ["contains", "exactly", "matches"])
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("", "must not be empty"),
        (" \u200c\n", "must not be empty"),
        (True, "put it in quotes"),
        (83, "put it in quotes"),
        (["a"], "must be a text"),
        (None, "must be a text"),
        ("{{ states('input_text.pin') }}", "templates are not filled in"),
        ("{% if pin %}open{% endif %}", "templates are not filled in"),
        ("open {# the gate #}", "templates are not filled in"),
    ],
)
async def test_a_condition_that_says_nothing_is_refused(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    option: str,
    value: Any,
    complaint: str,
) -> None:
    """It would let every SMS through; and YAML makes True of ON, 83 of 0123."""
    options = {option: value}
    error = await error_of(hass, hass_ws_client, "message_received", options)
    assert error is not None
    assert complaint in error


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("(open", "missing ), unterminated subpattern at position 0"),
        ("*", "nothing to repeat at position 0"),
        ("a{99999999999}", "the repetition number is too large"),
    ],
)
async def test_a_bad_regular_expression_is_refused_with_what_is_wrong(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    pattern: str,
    complaint: str,
) -> None:
    """Not when the first SMS comes."""
    options = {"matches": pattern}
    error = await error_of(hass, hass_ws_client, "message_received", options)
    assert error is not None
    assert f"not a regular expression: {complaint}" in error


async def test_a_good_condition_is_accepted_by_the_editor(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """A number as a text is one, and braces alone make no template."""
    options = {"contains": "0123", "exactly": "{ON}", "matches": r"^\{\{\d{1,3}\}\}$"}
    assert await error_of(hass, hass_ws_client, "message_received", options) is None
