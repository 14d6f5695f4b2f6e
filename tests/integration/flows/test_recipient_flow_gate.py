"""The part of a recipient's form that says when they get messages: quiet hours, and so many SMS an hour."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SARA
from tests.integration.story.forms import shown
from tests.integration.story.people import add, fill_in, open_form

SUBENTRY = "subentry-sara"
NIGHT = {"quiet_from": "23:00:00", "quiet_to": "07:00:00"}


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ({}, {}),
        (NIGHT, NIGHT),
        ({"quiet_from": "23:00", "quiet_to": "7:00"}, NIGHT),
        ({"hourly_limit": 4.0}, {"hourly_limit": 4}),
        (NIGHT | {"hourly_limit": 60}, NIGHT | {"hourly_limit": 60}),
    ],
)
async def test_it_is_saved_as_far_as_it_is_filled_in(
    hass: HomeAssistant,
    home: MockConfigEntry,
    typed: dict[str, Any],
    saved: dict[str, Any],
) -> None:
    """Most people want nothing of it."""
    person = {"name": "Sara", "numbers": [SARA], "slug": "sara"}
    found = await add(hass, home, "Sara", SARA, **typed)
    assert found == person | saved
    assert all(type(found[key]) is type(saved[key]) for key in saved)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"quiet_from": "23:00:00"}, {"quiet_to": "quiet_hours_incomplete"}),
        ({"quiet_to": "07:00:00"}, {"quiet_from": "quiet_hours_incomplete"}),
        (
            {"quiet_from": "23:00:00", "quiet_to": "23:00"},
            {"quiet_to": "quiet_hours_empty"},
        ),
    ],
)
async def test_quiet_hours_begin_and_end(
    hass: HomeAssistant,
    home: MockConfigEntry,
    typed: dict[str, str],
    errors: dict[str, str],
) -> None:
    """What was typed is shown again."""
    person = {"name": "Sara", "numbers": [SARA]}
    form = await open_form(hass, home)
    result = await fill_in(hass, form, **person, **typed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    assert shown(result) == person | typed  # type: ignore[arg-type] # a form like any other


@pytest.mark.parametrize("limit", [0, 61])
async def test_an_hour_has_one_to_sixty(
    hass: HomeAssistant, home: MockConfigEntry, limit: int
) -> None:
    """None at all is a pause, and more than one a minute is no limit."""
    form = await open_form(hass, home)
    with pytest.raises(InvalidData):
        await fill_in(hass, form, name="Sara", numbers=[SARA], hourly_limit=limit)


async def test_it_is_changed_and_taken_away(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """A field that is emptied is not there any more."""
    sara = {"name": "Sara", "numbers": [SARA], "slug": "sara"}
    for typed in (NIGHT | {"hourly_limit": 3}, {"hourly_limit": 5}, {}):
        form = await open_form(hass, family_home, SUBENTRY)
        result = await fill_in(hass, form, **sara, **typed)
        assert result["reason"] == "reconfigure_successful"
        assert family_home.subentries[SUBENTRY].data == sara | typed
        form = await open_form(hass, family_home, SUBENTRY)
        assert shown(form) == sara | typed  # type: ignore[arg-type] # a form like any other
