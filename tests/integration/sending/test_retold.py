"""What an assistant is told of a message: it never calls sent what isn't, and knows why."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
import pytest

from simulator import Gateway
from simulator.faults import Code, CodesInList, Reset
from tests.integration.conftest import MINA, OMID, SARA, make_entry, recipient
from tests.integration.story.accounts import set_up
from tests.integration.story.assistant import (
    ACCEPTED,
    FAILED,
    UNKNOWN,
    WAITS,
    expose,
    text,
    told,
    tool,
    use,
)
from tests.integration.story.forms import let_pass
from tests.integration.story.people import received, send_sms
from tests.integration.story.waiting import lose_gateway

from .test_llm_tool import FAMILYS, OMIDS, SARAS

REPEATED = (
    "An equal SMS to this recipient came a short time ago, so this one was not sent. "
    "Of the earlier one: "
)


@pytest.mark.usefixtures("family_home", "silence")
async def test_of_a_group_it_is_told_for_how_many_phones_something_is_true(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Their numbers are not told."""
    await expose(hass, FAMILYS)
    gateway.fault("SendSMS", CodesInList((None, 18, None)))
    rows = await text(hass, "خانواده")
    assert sorted((row["status"], row["phones"]) for row in rows) == [
        ("accepted", 2),
        ("failed", 1),
    ]
    assert not any(number in str(rows) for number in (SARA, OMID, MINA, "…"))


@pytest.mark.usefixtures("family_home", "silence")
@pytest.mark.parametrize(
    ("language", "cause"),
    [
        ("en", "The credit does not cover this message. Buy credit in the panel."),
        ("fa", "اعتبار برای این پیام کافی نیست. در پنل اعتبار بخرید."),
    ],
)
async def test_what_the_gateway_refuses_was_not_sent_and_the_cause_is_told(
    hass: HomeAssistant, gateway: Gateway, language: str, cause: str
) -> None:
    """In the household's language."""
    hass.config.language = language
    await expose(hass, SARAS)
    gateway.fault("SendSMS", Code(2))
    answer = await use(await tool(hass), hass, recipients=["Sara"], message="سلام")
    results = [told("Sara", "failed", FAILED, cause=cause)]
    if hasattr(llm, "ToolResult"):
        assert answer == llm.ToolResult(data={"results": [*results]}, error=True)
    else:
        assert answer == {"results": [*results]}


