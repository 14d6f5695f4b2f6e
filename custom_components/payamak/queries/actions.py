"""The actions that send nothing: the status of messages, the messages of a box, the account's lines."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..account.account import Account
from ..account.errors import action_error, validation_error
from ..account.service_call import ACCOUNT_SCHEMA, account_data, listed
from ..const import DOMAIN
from ..gateway import (
    MAX_MESSAGES,
    AccountWideError,
    Delivery,
    GatewayError,
    Location,
    Message,
    SmsState,
    comparable_line,
    normalise_line,
    normalise_message_id,
)
from ..people.address_book import split_list
from ..people.people_filter import async_meaning, wanted_people
from .history import ACTION_GET_HISTORY, GET_HISTORY_SCHEMA, async_get_history

ACTION_GET_DELIVERY_STATUS: Final = "get_delivery_status"
ACTION_GET_MESSAGES: Final = "get_messages"
ACTION_GET_NUMBERS: Final = "get_numbers"

ATTR_FROM: Final = "from"
ATTR_LIMIT: Final = "limit"
ATTR_LINE: Final = "line"
ATTR_LOCATION: Final = "location"
ATTR_MESSAGE_IDS: Final = "message_ids"
ATTR_OFFSET: Final = "offset"

_STATUS_CALLS_AT_A_TIME: Final = 3
_MOST_MESSAGE_IDS: Final = 100
# Ten requests, one after the other. Home Assistant keeps the response in the automation's traces,
# so it must not be larger.
_MOST_MESSAGES: Final = 1000

_GET_DELIVERY_STATUS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE_IDS): vol.All(listed, [cv.string]),
        **ACCOUNT_SCHEMA,
    }
)
_GET_MESSAGES_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_LOCATION, default="received"): vol.In(
            [location.name.lower() for location in Location]
        ),
        vol.Optional(ATTR_LINE, default=""): cv.string,
        vol.Optional(ATTR_FROM): wanted_people,
        vol.Optional(ATTR_OFFSET, default=0): cv.positive_int,
        # The most that one request returns.
        vol.Optional(ATTR_LIMIT, default=MAX_MESSAGES): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=_MOST_MESSAGES)
        ),
        **ACCOUNT_SCHEMA,
    }
)
_GET_NUMBERS_SCHEMA: Final = vol.Schema(ACCOUNT_SCHEMA)


@callback
def async_setup_queries(hass: HomeAssistant) -> None:
    """Register the actions that send nothing."""
    for action, answer, schema in (
        (
            ACTION_GET_DELIVERY_STATUS,
            _async_get_delivery_status,
            _GET_DELIVERY_STATUS_SCHEMA,
        ),
        (ACTION_GET_HISTORY, async_get_history, GET_HISTORY_SCHEMA),
        (ACTION_GET_MESSAGES, _async_get_messages, _GET_MESSAGES_SCHEMA),
        (ACTION_GET_NUMBERS, _async_get_numbers, _GET_NUMBERS_SCHEMA),
    ):
        hass.services.async_register(
            DOMAIN,
            action,
            answer,
            schema=schema,
            supports_response=SupportsResponse.ONLY,
        )


async def _async_get_delivery_status(call: ServiceCall) -> ServiceResponse:
    """Return the delivery status of some messages."""
    account = account_data(call).account
    slots = asyncio.Semaphore(_STATUS_CALLS_AT_A_TIME)

    async def ask(message_id: str, *, first: bool = False) -> Delivery | GatewayError:
        ask_account = account.ask_or_check_login if first else account.ask
        try:
            async with slots:
                return await ask_account(
                    partial(account.client.get_delivery, message_id)
                )
        except GatewayError as error:
            return error

    ids = _message_ids(call.data[ATTR_MESSAGE_IDS])
    # The first one alone, so that wrong credentials cause one failed login and not many.
    answers = [await ask(ids[0], first=True)]
    if not isinstance(answers[0], AccountWideError):
        answers += await asyncio.gather(*map(ask, ids[1:]))
    _raise_if_unanswered(answers)
    return {
        "messages": [
            _delivery_row(message_id, answer)
            for message_id, answer in zip(ids, answers, strict=True)
        ]
    }


def _message_ids(written: list[str]) -> list[str]:
    """Return the ids of a list or of a text with commas."""
    ids = list(split_list(written))
    if not 1 <= len(ids) <= _MOST_MESSAGE_IDS:
        raise validation_error("message_ids_count", most=str(_MOST_MESSAGE_IDS))
    try:
        return [normalise_message_id(each) for each in ids]
    except ValueError as error:
        raise validation_error("invalid_message_id") from error


def _raise_if_unanswered(answers: list[Delivery | GatewayError]) -> None:
    """Raise if there is no status at all, or an error that every further question would meet."""
    errors = [answer for answer in answers if isinstance(answer, GatewayError)]
    stop = next((each for each in errors if isinstance(each, AccountWideError)), None)
    if stop or len(errors) == len(answers):
        raise action_error(stop or errors[0])


def _delivery_row(
    message_id: str, answer: Delivery | GatewayError
) -> dict[str, JsonValueType]:
    """Return one message's row; if its status could not be read, the row says "unknown"."""
    known = None if isinstance(answer, GatewayError) else answer
    return {
        "message_id": message_id,
        "status": (known.state if known else SmsState.UNKNOWN).delivery,
        "code": answer.code,
        "final": bool(known and known.final),
    }


