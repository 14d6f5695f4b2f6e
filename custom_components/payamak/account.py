"""One gateway account: its client, and what the gateway's answers mean for the account as a whole."""

from collections.abc import Awaitable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import CONF_SENDER, CONF_SENDER_LISTED
from .gateway import (
    AccountError,
    AddressError,
    CredentialsError,
    GatewayError,
    PayamakClient,
    SenderLineError,
    mask_number,
)
from .issues import Issue, async_clear_issues, async_raise_issue

# The account's causes that have a repair; others of the class concern one method only.
_REPAIRABLE = ("account_inactive", "documents_incomplete")


class Account:
    """Everything that is asked of the gateway for a config entry goes through here."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Make the client from the entry's credentials."""
        self._hass = hass
        self._entry = entry
        self.sender: str = entry.data[CONF_SENDER]
        self.client = PayamakClient(
            async_get_clientsession(hass),
            entry.data[CONF_USERNAME],
            entry.data[CONF_PASSWORD],
            entry.data[CONF_URL],
        )

    async def ask[T](self, call: Awaitable[T]) -> T:
        """Await one of the client's calls, and heed what its outcome says about the account."""
        try:
            answer = await call
        except GatewayError as error:
            self.heed(error)
            raise
        async_clear_issues(self._hass, self._entry, Issue.ADDRESS, Issue.ACCOUNT)
        return answer

    @callback
    def heed(self, error: GatewayError) -> None:
        """Turn to the user where only they can help."""
        if isinstance(error, CredentialsError):
            self._entry.async_start_reauth(self._hass)
        elif isinstance(error, AddressError):
            self._raise(Issue.ADDRESS, error.reason)
        elif isinstance(error, AccountError) and error.reason in _REPAIRABLE:
            self._raise(Issue.ACCOUNT, error.reason)

    @callback
    def heed_sender(self, sender: str, error: GatewayError | None) -> None:
        """Note how a message over the account's usual line went; other lines are the caller's choice."""
        if sender != self.sender:
            return
        if error is None:
            async_clear_issues(self._hass, self._entry, Issue.SENDER_LINE)
        elif isinstance(error, SenderLineError):
            self._raise_sender_line("sender_line_refused")

    @callback
    def check_sender(self, lines: tuple[str, ...]) -> None:
        """Compare the usual line with the account's own; one that never was among them may still be right."""
        if self.sender in lines:
            async_clear_issues(self._hass, self._entry, Issue.SENDER_LINE)
        elif self._entry.data[CONF_SENDER_LISTED]:
            self._raise_sender_line("sender_line_gone")

    def _raise_sender_line(self, translation_key: str) -> None:
        self._raise(Issue.SENDER_LINE, translation_key, sender=mask_number(self.sender))

    def _raise(self, issue: Issue, translation_key: str, **placeholders: str) -> None:
        async_raise_issue(
            self._hass, self._entry, issue, translation_key, **placeholders
        )
