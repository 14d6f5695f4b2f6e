"""Repairs: what only the user can mend, gone by itself once it is mended."""

from enum import StrEnum

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOCUMENTATION, DOMAIN


class Issue(StrEnum):
    """What a repair is about; an account has at most one of each."""

    ADDRESS = "address"
    ACCOUNT = "account"
    SENDER_LINE = "sender_line"
    NOTIFY_ACTION = "notify_action"


@callback
def async_raise_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    issue: Issue,
    translation_key: str,
    **placeholders: str,
) -> None:
    """Show a repair, or change what it says."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, issue),
        is_fixable=False,
        learn_more_url=f"{DOCUMENTATION}#troubleshooting",
        severity=ir.IssueSeverity.ERROR,
        translation_key=translation_key,
        translation_placeholders={"account": entry.title, **placeholders},
    )


@callback
def async_clear_issues(hass: HomeAssistant, entry: ConfigEntry, *issues: Issue) -> None:
    """Take repairs away, where there are any."""
    for issue in issues:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))


def _issue_id(entry: ConfigEntry, issue: Issue) -> str:
    return f"{entry.entry_id}_{issue}"
