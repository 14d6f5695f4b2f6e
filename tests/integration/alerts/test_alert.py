"""An alert, from when it is raised until somebody has it, or nobody."""

from decimal import Decimal
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.payamak.account.activity import EVENT_ACTIVITY
from custom_components.payamak.alerts.case import Case
from simulator import Delivery
from tests.integration.conftest import OMID, SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.automations import automate
from tests.integration.story.people import REZA, second_account
from tests.integration.story.told import Told

from .alarm import MOTHER, SMOKE, STEPS, Alarm


async def test_the_next_step_is_told_when_nobody_acknowledges(alarm: Alarm) -> None:
    """Sara has three minutes; then Mother is told, and who acknowledges ends it."""
    response = await alarm.raise_smoke()
    assert response["state"] == "open"
    assert response["raised"] is True
    assert alarm.texts(SARA) == [SMOKE]
    assert alarm.open == "1"
    await alarm.passes(minutes=2, seconds=59)
    assert alarm.texts(MOTHER) == []
    await alarm.passes(seconds=2)
    assert alarm.texts(MOTHER) == [SMOKE]
    await alarm.reply("باشه", MOTHER)
    assert alarm.open == "0"
    assert alarm.texts(SARA) == [SMOKE, f"مادر has it: {SMOKE}"]
    assert alarm.texts(MOTHER) == [SMOKE]
    assert alarm.texts(OMID) == []
    assert alarm.events == [
        ("raised", "Sara"),
        ("escalated", "مادر"),
        ("acknowledged", "مادر"),
    ]
    await alarm.passes(minutes=30)
    assert alarm.texts(MOTHER) == [SMOKE]


async def test_the_response_tells_of_the_first_texts(alarm: Alarm) -> None:
    """As that of send_sms does."""
    response = await alarm.raise_smoke()
    [row] = response.pop("messages")
    assert response == {
        "alert_id": "smoke",
        "state": "open",
        "raised": True,
        "acknowledged_by": None,
        "accepted": 1,
        "queued": 0,
        "failed": 0,
        "unknown": 0,
        "parts": 1,
        "estimated_cost": 1730 * 2,
    }
    assert (row["recipient"], row["name"], row["status"]) == (SARA, "Sara", "accepted")


async def test_all_rounds_are_gone_through(alarm: Alarm) -> None:
    """After the last step it is unanswered, and nobody is texted any more."""
    await alarm.raise_smoke(rounds=2)
    await alarm.passes(minutes=3.1)
    await alarm.passes(minutes=5.1)
    assert alarm.texts(SARA) == [SMOKE] * 2
    await alarm.passes(minutes=3.1)
    assert alarm.texts(MOTHER) == [SMOKE] * 2
    assert alarm.open == "1"
    await alarm.passes(minutes=5.1)
    assert alarm.open == "0"
    assert alarm.events == [
        ("raised", "Sara"),
        ("escalated", "مادر"),
        ("escalated", "Sara"),
        ("escalated", "مادر"),
        ("unanswered", None),
    ]
    assert [each["minutes"] for each in alarm.told.events] == [0, 3, 8, 11, 16]
    await alarm.passes(minutes=60)
    assert alarm.texts(SARA) == [SMOKE] * 2


async def test_an_open_alert_that_is_raised_again_stays_as_it_is(alarm: Alarm) -> None:
    """Also with another text: a sensor that comes and goes tells nobody twice."""
    await alarm.raise_smoke()
    again = await alarm.raise_smoke(message="Smoke again!")
    assert again["raised"] is False
    assert again["messages"] == []
    assert alarm.texts(SARA) == [SMOKE]
    assert alarm.events == [("raised", "Sara")]


async def test_an_acknowledged_alert_can_be_raised_anew(alarm: Alarm) -> None:
    """It may be another fire."""
    await alarm.raise_smoke()
    await alarm.reply("ok")
    assert (await alarm.raise_smoke())["raised"] is True
    assert alarm.texts(SARA) == [SMOKE, SMOKE]
    assert alarm.open == "1"


async def test_a_step_that_reaches_nobody_is_left_at_once(alarm: Alarm) -> None:
    """Sara's phone can't get it: Mother does not wait three minutes for that."""
    alarm.gateway.phone(SARA).outcome = Delivery.UNDELIVERED
    await alarm.raise_smoke()
    assert alarm.texts(MOTHER) == []
    await alarm.passes(seconds=11)
    assert alarm.texts(MOTHER) == [SMOKE]
    assert alarm.last() == ("escalated", "مادر")
    await alarm.passes(minutes=4.9)
    assert alarm.open == "1"
    await alarm.passes(minutes=0.2)
    assert alarm.last() == ("unanswered", None)


async def test_whose_phone_was_off_hears_who_has_it_as_well(alarm: Alarm) -> None:
    """It may be on again by then."""
    alarm.gateway.phone(SARA).outcome = Delivery.UNDELIVERED
    await alarm.raise_smoke()
    await alarm.passes(seconds=11)
    await alarm.reply("ok", MOTHER)
    assert alarm.texts(SARA) == [SMOKE, f"مادر has it: {SMOKE}"]


