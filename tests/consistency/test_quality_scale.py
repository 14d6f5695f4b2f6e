"""The integration's own account of Home Assistant's quality scale."""

from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest

from .sources import COMPONENT

_RULES = {
    "bronze": """
        action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage
        dependency-transparency docs-actions docs-conditions docs-high-level-description
        docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup entity-unique-id
        has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry
    """,
    "silver": """
        action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters
        entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage
    """,
    "gold": """
        devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations
        docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
        entity-category entity-device-class entity-disabled-by-default entity-translations exception-translations
        icon-translations reconfiguration-flow repair-issues stale-devices
    """,
    "platinum": "async-dependency inject-websession strict-typing",
}


@pytest.fixture(name="states")
def states_fixture() -> dict[str, Any]:
    """Give each rule's state."""
    content = load_yaml_dict(str(COMPONENT / "quality_scale.yaml"))
    assert content.keys() == {"rules"}
    rules: dict[str, Any] = content["rules"]
    return rules


def _status(state: Any) -> str:
    status: str = state["status"] if isinstance(state, dict) else state
    return status


def test_every_rule_is_answered_and_none_is_made_up(states: dict[str, Any]) -> None:
    """In the order of the scale."""
    assert list(states) == [rule for rules in _RULES.values() for rule in rules.split()]


def test_every_state_is_known_and_explained_where_it_has_to_be(
    states: dict[str, Any],
) -> None:
    """What is not done has a reason."""
    for rule, state in states.items():
        assert _status(state) in ("done", "exempt", "todo"), rule
        if isinstance(state, dict):
            assert state.keys() == {"status", "comment"}, rule
            assert state["comment"].strip(), rule
        else:
            assert state == "done", rule


def test_no_rule_of_any_level_is_left_to_do(states: dict[str, Any]) -> None:
    """The manifest names no level, as Home Assistant grants one to its own integrations only."""
    assert [rule for rule, state in states.items() if _status(state) == "todo"] == []
