"""Turns the report of a message into the response of an action, or into an error that names who got nothing and why."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from ..account.errors import Explainer
from ..const import DOMAIN
from ..gateway import GatewayError, SmsState
from ..people.address_book import Recipient
from .messenger import SendReport, SentRow

_MOST_NAMED: Final = 100
# The words of a response, in its order.
_STATUS: Final = {
    SmsState.ACCEPTED: "accepted",
    SmsState.WAITING: "queued",
    SmsState.FAILED: "failed",
    SmsState.UNKNOWN: "unknown",
}


async def async_response(
    hass: HomeAssistant,
    report: SendReport,
    base_price: Decimal | None,
    deliveries: Mapping[str, SmsState] | None = None,
) -> JsonObjectType:
    """Return what ``send_sms`` and ``send_pattern`` respond with; the cost is in whole Rial.

    ``deliveries`` are the states by message id, given only if the action waited for them.
    """
    explain = await Explainer.async_load(hass)
    cost = (
        None
        if base_price is None or report.size.tariff_units is None
        else round(report.size.tariff_units * base_price)
    )
    return {
        **{word: report.count(state) for state, word in _STATUS.items()},
        "parts": report.size.parts,
        "estimated_cost": cost,
        "messages": [
            {
                "recipient": row.recipient.number,
                "name": row.recipient.name,
                "status": _STATUS[row.state],
                "message_id": row.message_id,
                "code": row.error.code if row.error else None,
                "error": explain(row.error) if row.error else None,
                **(
                    {}
                    if deliveries is None
                    else {"delivery": _delivery(row, deliveries)}
                ),
            }
            for row in report.rows
        ],
    }


def _delivery(row: SentRow, deliveries: Mapping[str, SmsState]) -> str:
    """Return the state of the delivery: failed if the message was refused, unknown if it can't be followed."""
    if row.state is SmsState.FAILED:
        return row.state.delivery
    state = deliveries.get(row.message_id) if row.message_id else None
    return (state or SmsState.UNKNOWN).delivery


async def async_raise_for_failures(
    hass: HomeAssistant, report: SendReport, *, partial_is_fine: bool
) -> None:
    """Raise if nothing was accepted, and for a partial failure too unless ``partial_is_fine``."""
    failures = [(row.recipient, row.error) for row in report.rows if row.error]
    if not failures:
        return
    accepted = len(report.rows) - len(failures)
    if accepted and partial_is_fine:
        return
    if accepted:
        key = "partly_sent"
    elif report.count(SmsState.UNKNOWN):
        key = "not_confirmed"
    else:
        key = "not_accepted"
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            "accepted": str(accepted),
            "total": str(len(report.rows)),
            "failures": _failures(report, failures, await Explainer.async_load(hass)),
        },
    )


def _failures(
    report: SendReport,
    failures: Sequence[tuple[Recipient, GatewayError]],
    explain: Explainer,
) -> str:
    """Return who got nothing, grouped by the cause."""
    sent_to = Counter(row.recipient.name for row in report.rows)
    by_cause: defaultdict[str, list[Recipient]] = defaultdict(list)
    for recipient, error in failures:
        by_cause[explain(error)].append(recipient)
    return " ".join(
        f"{_list(_labels(recipients, sent_to))}: {cause}"
        for cause, recipients in by_cause.items()
    )


def _labels(
    failed: Sequence[Recipient], sent_to: Mapping[str | None, int]
) -> list[str]:
    """Name a group once if all its numbers failed, else name each number that failed."""
    failed_of = Counter(recipient.name for recipient in failed)
    return list(
        dict.fromkeys(
            recipient.label
            if failed_of[recipient.name] == sent_to[recipient.name]
            else recipient.label_of_one
            for recipient in failed
        )
    )


def _list(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" (+{more})" if more > 0 else "")
