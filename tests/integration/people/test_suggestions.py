"""What the forms of the actions offer to choose: the saved names, and the accounts' lines."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import selector
from homeassistant.helpers.service import async_get_cached_service_description
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from tests.integration.conftest import LINE, OTHER_LINE, SARA
from tests.integration.story.people import (
    NEDA,
    SECOND_LINE,
    add,
    change,
    second_account,
)

FAMILY = ["Sara", "امید", "خانواده"]


def described(hass: HomeAssistant, action: str) -> dict[str, Any]:
    """Give the description of an action, which the frontend is sent."""
    description = async_get_cached_service_description(hass, "payamak", action)
    assert description is not None
    return description


def offered(hass: HomeAssistant, action: str, field: str) -> Any:
    """Give what a field offers; each other thing can be typed in."""
    found = described(hass, action)["fields"][field]["selector"]
    assert selector(found).serialize()["selector"] == found
    select = found["select"]
    assert select["custom_value"] is True
    assert select["multiple"] is (field in ("recipients", "from"))
    return select["options"]


async def test_a_form_offers_the_saved_names_and_the_accounts_lines(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """The usual line first."""
    for action in ("send_sms", "send_pattern", "ask", "get_history"):
        assert offered(hass, action, "recipients") == FAMILY
    assert offered(hass, "get_messages", "from") == FAMILY
    assert offered(hass, "send_sms", "sender") == [LINE, OTHER_LINE]
    assert offered(hass, "get_messages", "line") == [LINE, OTHER_LINE]


async def test_it_offers_what_there_is_now(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Added, renamed, removed."""
    await add(hass, family_home, "Neda", NEDA)
    assert offered(hass, "send_sms", "recipients") == [*FAMILY, "Neda"]
    await change(hass, family_home, "subentry-sara", name="Sahar")
    assert offered(hass, "send_sms", "recipients")[0] == "Sahar"
    hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    assert offered(hass, "send_sms", "recipients") == ["امید", "خانواده", "Neda"]


async def test_it_offers_those_of_all_accounts_once(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """Also of one that is not at work, but not of one that is disabled."""
    second = second_account(gateway, gateway_url)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    await add(hass, second, "Sara", SARA)
    everybody = [*FAMILY, "علی", "Reza", "همسایه‌ها"]
    lines = [LINE, OTHER_LINE, SECOND_LINE]
    assert offered(hass, "send_sms", "recipients") == everybody
    assert offered(hass, "send_sms", "sender") == lines
    assert await hass.config_entries.async_unload(family_home.entry_id)
    assert offered(hass, "send_sms", "recipients") == everybody
    assert offered(hass, "send_sms", "sender") == [LINE, SECOND_LINE]
    assert await hass.config_entries.async_setup(family_home.entry_id)
    assert offered(hass, "send_sms", "sender") == lines
    await hass.config_entries.async_set_disabled_by(
        family_home.entry_id, ConfigEntryDisabler.USER
    )
    assert offered(hass, "send_sms", "sender") == [SECOND_LINE]


@pytest.mark.usefixtures("home")
async def test_the_rest_of_a_form_is_as_the_file_has_it(hass: HomeAssistant) -> None:
    """Also where nobody is saved: a name can't be chosen, but a number can be typed in."""
    description = described(hass, "send_sms")
    assert description["target"] == {
        "entity": [{"domain": ["notify"], "integration": "payamak"}]
    }
    assert description["response"] == {"optional": True}
    fields = description["fields"]
    assert fields["message"]["required"] is True
    assert fields["message"]["selector"] == {
        "text": {"multiline": True, "multiple": False}
    }
    assert fields["max_parts"]["default"] == 10
    assert fields["recipients"]["selector"]["text"]["multiple"] is True
    assert fields["recipients"]["example"]
    assert "target" not in described(hass, "get_messages")
    assert async_get_cached_service_description(hass, "payamak", "cancel") is None


async def test_the_last_account_takes_its_lines_along(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """What is left is a field to type into."""
    await hass.config_entries.async_remove(family_home.entry_id)
    for field in ("sender", "recipients"):
        selector_of = described(hass, "send_sms")["fields"][field]["selector"]
        assert list(selector_of) == ["text"]


async def test_the_accounts_of_others_change_nothing(hass: HomeAssistant) -> None:
    """Nothing is described before there is an account."""
    assert await async_setup_component(hass, "payamak", {})
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, title="Another name")
    assert async_get_cached_service_description(hass, "payamak", "send_sms") is None
