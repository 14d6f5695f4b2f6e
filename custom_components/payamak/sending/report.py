"""Turns the report of a message into the response of an action, or into an error that names who got nothing and why."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import batched
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..account.errors import Explainer
from ..const import DOMAIN
from ..gateway import GatewayError, SmsState
from ..ledger import SmsRow
from ..people.address_book import Recipient
from .progress import SendReport, SentRow

_MOST_NAMED: Final = 100
_WRITTEN_AT_ONCE: Final = 1000
# The words of a response, in its order.
_STATUS: Final = {
    SmsState.ACCEPTED: "accepted",
    SmsState.WAITING: "queued",
    SmsState.FAILED: "failed",
    SmsState.UNKNOWN: "unknown",
}
# What the states of a message without an id were right after it was sent.
_STATE_WHEN_SENT: Final = {
    SmsState.SENDING: SmsState.WAITING,
    SmsState.NOT_SENT: SmsState.FAILED,
    SmsState.CANCELLED: SmsState.FAILED,
    SmsState.DELIVERED: SmsState.ACCEPTED,
    SmsState.UNDELIVERED: SmsState.ACCEPTED,
}


async def async_response(
    hass: HomeAssistant,
    report: SendReport,
    cost: Decimal | None,
    *,
    with_delivery: bool,
) -> JsonObjectType:
    """Return what ``send_sms`` and ``send_pattern`` respond with; the cost is in Rial, None where nobody knows it.

    The state of the delivery is in it only if the action waited for it.
    """
    explain = await Explainer.async_load(hass)
    count = Counter(row.state for row in report.rows)
    messages: list[JsonValueType] = []
    for number, some in enumerate(batched(report.rows, _WRITTEN_AT_ONCE, strict=False)):
        if number:
            # A response of thousands of rows must not hold Home Assistant up.
            await asyncio.sleep(0)
        messages += [_row(row, explain, with_delivery=with_delivery) for row in some]
    return {
        **{word: count[state] for state, word in _STATUS.items()},
        "parts": report.size.parts,
        "estimated_cost": None if cost is None else round(cost),
        "messages": messages,
    }


def _row(
    row: SentRow, explain: Explainer, *, with_delivery: bool
) -> dict[str, JsonValueType]:
    return {
        "sms_id": row.sms.sms_id,
        "recipient": row.recipient.number,
        "name": row.recipient.name,
        "status": _STATUS[row.state],
        "message_id": row.sms.message_id,
        "code": row.error.code if row.error else None,
        "error": explain(row.error) if row.error else None,
        **({"delivery": _delivery(row.sms)} if with_delivery else {}),
    }


def _delivery(sms: SmsRow) -> str:
    """Return the state of the delivery: failed if the message was refused, unknown if it can't be followed."""
    return (SmsState.UNKNOWN if sms.is_unfollowed else sms.state).delivery


def history_row(sms: SmsRow, explain: Explainer) -> dict[str, JsonValueType]:
    """Return what ``get_history`` tells of an SMS: its row in the response when it was sent, and what became of it."""
    return {
        "sms_id": sms.sms_id,
        "recipient": sms.recipient,
        "name": sms.name,
        "status": _status(sms),
        "message_id": sms.message_id,
        "code": sms.code,
        "error": explain.reason(
            sms.reason, sms.code, in_doubt=sms.state is SmsState.UNKNOWN
        )
        if sms.reason
        else None,
        "state": sms.state.value,
        "text": sms.content.text if sms.content else None,
        "parts": sms.parts,
        "sent_at": _time(sms.sent_at),
        "ended_at": _time(sms.ended_at),
    }


def _status(sms: SmsRow) -> str:
    """Return the word of the response; what became of an accepted SMS later is its state."""
    if sms.message_id:
        return _STATUS[SmsState.ACCEPTED]
    return _STATUS[_STATE_WHEN_SENT.get(sms.state, sms.state)]


def _time(timestamp: float | None) -> str | None:
    return (
        None if timestamp is None else dt_util.utc_from_timestamp(timestamp).isoformat()
    )


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
    elif any(row.state is SmsState.UNKNOWN for row in report.rows):
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
