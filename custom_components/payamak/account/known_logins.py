"""What is known of each account's login, which a reload must not forget: failed logins are counted across it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton

from ..const import DOMAIN
from ..gateway import Login

type _Credentials = tuple[str, str, str]


@singleton(f"{DOMAIN}_logins")
@callback
def _logins(hass: HomeAssistant) -> dict[str, tuple[_Credentials, Login]]:
    """Return the logins of all accounts by their entries' ids."""
    return {}


@callback
def known_login(hass: HomeAssistant, entry_id: str, data: Mapping[str, Any]) -> Login:
    """Return what is known of an entry's login; nothing is known of other credentials.

    One that was refused may be tried once more: who reloads may have put it right in the panel.
    """
    credentials = data[CONF_USERNAME], data[CONF_PASSWORD], data[CONF_URL]
    logins = _logins(hass)
    if entry_id not in logins or logins[entry_id][0] != credentials:
        logins[entry_id] = credentials, Login()
    login = logins[entry_id][1]
    login.allow_one_more()
    return login


@callback
def forget_login(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the login of an account that was removed."""
    _logins(hass).pop(entry_id, None)
