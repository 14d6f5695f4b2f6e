"""Repairs: what only the user can mend, gone by itself once it is mended."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOCUMENTATION, DOMAIN


class Issue(StrEnum):
    """What a repair is about; an account has at most one of each."""

    ADDRESS = "address"
    ACCOUNT = "account"
    SENDER_LINE = "sender_line"
    NOTIFY_ACTION = "notify_action"
    PANEL_CLOCK = "panel_clock"
    LEDGER = "ledger"


class Repairs:
    """The repairs of one account.

    They stay over a reload: with a repair that is deleted, Home Assistant forgets that the user chose to ignore it.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, title: str) -> None:
        """Take the account's name, which each repair shows."""
        self._hass = hass
        self._entry_id = entry_id
        self._title = title

    @callback
    def take_over(self) -> None:
        """Show those of the last set-up with the account's present name."""
        for issue in Issue:
            if (shown := self._shown(issue)) and shown.translation_key:
                self._put(
                    issue,
                    shown.translation_key,
                    shown.data,
                    shown.translation_placeholders or {},
                )

    @callback
    def show(
        self,
        issue: Issue,
        translation_key: str,
        *,
        facts: dict[str, str] | None = None,
        **placeholders: str,
    ) -> None:
        """Show a repair, or change what it says; ``facts`` tell the next set-up what was found."""
        data: dict[str, str | int | float | None] = {**(facts or {})}
        self._put(issue, translation_key, data, placeholders)

    @callback
    def facts(self, issue: Issue) -> Mapping[str, Any]:
        """Return the facts of a repair that is shown, or none."""
        shown = self._shown(issue)
        return (shown.data if shown else None) or {}

    @callback
    def clear(self, *issues: Issue) -> None:
        """Take repairs away, where there are any."""
        for issue in issues:
            ir.async_delete_issue(self._hass, DOMAIN, self._id_of(issue))

    def _shown(self, issue: Issue) -> ir.IssueEntry | None:
        return ir.async_get(self._hass).async_get_issue(DOMAIN, self._id_of(issue))

    def _put(
        self,
        issue: Issue,
        translation_key: str,
        data: dict[str, str | int | float | None] | None,
        placeholders: Mapping[str, str],
    ) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id_of(issue),
            data=data,
            is_fixable=False,
            learn_more_url=f"{DOCUMENTATION}#troubleshooting",
            severity=ir.IssueSeverity.ERROR,
            translation_key=translation_key,
            translation_placeholders={**placeholders, "account": self._title},
        )

    def _id_of(self, issue: Issue) -> str:
        return f"{self._entry_id}_{issue}"


@callback
def async_clear_when_disabled(hass: HomeAssistant) -> None:
    """Take the repairs of accounts away that are disabled, also of those that could not be set up."""

    @callback
    def clear(_change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        if entry.disabled_by:
            Repairs(hass, entry.entry_id, entry.title).clear(*Issue)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, clear)
