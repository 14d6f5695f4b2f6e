"""The triggers for what becomes of an alert: of one account, and of one alert, or of all."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.integration.story.automations import automate
from tests.integration.story.people import second_account

from .alarm import Alarm

ONE_MINUTE = [{"recipients": "Sara", "minutes": 1}]


@pytest.mark.parametrize(
    ("options", "hears"),
    [
        ({}, True),
        ({"alert_id": "smoke"}, True),
        ({"alert_id": "leak"}, False),
        ({"config_entry_id": "first"}, True),
        ({"config_entry_id": "second"}, False),
        ({"config_entry_id": "first", "alert_id": "leak"}, False),
    ],
)
async def test_a_trigger_hears_that_nobody_has_an_alert(
    hass: HomeAssistant, alarm: Alarm, options: dict[str, Any], hears: bool
) -> None:
    """It says nothing where somebody has it later."""
    other = second_account(alarm.gateway, alarm.entry.data["url"])
    other.add_to_hass(hass)
    ids = {"first": alarm.entry.entry_id, "second": other.entry_id}
    if account := options.get("config_entry_id"):
        options = options | {"config_entry_id": ids[account]}
    runs = await automate(hass, "alert_unanswered", options)
    await alarm.raise_smoke(steps=ONE_MINUTE)
    assert await runs.take() == []
    await alarm.passes(minutes=1.1)
    told = [(run["alert_id"], run["name"], run["minutes"]) for run in await runs.take()]
    assert told == ([("smoke", None, 1)] if hears else [])
    await alarm.act("acknowledge_alert", alert_id="smoke")
    assert await runs.take() == []
