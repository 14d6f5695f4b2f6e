"""What the form of an action offers to choose: the saved names, and the accounts' lines. Others can be typed in."""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.selector import TargetSelector, validate_selector
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.util.yaml import load_yaml_dict

from ..account.service_call import async_accounts
from ..const import CONF_SENDER, DOMAIN
from ..coordinator import PayamakConfigEntry
from .address_book import AddressBook

_SERVICES: Final = Path(__file__).parents[1] / "services.yaml"

type _Choices = Mapping[str, Iterable[str]]


async def async_suggest(hass: HomeAssistant) -> None:
    """Follow the accounts and their recipients, and offer what there is."""
    actions = await hass.async_add_executor_job(load_yaml_dict, str(_SERVICES))

    @callback
    def suggest(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain != DOMAIN:
            return
        accounts = async_accounts(hass)
        lines = list(dict.fromkeys(chain.from_iterable(map(_lines, accounts))))
        names = list(dict.fromkeys(chain.from_iterable(map(_names, accounts))))
        choices = {
            **dict.fromkeys(("recipients", "from"), names),
            **dict.fromkeys(("sender", "line"), lines),
        }
        for action, description in actions.items():
            if choices.keys() & description["fields"].keys():
                async_set_service_schema(
                    hass, DOMAIN, action, _described(description, choices)
                )

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, suggest)


def _names(account: PayamakConfigEntry) -> Iterable[str]:
    return (saved.name for saved in AddressBook.of(account.subentries).saved)


def _lines(account: PayamakConfigEntry) -> Iterable[str]:
    """Return the usual line, and the others as far as they are known now."""
    usual: str = account.data[CONF_SENDER]
    if account.state is not ConfigEntryState.LOADED:
        return (usual,)
    return (usual, *(account.runtime_data.coordinator.data.lines or ()))


def _described(description: Mapping[str, Any], choices: _Choices) -> dict[str, Any]:
    """Return the description of an action as Home Assistant reads it from the file, with something to choose."""
    described = {
        "fields": {
            name: field | {"selector": _selector(field["selector"], choices.get(name))}
            for name, field in description["fields"].items()
        }
    }
    if "target" in description:
        described["target"] = TargetSelector.CONFIG_SCHEMA(description["target"])
    return described


def _selector(written: dict[str, Any], choices: Iterable[str] | None) -> dict[str, Any]:
    if choices:
        written = {
            "select": {
                "options": list(choices),
                "custom_value": True,
                "multiple": bool((written["text"] or {}).get("multiple")),
            }
        }
    selector: dict[str, Any] = validate_selector(written)
    return selector