@pytest.mark.usefixtures("family_home", "silence")
async def test_a_result_is_no_error_as_long_as_somebody_gets_it(
    hass: HomeAssistant, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older Home Assistant knows no results but the data itself."""
    await expose(hass, SARAS, OMIDS)
    gateway.fault("SendSMS", CodesInList((None, 18)), times=2)
    ours = await tool(hass)
    given = {"recipients": ["Sara", "امید"], "message": "سلام"}
    answer = await use(ours, hass, **given)
    if hasattr(llm, "ToolResult"):
        assert isinstance(answer, llm.ToolResult)
        assert not answer.error
        monkeypatch.delattr(llm, "ToolResult")
        answer = await use(ours, hass, **given)
    assert [row["status"] for row in answer["results"]] == ["accepted", "failed"]


@pytest.mark.usefixtures("family_home")
async def test_what_may_have_been_sent_is_not_called_sent(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Nor is it called failed: the model would send it again."""
    await expose(hass, SARAS)
    gateway.fault("SendSMS", Reset())
    [row] = await text(hass, "Sara")
    assert row == told("Sara", "unknown", UNKNOWN, cause=row["cause"])
    assert row["cause"].startswith("The connection broke before the answer came.")


@pytest.mark.usefixtures("family_home")
async def test_what_waits_for_the_gateway_is_not_called_sent(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """And it goes out by itself."""
    await expose(hass, SARAS)
    await lose_gateway(hass, gateway)
    [row] = await text(hass, "Sara")
    assert row == told(
        "Sara",
        "queued",
        WAITS,
        cause="The gateway can't be reached. Check the internet connection and try again.",
    )


@pytest.mark.usefixtures("family_home")
async def test_what_the_gateway_puts_off_tells_why(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """And what comes after it has to wait its turn."""
    await expose(hass, SARAS)
    gateway.fault("SendSMS", Code(6))
    [row] = await text(hass, "Sara")
    assert (row["status"], row["meaning"]) == ("queued", WAITS)
    assert row["cause"].startswith("The gateway is being updated.")
    assert received(gateway) == {}
    await send_sms(hass, OMID)
    assert await text(hass, "Sara") == [
        told("Sara", "queued", WAITS, cause="Other SMS have to go first.")
    ]


@pytest.mark.usefixtures("family_home", "silence")
async def test_who_is_paused_gets_it_later(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Nobody knows when."""
    await expose(hass, SARAS, OMIDS)
    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.payamak_sara_paused"}, blocking=True
    )
    assert await text(hass, "Sara", "امید") == [
        told(
            "Sara",
            "queued",
            WAITS,
            cause="The household has paused SMS to this recipient.",
        ),
        told("امید", "accepted", ACCEPTED),
    ]
    assert received(gateway) == {OMID: 1}


@pytest.mark.usefixtures("account", "silence")
async def test_quiet_hours_and_the_limit_of_an_hour_are_kept(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """It is told when they end, in the time of the household."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to("2026-11-24 22:40:00+03:30")
    sara = recipient("Sara", "sara", SARA)
    sara["data"] = {
        **sara["data"],
        "quiet_from": "23:00:00",
        "quiet_to": "07:00:00",
        "hourly_limit": 1,
    }
    entry = make_entry(gateway_url, recipients=(sara,))
    await set_up(hass, entry)
    await expose(hass, SARAS)
    assert await text(hass, "Sara", message="a") == [told("Sara", "accepted", ACCEPTED)]
    await hass.async_block_till_done(wait_background_tasks=True)
    await let_pass(hass, freezer, timedelta(minutes=15))
    cause = (
        "The recipient got as many SMS within an hour as the household allows. "
        "It is sent at 23:40 on 2026-11-24 at the earliest."
    )
    assert await text(hass, "Sara", message="b") == [
        told("Sara", "queued", WAITS, cause=cause)
    ]
    await hass.async_block_till_done(wait_background_tasks=True)
    await let_pass(hass, freezer, timedelta(minutes=5))
    cause = (
        "The recipient has quiet hours now. "
        "It is sent at 07:00 on 2026-11-25 at the earliest."
    )
    assert await text(hass, "Sara", message="c") == [
        told("Sara", "queued", WAITS, cause=cause)
    ]
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("account", "silence")
async def test_the_daily_limit_and_the_window_for_equal_messages_are_kept(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """As for any message; and one that is not sent because it is equal is not called sent."""
    entry = make_entry(
        gateway_url,
        recipients=(recipient("Sara", "sara", SARA),),
        options={"inbox_interval": 0, "daily_limit": 1, "duplicate_window": 300},
    )
    await set_up(hass, entry)
    await expose(hass, SARAS)
    assert await text(hass, "Sara") == [told("Sara", "accepted", ACCEPTED)]
    assert await text(hass, "Sara") == [told("Sara", "accepted", REPEATED + ACCEPTED)]
    [row] = await text(hass, "Sara", message="another")
    assert (row["status"], row["meaning"]) == ("failed", FAILED)
    assert row["cause"].startswith("With this message, the daily limit")
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("account")
async def test_of_an_equal_one_in_doubt_the_cause_is_the_same(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """It is in doubt all the same."""
    entry = make_entry(
        gateway_url,
        recipients=(recipient("Sara", "sara", SARA),),
        options={"inbox_interval": 0, "daily_limit": 0, "duplicate_window": 300},
    )
    await set_up(hass, entry)
    await expose(hass, SARAS)
    gateway.fault("SendSMS", Reset())
    [first] = await text(hass, "Sara")
    assert "connection" in first["cause"]
    assert await text(hass, "Sara") == [
        told("Sara", "unknown", REPEATED + UNKNOWN, cause=first["cause"])
    ]
