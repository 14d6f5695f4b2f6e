"""The home of the integration's tests serves here too, with people in it."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import account, gateway, gateway_url, home, household

from .house import house_fixture

__all__ = [
    "account",
    "gateway",
    "gateway_url",
    "home",
    "house_fixture",
    "household",
]


@pytest.fixture
def entry(household: MockConfigEntry) -> MockConfigEntry:
    """Give an account that has everything an account can have."""
    return household
