"""Setting an account up, and changing it later."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    SubentryFlowContext,
)
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..account.account import make_client, none_if_not_offered
from ..account.errors import form_error
from ..const import (
    CONF_ADD_RECIPIENT,
    CONF_NOTIFY_ACTION,
    CONF_SENDER,
    CONF_SENDER_LISTED,
    DOMAIN,
    SECTION_CONNECTION,
    SUBENTRY_RECIPIENT,
)
from ..coordinator import PayamakConfigEntry
from ..gateway import DEFAULT_URL, GatewayError, mask_number
from .address import UnusableAddressError, account_id, complete_address
from .options_flow import PayamakOptionsFlow
from .recipient_flow import RecipientFlow
from .sender_form import check_sender, free_notify_action, is_listed, sender_fields
from .store import store_and_reload

_USERNAME = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))


def _connection_section(url: str) -> dict[vol.Marker, section]:
    """Return the collapsed section with the address, for panels with a gateway of their own."""
    return {
        vol.Optional(SECTION_CONNECTION): section(
            vol.Schema({vol.Optional(CONF_URL, default=url): _URL}),
            {"collapsed": True},
        )
    }


class PayamakConfigFlow(ConfigFlow, domain=DOMAIN):
    """Asks for an account and its sender line, and checks them with calls that cost nothing."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._account: dict[str, Any] = {}
        self._lines: tuple[str, ...] = ()
        self._placeholders: dict[str, str] = {}
        self._adds_recipient = True

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: PayamakConfigEntry) -> PayamakOptionsFlow:
        """Return the flow of the options."""
        return PayamakOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: PayamakConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flows of what belongs to an account."""
        return {SUBENTRY_RECIPIENT: RecipientFlow}

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on to the first recipient, where the user wants that."""
        if not self._adds_recipient:
            return result
        recipient = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SUBENTRY_RECIPIENT),
            context=SubentryFlowContext(source=SOURCE_USER),
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, recipient["flow_id"])
        return result

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for user name and password."""
        errors: dict[str, str] = {}
        if user_input is not None:
            account = {
                CONF_USERNAME: user_input[CONF_USERNAME].strip(),
                CONF_PASSWORD: user_input[CONF_PASSWORD],
                CONF_URL: _written_url(user_input, DEFAULT_URL),
            }
            errors = self._complete_url(account)
            if not (account[CONF_USERNAME] and account[CONF_PASSWORD]):
                # It would count as a failed login.
                errors = {"base": "invalid_auth"}
            if not errors:
                # A flow whose browser was closed must not block this one.
                await self.async_set_unique_id(
                    account_id(account[CONF_USERNAME], account[CONF_URL]),
                    raise_on_progress=False,
                )
                self._abort_if_unique_id_configured()
                errors = await self._async_check(account)
            if not errors:
                self._account = account
                return await self.async_step_sender()
        schema = vol.Schema(
            {
                vol.Required(CONF_USERNAME): _USERNAME,
                vol.Required(CONF_PASSWORD): _PASSWORD,
                **_connection_section(DEFAULT_URL),
            }
        )
        return self._form("user", schema, user_input, errors)

    async def async_step_sender(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which line sends, and what the notify action is called."""
        errors: dict[str, str] = {}
        if user_input is not None:
            choice, errors = check_sender(self.hass, user_input, self._lines, None)
            if not errors:
                self._adds_recipient = user_input[CONF_ADD_RECIPIENT]
                return self.async_create_entry(
                    title=self._new_title(), data={**self._account, **choice}
                )
        schema = vol.Schema(
            {
                **sender_fields(
                    self._lines,
                    self._lines[0] if self._lines else None,
                    free_notify_action(self.hass),
                ),
                vol.Required(CONF_ADD_RECIPIENT, default=True): BooleanSelector(),
            }
        )
        return self._form("sender", schema, user_input, errors)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start when the gateway has refused the credentials."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password again."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            account = {**entry.data, CONF_PASSWORD: user_input[CONF_PASSWORD]}
            errors = await self._async_check(account)
            if not errors:
                return self._finish(entry, account, "reauth_successful")
        self._placeholders["username"] = entry.data[CONF_USERNAME]
        schema = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
        return self._form("reauth_confirm", schema, None, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change password, address, sender line or the action's name; an empty password stays as it is."""
        entry: PayamakConfigEntry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            account = {
                **entry.data,
                CONF_PASSWORD: user_input.get(CONF_PASSWORD)
                or entry.data[CONF_PASSWORD],
                CONF_URL: _written_url(user_input, entry.data[CONF_URL]),
            }
            choice, errors = check_sender(self.hass, user_input, self._lines, entry)
            errors |= self._complete_url(account)
            unique_id = entry.unique_id
            if not errors:
                unique_id = account_id(account[CONF_USERNAME], account[CONF_URL])
                other = self.hass.config_entries.async_entry_for_domain_unique_id(
                    DOMAIN, unique_id
                )
                if other and other.entry_id != entry.entry_id:
                    return self.async_abort(reason="already_configured")
                errors = await self._async_check(account)
            if not errors:
                choice[CONF_SENDER_LISTED] = is_listed(
                    choice[CONF_SENDER], self._lines, entry
                )
                return self._finish(
                    entry,
                    {**account, **choice},
                    "reconfigure_successful",
                    unique_id,
                )
        if entry.state is ConfigEntryState.LOADED:
            self._lines = entry.runtime_data.coordinator.data.lines or ()
        schema = vol.Schema(
            {
                vol.Optional(CONF_PASSWORD): _PASSWORD,
                **sender_fields(
                    self._lines,
                    entry.data[CONF_SENDER],
                    entry.data[CONF_NOTIFY_ACTION],
                ),
                **_connection_section(entry.data[CONF_URL]),
            }
        )
        self._placeholders["username"] = entry.data[CONF_USERNAME]
        return self._form("reconfigure", schema, user_input, errors)

    def _form(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Show a step, with what was typed before but for the password."""
        typed = {k: v for k, v in (user_input or {}).items() if k != CONF_PASSWORD}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, typed),
            errors=errors,
            description_placeholders=self._placeholders,
        )

    def _complete_url(self, account: dict[str, Any]) -> dict[str, str]:
        """Complete the address in place; its error goes to the top of the form, as a closed section shows none."""
        try:
            account[CONF_URL] = complete_address(account[CONF_URL])
        except UnusableAddressError as error:
            return {"base": error.word}
        return {}

    async def _async_check(self, account: Mapping[str, Any]) -> dict[str, str]:
        """Try the account once, with free calls, and keep its lines."""
        client = make_client(self.hass, account)
        try:
            await client.get_credit()
            # Where the panel lists no lines, the user types one in.
            self._lines = await none_if_not_offered(client.get_lines()) or ()
        except GatewayError as error:
            self._placeholders["code"] = str(error.code)
            return {"base": form_error(error)}
        return {}

    def _new_title(self) -> str:
        """Return a short title for the first account, and one that tells further ones apart."""
        if not self._async_current_entries(include_ignore=False):
            return "Payamak"
        # Home Assistant's log shows titles, and many user names are mobile numbers.
        return f"Payamak {mask_number(self._account[CONF_USERNAME])}"

    def _finish(
        self,
        entry: PayamakConfigEntry,
        data: Mapping[str, Any],
        reason: str,
        unique_id: str | None = None,
    ) -> ConfigFlowResult:
        """Store what changed, and end."""
        store_and_reload(self.hass, entry, data, unique_id)
        return self.async_abort(reason=reason)


def _written_url(user_input: Mapping[str, Any], default: str) -> str:
    """Return the address from its section, which is missing where the section was not opened."""
    return user_input.get(SECTION_CONNECTION, {}).get(CONF_URL) or default
