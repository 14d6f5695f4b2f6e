"""The actions: words of an automation in, a report or an error in the user's language out."""

import asyncio
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, selector, service
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .const import DOMAIN
from .coordinator import PayamakConfigEntry, PayamakData
from .errors import action_error, validation_error
from .gateway import (
    AccountWideError,
    Delivery,
    DeliveryStatus,
    GatewayError,
    normalise_line,
)
from .messenger import PatternSms, SendReport, Sms
from .recipients import split_list
from .report import async_raise_for_failures, async_response

ACTION_SEND_SMS: Final = "send_sms"
ACTION_SEND_PATTERN: Final = "send_pattern"
ACTION_GET_DELIVERY_STATUS: Final = "get_delivery_status"
ACTION_GET_NUMBERS: Final = "get_numbers"

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_FLASH: Final = "flash"
ATTR_MESSAGE: Final = "message"
ATTR_MESSAGE_IDS: Final = "message_ids"
ATTR_PATTERN_ID: Final = "pattern_id"
ATTR_RECIPIENTS: Final = "recipients"
ATTR_SENDER: Final = "sender"
ATTR_VARIABLES: Final = "variables"
ATTR_WAIT_FOR_DELIVERY: Final = "wait_for_delivery"

_STATUS_CALLS_AT_A_TIME: Final = 3
_MOST_MESSAGE_IDS: Final = 100
_LONGEST_WAIT: Final = 300  # seconds


def _listed(value: object) -> list[object]:
    """Return a list of what may be one thing, or a list, as templates make them."""
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _pattern_id(value: object) -> int:
    """Accept a whole number, which the frontend writes as 123456.0."""
    number = vol.Coerce(float)(value)
    if isinstance(value, bool) or not number.is_integer() or number < 1:
        raise vol.Invalid("a pattern is a whole number above zero")
    return int(number)


_ACCOUNT_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_CONFIG_ENTRY_ID): selector.ConfigEntrySelector(
        {"integration": DOMAIN}
    )
}
# What a recipient may look like is the messenger's to say, in the user's language.
_RECIPIENTS_SCHEMA: Final = vol.All(_listed, [cv.string])

_WAIT_SCHEMA: Final[VolDictType] = {
    vol.Optional(ATTR_WAIT_FOR_DELIVERY, default=0): vol.All(
        vol.Coerce(int), vol.Range(min=0, max=_LONGEST_WAIT)
    )
}

_SEND_SMS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE): cv.string,
        vol.Required(ATTR_RECIPIENTS): _RECIPIENTS_SCHEMA,
        vol.Optional(ATTR_SENDER): cv.string,
        vol.Optional(ATTR_FLASH, default=False): cv.boolean,
        **_WAIT_SCHEMA,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
        **_ACCOUNT_SCHEMA,
    }
)
_SEND_PATTERN_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_PATTERN_ID): _pattern_id,
        vol.Optional(ATTR_VARIABLES, default=list): vol.All(_listed, [cv.string]),
        vol.Required(ATTR_RECIPIENTS): _RECIPIENTS_SCHEMA,
        **_WAIT_SCHEMA,
        **_ACCOUNT_SCHEMA,
    }
)
_GET_DELIVERY_STATUS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE_IDS): vol.All(_listed, [cv.string]),
        **_ACCOUNT_SCHEMA,
    }
)
_GET_NUMBERS_SCHEMA: Final = vol.Schema(_ACCOUNT_SCHEMA)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
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
    hass.services.async_register(
        DOMAIN,
        ACTION_GET_DELIVERY_STATUS,
        _async_get_delivery_status,
        schema=_GET_DELIVERY_STATUS_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_GET_NUMBERS,
        _async_get_numbers,
        schema=_GET_NUMBERS_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


def _account_data(call: ServiceCall) -> PayamakData:
    """Return the account that is meant; it need not be named where there is only one."""
    entry: PayamakConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry.runtime_data


async def _async_send_sms(call: ServiceCall) -> ServiceResponse:
    """Send a text to some recipients."""
    data = _account_data(call)
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
    data = _account_data(call)
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


async def _async_get_delivery_status(call: ServiceCall) -> ServiceResponse:
    """Ask what became of some messages."""
    account = _account_data(call).account
    slots = asyncio.Semaphore(_STATUS_CALLS_AT_A_TIME)

    async def ask(message_id: str) -> Delivery | GatewayError:
        try:
            async with slots:
                return await account.ask(account.client.get_delivery(message_id))
        except GatewayError as error:
            return error

    ids = _message_ids(call.data[ATTR_MESSAGE_IDS])
    # The first alone: wrong credentials are then refused once, not several times.
    answers = [await ask(ids[0])]
    if not isinstance(answers[0], AccountWideError):
        answers += await asyncio.gather(*map(ask, ids[1:]))
    _raise_for_silence(answers)
    return {
        "messages": [
            _delivery_row(message_id, answer)
            for message_id, answer in zip(ids, answers, strict=True)
        ]
    }


def _message_ids(written: list[str]) -> list[str]:
    """Return the ids that were written, as a list or a text with commas."""
    ids = list(split_list(written))
    if not 1 <= len(ids) <= _MOST_MESSAGE_IDS:
        raise validation_error("message_ids_count", most=str(_MOST_MESSAGE_IDS))
    if not all(each.isdecimal() for each in ids):
        raise validation_error("invalid_message_id")
    return ids


def _raise_for_silence(answers: list[Delivery | GatewayError]) -> None:
    """Raise where the gateway told nothing at all; an empty answer would be a wrong one."""
    errors = [answer for answer in answers if isinstance(answer, GatewayError)]
    stop = next((each for each in errors if isinstance(each, AccountWideError)), None)
    if stop or len(errors) == len(answers):
        raise action_error(stop or errors[0])


def _delivery_row(
    message_id: str, answer: Delivery | GatewayError
) -> dict[str, JsonValueType]:
    """Return one message's row; one that can't be told must not hide the others."""
    status = (
        DeliveryStatus.UNKNOWN if isinstance(answer, GatewayError) else answer.status
    )
    return {
        "message_id": message_id,
        "status": status,
        "code": answer.code,
        "final": status.final,
    }


async def _async_get_numbers(call: ServiceCall) -> ServiceResponse:
    """List the account's own lines."""
    account = _account_data(call).account
    try:
        lines = await account.ask(account.client.get_lines())
    except GatewayError as error:
        raise action_error(error) from error
    return {"numbers": list(lines)}


def sender_line(written: Any) -> str | None:
    """Return the sender line that was written, None where none was; raises ServiceValidationError for a bad one."""
    if written is None:
        return None
    try:
        return normalise_line(written)
    except ValueError as error:
        raise validation_error("invalid_sender") from error
