"""Repairs: what only the user can mend, gone by itself once it is mended."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN, PAGES


class Issue(StrEnum):
    """What a repair is about; an account has at most one of each."""

    ADDRESS = "address"
    ACCOUNT = "account"
    SENDER_LINE = "sender_line"
    NOTIFY_ACTION = "notify_action"
    PANEL_CLOCK = "panel_clock"
    LEDGER = "ledger"
    NOT_SENT = "not_sent"
    LOW_CREDIT = "low_credit"


# The key in a repair's data that names the account, for its form.
ENTRY_ID: Final = "entry_id"
# Those that have a form; the others are mended elsewhere.
_FIXABLE: Final = (
    Issue.SENDER_LINE,
    Issue.NOTIFY_ACTION,
    Issue.NOT_SENT,
    Issue.LOW_CREDIT,
)


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
                    self.facts(issue),
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
        self._put(issue, translation_key, facts or {}, placeholders)

    @callback
    def facts(self, issue: Issue) -> Mapping[str, Any]:
        """Return the facts of a repair that is shown, or none."""
        shown = self._shown(issue)
        data = (shown.data if shown else None) or {}
        return {name: fact for name, fact in data.items() if name != ENTRY_ID}

    @callback
    def word(self, issue: Issue) -> str | None:
        """Return the translation key of a repair that is shown, or None."""
        shown = self._shown(issue)
        return shown.translation_key if shown else None

    @callback
    def heed(self, issue: Issue) -> None:
        """Ignore a repair no longer, where the user chose to."""
        if self._shown(issue):
            ir.async_ignore_issue(self._hass, DOMAIN, self._id_of(issue), ignore=False)

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
        facts: Mapping[str, Any],
        placeholders: Mapping[str, str],
    ) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id_of(issue),
            data={ENTRY_ID: self._entry_id, **facts},
            is_fixable=issue in _FIXABLE,
            learn_more_url=self._page(),
            severity=(
                ir.IssueSeverity.WARNING
                if issue is Issue.LOW_CREDIT
                else ir.IssueSeverity.ERROR
            ),
            translation_key=translation_key,
            translation_placeholders={**placeholders, "account": self._title},
        )

    def _page(self) -> str:
        """Return the page that says more, in Home Assistant's own language: it can't be another for each user."""
        language = "fa" if self._hass.config.language == "fa" else "en"
        return f"{PAGES}/{language}/troubleshooting.md#repairs"

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
