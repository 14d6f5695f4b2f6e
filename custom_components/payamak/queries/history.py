"""The action that tells what became of the SMS that were sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..account.errors import Explainer, ledger_error
from ..account.service_call import ACCOUNT_SCHEMA, accounts_data, listed
from ..gateway import SmsState
from ..ledger import HistoryQuery, LedgerError, SmsRow
from ..people.address_book import AddressBook, Recipient, split_list, unhurried
from ..sending.report import history_row

ACTION_GET_HISTORY: Final = "get_history"

ATTR_LIMIT: Final = "limit"
ATTR_RECIPIENTS: Final = "recipients"
ATTR_SINCE: Final = "since"
ATTR_SMS_IDS: Final = "sms_ids"
ATTR_STATES: Final = "states"

_MOST_MESSAGES: Final = 1000
_USUAL_LIMIT: Final = 100

GET_HISTORY_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_SMS_IDS): vol.All(listed, [cv.string]),
        # The address book checks the recipients, and raises in the user's language.
        vol.Optional(ATTR_RECIPIENTS): vol.All(listed, [cv.string]),
        vol.Optional(ATTR_STATES): vol.All(listed, [vol.Coerce(SmsState)]),
        vol.Optional(ATTR_SINCE): cv.datetime,
        vol.Optional(ATTR_LIMIT, default=_USUAL_LIMIT): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=_MOST_MESSAGES)
        ),
        **ACCOUNT_SCHEMA,
    }
)


async def async_get_history(call: ServiceCall) -> ServiceResponse:
    """Return what became of the SMS that were sent, the newest first. The gateway is not asked."""
    accounts = accounts_data(call)
    books = [data.address_book for data in accounts]
    query = HistoryQuery(
        sms_ids=_items(call, ATTR_SMS_IDS),
        recipients=await _async_numbers(books, _items(call, ATTR_RECIPIENTS)),
        states=call.data.get(ATTR_STATES),
        since=_timestamp(call.data.get(ATTR_SINCE)),
        limit=call.data[ATTR_LIMIT],
    )
    found: list[SmsRow] = []
    for data in accounts:
        try:
            found += await data.ledger.async_history(query)
        except LedgerError as error:
            raise ledger_error() from error
    found.sort(key=lambda row: row.created_at, reverse=True)
    explain = await Explainer.async_load(call.hass)
    return {"messages": [history_row(row, explain) for row in found[: query.limit]]}


def _items(call: ServiceCall, field: str) -> list[str] | None:
    """Return the items of a list or a text; none at all is something else than a field that was left out."""
    return list(split_list(call.data[field])) if field in call.data else None


async def _async_numbers(
    books: Sequence[AddressBook], people: list[str] | None
) -> list[str] | None:
    """Return the numbers of people, by whichever account's name; raises ServiceValidationError for one that none knows."""
    if not people:
        return people
    everybody = AddressBook.of_all(books)
    found: list[Recipient] = []
    async for item in unhurried(people):
        found += everybody.find(item)
        for book in books:
            if book.has_name(item):
                found += book.find(item)
    return [who.number for who in found]


def _timestamp(time: datetime | None) -> float | None:
    try:
        return None if time is None else dt_util.as_utc(time).timestamp()
    except OverflowError:
        # It is before all times that have a number.
        return None
