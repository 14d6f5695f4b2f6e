"""Who may send commands: picked, written, or both."""

from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from simulator import Gateway
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.people.test_target import SARAS, label

from . import test_assist as assist, test_command as command, test_menu as menu
from .conftest import Automate, Done
from .sms import PIN, STRANGER, Sender, answers

_PIN = {"pin": PIN}
_COMMAND = f"CLOSE {PIN}"
_ANYBODY = (SARA, OMID, MINA, STRANGER)

every_blueprint = pytest.mark.parametrize(
    ("blueprint", "inputs"),
    [
        pytest.param(command.BLUEPRINT, command.INPUTS | _PIN, id="a command"),
        pytest.param(menu.BLUEPRINT, menu.SMALL | _PIN, id="a menu"),
        pytest.param(assist.BLUEPRINT, assist.INPUTS | _PIN, id="assist"),
    ],
)
pytestmark = pytest.mark.usefixtures("assistants")


@every_blueprint
@pytest.mark.parametrize(
    ("senders", "heard"),
    [
        ({"trusted": {"entity_id": SARAS}}, [SARA]),
        ({"trusted": {"label_id": "trusted"}}, [SARA]),
        ({"trusted": {}, "senders": ["Sara"]}, [SARA]),
        ({"trusted": {"entity_id": SARAS}, "senders": [OMID]}, [SARA, OMID]),
        ({"trusted": {"label_id": "nobody"}}, []),
    ],
)
async def test_the_picked_and_the_written_ones_are_heard_and_nobody_else(
    hass: HomeAssistant,
    automate: Automate,
    blueprint: str,
    inputs: dict[str, Any],
    sms: Sender,
    done: Done,
    senders: dict[str, Any],
    heard: list[str],
) -> None:
    """Each of the two can be left as it is."""
    label(hass, "trusted", SARAS)
    rest = {name: value for name, value in inputs.items() if name != "senders"}
    await automate(blueprint, **rest | senders)
    told = []
    for number in _ANYBODY:
        done.clear()
        await sms.send(_COMMAND, sender=number)
        told += [number] * len(done)
    assert told == heard


@every_blueprint
@pytest.mark.usefixtures("automate")
async def test_without_anybody_who_is_trusted_the_automation_never_runs(
    hass: HomeAssistant,
    blueprint: str,
    inputs: dict[str, Any],
    sms: Sender,
    gateway: Gateway,
    done: Done,
) -> None:
    """Nobody must not become everybody."""
    use = {
        "path": f"payamak/{blueprint}.yaml",
        "input": inputs | {"senders": [], "trusted": {}},
    }
    config = {"alias": "Payamak", "use_blueprint": use}
    await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    state = hass.states.get("automation.payamak")
    assert state is not None
    assert state.state == "unavailable"
    for number in _ANYBODY:
        await sms.send(_COMMAND, sender=number)
    assert done == []
    assert answers(gateway) == []
