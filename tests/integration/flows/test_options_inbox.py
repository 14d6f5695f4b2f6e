"""How received SMS are fetched: the options of the inbox, and the push address."""

import json
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.payamak.const import PAGES
from simulator import Gateway
from tests.integration.account.test_privacy import diagnostics
from tests.integration.flows.test_options import OPTIONS, open_form
from tests.integration.inbox.received import arrive, asked, listen, poll
from tests.integration.story.forms import reload, shown


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, **options: Any
) -> ConfigFlowResult:
    """Fill the form in, and confirm the push address if it is shown."""
    flow = hass.config_entries.options
    result = await flow.async_configure(await open_form(hass, entry), OPTIONS | options)
    if result["type"] is FlowResultType.FORM:
        assert result["step_id"] == "push"
        result = await flow.async_configure(result["flow_id"], {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result


async def shown_address(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Give the push address that the form shows, and leave it."""
    flow = hass.config_entries.options
    result = await flow.async_configure(
        await open_form(hass, entry), OPTIONS | {"push": True}
    )
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "push")
    flow.async_abort(result["flow_id"])
    assert result["description_placeholders"]
    address: str = result["description_placeholders"]["address"]
    assert shown(result) == {"address": address}
    return address


@pytest.mark.parametrize(
    ("given", "seconds"), [(0, 0), (0.9, 0), (10, 10), (10.0, 10), (86400, 86400)]
)
async def test_the_interval_is_stored_as_a_whole_number(
    hass: HomeAssistant, home: MockConfigEntry, given: float, seconds: int
) -> None:
    """0 turns polling off."""
    await choose(hass, home, inbox_interval=given, inbox_max_age=1440)
    assert home.options["inbox_interval"] == seconds
    assert type(home.options["inbox_interval"]) is int


async def test_an_interval_in_which_sms_grow_too_old_is_an_error(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Almost none would start anything; with the push address the interval is only a net."""
    flow = hass.config_entries.options
    typed = OPTIONS | {"inbox_interval": 601, "inbox_max_age": 10}
    result = await flow.async_configure(await open_form(hass, home), typed)
    assert result["errors"] == {"inbox_max_age": "shorter_than_interval"}
    result = await flow.async_configure(
        result["flow_id"], typed | {"inbox_interval": 600}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await flow.async_configure(
        await open_form(hass, home), typed | {"push": True}
    )
    assert (result["step_id"], result.get("errors")) == ("push", None)
    flow.async_abort(result["flow_id"])


@pytest.mark.parametrize("given", [1, 5.0, 9, 9.9])
async def test_polling_too_often_is_an_error_that_keeps_what_was_typed(
    hass: HomeAssistant, home: MockConfigEntry, given: float
) -> None:
    """The form says how often it may be, and takes a better number."""
    flow = hass.config_entries.options
    typed = OPTIONS | {
        "inbox_interval": given,
        "inbox_max_age": 7,
        "refresh_interval": 33,
    }
    result = await flow.async_configure(await open_form(hass, home), typed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"inbox_interval": "too_often"}
    assert result["description_placeholders"] == {"least": "10", "pages": PAGES}
    assert shown(result) == typed | {"inbox_interval": int(given)}
    assert home.options == {"inbox_interval": 0, "daily_limit": 0, "bundle": False}
    result = await flow.async_configure(
        result["flow_id"], typed | {"inbox_interval": 10}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"inbox_interval": -1},
        {"inbox_interval": 86401},
        {"inbox_interval": "often"},
        {"inbox_max_age": 0},
        {"inbox_max_age": 1441},
        {"inbox_max_age": None},
        {"webhook_id": "mine"},
    ],
)
async def test_what_is_out_of_bounds_is_refused(
    hass: HomeAssistant, home: MockConfigEntry, wrong: dict[str, Any]
) -> None:
    """Nobody chooses the webhook's id, either."""
    flow_id = await open_form(hass, home)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(flow_id, OPTIONS | wrong)
    assert home.options == {"inbox_interval": 0, "daily_limit": 0, "bundle": False}


async def test_options_apply_without_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    home: MockConfigEntry,
) -> None:
    """Polls begin, come more often, tell older messages, and end."""
    told = listen(hass)
    await choose(hass, home, inbox_interval=60)
    asked(gateway)
    await poll(hass, freezer)
    assert asked(gateway) == ["0"]
    await choose(hass, home, inbox_interval=10, inbox_max_age=1)
    arrive(gateway, "old")
    freezer.tick(50)
    await poll(hass, freezer, 12)
    assert told.texts == []
    await choose(hass, home, inbox_interval=10, inbox_max_age=2)
    arrive(gateway, "young")
    freezer.tick(50)
    await poll(hass, freezer, 12)
    assert told.texts == ["young"]
    await choose(hass, home, inbox_interval=0)
    asked(gateway)
    await poll(hass, freezer, 600)
    assert asked(gateway) == []


async def test_the_push_address_is_shown_before_it_is_switched_on(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """As the panel has to call it: from outside, where Home Assistant knows how."""
    await async_process_ha_core_config(
        hass,
        {
            "internal_url": "http://192.168.1.2:8123",
            "external_url": "https://home.example.org",
        },
    )
    address = await shown_address(hass, home)
    assert re.fullmatch(r"https://home\.example\.org/api/webhook/[0-9a-f]{64}", address)
    assert home.options == {"inbox_interval": 0, "daily_limit": 0, "bundle": False}


async def test_without_a_known_address_of_home_assistant_the_path_is_shown(
    hass: HomeAssistant, home: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user knows what stands before it."""
    monkeypatch.setattr("homeassistant.components.webhook.get_url", _unknown_url)
    address = await shown_address(hass, home)
    assert re.fullmatch(r"/api/webhook/[0-9a-f]{64}", address)


def _unknown_url(*_: object, **__: object) -> str:
    raise NoURLAvailableError


async def test_the_address_can_not_be_guessed_and_stays_once_it_is_given(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """The panel knows it: over changes, reloads, off and on again."""
    guesses = {await shown_address(hass, home) for _ in range(3)}
    assert len(guesses) == 3
    await choose(hass, home, push=True)
    webhook_id = home.options["webhook_id"]
    assert re.fullmatch(r"[0-9a-f]{64}", webhook_id)
    await choose(hass, home, push=True, inbox_interval=30)
    await reload(hass, home)
    await choose(hass, home, push=False)
    assert home.options == OPTIONS | {"push": False, "webhook_id": webhook_id}
    assert (await shown_address(hass, home)).endswith(webhook_id)
    await choose(hass, home, push=True)
    assert home.options == OPTIONS | {"push": True, "webhook_id": webhook_id}


async def test_without_push_there_is_no_address(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """Nor a second step."""
    result = await choose(hass, home, inbox_interval=30)
    assert result["data"] == OPTIONS | {"inbox_interval": 30}


async def test_the_address_is_in_no_diagnostics_and_no_log(
    hass: HomeAssistant,
    home: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever knows it can make us ask the gateway."""
    caplog.set_level("DEBUG", "custom_components.payamak")
    await choose(hass, home, push=True)
    webhook_id = home.options["webhook_id"]
    found = await diagnostics(hass, hass_client, home)
    assert found["options"] == OPTIONS | {
        "push": True,
        "webhook_id": "**REDACTED**",
    }
    assert webhook_id not in json.dumps(found)
    assert webhook_id not in "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.payamak")
    )


async def test_a_browser_goes_through_both_steps(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, home: MockConfigEntry
) -> None:
    """Fields it can show, an error it can show, an address it can show."""
    assert await async_setup_component(hass, "config", {})
    browser = await hass_client()
    path = "/api/config/config_entries/options/flow"

    async def post(path: str, typed: object) -> Any:
        response = await browser.post(path, json=typed)
        assert response.status == 200
        return await response.json()

    form = await post(path, {"handler": home.entry_id})
    by_name = {each["name"]: each for each in form["data_schema"]}
    seconds = by_name["inbox_interval"]["selector"]["number"]
    minutes = by_name["inbox_max_age"]["selector"]["number"]
    assert (seconds["min"], seconds["max"], seconds["mode"]) == (0, 86400, "box")
    assert (minutes["min"], minutes["max"], minutes["mode"]) == (1, 1440, "box")
    assert "boolean" in by_name["push"]["selector"]
    assert form["description_placeholders"] == {"least": "10", "pages": PAGES}
    flow = f"{path}/{form['flow_id']}"
    refused = await post(flow, OPTIONS | {"inbox_interval": 3})
    assert refused["errors"] == {"inbox_interval": "too_often"}
    push = await post(flow, OPTIONS | {"push": True})
    assert (push["step_id"], push["last_step"]) == ("push", True)
    [field] = push["data_schema"]
    assert field["selector"]["text"]["multiline"] is True
    address = field["description"]["suggested_value"]
    # What is typed over the address has no effect.
    done = await post(flow, {"address": "https://home.example.org"})
    assert done["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert address.endswith(home.options["webhook_id"])
