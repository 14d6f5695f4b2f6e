"""The actions that send: they respond with a report, or raise an error in the user's language."""

from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..account.errors import validation_error
from ..account.service_call import ACCOUNT_SCHEMA, listed
from ..const import DOMAIN
from ..gateway import normalise_line
from ..people.addressed import RECIPIENTS_SCHEMA, async_addressed
from .errand import Outcome, async_send, preview
from .message import DEFAULT_MAX_PARTS, PatternSms, Sms
from .report import async_raise_for_failures, async_response

ACTION_SEND_SMS: Final = "send_sms"
ACTION_SEND_PATTERN: Final = "send_pattern"

ATTR_DRY_RUN: Final = "dry_run"
ATTR_MESSAGE: Final = "message"
ATTR_PATTERN_ID: Final = "pattern_id"
ATTR_VARIABLES: Final = "variables"
ATTR_WAIT_FOR_DELIVERY: Final = "wait_for_delivery"

_LONGEST_WAIT: Final = 300  # seconds


def _pattern_id(value: object) -> int:
    """Accept a whole number; the frontend writes 123456.0."""
    number = vol.Coerce(float)(value)
    if isinstance(value, bool) or not number.is_integer() or number < 1:
        raise vol.Invalid("a pattern is a whole number above zero")
    return int(number)


def message_text(value: object) -> str:
    """Accept any text. A template may give None, which is an empty text here, and refused later with a better error."""
    return "" if value is None else cv.string(value)


def _sender_line(value: object) -> str:
    """Accept a sender line; raises ServiceValidationError for anything else, in the user's language."""
    try:
        return normalise_line(cv.string(value))
    except ValueError as error:
        raise validation_error("invalid_sender") from error


_WAIT_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_WAIT_FOR_DELIVERY, default=0): vol.All(
        vol.Coerce(int), vol.Range(min=0, max=_LONGEST_WAIT)
    )
}

_LONGEST_RETRY: Final = 7 * 24 * 60  # minutes

# Fields of all that send: how much it matters, and how long it may wait.
_PATIENCE: Final[VolDictType] = {
    vol.Optional("urgent"): cv.boolean,
    vol.Optional("retry_for"): vol.All(
        vol.Coerce(float), vol.Range(min=0, max=_LONGEST_RETRY)
    ),
}

# Fields of send_sms and of the data of the notify action; each is the field of Sms with the same name.
SMS_FIELDS: Final[VolDictType] = {
    vol.Optional("sender"): _sender_line,
    vol.Optional("flash"): cv.boolean,
    **_PATIENCE,
}

_SEND_SMS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE): message_text,
        **RECIPIENTS_SCHEMA,
        **SMS_FIELDS,
        vol.Optional("max_parts", default=DEFAULT_MAX_PARTS): vol.All(
            vol.Coerce(int), vol.Range(min=1)
        ),
        **_WAIT_SCHEMA,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
        **ACCOUNT_SCHEMA,
        **cv.ENTITY_SERVICE_FIELDS,
    }
)
_SEND_PATTERN_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_PATTERN_ID): _pattern_id,
        vol.Optional(ATTR_VARIABLES, default=list): vol.All(listed, [cv.string]),
        **RECIPIENTS_SCHEMA,
        **_PATIENCE,
        **_WAIT_SCHEMA,
        **ACCOUNT_SCHEMA,
        **cv.ENTITY_SERVICE_FIELDS,
    }
)


@callback
def async_setup_sending(hass: HomeAssistant) -> None:
    """Register the actions that send."""
    hass.services.async_register(
        DOMAIN,
        ACTION_SEND_SMS,
        _async_send_sms,
        schema=_SEND_SMS_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_SEND_PATTERN,
        _async_send_pattern,
        schema=_SEND_PATTERN_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_send_sms(call: ServiceCall) -> ServiceResponse:
    """Send a text, or respond with its parts and cost in a dry run."""
    sms = Sms.of((), call.data[ATTR_MESSAGE], call.data)
    addressed = await async_addressed(call)
    if call.data[ATTR_DRY_RUN]:
        return await _async_respond(call, preview(addressed, sms))
    return await _async_respond(call, await async_send(addressed, sms))


async def _async_send_pattern(call: ServiceCall) -> ServiceResponse:
    """Send an approved pattern."""
    pattern = PatternSms(
        recipients=(),
        pattern_id=call.data[ATTR_PATTERN_ID],
        variables=call.data[ATTR_VARIABLES],
        urgent=call.data.get("urgent", False),
        retry_for=call.data.get("retry_for"),
    )
    return await _async_respond(
        call, await async_send(await async_addressed(call), pattern)
    )


async def _async_respond(call: ServiceCall, outcome: Outcome) -> ServiceResponse:
    """Respond with what became of a message, or raise if sending failed."""
    report = outcome.report
    await async_raise_for_failures(
        call.hass, report, partial_is_fine=call.return_response
    )
    seconds = call.data[ATTR_WAIT_FOR_DELIVERY]
    if seconds:
        await outcome.async_wait_for_delivery(seconds)
    return await async_response(
        call.hass, report, outcome.cost, with_delivery=bool(seconds)
    )
