"""The blueprint that tells of an alarm one person after the other, until somebody has it."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import LINE, MINA, OMID, SARA

from .conftest import Automate, Done, let_pass
from .sms import settle

BLUEPRINT = "alarm_with_escalation"
KITCHEN = "binary_sensor.kitchen"
CELLAR = "binary_sensor.cellar"
PANEL = "alarm_control_panel.home"
ALARM = "Alarm: kitchen! Reply ok if you see to it."
OVER = "kitchen: the alarm is over."
INPUTS: dict[str, Any] = {
    "sensors": [KITCHEN, CELLAR, PANEL],
    "first": {"entity_id": ["notify.payamak_sara"]},
    "second": {"entity_id": ["notify.payamak_omid"]},
    "rounds": 1,
    "unanswered": [{"event": "done", "event_data": {"what": "siren"}}],
    "calm": [
        {
            "event": "done",
            "event_data": {
                "what": "calm",
                "who": "{{ trigger.name if trigger.id == 'taken' else 'over' }}",
            },
        }
    ],
}


class House:
    """A house whose sensors may raise the alarm, and the phones of those who live there."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        entry: MockConfigEntry,
        automate: Automate,
        done: Done,
    ) -> None:
        """Keep where it happens; all is quiet."""
        self._hass, self._freezer, self._gateway = hass, freezer, gateway
        self._entry, self._automate, self._done = entry, automate, done
        self.show(KITCHEN, "off")
        self.show(CELLAR, "off")
        self.show(PANEL, "disarmed")

    def show(self, sensor: str, state: str) -> None:
        """Let a sensor show something."""
        name = sensor.partition(".")[2]
        self._hass.states.async_set(sensor, state, {"friendly_name": name})

    async def watch(self, blueprint: str = BLUEPRINT, **inputs: Any) -> None:
        """Set the automation up."""
        await self._automate(blueprint, **(INPUTS | inputs))

    async def turn(self, sensor: str, state: str) -> None:
        """Let a sensor show something, and what follows of it happen."""
        self.show(sensor, state)
        await settle(self._hass, self._gateway)

    async def passes(self, seconds: int) -> None:
        """Let time go by."""
        await let_pass(self._hass, self._freezer, self._gateway, seconds)

    async def reply(self, text: str, sender: str = SARA) -> None:
        """Let an SMS come in, and be polled."""
        self._freezer.tick(timedelta(seconds=1))
        self._gateway.receive(LINE, sender, text)
        await self._entry.runtime_data.inbox.async_refresh()
        await settle(self._hass, self._gateway)

    def texts(self, number: str) -> list[str]:
        """Give what a phone has got."""
        return [sms.text for sms in self._gateway.phone(number).messages]

    @property
    def did(self) -> list[str]:
        """Give what the actions did, and for whom."""
        return [
            " ".join(event.data[key] for key in ("what", "who") if key in event.data)
            for event in self._done
        ]


@pytest.fixture
def house(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    family_home: MockConfigEntry,
    automate: Automate,
    done: Done,
) -> House:
    """Give a house where all is quiet."""
    return House(hass, freezer, gateway, family_home, automate, done)


async def test_one_is_told_after_the_other_until_somebody_has_it(house: House) -> None:
    """The others hear who; nothing more happens, and all hear when it is over."""
    await house.watch()
    await house.turn(KITCHEN, "on")
    assert house.texts(SARA) == [ALARM]
    await house.passes(175)
    assert house.texts(OMID) == []
    await house.passes(10)
    assert house.texts(OMID) == [ALARM]
    await house.reply("باشه", OMID)
    assert house.did == ["calm امید"]
    assert house.texts(SARA) == [ALARM, f"امید has it: {ALARM[:40]}…"]
    await house.passes(1200)
    assert house.did == ["calm امید"]
    await house.turn(KITCHEN, "off")
    await house.passes(65)
    assert house.texts(OMID) == [ALARM, OVER]
    assert house.texts(SARA)[2:] == [OVER]
    assert house.did == ["calm امید", "calm over"]


async def test_the_siren_sounds_when_nobody_answers(house: House) -> None:
    """It goes on until somebody answers after all."""
    await house.watch(second={}, rounds=2)
    await house.turn(KITCHEN, "on")
    await house.passes(185)
    assert house.texts(SARA) == [ALARM, ALARM]
    assert house.did == []
    await house.passes(180)
    assert house.did == ["siren"]
    assert house.texts(OMID) == []
    await house.reply("ok")
    assert house.did == ["siren", "calm Sara"]


async def test_each_of_three_has_their_minutes(house: House) -> None:
    """And a target may be more than an entity."""
    await house.watch(
        first_minutes=1,
        second_minutes=2,
        third={"entity_id": "notify.payamak_family"},
        third_minutes=4,
    )
    await house.turn(PANEL, "triggered")
    text = ALARM.replace("kitchen", "home")
    await house.passes(65)
    assert house.texts(OMID) == [text]
    assert house.texts(MINA) == []
    await house.passes(120)
    assert house.texts(MINA) == [text]
    assert house.texts(OMID) == [text, text]
    await house.passes(230)
    assert house.did == []
    await house.passes(10)
    assert house.did == ["siren"]


