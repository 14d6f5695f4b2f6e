"""One gateway account: its client, and what the gateway's answers mean for the account as a whole."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ..const import CONF_SENDER, CONF_SENDER_LISTED
from ..gateway import (
    AddressError,
    CredentialsError,
    GatewayError,
    PayamakClient,
    RejectedError,
    SenderLineError,
    UncertainError,
    mask_number,
)
from .issues import Issue, async_clear_issues, async_raise_issue

_LOGGER = logging.getLogger(__name__)

# The account's causes that have a repair; others of the class concern one method only.
_REPAIRABLE = ("account_inactive", "documents_incomplete")


def make_client(hass: HomeAssistant, data: Mapping[str, Any]) -> PayamakClient:
    """Make a client of an entry's data, or of what shall become one's."""
    return PayamakClient(
        async_get_clientsession(hass),
        data[CONF_USERNAME],
        data[CONF_PASSWORD],
        data[CONF_URL],
    )


async def if_told[T](call: Awaitable[T]) -> T | None:
    """Await what not every panel tells, or not every time: messages go out without it."""
    try:
        return await call
    except (UncertainError, RejectedError) as error:
        _LOGGER.debug("The panel does not tell a part of the account: %s", error)
        return None


class Account:
    """Everything that is asked of the gateway for a config entry goes through here."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Make the client from the entry's credentials."""
        self._hass = hass
        self._entry = entry
        self._closed = False
        # What only a message can show is mended when a message shows it, not by a poll.
        self._refuses_messages = False
        self._refuses_sender = False
        self.sender: str = entry.data[CONF_SENDER]
        # Repeated failed logins get the home's address blocked (-108): nothing asks of itself any more.
        self.credentials_error: CredentialsError | None = None
        self.client = make_client(hass, entry.data)

    @callback
    def close(self) -> None:
        """Bother the user no more: another set-up, or nobody, speaks for the account now."""
        self._closed = True
        async_clear_issues(self._hass, self._entry, *Issue)

    @property
    def latest_time(self) -> datetime:
        """Return the later of the gateway's clock, which dates the messages, and ours.

        After a power cut ours may be that of the cut, and what was sent hours ago would seem to be of now.
        """
        now = dt_util.utcnow()
        return max(now, self.client.gateway_time or now)

    async def ask[T](self, call: Awaitable[T]) -> T:
        """Await one of the client's questions, and heed what its outcome says."""
        try:
            answer = await call
        except GatewayError as error:
            self._heed(error)
            raise
        self._clear(Issue.ADDRESS)
        if not self._refuses_messages:
            self._clear(Issue.ACCOUNT)
        return answer

    async def ask_if_offered[T](self, call: Awaitable[T]) -> T:
        """Await what not every panel offers.

        {"MyBase":{"Value":null,"RetStatus":35,...},"Data":null}: a panel without the method says so in the
        same words as one that doesn't like the login. The credit, which every panel tells, shows which of the two it is.
        """
        try:
            return await self.ask(call)
        except RejectedError:
            await self.ask(self.client.get_credit())
            raise

    @callback
    def heed_message(self, error: GatewayError | None) -> None:
        """Heed what became of a message, whichever line it went out over."""
        if error is None:
            self._refuses_messages = False
            self._clear(Issue.ADDRESS, Issue.ACCOUNT)
            return
        self._refuses_messages |= error.reason in _REPAIRABLE
        self._heed(error)

    @callback
    def heed_sender(self, sender: str, error: GatewayError | None) -> None:
        """Heed how the account's usual line did; other lines are the caller's choice."""
        if sender != self.sender:
            return
        if error is None:
            self._refuses_sender = False
            self._clear(Issue.SENDER_LINE)
        elif isinstance(error, SenderLineError):
            self._refuses_sender = True
            self._raise_sender_line("sender_line_refused")

    @callback
    def check_sender(self, lines: tuple[str, ...]) -> None:
        """Compare the usual line with the account's own; one never listed may be right."""
        if self._refuses_sender:
            return
        if self.sender in lines:
            self._clear(Issue.SENDER_LINE)
        elif self._entry.data[CONF_SENDER_LISTED]:
            self._raise_sender_line("sender_line_gone")

    def _heed(self, error: GatewayError) -> None:
        """Turn to the user where only they can help."""
        if self._closed:
            return
        if isinstance(error, CredentialsError):
            self.credentials_error = error
            self._entry.async_start_reauth(self._hass)
        elif isinstance(error, AddressError):
            self._raise(Issue.ADDRESS, error.reason)
        elif error.reason in _REPAIRABLE:
            self._raise(Issue.ACCOUNT, error.reason)

    def _clear(self, *issues: Issue) -> None:
        if not self._closed:
            async_clear_issues(self._hass, self._entry, *issues)

    def _raise_sender_line(self, translation_key: str) -> None:
        self._raise(Issue.SENDER_LINE, translation_key, sender=mask_number(self.sender))

    def _raise(self, issue: Issue, translation_key: str, **placeholders: str) -> None:
        if self._closed:
            return
        async_raise_issue(
            self._hass, self._entry, issue, translation_key, **placeholders
        )
