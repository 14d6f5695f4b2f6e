"""The conditions: what the code has, what conditions.yaml offers, what is translated, and what has an icon."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import async_validate_condition_config
from homeassistant.helpers.selector import TargetSelector, selector
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
import voluptuous as vol

from custom_components.payamak.account.conditions import AccountCondition
from custom_components.payamak.condition import async_get_conditions
from custom_components.payamak.const import DOMAIN
from custom_components.payamak.delivery.condition import LastDeliveryCondition

from .sources import COMPONENT, LANGUAGES, icons, translations

type OurCondition = type[AccountCondition | LastDeliveryCondition]

_OFFERED: dict[str, Any] = load_yaml_dict(str(COMPONENT / "conditions.yaml"))
_FIELDS = [
    pytest.param(condition, field, id=f"{condition}.{field}")
    for condition, offered in _OFFERED.items()
    for field in offered["fields"]
]
_PEOPLE = {"entity_id": ["notify.payamak_sara"]}


@pytest.fixture(name="conditions")
async def conditions_fixture(hass: HomeAssistant) -> dict[str, OurCondition]:
    """Give the conditions of the code."""
    conditions = await async_get_conditions(hass)
    return {
        name: condition
        for name, condition in conditions.items()
        if issubclass(condition, AccountCondition | LastDeliveryCondition)
    }


def _options(condition: OurCondition) -> dict[str, vol.Marker]:
    return {str(each): each for each in condition.schema.schema["options"]}


async def test_the_conditions_are_the_same_everywhere(
    hass: HomeAssistant, conditions: dict[str, OurCondition]
) -> None:
    """In the code, offered in the editor, and with an icon."""
    assert (await async_get_conditions(hass)).keys() == conditions.keys()
    assert conditions.keys() == _OFFERED.keys() == icons()["conditions"].keys()
    assert all(name.startswith("is_") for name in conditions)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_condition_and_each_of_its_fields_is_translated(
    conditions: dict[str, OurCondition], language: str
) -> None:
    """With name and description, and nothing else is."""
    texts = translations(language)["conditions"]
    assert texts.keys() == conditions.keys()
    for name, condition in conditions.items():
        assert texts[name].keys() == {"name", "description", "fields"}
        assert list(texts[name]["fields"]) == list(_options(condition))
        for field in texts[name]["fields"].values():
            assert field.keys() == {"name", "description"}


@pytest.mark.parametrize("name", _OFFERED)
async def test_the_editor_offers_the_options_that_the_condition_takes(
    conditions: dict[str, OurCondition], name: str
) -> None:
    """In the same order, with the same defaults; a target where it needs one."""
    offered, options = _OFFERED[name], _options(conditions[name])
    assert offered.keys() == conditions[name].schema.schema.keys() - {"options"} | {
        "fields"
    }
    assert list(offered["fields"]) == list(options)
    for field, described in offered["fields"].items():
        marker = options[field]
        assert described.get("required", False) == isinstance(marker, vol.Required)
        if isinstance(marker, vol.Optional):
            default = marker.default() if callable(marker.default) else None
            assert described.get("default") == default
    if "target" in offered:
        people = {"domain": "notify", "integration": DOMAIN}
        assert offered["target"] == {"entity": people}
        TargetSelector(offered["target"])


@pytest.mark.parametrize(("condition", "field"), _FIELDS)
def test_a_field_has_a_selector_that_home_assistant_knows(
    condition: str, field: str
) -> None:
    """And no key beyond what hassfest allows."""
    offered = _OFFERED[condition]["fields"][field]
    assert offered.keys() <= {"default", "example", "required", "selector"}
    selector(offered["selector"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_word_of_a_delivery_is_offered_translated_and_taken(
    hass: HomeAssistant, language: str
) -> None:
    """As the sensor shows them."""
    select = _OFFERED["is_last_delivery"]["fields"]["word"]["selector"]["select"]
    texts = translations(language)
    words = texts["selector"][select["translation_key"]]["options"]
    assert list(words) == select["options"]
    assert words == texts["entity"]["sensor"]["last_delivery"]["state"]
    assert await async_setup_component(hass, "homeassistant", {})
    for word in words:
        config = {
            "condition": "payamak.is_last_delivery",
            "target": _PEOPLE,
            "options": {"word": word},
        }
        taken = await async_validate_condition_config(hass, config)
        assert taken["options"]["word"] == [word]


@pytest.mark.parametrize("name", _OFFERED)
async def test_a_condition_takes_its_own_examples(
    hass: HomeAssistant, name: str
) -> None:
    """They are what people start from."""
    examples = {
        field: parse_yaml(str(described["example"]))
        for field, described in _OFFERED[name]["fields"].items()
        if "example" in described
    }
    target = {"target": _PEOPLE} if "target" in _OFFERED[name] else {}
    config = {"condition": f"payamak.{name}", "options": examples} | target
    assert await async_setup_component(hass, "homeassistant", {})
    taken = await async_validate_condition_config(hass, config)
    assert taken["options"].items() >= examples.items()


@pytest.mark.parametrize("name", _OFFERED)
async def test_a_condition_refuses_an_option_it_does_not_have(
    hass: HomeAssistant, name: str
) -> None:
    """A misspelt one is an error, not a condition that is always so."""
    config = {"condition": f"payamak.{name}", "options": {"misspelt": True}}
    assert await async_setup_component(hass, "homeassistant", {})
    with pytest.raises(vol.MultipleInvalid) as refused:
        await async_validate_condition_config(hass, config)
    assert ["options", "misspelt"] in [error.path for error in refused.value.errors]
