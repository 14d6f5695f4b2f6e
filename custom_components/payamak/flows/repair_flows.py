"""The forms with which the user mends what a repair is about."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from ..const import CONF_NOTIFY_ACTION, CONF_SENDER, CONF_SENDER_LISTED, DOMAIN
from ..coordinator import PayamakConfigEntry
from .sender_form import (
    check_line,
    check_notify_action,
    free_notify_action,
    is_listed,
    line_field,
    notify_action_field,
)
from .store import store_and_reload


class AccountRepairFlow(RepairsFlow):
    """Mends something of one account."""

    def __init__(self, entry_id: str) -> None:
        """Keep which account it is; it may be gone by the time the form is sent."""
        self._entry_id = entry_id

    def _entry(self) -> PayamakConfigEntry:
        """Return the account's entry; ends the flow where there is no loaded one any more."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_loaded")
        return entry

    def _issue(self) -> ir.IssueEntry | None:
        """Return the repair, or None once it is mended."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)

    def _placeholders(self) -> dict[str, str] | None:
        """Return what the repair says."""
        issue = self._issue()
        return issue.translation_placeholders if issue else None

    def _form(
        self,
        step_id: str,
        fields: Mapping[vol.Marker, object],
        user_input: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> RepairsFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(dict(fields)), user_input
            ),
            errors=errors,
            description_placeholders=self._placeholders(),
        )


class SenderLineFlow(AccountRepairFlow):
    """Asks for another sender line."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin; what Home Assistant gives here is no input of the user."""
        return await self.async_step_sender()

    async def async_step_sender(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the line, and propose one of the account's that it does not use now."""
        entry = self._entry()
        lines = entry.runtime_data.coordinator.data.lines or ()
        errors: dict[str, str] = {}
        if user_input is not None:
            choice, errors = check_line(user_input, lines)
            if not errors:
                listed = is_listed(choice[CONF_SENDER], lines, entry)
                store_and_reload(
                    self.hass,
                    entry,
                    {**entry.data, **choice, CONF_SENDER_LISTED: listed},
                )
                return self.async_create_entry(data={})
        present = entry.data[CONF_SENDER]
        proposed = next((line for line in lines if line != present), None)
        return self._form("sender", line_field(lines, proposed), user_input, errors)


class NotifyActionFlow(AccountRepairFlow):
    """Asks for another name of the notify action; those of the recipients begin with it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin; what Home Assistant gives here is no input of the user."""
        return await self.async_step_notify_action()

    async def async_step_notify_action(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the name, and propose one that nobody has."""
        entry = self._entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            choice, errors = check_notify_action(self.hass, user_input, entry)
            if choice[CONF_NOTIFY_ACTION] == entry.data[CONF_NOTIFY_ACTION]:
                errors[CONF_NOTIFY_ACTION] = "same_notify_action"
            if not errors:
                store_and_reload(self.hass, entry, {**entry.data, **choice})
                return self.async_create_entry(data={})
        field = notify_action_field(free_notify_action(self.hass))
        return self._form("notify_action", field, user_input, errors)


class LowCreditFlow(AccountRepairFlow):
    """Asks for the credit again, or hides the repair until the credit was enough once."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let the user choose."""
        self._entry()
        return self.async_show_menu(
            step_id="init",
            menu_options=["check", "ignore"],
            description_placeholders=self._placeholders(),
        )

    async def async_step_check(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask the gateway whether there is more credit now."""
        coordinator = self._entry().runtime_data.coordinator
        await coordinator.async_refresh()
        if not coordinator.last_update_success:
            return self.async_abort(reason="not_checked")
        if self._issue():
            return self.async_abort(
                reason="still_low", description_placeholders=self._placeholders()
            )
        return self.async_create_entry(data={})

    async def async_step_ignore(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ignore the repair; an end that counts as mended would delete it, and with it that it is ignored."""
        self._entry()
        if not self._issue():
            return self.async_create_entry(data={})
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, ignore=True)
        return self.async_abort(reason="ignored")