async def test_where_one_of_a_step_can_be_reached_the_others_wait(alarm: Alarm) -> None:
    """Omid may answer."""
    alarm.gateway.phone(SARA).outcome = Delivery.UNDELIVERED
    await alarm.raise_smoke(
        steps=[{"recipients": ["Sara", "امید"], "minutes": 3}, "مادر"]
    )
    await alarm.passes(minutes=2)
    assert alarm.texts(OMID) == [SMOKE]
    assert alarm.texts(MOTHER) == []


async def test_an_alert_that_the_gateway_refuses_for_everybody_says_so(
    alarm: Alarm,
) -> None:
    """It must not look as if somebody had been told."""
    alarm.gateway.accounts["sara"].credit = Decimal(0)
    with pytest.raises(HomeAssistantError) as raised:
        await alarm.hass.services.async_call(
            "payamak",
            "raise_alert",
            {"alert_id": "smoke", "message": SMOKE, "steps": STEPS},
            blocking=True,
        )
    assert raised.value.translation_key == "not_accepted"
    await alarm.hass.async_block_till_done()
    assert alarm.last() == ("unanswered", None)
    response = await alarm.raise_smoke()
    assert (response["state"], response["failed"]) == ("unanswered", 2)


async def test_nobody_who_was_never_told_hears_who_has_it(alarm: Alarm) -> None:
    """Nor who has it themselves, over both of their numbers."""
    await alarm.raise_smoke()
    await alarm.reply("ok")
    assert alarm.texts(SARA) == [SMOKE]
    assert alarm.texts(MOTHER) == []


async def test_what_is_over_is_told_to_those_who_were_told(alarm: Alarm) -> None:
    """Only with a text for it, and once."""
    await alarm.raise_smoke(resolved_message="It was toast.")
    await alarm.passes(minutes=3.1)
    assert await alarm.act("resolve_alert", alert_id="smoke") == {"resolved": 1}
    assert alarm.texts(SARA) == [SMOKE, "It was toast."]
    assert alarm.texts(MOTHER) == [SMOKE, "It was toast."]
    assert alarm.texts(OMID) == []
    assert alarm.last() == ("resolved", None)
    assert await alarm.act("resolve_alert", alert_id="smoke") == {"resolved": 0}
    assert await alarm.act("resolve_alert", alert_id="leak") == {"resolved": 0}
    await alarm.passes(minutes=30)
    assert alarm.texts(SARA) == [SMOKE, "It was toast."]
    assert alarm.open == "0"


async def test_a_resolved_alert_tells_who_had_it(alarm: Alarm) -> None:
    """In the house; without a text for it nobody gets an SMS."""
    await alarm.raise_smoke()
    await alarm.reply("ok")
    await alarm.act("resolve_alert", alert_id="smoke")
    assert alarm.last() == ("resolved", "Sara")
    assert alarm.texts(SARA) == [SMOKE]


async def test_somebody_at_home_can_have_it(alarm: Alarm) -> None:
    """By the action, whoever started that."""
    await alarm.raise_smoke()
    assert await alarm.act("acknowledge_alert", alert_id="leak") == {"acknowledged": 0}
    assert await alarm.act("acknowledge_alert", alert_id="smoke") == {"acknowledged": 1}
    assert alarm.texts(SARA) == [SMOKE, f"Somebody at home has it: {SMOKE}"]
    assert alarm.last() == ("acknowledged", None)
    await alarm.passes(minutes=10)
    assert alarm.texts(MOTHER) == []


async def test_the_button_acknowledges_all_with_the_users_name(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """Others hear who pressed it."""
    await alarm.raise_smoke()
    await alarm.raise_smoke(alert_id="leak", message="Water in the cellar!")
    await alarm.press_as("Reza")
    assert alarm.events[-2:] == [("acknowledged", "Reza"), ("acknowledged", "Reza")]
    assert alarm.texts(SARA)[-2:] == [
        f"Reza has it: {SMOKE}",
        "Reza has it: Water in the cellar!",
    ]


async def test_a_dry_run_tells_the_most_that_it_can_cost(alarm: Alarm) -> None:
    """Its texts in each round, that somebody has it, and that it is over."""
    response = await alarm.raise_smoke(
        rounds=3, resolved_message="It was toast.", dry_run=True
    )
    assert response == {
        "people": 2,
        "texts": 2 * 3 + 2 + 2,
        "parts": 2 * 3 + 2 + 2,
        # The notice names Sara, and is in Latin letters as the others are.
        "estimated_cost": (2 * 3 + 2 + 2) * 2 * 1730,
    }
    assert alarm.texts(SARA) == []
    assert alarm.open == "0"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"message": " "}, "empty_message"),
        ({"message": "آ" * 671}, "too_many_parts"),
        ({"resolved_message": "آ" * 671}, "too_many_parts"),
        ({"steps": [{"recipients": ["Nobody"]}]}, "unknown_recipient"),
        ({"steps": [{"minutes": 5}]}, "no_recipients"),
        ({"pin": "two words"}, "invalid_pin"),
        ({"alert_id": "Smoke!"}, "invalid_alert_id"),
    ],
)
async def test_what_can_not_be_sent_is_refused_before_anything_leaves(
    alarm: Alarm, changes: dict[str, object], error: str
) -> None:
    """And nothing is open."""
    with pytest.raises(ServiceValidationError) as raised:
        await alarm.raise_smoke(**changes)
    assert raised.value.translation_key == error
    assert alarm.texts(SARA) == []
    assert alarm.open == "0"


