"""The actions that raise, acknowledge and resolve an alert."""

from collections.abc import Sequence
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    Context,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..account.errors import validation_error
from ..account.service_call import (
    ACCOUNT_SCHEMA,
    ATTR_CONFIG_ENTRY_ID,
    async_accounts,
    loaded_account,
)
from ..const import DOMAIN
from ..coordinator import PayamakConfigEntry
from ..ledger import AlertPerson, AlertState
from ..sending.actions import ATTR_DRY_RUN, ATTR_MESSAGE, message_text
from ..sending.message import Size, Sms
from ..sending.progress import SendReport
from ..sending.report import async_raise_for_failures, async_response
from .alerts import AlertOutcome, AlertPlan, Alerts
from .fields import MESSAGE_SCHEMA, PIN_SCHEMA
from .matters import LAST_CODE
from .plan import STEPS, async_steps, most_of_all
from .texts import Texts, label

ACTION_RAISE: Final = "raise_alert"
ACTION_ACKNOWLEDGE: Final = "acknowledge_alert"
ACTION_RESOLVE: Final = "resolve_alert"

ATTR_ALERT_ID: Final = "alert_id"
ATTR_RESOLVED_MESSAGE: Final = "resolved_message"
ATTR_ROUNDS: Final = "rounds"
ATTR_STEPS: Final = "steps"

_MOST_ROUNDS: Final = 5


def _alert_id(value: object) -> str:
    """Accept a slug; raises ServiceValidationError for anything else, in the user's language."""
    try:
        return cv.slug(value)
    except vol.Invalid as error:
        raise validation_error("invalid_alert_id") from error


_RAISE_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_ALERT_ID): _alert_id,
        **MESSAGE_SCHEMA,
        vol.Required(ATTR_STEPS): STEPS,
        vol.Optional(ATTR_ROUNDS, default=1): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=_MOST_ROUNDS)
        ),
        vol.Optional(ATTR_RESOLVED_MESSAGE, default=""): message_text,
        **PIN_SCHEMA,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
        **ACCOUNT_SCHEMA,
    }
)
_ALERT_SCHEMA: Final = vol.Schema(
    {vol.Required(ATTR_ALERT_ID): _alert_id, **ACCOUNT_SCHEMA}
)


@callback
def async_setup_alerts(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, action, schema in (
        (ACTION_RAISE, _async_raise, _RAISE_SCHEMA),
        (ACTION_ACKNOWLEDGE, _async_acknowledge, _ALERT_SCHEMA),
        (ACTION_RESOLVE, _async_resolve, _ALERT_SCHEMA),
    ):
        hass.services.async_register(
            DOMAIN,
            name,
            action,
            schema=schema,
            supports_response=SupportsResponse.OPTIONAL,
        )


async def _async_raise(call: ServiceCall) -> ServiceResponse:
    """Raise an alert, or respond with what it takes at most in a dry run."""
    found = await async_steps(
        call.hass, call.data[ATTR_STEPS], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    plan = AlertPlan(
        alert_id=call.data[ATTR_ALERT_ID],
        message=call.data[ATTR_MESSAGE],
        resolved_message=call.data[ATTR_RESOLVED_MESSAGE].strip(),
        pin=call.data.get("pin"),
        steps=found.steps,
        rounds=call.data[ATTR_ROUNDS],
    )
    others = _check(call.hass, plan)
    if call.data[ATTR_DRY_RUN]:
        with_code = Texts(call.hass).with_code(plan.message, LAST_CODE, of="alert")
        message = Sms(recipients=(), text=with_code)
        price = found.entry.runtime_data.coordinator.data.base_price
        return most_of_all(plan.steps, plan.rounds, message, others, price)
    if known := _open_alert(call, plan.alert_id):
        return await _async_respond(call, *known)
    alerts = found.entry.runtime_data.alerts
    outcome = await alerts.async_raise(plan)
    return await _async_respond(call, found.entry, outcome)


def _check(hass: HomeAssistant, plan: AlertPlan) -> list[Sms]:
    """Return the texts that everybody may get besides the alert's own; raises ServiceValidationError for what can't be sent."""
    message = Sms(recipients=(), text=plan.message)
    taken = Texts(hass).taken(plan.message, plan.steps[0].people[0])
    others = [Sms(recipients=(), text=taken)]
    if plan.resolved_message:
        others.append(Sms(recipients=(), text=plan.resolved_message))
    for each in (message, *others):
        each.check()
        each.check_size()
    return others


def _open_alert(
    call: ServiceCall, alert_id: str
) -> tuple[PayamakConfigEntry, AlertOutcome] | None:
    """Return the alert that is open already, over whichever account."""
    for entry in _entries(call):
        if known := entry.runtime_data.alerts.find_open(alert_id):
            return entry, AlertOutcome(row=known, is_new=False)
    return None


async def _async_acknowledge(call: ServiceCall) -> ServiceResponse:
    """Note that somebody in the house has an alert; it is no error where nobody waits for that."""
    who = await async_person_of(call.hass, call.context)
    done = [
        outcome
        for alerts in _all_alerts(call)
        for outcome in await alerts.async_acknowledge(call.data[ATTR_ALERT_ID], who)
    ]
    return {"acknowledged": len(done)}


async def _async_resolve(call: ServiceCall) -> ServiceResponse:
    """End an alert; it is no error where there is none."""
    done = [
        outcome
        for alerts in _all_alerts(call)
        if (outcome := await alerts.async_resolve(call.data[ATTR_ALERT_ID]))
    ]
    return {"resolved": len(done)}


async def async_person_of(hass: HomeAssistant, context: Context) -> AlertPerson:
    """Return the person who did something in Home Assistant, without a name where an automation did."""
    user = await hass.auth.async_get_user(context.user_id) if context.user_id else None
    return AlertPerson(number="", name=user.name if user else None)


def _all_alerts(call: ServiceCall) -> Sequence[Alerts]:
    return [entry.runtime_data.alerts for entry in _entries(call)]


def _entries(call: ServiceCall) -> Sequence[PayamakConfigEntry]:
    """Return the account that the call names, else all that are at work."""
    if chosen := call.data.get(ATTR_CONFIG_ENTRY_ID):
        return [loaded_account(call.hass, chosen)]
    return [
        entry
        for entry in async_accounts(call.hass)
        if entry.state is ConfigEntryState.LOADED
    ]


async def _async_respond(
    call: ServiceCall, entry: PayamakConfigEntry, outcome: AlertOutcome
) -> JsonObjectType:
    """Respond with the alert and its first texts; raises where they reach nobody, and no response was asked for."""
    row = outcome.row
    rows = [each for report in outcome.reports for each in report.rows]
    size = Size.of_all([report.size for report in outcome.reports])
    report = SendReport(rows=rows, size=size)
    is_in_vain = row.state is AlertState.UNANSWERED and outcome.is_new
    if is_in_vain and not call.return_response:
        await async_raise_for_failures(call.hass, report, partial_is_fine=False)
    cost = report.size.cost(entry.runtime_data.coordinator.data.base_price)
    sent = await async_response(call.hass, report, cost, with_delivery=False)
    return {
        "alert_id": row.alert_id,
        "state": row.state.value,
        "raised": outcome.is_new,
        "acknowledged_by": label(row.took_it) or None,
        **sent,
    }
