"""The button on a recipient's device: an SMS to try the way to their phone."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Code, CodesInList
from tests.integration.conftest import MINA, OMID, SARA, sent_calls
from tests.integration.story.people import ALI, REZA, add, change, received


async def press(hass: HomeAssistant, slug: str) -> None:
    """Press a recipient's button."""
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": f"button.payamak_{slug}_test"},
        blocking=True,
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This is a test SMS from Home Assistant."),
        ("fa", "این یک پیامک آزمایشی از Home Assistant است."),
    ],
)
async def test_it_sends_a_test_sms_in_home_assistants_language(
    hass: HomeAssistant,
    gateway: Gateway,
    family_home: MockConfigEntry,
    language: str,
    text: str,
) -> None:
    """One part, to this recipient alone, and the button says when it was pressed."""
    hass.config.language = language
    await press(hass, "sara")
    assert received(gateway) == {SARA: 1}
    [call] = sent_calls(gateway)
    assert call["text"] == text
    state = hass.states.get("button.payamak_sara_test")
    assert state is not None
    assert state.state not in ("unknown", "unavailable")


async def test_it_is_on_the_recipients_device(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Among what is there for trying things out, so that no dashboard shows it by itself."""
    button = entity_registry.async_get("button.payamak_omid_test")
    assert button is not None
    assert button.entity_category == "diagnostic"
    assert button.unique_id == "subentry-omid_test"
    assert button.device_id is not None
    device = device_registry.async_get(button.device_id)
    assert device is not None
    assert device.name == "امید"


async def test_a_group_gets_it_on_all_of_its_phones(
    hass: HomeAssistant, gateway: Gateway, family_home: MockConfigEntry
) -> None:
    """By one call."""
    await press(hass, "family")
    assert received(gateway) == dict.fromkeys((SARA, OMID, MINA), 1)
    assert len(sent_calls(gateway)) == 1


async def test_it_reaches_the_numbers_of_now(
    hass: HomeAssistant, gateway: Gateway, family_home: MockConfigEntry
) -> None:
    """Those of a recipient that was added later, or changed."""
    await change(hass, family_home, "subentry-sara", numbers=[ALI])
    await add(hass, family_home, "Reza", REZA)
    await press(hass, "sara")
    await press(hass, "reza")
    assert received(gateway) == {ALI: 1, REZA: 1}


async def test_what_failed_is_said_where_it_was_pressed(
    hass: HomeAssistant, gateway: Gateway, family_home: MockConfigEntry
) -> None:
    """With the cause, and nothing looks sent."""
    gateway.fault("SendSMS", Code(2))
    with pytest.raises(HomeAssistantError, match="Sara: The credit") as raised:
        await press(hass, "sara")
    assert raised.value.translation_key == "not_accepted"
    assert received(gateway) == {}


async def test_a_partial_failure_is_one(
    hass: HomeAssistant, gateway: Gateway, family_home: MockConfigEntry
) -> None:
    """Whoever tests a group wants to know of each phone."""
    gateway.fault("SendSMS", CodesInList((None, 18, None)))
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, "family")
    assert raised.value.translation_key == "partly_sent"
