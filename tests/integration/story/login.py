"""What the tests of refused logins share: a refusal that is believed, one that passes, and the form that asks again."""

from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account
from simulator.faults import Envelope

from .forms import let_pass, reauth_flows

POLL: Final = timedelta(minutes=15, seconds=1)
SECOND_QUESTION: Final = timedelta(seconds=11)
# What the gateway says to a question for the credit with a wrong login, and now and then with a right one.
REFUSAL: Final = Envelope(value=None, ret_status=35)


async def change_password(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    account: Account,
    password: str = "n3w-word",
) -> str:
    """Change the password in the panel, let two polls find that out, and give the id of the form's flow."""
    account.password = password
    await let_pass(hass, freezer, POLL)
    await let_pass(hass, freezer, SECOND_QUESTION)
    [flow_id] = reauth_flows(hass)
    return flow_id


async def set_up_refused(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> str:
    """Set an account up whose login is refused twice, and give the id of the form's flow."""
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert reauth_flows(hass) == []
    await let_pass(hass, freezer, SECOND_QUESTION)
    [flow_id] = reauth_flows(hass)
    return flow_id


async def enter_password(
    hass: HomeAssistant, password: str, flow_id: str | None = None
) -> ConfigFlowResult:
    """Fill in the form that asks for the password again."""
    if flow_id is None:
        [flow_id] = reauth_flows(hass)
    result = await hass.config_entries.flow.async_configure(
        flow_id, {"password": password}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result
