"""The entities of a home, against their names and icons."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .sources import LANGUAGES, icons, translations


@pytest.fixture(name="entities")
def entities_fixture(
    entity_registry: er.EntityRegistry, home: MockConfigEntry
) -> list[er.RegistryEntry]:
    """Give all entities of an account, those disabled by default included."""
    return er.async_entries_for_config_entry(entity_registry, home.entry_id)


def _keys(entities: list[er.RegistryEntry]) -> set[tuple[str, str | None]]:
    return {(entity.domain, entity.translation_key) for entity in entities}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_entity_has_a_translated_name_and_every_name_an_entity(
    hass: HomeAssistant, entities: list[er.RegistryEntry], language: str
) -> None:
    """A name that is missing would be the class's, or none at all."""
    texts = translations(language)["entity"]
    # An entity without a name of its own is called as its device.
    named = [entity for entity in entities if entity.original_name]
    assert _keys(named) == {
        (domain, key) for domain, names in texts.items() for key in names
    }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_unit_is_translated_but_for_currencies(
    hass: HomeAssistant, entities: list[er.RegistryEntry], language: str
) -> None:
    """Home Assistant writes a currency as the language does."""
    texts = translations(language)["entity"]["sensor"]
    assert {
        entity.translation_key
        for entity in entities
        if entity.unit_of_measurement and entity.original_device_class != "monetary"
    } == {key for key, sensor in texts.items() if "unit_of_measurement" in sensor}


async def test_every_entity_has_an_icon_and_every_icon_an_entity(
    hass: HomeAssistant, entities: list[er.RegistryEntry]
) -> None:
    """From icons.json, never from the code."""
    assert _keys(entities) == {
        (domain, key) for domain, keys in icons()["entity"].items() for key in keys
    }
    assert all(entity.original_icon is None for entity in entities)


def test_every_icon_is_one_of_material_design() -> None:
    """Hassfest refuses others."""
    services = icons()["services"].values()
    triggers = icons()["triggers"].values()
    conditions = icons()["conditions"].values()
    entities = [icon for keys in icons()["entity"].values() for icon in keys.values()]
    for icon in (*services, *triggers, *conditions, *entities):
        assert icon.keys() <= {"service", "trigger", "condition", "default", "state"}
        names = [
            icon.get("service"),
            icon.get("trigger"),
            icon.get("condition"),
            icon.get("default"),
            *icon.get("state", {}).values(),
        ]
        assert any(names)
        assert all(name.startswith("mdi:") for name in names if name)


def test_the_icons_have_no_section_that_nothing_shows() -> None:
    """What else is added has to be checked here too."""
    assert icons().keys() == {"conditions", "entity", "services", "triggers"}
