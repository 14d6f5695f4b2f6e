"""The actions that send: words of an automation in, a report or an error in the user's language out."""

from typing import Any, Final

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
from ..account.service_call import ACCOUNT_SCHEMA, account_data, listed
from ..const import DOMAIN
from ..coordinator import PayamakData
from ..gateway import normalise_line
from .messenger import PatternSms, SendReport, Sms
from .report import async_raise_for_failures, async_response

ACTION_SEND_SMS: Final = "send_sms"
ACTION_SEND_PATTERN: Final = "send_pattern"

ATTR_DRY_RUN: Final = "dry_run"
ATTR_FLASH: Final = "flash"
ATTR_MESSAGE: Final = "message"
ATTR_PATTERN_ID: Final = "pattern_id"
ATTR_RECIPIENTS: Final = "recipients"
ATTR_SENDER: Final = "sender"
ATTR_VARIABLES: Final = "variables"
ATTR_WAIT_FOR_DELIVERY: Final = "wait_for_delivery"

_LONGEST_WAIT: Final = 300  # seconds


def _pattern_id(value: object) -> int:
    """Accept a whole number, which the frontend writes as 123456.0."""
    number = vol.Coerce(float)(value)
    if isinstance(value, bool) or not number.is_integer() or number < 1:
        raise vol.Invalid("a pattern is a whole number above zero")
    return int(number)


def _message(value: object) -> str:
    """Accept any text; the nothing that a template may give is an empty one, which the messenger refuses."""
    return "" if value is None else cv.string(value)


# What a recipient may look like is the messenger's to say, in the user's language.
_RECIPIENTS_SCHEMA: Final = vol.All(listed, [cv.string])

_WAIT_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_WAIT_FOR_DELIVERY, default=0): vol.All(
        vol.Coerce(int), vol.Range(min=0, max=_LONGEST_WAIT)
    )
}

_SEND_SMS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE): _message,
        vol.Required(ATTR_RECIPIENTS): _RECIPIENTS_SCHEMA,
        vol.Optional(ATTR_SENDER): cv.string,
        vol.Optional(ATTR_FLASH, default=False): cv.boolean,
        **_WAIT_SCHEMA,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
        **ACCOUNT_SCHEMA,
    }
)
_SEND_PATTERN_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_PATTERN_ID): _pattern_id,
        vol.Optional(ATTR_VARIABLES, default=list): vol.All(listed, [cv.string]),
        vol.Required(ATTR_RECIPIENTS): _RECIPIENTS_SCHEMA,
        **_WAIT_SCHEMA,
        **ACCOUNT_SCHEMA,
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
    """Send a text to some recipients."""
    data = account_data(call)
    sms = Sms(
        recipients=data.address_book.resolve(call.data[ATTR_RECIPIENTS]),
        text=call.data[ATTR_MESSAGE],
        sender=sender_line(call.data.get(ATTR_SENDER)),
        flash=call.data[ATTR_FLASH],
    )
    if call.data[ATTR_DRY_RUN]:
        return await _async_outcome(call, data, data.messenger.preview(sms))
    return await _async_outcome(call, data, await data.messenger.async_send(sms))


async def _async_send_pattern(call: ServiceCall) -> ServiceResponse:
    """Send an approved pattern to some recipients."""
    data = account_data(call)
    sms = PatternSms(
        recipients=data.address_book.resolve(call.data[ATTR_RECIPIENTS]),
        pattern_id=call.data[ATTR_PATTERN_ID],
        variables=call.data[ATTR_VARIABLES],
    )
    return await _async_outcome(
        call, data, await data.messenger.async_send_pattern(sms)
    )


async def _async_outcome(
    call: ServiceCall, data: PayamakData, report: SendReport
) -> ServiceResponse:
    """Respond with a report, or raise for what failed; a dry run has nothing that could."""
    await async_raise_for_failures(
        call.hass, report, partial_is_fine=call.return_response
    )
    seconds = call.data[ATTR_WAIT_FOR_DELIVERY]
    return await async_response(
        call.hass,
        report,
        data.coordinator.data.base_price,
        await data.deliveries.async_wait(report.message_ids, seconds)
        if seconds
        else None,
    )


def sender_line(written: Any) -> str | None:
    """Return the sender line that was written, None where none was; raises ServiceValidationError for a bad one."""
    if written is None:
        return None
    try:
        return normalise_line(written)
    except ValueError as error:
        raise validation_error("invalid_sender") from error
