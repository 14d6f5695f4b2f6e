"""The PIN word of the blueprints with commands: what counts as one, and what happens without."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from simulator import Gateway

from . import test_command as command, test_menu as menu
from .conftest import Automate, Done
from .sms import PIN, Sender, answers

type Inputs = dict[str, Any]

pytestmark = pytest.mark.parametrize(
    ("blueprint", "inputs"),
    [
        pytest.param(
            command.BLUEPRINT, command.INPUTS | command.ANSWER, id="a command"
        ),
        pytest.param(menu.BLUEPRINT, menu.SMALL | menu.HELPFUL, id="a menu"),
    ],
)


@pytest.mark.parametrize(
    "pin", ["", " ", "\u200c", None, "{{ states('input_text.pin') }}", "{{ none }}"]
)
@pytest.mark.parametrize("state", ["", " ", "unknown", "unavailable", None])
async def test_a_pin_that_says_nothing_lets_nothing_happen(
    hass: HomeAssistant,
    automate: Automate,
    blueprint: str,
    inputs: Inputs,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    pin: str | None,
    state: str | None,
) -> None:
    """It must not become a command without a PIN, or with a PIN that everybody can guess."""
    if state is not None:
        hass.states.async_set("input_text.pin", state)
    await automate(blueprint, **inputs | {"pin": pin})
    for text in (
        *("CLOSE", "CLOSE unknown", "CLOSE unavailable", "CLOSE None", "close "),
        *("STATUS", "HELP None"),
    ):
        await sms.send(text)
    assert done == []
    assert answers(gateway) == []


@pytest.mark.parametrize("switch", [False, None, "", "false", "off", "true", 0])
async def test_nothing_but_the_switch_does_without_a_pin(
    automate: Automate,
    blueprint: str,
    inputs: Inputs,
    sms: Sender,
    gateway: Gateway,
    done: Done,
    switch: Any,
) -> None:
    """Whatever else was written by hand for it."""
    await automate(blueprint, **inputs | {"without_pin": switch})
    for text in ("CLOSE", "close none", ""):
        await sms.send(text)
    assert done == []
    assert answers(gateway) == []


@pytest.mark.parametrize("pin", [PIN, "{{ states('input_text.pin') }}"])
async def test_a_pin_that_is_set_counts_although_the_number_alone_is_trusted(
    hass: HomeAssistant,
    automate: Automate,
    blueprint: str,
    inputs: Inputs,
    sms: Sender,
    done: Done,
    pin: str,
) -> None:
    """The switch is for no PIN at all."""
    hass.states.async_set("input_text.pin", PIN)
    await automate(blueprint, **inputs | {"without_pin": True, "pin": pin})
    await sms.send("CLOSE")
    assert done == []
    await sms.send("CLOSE 271828")
    assert len(done) == 1


@pytest.mark.parametrize("state", ["unknown", "unavailable"])
async def test_a_pin_without_a_state_lets_nothing_happen_although_the_number_is_trusted(
    hass: HomeAssistant,
    automate: Automate,
    blueprint: str,
    inputs: Inputs,
    sms: Sender,
    done: Done,
    state: str,
) -> None:
    """One was wanted; it will be back."""
    hass.states.async_set("input_text.pin", state)
    pin = "{{ states('input_text.pin') }}"
    await automate(blueprint, **inputs | {"without_pin": True, "pin": pin})
    await sms.send("CLOSE")
    await sms.send(f"CLOSE {state}")
    assert done == []