async def test_it_begins_only_when_a_sensor_was_on_for_as_long_as_it_must(
    house: House,
) -> None:
    """What was shorter was no alarm, so its end is none either."""
    await house.watch(on_for={"seconds": 30})
    await house.turn(KITCHEN, "on")
    await house.passes(25)
    await house.turn(KITCHEN, "off")
    await house.passes(120)
    assert house.texts(SARA) == []
    assert house.did == []
    await house.turn(KITCHEN, "on")
    await house.passes(30)
    assert house.texts(SARA) == [ALARM]


async def test_it_is_over_when_the_last_sensor_is_quiet(house: House) -> None:
    """A second sensor raises no second alarm; one that can't be reached is not quiet."""
    await house.watch()
    await house.turn(KITCHEN, "on")
    await house.turn(CELLAR, "on")
    assert house.texts(SARA) == [ALARM]
    await house.turn(KITCHEN, "unavailable")
    await house.passes(65)
    await house.turn(CELLAR, "unavailable")
    await house.passes(65)
    assert house.did == []
    await house.turn(CELLAR, "on")
    await house.turn(KITCHEN, "off")
    await house.passes(65)
    assert house.did == []
    await house.turn(CELLAR, "off")
    await house.passes(55)
    assert house.did == []
    await house.passes(10)
    assert house.did == ["calm over"]
    assert house.texts(SARA) == [ALARM, OVER]


async def test_who_has_it_is_not_told_again_for_a_while(house: House) -> None:
    """A sensor may flicker; but nobody has it for ever."""
    await house.watch(again_after=10)
    await house.turn(KITCHEN, "on")
    await house.reply("ok")
    await house.turn(KITCHEN, "unavailable")
    await house.turn(KITCHEN, "on")
    await house.turn(CELLAR, "on")
    assert house.texts(SARA) == [ALARM]
    await house.passes(605)
    await house.turn(KITCHEN, "unavailable")
    await house.turn(KITCHEN, "on")
    assert house.texts(SARA) == [ALARM, ALARM]


async def test_an_alarm_that_was_over_is_told_again_at_once(house: House) -> None:
    """Whoever had it thinks that all is well."""
    await house.watch()
    await house.turn(KITCHEN, "on")
    await house.reply("ok")
    await house.turn(KITCHEN, "off")
    await house.passes(65)
    await house.turn(KITCHEN, "on")
    assert house.texts(SARA) == [ALARM, OVER, ALARM]


async def test_a_condition_keeps_it_from_beginning_but_not_from_ending(
    hass: HomeAssistant, house: House
) -> None:
    """Who comes home turns the condition false, and the alarm is over all the same."""
    away = {"condition": "state", "entity_id": "input_boolean.away", "state": "on"}
    hass.states.async_set("input_boolean.away", "off")
    await house.watch(conditions=[away])
    await house.turn(KITCHEN, "on")
    assert house.texts(SARA) == []
    hass.states.async_set("input_boolean.away", "on")
    await house.turn(CELLAR, "on")
    assert house.texts(SARA) == [ALARM.replace("kitchen", "cellar")]
    hass.states.async_set("input_boolean.away", "off")
    await house.turn(KITCHEN, "off")
    await house.turn(CELLAR, "off")
    await house.passes(65)
    assert house.did == ["calm over"]


async def test_the_siren_sounds_once_when_the_texts_reach_nobody(
    house: House, gateway: Gateway
) -> None:
    """At once, and not because of the error as well."""
    gateway.fault("SendSMS", Code(14), times=None)
    await house.watch()
    await house.turn(KITCHEN, "on")
    assert house.did == ["siren"]
    await house.passes(60)
    assert house.did == ["siren"]


async def test_the_siren_sounds_when_there_is_nobody_to_tell(house: House) -> None:
    """A recipient was removed, or a template is wrong: no alarm is lost without a sound."""
    await house.watch(first={"entity_id": "notify.somebody_else"}, second={})
    await house.turn(KITCHEN, "on")
    assert house.did == ["siren"]


async def test_it_is_about_its_own_alert_alone(
    hass: HomeAssistant, house: House
) -> None:
    """Whatever becomes of another one starts nothing here."""
    await house.watch()
    await hass.services.async_call(
        "payamak",
        "raise_alert",
        {"alert_id": "other", "message": "Other", "steps": ["Sara"]},
        blocking=True,
    )
    await house.reply("ok")
    assert house.did == []
    await house.turn(KITCHEN, "on")
    assert house.texts(SARA) == ["Other", ALARM]


async def test_the_persian_one_speaks_persian(house: House) -> None:
    """In the texts that it brings along."""
    await house.watch(f"{BLUEPRINT}_fa")
    await house.turn(KITCHEN, "on")
    await house.turn(KITCHEN, "off")
    await house.passes(65)
    assert house.texts(SARA) == [
        "هشدار: kitchen! اگر رسیدگی می‌کنید بنویسید باشه",
        "هشدار تمام شد: kitchen",
    ]
