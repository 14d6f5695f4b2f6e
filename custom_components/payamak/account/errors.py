"""The gateway's errors in the user's language; nothing else turns them into Home Assistant's errors."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..const import DOMAIN
from ..gateway import (
    AccountError,
    AddressError,
    ApiKeyRequiredError,
    BadReplyError,
    CredentialsError,
    GatewayError,
    TemporaryError,
    UncertainError,
    UnreachableError,
    WaitError,
)

# The keys of a form's errors, by what the user can do about it; the first that fits counts.
_FORM_ERRORS: tuple[tuple[type[GatewayError], str], ...] = (
    (ApiKeyRequiredError, "api_key_required"),
    (CredentialsError, "invalid_auth"),
    (AddressError, "address_refused"),
    (AccountError, "account_refused"),
    (UnreachableError, "cannot_connect"),
    (BadReplyError, "not_the_gateway"),
    (UncertainError, "no_answer"),
    (TemporaryError, "try_later"),
    (WaitError, "try_later"),
)


def action_error(error: GatewayError) -> HomeAssistantError:
    """Return what an action raises when the gateway refused the whole of it."""
    return _translated(HomeAssistantError, error.reason, **_placeholders(error.code))


def update_error(error: GatewayError) -> ConfigEntryAuthFailed | UpdateFailed:
    """Return what a coordinator raises: a refused login ends the polling, the rest passes."""
    kind: type[ConfigEntryAuthFailed | UpdateFailed] = (
        ConfigEntryAuthFailed if isinstance(error, CredentialsError) else UpdateFailed
    )
    return _translated(kind, error.reason, **_placeholders(error.code))


def ledger_error() -> HomeAssistantError:
    """Return what an action raises when the ledger can't be read."""
    return _translated(HomeAssistantError, "ledger_not_read")


def cancel_error() -> HomeAssistantError:
    """Return what an action raises when the disk does not take that messages were called back."""
    return _translated(HomeAssistantError, "cancel_not_stored")


def validation_error(key: str, **placeholders: str) -> ServiceValidationError:
    """Return what an action raises for input that can't be right."""
    return _translated(ServiceValidationError, key, **placeholders)


def _translated[E: HomeAssistantError](
    kind: type[E], key: str, **placeholders: str
) -> E:
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def _placeholders(code: int | None) -> dict[str, str]:
    return {"code": "-" if code is None else str(code)}


def form_error(error: GatewayError) -> str:
    """Return the key of a form's error."""
    return next(
        (word for kind, word in _FORM_ERRORS if isinstance(error, kind)), "refused"
    )


# What sets a text apart that Home Assistant shows alone, from left to right; ours goes into another text, or is data.
_ISOLATE: Final = "\u2067\u2069"


class Explainer:
    """Says in the household's language why a message was not accepted."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Keep the texts of the language."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Explainer:
        """Load the texts of Home Assistant's own language, which is the household's."""
        return cls(
            await async_get_translations(
                hass, hass.config.language, "exceptions", {DOMAIN}
            )
        )

    def __call__(self, error: GatewayError) -> str:
        """Return the cause of a message that was not accepted, and what to do about it."""
        in_doubt = isinstance(error, UncertainError)
        return self.reason(error.reason, error.code, in_doubt=in_doubt)

    def reason(self, reason: str, code: int | None, *, in_doubt: bool) -> str:
        """Return the same of what the ledger knows; a message in doubt may have been sent."""
        cause = self._text(reason).format(**_placeholders(code))
        return f"{cause} {self._text('outcome_unknown')}" if in_doubt else cause

    def _text(self, key: str) -> str:
        text = self._texts[f"component.{DOMAIN}.exceptions.{key}.message"]
        return text.strip(_ISOLATE)
