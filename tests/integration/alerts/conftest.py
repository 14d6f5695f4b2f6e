"""A household whose alerts are answered by SMS, in a time that stands still."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway

from .alarm import Alarm, household_with_mother


@pytest.fixture(name="entry")
def family_entry(gateway_url: str) -> MockConfigEntry:
    """Give the account of a household of three, not set up yet."""
    return household_with_mother(gateway_url)


@pytest.fixture
async def alarm(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
) -> Alarm:
    """Set the household up, and forget what that took."""
    alarm = Alarm(hass, freezer, gateway, entry)
    await alarm.set_up()
    return alarm
