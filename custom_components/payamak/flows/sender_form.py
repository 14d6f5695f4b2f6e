"""The form of the sender line and the notify action's name, new or changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..const import CONF_NOTIFY_ACTION, CONF_SENDER, CONF_SENDER_LISTED, DOMAIN
from ..coordinator import PayamakConfigEntry
from ..gateway import normalise_line
from ..sending.notify_action import (
    is_notify_action_free,
    is_notify_action_name,
    notify_action_names,
)


def sender_fields(
    lines: Sequence[str], sender: str | None, notify_action: str
) -> dict[vol.Marker, object]:
    """Return the fields of the sender line and the action's name."""
    return {**line_field(lines, sender), **notify_action_field(notify_action)}


def line_field(lines: Sequence[str], sender: str | None) -> dict[vol.Marker, object]:
    """Return the field of the sender line, filled in where there is one to propose."""
    line_selector = (
        SelectSelector(
            SelectSelectorConfig(
                options=list(lines),
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
        if lines
        else TextSelector()
    )
    sender_marker = (
        vol.Required(CONF_SENDER, default=sender)
        if sender
        else vol.Required(CONF_SENDER)
    )
    return {sender_marker: line_selector}


def notify_action_field(notify_action: str) -> dict[vol.Marker, object]:
    """Return the field of the action's name."""
    return {vol.Required(CONF_NOTIFY_ACTION, default=notify_action): TextSelector()}


@callback
def check_sender(
    hass: HomeAssistant,
    user_input: Mapping[str, Any],
    lines: Sequence[str],
    entry: PayamakConfigEntry | None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the form's data and what is wrong with them; a new account has no entry."""
    line, line_errors = check_line(user_input, lines)
    notify_action, action_errors = check_notify_action(hass, user_input, entry)
    return line | notify_action, line_errors | action_errors


def check_line(
    user_input: Mapping[str, Any], lines: Sequence[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the line as it is stored, and what is wrong with it."""
    errors: dict[str, str] = {}
    sender: str = user_input[CONF_SENDER]
    if sender not in lines:
        try:
            sender = normalise_line(sender)
        except ValueError:
            errors[CONF_SENDER] = "invalid_sender"
    return {CONF_SENDER: sender, CONF_SENDER_LISTED: sender in lines}, errors


@callback
def check_notify_action(
    hass: HomeAssistant,
    user_input: Mapping[str, Any],
    entry: PayamakConfigEntry | None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the action's name as it is stored, and what is wrong with it."""
    errors: dict[str, str] = {}
    notify_action: str = user_input[CONF_NOTIFY_ACTION].strip()
    if not is_notify_action_name(notify_action):
        errors[CONF_NOTIFY_ACTION] = "invalid_notify_action"
    elif not _are_free(hass, notify_action, entry):
        errors[CONF_NOTIFY_ACTION] = "notify_action_taken"
    return {CONF_NOTIFY_ACTION: notify_action}, errors


def is_listed(sender: str, lines: Sequence[str], entry: PayamakConfigEntry) -> bool:
    """Tell whether a line is among the account's; where it isn't told, as before."""
    if lines:
        return sender in lines
    unchanged: bool = sender == entry.data[CONF_SENDER]
    return unchanged and entry.data[CONF_SENDER_LISTED]


@callback
def free_notify_action(hass: HomeAssistant) -> str:
    """Return ``payamak``, or the next of ``payamak_2``, ... that nobody has."""
    name, number = DOMAIN, 1
    while not is_notify_action_free(hass, name):
        number += 1
        name = f"{DOMAIN}_{number}"
    return name


def _are_free(
    hass: HomeAssistant, notify_action: str, entry: PayamakConfigEntry | None
) -> bool:
    """Tell whether the action and those of the recipients could have their names."""
    names = notify_action_names(entry, notify_action) if entry else {notify_action}
    return all(is_notify_action_free(hass, name, for_entry=entry) for name in names)
