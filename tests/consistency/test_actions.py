"""The actions: what is registered, what services.yaml offers, what is translated, and what has an icon."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.core import HomeAssistant, Service
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import TargetSelector, selector
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
import voluptuous as vol

from custom_components.payamak.const import DOMAIN

from .sources import COMPONENT, LANGUAGES, icons, translations

_OFFERED: dict[str, Any] = load_yaml_dict(str(COMPONENT / "services.yaml"))
_FIELDS = [
    pytest.param(action, field, id=f"{action}.{field}")
    for action, offered in _OFFERED.items()
    for field in offered["fields"]
]
_CHOICES = [
    pytest.param(action, field, id=f"{action}.{field}")
    for action, offered in _OFFERED.items()
    for field, described in offered["fields"].items()
    if "select" in described["selector"]
]


def _numbers(of: Any) -> Iterator[dict[str, Any]]:
    """Return all selectors of numbers, also those within the form of an object."""
    if isinstance(of, dict):
        if "number" in of:
            yield of["number"]
        for inner in of.values():
            yield from _numbers(inner)


@pytest.fixture(name="registered")
async def registered_fixture(hass: HomeAssistant) -> Mapping[str, Service]:
    """Give the actions that Home Assistant knows without any account."""
    assert await async_setup_component(hass, DOMAIN, {})
    return hass.services.async_services_for_domain(DOMAIN)


_TARGET = {str(marker) for marker in cv.ENTITY_SERVICE_FIELDS}


def _markers(service: Service) -> dict[str, vol.Marker]:
    """Give what the action takes besides a target."""
    assert isinstance(service.schema, vol.Schema)
    assert isinstance(service.schema.schema, dict)
    return {
        str(marker): marker
        for marker in service.schema.schema
        if str(marker) not in _TARGET
    }


async def test_the_actions_are_the_same_everywhere(
    registered: Mapping[str, Service],
) -> None:
    """Registered, offered in the editor, and with an icon."""
    assert registered.keys() == _OFFERED.keys() == icons()["services"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_action_and_each_of_its_fields_is_translated(
    registered: Mapping[str, Service], language: str
) -> None:
    """With name and description, and nothing else is."""
    texts = translations(language)["services"]
    assert texts.keys() == registered.keys()
    for action, service in registered.items():
        assert texts[action].keys() == {"name", "description", "fields"}
        assert texts[action]["fields"].keys() == _markers(service).keys()
        for field in texts[action]["fields"].values():
            assert field.keys() == {"name", "description"}


@pytest.mark.parametrize("action", _OFFERED)
async def test_the_editor_offers_the_fields_that_the_action_takes(
    registered: Mapping[str, Service], action: str
) -> None:
    """In the same order, and demands those the action demands."""
    markers = _markers(registered[action])
    fields = _OFFERED[action]["fields"]
    assert list(fields) == list(markers)
    for name, field in fields.items():
        assert field.get("required", False) == isinstance(markers[name], vol.Required)


@pytest.mark.parametrize("action", _OFFERED)
async def test_the_editor_offers_a_target_where_the_action_takes_one(
    registered: Mapping[str, Service], action: str
) -> None:
    """Of the notify entities of the recipients, and in every way in which a target can be written."""
    offered = _OFFERED[action]
    schema = registered[action].schema
    assert isinstance(schema, vol.Schema)
    takes = {str(marker) for marker in schema.schema} & _TARGET
    assert takes in (set(), _TARGET)
    assert offered.keys() == ({"target", "fields"} if takes else {"fields"})
    if takes:
        people = {"domain": "notify", "integration": DOMAIN}
        assert offered["target"] == {"entity": people}
        TargetSelector(offered["target"])


@pytest.mark.parametrize(("action", "field"), _FIELDS)
def test_a_field_has_a_selector_that_home_assistant_knows(
    action: str, field: str
) -> None:
    """And no key beyond what hassfest allows."""
    offered = _OFFERED[action]["fields"][field]
    assert offered.keys() <= {"default", "example", "required", "selector"}
    selector(offered["selector"])


@pytest.mark.parametrize("action", _OFFERED)
async def test_the_editor_begins_with_the_values_that_the_action_takes_by_itself(
    registered: Mapping[str, Service], action: str
) -> None:
    """Else leaving a field out would mean something else than leaving it as it is."""
    markers = _markers(registered[action])
    for name, field in _OFFERED[action]["fields"].items():
        if "default" in field:
            marker = markers[name]
            assert isinstance(marker, vol.Optional)
            assert callable(marker.default)
            assert marker.default() == field["default"], name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("action", "field"), _CHOICES)
async def test_each_choice_of_a_field_is_translated_and_taken(
    registered: Mapping[str, Service], action: str, field: str, language: str
) -> None:
    """And no other is offered or translated."""
    select = _OFFERED[action]["fields"][field]["selector"]["select"]
    texts = translations(language)["selector"][select["translation_key"]]
    assert list(texts["options"]) == select["options"]
    schema = registered[action].schema
    assert schema is not None
    for choice in select["options"]:
        assert schema({field: choice})[field] in (choice, [choice])


@pytest.mark.parametrize("action", _OFFERED)
async def test_an_action_takes_its_own_examples(
    registered: Mapping[str, Service], action: str
) -> None:
    """They are what people start from."""
    examples = {
        name: parse_yaml(str(example))
        if str(example := field["example"]).startswith("[")
        else example
        for name, field in _OFFERED[action]["fields"].items()
        if "example" in field
    }
    schema = registered[action].schema
    assert schema is not None
    taken = schema(examples)
    assert taken.keys() >= examples.keys()


@pytest.mark.parametrize("action", _OFFERED)
async def test_an_action_refuses_a_field_it_does_not_have(
    registered: Mapping[str, Service], action: str
) -> None:
    """A misspelt field is an error, not a message without it."""
    schema = registered[action].schema
    assert schema is not None
    with pytest.raises(vol.MultipleInvalid) as refused:
        schema({"misspelt": True})
    assert ["misspelt"] in [error.path for error in refused.value.errors]


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_are_in_the_users_language(language: str) -> None:
    """Each unit beside a number has its word in each language."""
    with_unit = [each for each in _numbers(_OFFERED) if "unit_of_measurement" in each]
    assert {each["unit_of_measurement"] for each in with_unit} == {"min", "s"}
    for number in with_unit:
        texts = translations(language)["selector"][number["translation_key"]]
        assert texts["unit_of_measurement"][number["unit_of_measurement"]]
