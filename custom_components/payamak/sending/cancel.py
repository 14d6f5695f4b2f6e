"""The action that calls messages back which wait."""

from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..account.errors import Explainer, cancel_error
from ..account.service_call import ACCOUNT_SCHEMA, accounts_data, listed
from ..const import DOMAIN
from ..ledger import LedgerError, SmsRow
from ..people.address_book import split_list
from .report import history_row

ACTION_CANCEL: Final = "cancel"
ATTR_SMS_IDS: Final = "sms_ids"

_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_SMS_IDS): vol.All(listed, [cv.string]),
        **ACCOUNT_SCHEMA,
    }
)


@callback
def async_setup_cancel(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        ACTION_CANCEL,
        _async_cancel,
        schema=_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_cancel(call: ServiceCall) -> ServiceResponse:
    """End what waits, or some of it, and respond with that; it is no error where nothing waits."""
    written = call.data.get(ATTR_SMS_IDS)
    sms_ids = None if written is None else set(split_list(written))
    cancelled: list[SmsRow] = []
    failure: LedgerError | None = None
    for data in accounts_data(call):
        try:
            cancelled += await data.road.outbox.async_cancel(sms_ids)
        except LedgerError as error:
            # What waits in the other accounts is called back all the same.
            failure = error
    if failure:
        raise cancel_error() from failure
    explain = await Explainer.async_load(call.hass)
    return {
        "cancelled": len(cancelled),
        "messages": [history_row(row, explain) for row in cancelled],
    }
