"""What all tests share: the custom integration is found, and this machine's own addresses are within reach."""

import pytest

# Imported first, so that the harness does not offer its own custom_components instead.
import custom_components.payamak


@pytest.fixture(autouse=True)
def _loopback_sockets(socket_enabled: None) -> None:
    """Talk to the stand-in gateway over real HTTP; the harness still refuses every other address."""


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration in every test that has one."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")
