"""What all tests share: the custom integration is found, and this machine's own addresses are within reach."""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.amber import AmberSnapshotExtension

# Imported first, so that the harness does not offer its own custom_components instead.
import custom_components.payamak  # noqa: F401 - see above


@pytest.fixture(autouse=True)
def _loopback_sockets(socket_enabled: None) -> None:
    """Talk to the stand-in gateway over real HTTP; the harness still refuses every other address."""


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Give each Home Assistant a folder of its own, as the accounts' ledgers are written to a real disk."""
    return str(tmp_path)


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration in every test that has one."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Keep snapshots in one place; the harnesses of different releases differ there."""
    return snapshot.use_extension(AmberSnapshotExtension)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode of the harness off, as a stack for each callback takes 40 % of the time.

    The tests of the ledger turn it on: its thread is the one that could call the loop in a wrong way.
    """
