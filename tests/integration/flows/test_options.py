"""How an account behaves: the options."""

from datetime import timedelta
import math
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Gateway
from tests.integration.story.forms import FETCH, let_pass, shown, take_calls

# What the account of these tests is set to.
OPTIONS = {
    "refresh_interval": 15,
    "low_credit": 50,
    "retry_for": 60,
    "daily_limit": 500,
    "duplicate_window": 0,
    "bundle": False,
    "inbox_interval": 0,
    "inbox_max_age": 10,
    "history_days": 7,
    "show_texts": False,
    "push": False,
}


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Open the form and give its id."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "init")
    return result["flow_id"]


@pytest.mark.parametrize(
    ("given", "minutes"), [(30.0, 30), (30, 30), (1.0, 1), (1440.0, 1440), (7.9, 7)]
)
async def test_refresh_interval_is_stored_as_a_whole_number(
    hass: HomeAssistant, home: MockConfigEntry, given: float, minutes: int
) -> None:
    """The frontend sends 30.0 for 30."""
    result = await hass.config_entries.options.async_configure(
        await open_form(hass, home), OPTIONS | {"refresh_interval": given}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert home.options == OPTIONS | {"refresh_interval": minutes}
    assert type(home.options["refresh_interval"]) is int
    assert home.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("option", "most"),
    [
        ("low_credit", 1_000_000),
        ("retry_for", 10080),
        ("daily_limit", 1_000_000),
        ("duplicate_window", 86400),
    ],
)
async def test_a_limit_is_a_whole_number_from_none_to_the_most(
    hass: HomeAssistant, home: MockConfigEntry, option: str, most: int
) -> None:
    """0 turns it off; what is out of bounds leaves the form open."""
    flow = hass.config_entries.options
    for given, stored in ((0.0, 0), (float(most), most), (7.9, 7)):
        result = await flow.async_configure(
            await open_form(hass, home), OPTIONS | {option: given}
        )
        await hass.async_block_till_done()
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert home.options == OPTIONS | {option: stored}
        assert type(home.options[option]) is int
    for given in (-1, most + 1):
        with pytest.raises(InvalidData):
            await flow.async_configure(
                await open_form(hass, home), OPTIONS | {option: given}
            )


async def test_account_is_polled_every_quarter_of_an_hour_by_default(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Not earlier, and again and again."""
    take_calls(gateway)
    await let_pass(hass, freezer, timedelta(minutes=14, seconds=1))
    assert take_calls(gateway) == []
    await let_pass(hass, freezer, timedelta(minutes=1, seconds=1))
    assert take_calls(gateway) == FETCH
    await let_pass(hass, freezer, timedelta(minutes=15, seconds=1))
    assert take_calls(gateway) == FETCH


async def test_refresh_interval_is_applied_at_once(
    hass: HomeAssistant,
    gateway: Gateway,
    home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One reload, and the account is polled as often as the user wants."""
    take_calls(gateway)
    await hass.config_entries.options.async_configure(
        await open_form(hass, home), OPTIONS | {"refresh_interval": 60}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert take_calls(gateway) == FETCH
    await let_pass(hass, freezer, timedelta(minutes=58, seconds=1))
    assert take_calls(gateway) == []
    await let_pass(hass, freezer, timedelta(minutes=2, seconds=1))
    assert take_calls(gateway) == FETCH


async def test_unchanged_options_disturb_nothing(
    hass: HomeAssistant, gateway: Gateway, home: MockConfigEntry
) -> None:
    """Whoever only looks causes no reload."""
    hass.config_entries.async_update_entry(
        home, options=OPTIONS | {"refresh_interval": 20}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    take_calls(gateway)
    await hass.config_entries.options.async_configure(
        await open_form(hass, home), OPTIONS | {"refresh_interval": 20.0}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert take_calls(gateway) == []


@pytest.mark.parametrize(
    "given", [0, 0.9, -15, 1441, math.nan, math.inf, "", "often", None]
)
async def test_refresh_interval_out_of_bounds_is_refused(
    hass: HomeAssistant, home: MockConfigEntry, given: Any
) -> None:
    """From a minute to a day; the form stays open for a better one."""
    flow_id = await open_form(hass, home)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            flow_id, OPTIONS | {"refresh_interval": given}
        )
    assert home.options == {"inbox_interval": 0, "daily_limit": 0, "bundle": False}
    result = await hass.config_entries.options.async_configure(
        flow_id, OPTIONS | {"refresh_interval": 5}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_form_shows_what_is_set(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """At first the default, later what the user chose."""
    result = await hass.config_entries.options.async_init(home.entry_id)
    assert shown(result) == OPTIONS | {"daily_limit": 0}
    await hass.config_entries.options.async_configure(
        result["flow_id"], OPTIONS | {"refresh_interval": 45}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await hass.config_entries.options.async_init(home.entry_id)
    assert shown(result) == OPTIONS | {"refresh_interval": 45}


async def test_browser_gets_a_number_field_with_bounds(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, home: MockConfigEntry
) -> None:
    """What guards the value on the way in doesn't hide the field from the frontend."""
    assert await async_setup_component(hass, "config", {})
    browser = await hass_client()
    response = await browser.post(
        "/api/config/config_entries/options/flow", json={"handler": home.entry_id}
    )
    assert response.status == 200
    field = (await response.json())["data_schema"][0]
    assert field["name"] == "refresh_interval"
    number = field["selector"]["number"]
    assert (number["min"], number["max"]) == (1, 1440)
    # A slider can't be set by hand to one of 1,440 values.
    assert number["mode"] == "box"
