"""The examples of the page about questions and alerts do what the page says, in both languages."""

from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, label_registry as lr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from simulator import Gateway
from tests.integration.conftest import LINE, OMID, SARA

from .house import PEOPLE, async_has
from .pages import DOCS, Page

in_each_language = pytest.mark.parametrize(
    "page", [Page(DOCS / each / "alerts.md", each) for each in ("en", "fa")], ids=str
)


class Phones:
    """The phones of the people, and what they answer."""

    def __init__(
        self, hass: HomeAssistant, house: MockConfigEntry, gateway: Gateway
    ) -> None:
        """Keep whose they are."""
        self._hass, self._house, self._gateway = hass, house, gateway

    async def have(self, text: str, number: str = SARA) -> None:
        """Wait until a text is on a phone."""
        await async_has(self._hass, self._house, self._gateway, text, number)

    async def answer(self, text: str, number: str = SARA) -> None:
        """Let an answer come in."""
        self._gateway.receive(LINE, number, text)
        await self._house.runtime_data.inbox.async_refresh()


@pytest.fixture
def phones(hass: HomeAssistant, house: MockConfigEntry, gateway: Gateway) -> Phones:
    """Give the phones of the house that the page speaks of."""
    return Phones(hass, house, gateway)


async def _automate(hass: HomeAssistant, page: Page, anchor: str, number: int) -> Any:
    """Let an example of a section be an automation, and return it."""
    example = page.examples_of(anchor)[number]
    config = {AUTOMATION: {"alias": "Example", **example}}
    assert await async_setup_component(hass, AUTOMATION, config)
    return example


@in_each_language
async def test_the_door_is_opened_for_who_says_yes_with_the_pin(
    hass: HomeAssistant, phones: Phones, page: Page
) -> None:
    """And for nobody else."""
    opened = async_mock_service(hass, "lock", "unlock")
    example = await _automate(hass, page, "asking-by-sms", 0)
    hass.states.async_set("binary_sensor.doorbell", "on")
    await phones.have(example["actions"][0]["data"]["message"])
    yes = {"en": "Yes, the door 271828", "fa": "۲۷۱۸۲۸ بله لطفا"}[page.language]
    await phones.answer(yes.replace("271828", "").replace("۲۷۱۸۲۸", ""))
    await phones.answer(yes.replace("28", "29").replace("۲۸", "۲۹"))
    assert opened == []
    await phones.answer(yes)
    await hass.async_block_till_done()
    assert len(opened) == 1


@in_each_language
async def test_what_stands_in_the_answer_is_spoken(
    hass: HomeAssistant, phones: Phones, page: Page
) -> None:
    """Without the words around it."""
    spoken = async_mock_service(hass, "tts", "speak")
    example = await _automate(hass, page, "asking-by-sms", 1)
    await hass.services.async_call(
        AUTOMATION, "trigger", {"entity_id": "automation.example"}
    )
    await phones.have(example["actions"][0]["data"]["message"], OMID)
    answer = {"en": "I'll be home at half past 7", "fa": "حدود ۷ و نیم می‌رسم"}
    await phones.answer(answer[page.language], OMID)
    await hass.async_block_till_done()
    assert [call.data["message"] for call in spoken] == [
        {
            "en": "Mother will be home at half past 7.",
            "fa": "مادر ساعت ۷ و نیم می‌رسد",
        }[page.language]
    ]
    # It would wait for the evening.
    await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"})


@in_each_language
async def test_the_alert_is_acknowledged_and_resolved(
    hass: HomeAssistant, house: MockConfigEntry, phones: Phones, page: Page
) -> None:
    """By a reply, and when the smoke is gone."""
    label = lr.async_get(hass).async_create("Emergency")
    devices = dr.async_get(hass)
    [mother] = [
        device
        for device in dr.async_entries_for_config_entry(devices, house.entry_id)
        if device.name == PEOPLE[page.language][1]
    ]
    devices.async_update_device(mother.id, labels={label.label_id})
    example = await _automate(hass, page, "alerts", 0)
    data = example["actions"][0]["then"][0]["data"]
    hass.states.async_set("binary_sensor.smoke", "on")
    await phones.have(data["message"])
    await phones.answer({"en": "ok, on my way", "fa": "باشه الان میام"}[page.language])
    await hass.async_block_till_done()
    state = hass.states.get("event.payamak_alert")
    assert state is not None
    assert state.attributes["event_type"] == "acknowledged"
    hass.states.async_set("binary_sensor.smoke", "off")
    await phones.have(data["resolved_message"])
