"""A send report in words: the response of an action, or the error that names who got nothing and why."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from ..account.errors import Explainer
from ..account.signals import DeliveryWord
from ..const import DOMAIN
from ..gateway import GatewayError
from ..people.address_book import Recipient
from .messenger import SendReport, SendStatus, SentRow

_MOST_NAMED: Final = 100


async def async_response(
    hass: HomeAssistant,
    report: SendReport,
    base_price: Decimal | None,
    words: Mapping[str, DeliveryWord] | None = None,
) -> JsonObjectType:
    """Return what ``send_sms`` and ``send_pattern`` respond with; the cost is in whole Rial.

    ``words`` are the deliveries by message id, where they were waited for.
    """
    explain = await Explainer.async_load(hass)
    cost = (
        None
        if base_price is None or report.tariff_units is None
        else round(report.tariff_units * base_price)
    )
    return {
        **{status.value: report.count(status) for status in SendStatus},
        "parts": report.parts,
        "estimated_cost": cost,
        "messages": [
            {
                "recipient": row.recipient.number,
                "name": row.recipient.name,
                "status": row.status.value,
                "message_id": row.message_id,
                "code": row.error.code if row.error else None,
                "error": explain(row.error) if row.error else None,
                **({} if words is None else {"delivery": _delivery(row, words)}),
            }
            for row in report.rows
        ],
    }


def _delivery(row: SentRow, words: Mapping[str, DeliveryWord]) -> str:
    """Return a word even for what can't be followed: it failed, or nobody knows."""
    if row.status is SendStatus.FAILED:
        return DeliveryWord.FAILED.value
    word = words.get(row.message_id) if row.message_id else None
    return (word or SendStatus.UNKNOWN).value


async def async_raise_for_failures(
    hass: HomeAssistant, report: SendReport, *, partial_is_fine: bool
) -> None:
    """Raise when nothing was accepted, and for a partial failure too where nobody reads the response."""
    failures = [(row.recipient, row.error) for row in report.rows if row.error]
    if not failures:
        return
    accepted = len(report.rows) - len(failures)
    if accepted and partial_is_fine:
        return
    if accepted:
        key = "partly_sent"
    elif report.count(SendStatus.UNKNOWN):
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
    """Say who got nothing, gathered by the cause."""
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
    """Name a group once where all of it failed, else the numbers of it that did."""
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
