"""The triggers: what the code has, what triggers.yaml offers, what is translated, and what has an icon."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import selector
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
import voluptuous as vol

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.people.account_trigger import (
    AccountTrigger,
    PeopleTrigger,
)
from custom_components.payamak.trigger import async_get_triggers

from .sources import COMPONENT, LANGUAGES, icons, translations

_OFFERED: dict[str, Any] = load_yaml_dict(str(COMPONENT / "triggers.yaml"))
_FIELDS = [
    pytest.param(trigger, field, id=f"{trigger}.{field}")
    for trigger, offered in _OFFERED.items()
    for field in offered["fields"]
]


@pytest.fixture(name="triggers")
async def triggers_fixture(hass: HomeAssistant) -> dict[str, type[AccountTrigger]]:
    """Give the triggers of the code."""
    triggers = await async_get_triggers(hass)
    return {
        name: trigger
        for name, trigger in triggers.items()
        if issubclass(trigger, AccountTrigger)
    }


def _options(trigger: type[AccountTrigger]) -> list[vol.Marker]:
    return list(trigger.schema.schema["options"])


async def test_the_triggers_are_the_same_everywhere(
    hass: HomeAssistant, triggers: dict[str, type[AccountTrigger]]
) -> None:
    """In the code, offered in the editor, and with an icon."""
    assert (await async_get_triggers(hass)).keys() == triggers.keys()
    assert triggers.keys() == _OFFERED.keys() == icons()["triggers"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_trigger_and_each_of_its_fields_is_translated(
    triggers: dict[str, type[AccountTrigger]], language: str
) -> None:
    """With name and description, and nothing else is."""
    texts = translations(language)["triggers"]
    assert texts.keys() == triggers.keys()
    for name, trigger in triggers.items():
        assert texts[name].keys() == {"name", "description", "fields"}
        assert list(texts[name]["fields"]) == [str(each) for each in _options(trigger)]
        for field in texts[name]["fields"].values():
            assert field.keys() == {"name", "description"}


@pytest.mark.parametrize("name", _OFFERED)
async def test_the_editor_offers_the_options_that_the_trigger_takes(
    triggers: dict[str, type[AccountTrigger]], name: str
) -> None:
    """In the same order; none is demanded. Where it is about people, they can be the target."""
    options = _options(triggers[name])
    if issubclass(triggers[name], PeopleTrigger):
        assert _OFFERED[name].keys() == {"target", "fields"}
        people = {"domain": "notify", "integration": DOMAIN}
        assert _OFFERED[name]["target"] == {"entity": people}
        assert triggers[name].schema.schema.keys() == {"target", "options"}
    else:
        assert _OFFERED[name].keys() == {"fields"}
        assert triggers[name].schema.schema.keys() == {"options"}
    assert list(_OFFERED[name]["fields"]) == [str(each) for each in options]
    assert all(isinstance(each, vol.Optional) for each in options)


@pytest.mark.parametrize(("trigger", "field"), _FIELDS)
def test_a_field_has_a_selector_that_home_assistant_knows(
    trigger: str, field: str
) -> None:
    """And no key beyond what hassfest allows and is of use."""
    offered = _OFFERED[trigger]["fields"][field]
    assert offered.keys() <= {"example", "selector"}
    selector(offered["selector"])


@pytest.mark.parametrize("trigger", _OFFERED)
async def test_a_trigger_takes_its_own_examples(
    hass: HomeAssistant, trigger: str
) -> None:
    """They are what people start from."""
    examples = {
        name: parse_yaml(str(example))
        if str(example := field["example"]).startswith("[")
        else example
        for name, field in _OFFERED[trigger]["fields"].items()
        if "example" in field
    }
    config = {"platform": f"{DOMAIN}.{trigger}", "options": examples}
    assert await async_setup_component(hass, "homeassistant", {})
    [taken] = await async_validate_trigger_config(hass, [config])
    assert taken["options"] == examples


@pytest.mark.parametrize("trigger", _OFFERED)
async def test_a_trigger_refuses_an_option_it_does_not_have(
    hass: HomeAssistant, trigger: str
) -> None:
    """A misspelt filter is an error, not a trigger that lets everybody in."""
    config = {"platform": f"{DOMAIN}.{trigger}", "options": {"form": "Sara"}}
    assert await async_setup_component(hass, "homeassistant", {})
    with pytest.raises(vol.MultipleInvalid) as refused:
        await async_validate_trigger_config(hass, [config])
    assert ["options", "form"] in [error.path for error in refused.value.errors]