async def _async_get_messages(call: ServiceCall) -> ServiceResponse:
    """Return the messages of a box, the newest first."""
    location = Location[call.data[ATTR_LOCATION].upper()]
    data = account_data(call)
    try:
        messages = await _async_read_box(
            data.account,
            location,
            line=_own_line(call.data[ATTR_LINE], data.coordinator.data.lines or ()),
            offset=call.data[ATTR_OFFSET],
            limit=call.data[ATTR_LIMIT],
        )
    except GatewayError as error:
        raise action_error(error) from error
    if people := call.data.get(ATTR_FROM):
        entry_id = data.coordinator.config_entry.entry_id
        is_of_people = async_meaning(call.hass, entry_id, people)
        messages = [each for each in messages if is_of_people(each.sender)]
    return {"messages": [_message_row(each, location) for each in messages]}


def _own_line(written: str, lines: Iterable[str]) -> str:
    """Return the line whose messages are read, as the panel writes it; "" for all lines."""
    if not written.strip():
        return ""
    try:
        line = normalise_line(written)
    except ValueError as error:
        raise validation_error("invalid_line") from error
    meant = comparable_line(written)
    return next((own for own in lines if comparable_line(own) == meant), line)


async def _async_read_box(
    account: Account, location: Location, *, line: str, offset: int, limit: int
) -> list[Message]:
    """Read a box page by page.

    A message that comes in meanwhile moves all others on by one: the next page then begins with
    the last message of the page before, and none is missed.
    """
    found: dict[str, Message] = {}
    page_size = min(limit, MAX_MESSAGES)
    while len(found) < limit:
        page = await account.ask_or_check_login(
            partial(
                account.client.get_messages,
                location,
                line=line,
                offset=offset,
                limit=page_size,
            )
        )
        known = len(found)
        found |= {message.message_id: message for message in page.messages}
        offset += page.rows
        # A gateway that always returns the same page would be asked for ever.
        if page.rows < page_size or len(found) == known:
            break
    # The gateway's own order can't be relied on.
    return sorted(found.values(), key=lambda each: each.number, reverse=True)[:limit]


def _message_row(message: Message, asked: Location) -> dict[str, JsonValueType]:
    """Return one message's row; if the gateway doesn't name its box, it is the one asked for."""
    location = asked if message.location is Location.ALL else message.location
    return {
        "message_id": message.message_id,
        "location": None if location is Location.ALL else location.name.lower(),
        "text": message.text,
        "sender": message.sender,
        "receiver": message.receiver,
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "parts": message.parts,
        "recipients": message.recipients,
        "delivered": message.delivered,
        "failed": message.failed,
    }


async def _async_get_numbers(call: ServiceCall) -> ServiceResponse:
    """Return the account's own lines."""
    account = account_data(call).account
    try:
        lines = await account.ask_or_check_login(account.client.get_lines)
    except GatewayError as error:
        raise action_error(error) from error
    return {"numbers": list(lines)}