async def test_triggers_tell_who_has_it_and_that_nobody_does(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """The siren can stop."""
    runs = await automate(hass, "alert_acknowledged", {"alert_id": "smoke"})
    await alarm.raise_smoke(alert_id="leak")
    await alarm.act("acknowledge_alert", alert_id="leak")
    assert await runs.take() == []
    await alarm.raise_smoke()
    await alarm.passes(minutes=1.2)
    await alarm.reply("بله")
    [run] = await runs.take()
    assert run["alert_id"] == "smoke"
    assert run["name"] == "Sara"
    assert run["minutes"] == 1
    assert run["config_entry_id"] == alarm.entry.entry_id
    assert run["description"] == "alert smoke: acknowledged"


async def test_the_line_on_the_activity_page_tells_who_has_it(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """And that nobody does, without a name."""
    rows = async_capture_events(hass, EVENT_ACTIVITY)
    await alarm.raise_smoke(steps=[{"recipients": "Sara", "minutes": 1}])
    await alarm.passes(minutes=1.1)
    await alarm.reply("ok")
    lines = [
        (row.data["name"], row.data["message"])
        for row in rows
        if row.data["icon"] == "mdi:bullhorn-outline"
    ]
    assert lines == [
        ("Alert smoke", "Raised: \u2068Sara\u2069"),
        ("Alert smoke", "Unanswered"),
        ("Alert smoke", "Acknowledged: \u2068Sara\u2069"),
    ]


async def test_what_happens_to_another_account_is_not_told(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """Each account has an event, a sensor and a button of its own."""
    other = second_account(alarm.gateway, alarm.entry.data["url"])
    await set_up(hass, other)
    [event] = [
        each.entity_id
        for each in er.async_entries_for_config_entry(
            er.async_get(hass), other.entry_id
        )
        if each.unique_id == f"{other.entry_id}_alert"
    ]
    others = Told(hass, event)
    await alarm.raise_smoke()
    for wrong in (other.entry_id, alarm.entry.entry_id):
        runs = await alarm.act(
            "acknowledge_alert", alert_id="smoke", config_entry_id=wrong
        )
        assert runs == {"acknowledged": int(wrong == alarm.entry.entry_id)}
    await alarm.raise_smoke(
        alert_id="leak", steps=["Reza"], config_entry_id=other.entry_id
    )
    assert [each["event_type"] for each in others.events] == ["raised"]
    assert alarm.events[-1] == ("acknowledged", None)
    again = await alarm.raise_smoke(alert_id="leak")
    assert (again["raised"], alarm.texts(SARA)[-1:]) == (
        False,
        [f"Somebody at home has it: {SMOKE}"],
    )


async def test_one_alert_goes_out_over_one_account(
    hass: HomeAssistant, alarm: Alarm
) -> None:
    """That of those who are told first: all answers come to its lines."""
    other = second_account(alarm.gateway, alarm.entry.data["url"])
    await set_up(hass, other)
    await alarm.raise_smoke(steps=[["Reza"], ["Sara"]])
    [sms] = alarm.gateway.phone(REZA).messages
    assert sms.account == "omid"
    await other.runtime_data.inbox.async_refresh()
    await alarm.passes(minutes=5.1)
    [sms] = alarm.gateway.phone(SARA).messages
    assert sms.account == "omid"


async def test_an_error_that_nobody_foresaw_ends_no_alert(
    alarm: Alarm, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told in the log, and tried again a minute later."""
    with patch.object(Case, "_async_send", AsyncMock(side_effect=RuntimeError("oh"))):
        await alarm.raise_smoke()
    assert "An alert had unexpected trouble" in caplog.text
    caplog.clear()
    assert alarm.texts(SARA) == []
    await alarm.passes(seconds=59)
    assert alarm.texts(SARA) == []
    await alarm.passes(seconds=2)
    assert alarm.texts(SARA) == [SMOKE]


async def test_a_person_with_two_numbers_hears_once_that_it_is_over(
    alarm: Alarm,
) -> None:
    """Who has it does not hear that from us, whichever number they wrote from."""
    await alarm.raise_smoke(steps=[{"recipients": ["Sara", OMID], "minutes": 5}])
    await alarm.reply("ok", OMID)
    assert alarm.last() == ("acknowledged", "امید")
    assert alarm.texts(OMID) == [SMOKE]
    assert alarm.texts(SARA) == [SMOKE, f"امید has it: {SMOKE}"]
