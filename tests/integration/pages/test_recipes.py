"""The recipes, copied from the page in both languages: each does what it promises, with the stand-in for the gateway."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.payamak.gateway import SmsState
from simulator import Gateway
from simulator.faults import Code
from tests.consistency.pages import DOCS, READMES, Page
from tests.integration.conftest import (
    MINA,
    OMID,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.automations import end, receive
from tests.integration.story.forms import let_pass

_PEOPLE = {"en": ("Sara", "Mother", "Family"), "fa": ("سارا", "مادر", "خانواده")}
_EVERYBODY = (SARA, OMID, MINA)
_STRANGER = "09390000009"
_BLOCKS_ADVERTISING = 35


class House:
    """A home in which one recipe runs, with people who have phones."""

    def __init__(
        self, hass: HomeAssistant, gateway: Gateway, language: str, entry_id: str
    ) -> None:
        """Note what the other parts of the house are told to do."""
        self._hass = hass
        self._gateway = gateway
        self._page = Page(DOCS / language / "recipes.md", language)
        self.entry_id = entry_id
        self.recipe: dict[str, Any] = {}
        self.app = async_mock_service(hass, "notify", "mobile_app_phone")
        self.valve = async_mock_service(hass, "valve", "close_valve")
        self.heating = async_mock_service(hass, "climate", "set_temperature")
        self.voice = async_mock_service(hass, "tts", "speak")

    async def use(self, anchor: str, **states: str) -> Mapping[str, Any]:
        """Run a recipe, with other parts of the house in these states, and give what it says it waits for."""
        for name, state in states.items():
            self._hass.states.async_set(name.replace("__", "."), state)
        self.recipe = {"alias": "Recipe", **self._page.example(anchor)}
        config = {"automation": self.recipe}
        assert await async_setup_component(self._hass, "automation", config)
        await self._hass.async_block_till_done()
        options: Mapping[str, Any] = self.recipe["triggers"][0].get("options", {})
        return options

    async def change(self, **states: str) -> None:
        """Let parts of the house change their states."""
        for name, state in states.items():
            self._hass.states.async_set(name.replace("__", "."), state)
        await self._hass.async_block_till_done()

    async def receive(self, text: str, sender: str = SARA) -> None:
        """Let an SMS come in."""
        receive(self._hass, text, sender=sender, entry_id=self.entry_id)
        await self._hass.async_block_till_done()

    def texts(self, number: str = SARA) -> list[str]:
        """Give the texts that a phone shows."""
        return [sms.text for sms in self._gateway.phone(number).messages]


@pytest.fixture(name="house", params=_PEOPLE)
async def house_fixture(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    request: pytest.FixtureRequest,
) -> House:
    """Set the account up with the people of the page, in a time that stands still."""
    sara, mother, family = _PEOPLE[request.param]
    entry: MockConfigEntry = make_entry(
        gateway_url,
        recipients=(
            recipient(sara, "sara", SARA),
            recipient(mother, "mother", OMID),
            recipient(family, "family", *_EVERYBODY),
        ),
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "homeassistant", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return House(hass, gateway, request.param, entry.entry_id)


@pytest.mark.parametrize("language", READMES)
def test_the_readme_has_the_recipes_of_the_page(language: str) -> None:
    """So those that are tried here are the ones that most people copy."""
    recipes = Page(DOCS / language / "recipes.md", language).examples
    five = [
        example
        for example in Page(READMES[language], language).examples
        if isinstance(example, dict)
    ]
    assert len(five) == 5
    # The page has more people in one of them.
    without_people = [_without_people(each) for each in recipes]
    assert [each for each in five if _without_people(each) not in without_people] == []


def _without_people(recipe: Mapping[str, Any]) -> Any:
    triggers = [
        {**each, "options": {**each.get("options", {}), "from": None}}
        for each in recipe.get("triggers", [])
    ]
    return {**recipe, "triggers": triggers}


async def test_an_alarm_is_sent_to_everybody(house: House) -> None:
    """At once, and once."""
    await house.use(
        "send-an-sms-when-the-alarm-goes-off", alarm_control_panel__home="armed_away"
    )
    await house.change(alarm_control_panel__home="triggered")
    assert [len(house.texts(number)) for number in _EVERYBODY] == [1, 1, 1]


async def test_the_loudspeaker_speaks_if_the_sms_is_refused(
    house: House, gateway: Gateway
) -> None:
    """And is silent if the gateway takes it."""
    anchor = "use-the-loudspeaker-if-the-gateway-does-not-take-the-sms"
    await house.use(anchor, alarm_control_panel__home="armed_away")
    await house.change(alarm_control_panel__home="triggered")
    assert house.voice == []
    gateway.fault("SendSMS", Code(_BLOCKS_ADVERTISING))
    await house.change(alarm_control_panel__home="armed_away")
    await house.change(alarm_control_panel__home="triggered")
    assert len(house.voice) == 1


async def test_the_app_tells_if_the_sms_is_not_delivered(
    house: House, gateway: Gateway
) -> None:
    """At once where it is certain."""
    anchor = "try-another-way-if-an-sms-is-not-delivered"
    await house.use(anchor, binary_sensor__cellar_leak="off")
    gateway.fault("SendSMS", Code(_BLOCKS_ADVERTISING))
    await house.change(binary_sensor__cellar_leak="on")
    assert len(house.app) == 1


async def test_each_person_is_tried_after_the_one_before(
    house: House, gateway: Gateway
) -> None:
    """Where none can be reached, all of them."""
    await house.use("try-the-next-person", binary_sensor__cellar_leak="off")
    gateway.fault("SendSMS", Code(_BLOCKS_ADVERTISING), times=3)
    await house.change(binary_sensor__cellar_leak="on")
    tried = [call["to"] for call in sent_calls(gateway)]
    assert tried == [SARA, OMID, OMID]


async def test_a_command_is_carried_out_and_answered(house: House) -> None:
    """For those who may, with the secret word, and for nobody else."""
    options = await house.use("carry-out-a-command-by-sms")
    command = options["exactly"]
    await house.receive(command.split()[0])
    await house.receive(command, sender=_STRANGER)
    assert house.valve == []
    await house.receive(command)
    assert len(house.valve) == 1
    assert len(house.texts()) == 1


async def test_the_number_in_the_text_sets_the_heating(house: House) -> None:
    """Within limits; Persian digits are numbers, too."""
    options = await house.use("take-a-number-from-the-text")
    word = options["matches"].removeprefix("(?i)").strip("^$").split()[0]
    for number in ("21", "۱۹", "90", "0"):
        await house.receive(f"{word} {number}")
    assert [_degrees(call) for call in house.heating] == [21, 19]
    assert len(house.texts()) == 2


def _degrees(call: ServiceCall) -> int:
    degrees: int = call.data["temperature"]
    return degrees


async def test_status_is_answered(house: House) -> None:
    """With what the house knows."""
    options = await house.use(
        "answer-status",
        alarm_control_panel__home="armed_away",
        sensor__living_room_temperature="21.5",
    )
    await house.receive(options["exactly"])
    [answer] = house.texts()
    assert "armed_away" in answer
    assert "21.5" in answer
    assert "1000" in answer


async def test_an_sms_is_shown_by_the_app(house: House) -> None:
    """With the number where there is no name."""
    await house.use("forward-sms-to-a-phone")
    await house.receive("Hello", sender=_STRANGER)
    [call] = house.app
    assert call.data["message"] == "Hello"
    assert call.data["title"].endswith(_STRANGER)


async def test_low_credit_is_told(house: House) -> None:
    """When it gets low, not when Home Assistant starts."""
    await house.use("warn-before-the-credit-is-used-up")
    low = "binary_sensor__payamak_low_credit"
    await house.change(**{low: "unavailable"})
    await house.change(**{low: "on"})
    assert house.texts() == []
    await house.change(**{low: "off"})
    await house.change(**{low: "on"})
    assert len(house.texts()) == 1


async def test_what_was_not_sent_is_told(hass: HomeAssistant, house: House) -> None:
    """What was sent and not delivered is not."""
    await house.use("tell-me-when-a-message-could-not-be-sent")
    created = async_mock_service(hass, "persistent_notification", "create")
    end(hass, SmsState.UNDELIVERED, entry_id=house.entry_id)
    end(hass, SmsState.FAILED, entry_id=house.entry_id)
    await hass.async_block_till_done()
    assert created == []
    end(hass, SmsState.NOT_SENT, entry_id=house.entry_id, message_id=None)
    end(hass, SmsState.FAILED, entry_id=house.entry_id, message_id=None)
    await hass.async_block_till_done()
    assert len(created) == 2


async def test_somebody_is_left_in_peace_and_hears_later(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory
) -> None:
    """The switch is turned by where she is."""
    await house.use("leave-somebody-in-peace", person__mother="home")
    zone = house.recipe["triggers"][0]["to"]
    await house.change(person__mother=zone)
    await hass.services.async_call(
        "notify",
        "send_message",
        {"entity_id": "notify.payamak_mother", "message": "Dinner"},
        blocking=True,
    )
    assert house.texts(OMID) == []
    await house.change(person__mother="home")
    await let_pass(hass, freezer, timedelta(seconds=5))
    assert house.texts(OMID) == ["Dinner"]
    assert len(house.app) == 0
