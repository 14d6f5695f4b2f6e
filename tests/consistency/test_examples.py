"""The examples that people copy: each is held against a running Home Assistant with an account and people in it."""

import asyncio
from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.alert import CONFIG_SCHEMA as ALERT_SCHEMA
from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.components.logbook import CONFIG_SCHEMA as LOGBOOK_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.payamak.condition import async_get_conditions
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.sending.actions import SMS_FIELDS
from custom_components.payamak.trigger import async_get_triggers
from simulator import Gateway
from tests.integration.conftest import LINE, SARA

from .examples import (
    calls,
    fields,
    fields_of_home_assistant,
    is_action,
    is_automation,
    is_template,
    people,
    steps,
    triggers,
)
from .house import PEOPLE, async_has
from .pages import DOCS, Page, pages

_ENTITY = re.compile(
    r"(?<![\w./-])(?:sensor|binary_sensor|event|notify|switch|button)\.payamak\w*"
)
# Not the names of files, which end otherwise.
_OURS = re.compile(r"(?<![\w./-])payamak\.(?!zip)([a-z]\w*)")
# What a page shows for configuration.yaml, with Home Assistant's own schema of it.
_CONFIGURATION: dict[str, vol.Schema] = {
    "alert": ALERT_SCHEMA,
    "logbook": LOGBOOK_SCHEMA,
}
every_page = pytest.mark.parametrize("page", pages(), ids=str)


@every_page
@pytest.mark.usefixtures("house")
async def test_an_automation_is_one_that_home_assistant_takes(
    hass: HomeAssistant, page: Page
) -> None:
    """By its own check, with the real triggers and conditions."""
    for example in page.examples:
        if is_automation(example) or is_action(example):
            automation = example if is_automation(example) else {"actions": [example]}
            config = {"triggers": [], "actions": []} | automation
            taken = await async_validate_config_item(hass, "example", config)
            assert taken
            assert taken.validation_error is None
        elif (setting := next(iter(example))) in _CONFIGURATION:
            _CONFIGURATION[setting](example)
        else:
            # What an action responds with; the test of the responses knows it.
            assert page.path.name == "actions.md"


@every_page
@pytest.mark.usefixtures("house")
async def test_an_action_is_given_what_it_takes(
    hass: HomeAssistant, page: Page
) -> None:
    """Every field of it, by the schema that it is registered with."""
    for call in [call for example in page.examples for call in calls(example)]:
        domain, _, name = call["action"].partition(".")
        if domain == DOMAIN:
            schema = hass.services.async_services_for_domain(domain)[name].schema
            assert schema
            _take(schema, fields(call))
        elif domain == "notify" and name != "send_message":
            assert name.startswith("mobile_app_") or hass.services.has_service(
                domain, name
            )
            assert fields(call).keys() <= {"message", "title", "target", "data"}
            _take(vol.Schema(SMS_FIELDS), fields(call).get("data", {}))
        else:
            known = fields_of_home_assistant(call["action"])
            assert known is not None, call
            assert fields(call).keys() <= known, call


def _take(schema: Any, given: Mapping[str, Any]) -> None:
    """Hold what is given against a schema; what a template will be is not known yet."""
    try:
        schema(dict(given))
    except vol.MultipleInvalid as refused:
        for error in refused.errors:
            assert error.path, error
            assert is_template(given.get(str(error.path[0]))), error


@every_page
@pytest.mark.usefixtures("house")
async def test_a_page_names_only_what_there_is(hass: HomeAssistant, page: Page) -> None:
    """Entities and notify actions, and our own actions, triggers and conditions, in examples and in prose."""
    entities = er.async_get(hass).entities.keys()
    notify = hass.services.async_services_for_domain("notify")
    known = {*entities, *(f"notify.{name}" for name in notify)}
    assert set(_ENTITY.findall(page.text)) - known == set()
    ours = {
        *hass.services.async_services_for_domain(DOMAIN),
        *await async_get_triggers(hass),
        *await async_get_conditions(hass),
    }
    assert set(_OURS.findall(page.text)) - ours == set()


@every_page
def test_an_example_is_about_the_people_of_its_page(page: Page) -> None:
    """Those whom the recipes introduce, so that nobody wonders who that is."""
    named = [
        name
        for example in page.examples
        for part, options in (
            *((fields(call), ("recipients",)) for call in calls(example)),
            *((fields(call), ("target",)) for call in calls(example)),
            *(
                (each, ("recipients",))
                for call in calls(example)
                for each in steps(call)
            ),
            *(
                (each.get("options", {}), ("from", "recipients"))
                for each in triggers(example)
            ),
        )
        for name in people(part, *options)
    ]
    assert set(named) <= set(PEOPLE[page.language])


@pytest.mark.parametrize(
    "page", [Page(DOCS / each / "actions.md", each) for each in PEOPLE], ids=str
)
async def test_an_action_responds_as_the_page_shows(
    hass: HomeAssistant, page: Page, house: MockConfigEntry, gateway: Gateway
) -> None:
    """With the same keys in the same order, whatever their values are."""
    gateway.receive(LINE, SARA, "STATUS")
    responses = 0
    call: Mapping[str, Any] = {}
    for example in page.examples:
        if is_action(example):
            call = example
            continue
        domain, _, name = call["action"].partition(".")
        # What was just sent has not failed, so the history is asked for all of it.
        given = {} if name == "get_history" else fields(call)
        calling = asyncio.create_task(
            hass.services.async_call(
                domain, name, given, blocking=True, return_response=True
            )
        )
        if name == "ask":
            await async_has(hass, house, gateway, call["data"]["message"])
            gateway.receive(LINE, SARA, example["text"])
            await house.runtime_data.inbox.async_refresh()
        assert _keys(await calling) == _keys(example)
        responses += 1
    assert responses == 7


def _keys(response: Any) -> Any:
    """Return the keys of a response, with those of the first message for all of them."""
    if not isinstance(response, dict):
        return None
    keys = list(response)
    rows = response.get("messages")
    return [keys, list(rows[0]) if rows else None]
