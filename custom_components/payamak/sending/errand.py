"""One message over the accounts of those whom it is for: each account sends to its own, and the result is one."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import Any

from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ..coordinator import PayamakData
from ..gateway import GatewayError, SmsState
from ..ledger import SmsRow
from ..people.address_book import Recipient
from ..people.addressed import Addressed
from .message import Message, Size
from .progress import SendReport, SentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What became of the message over one account."""

    data: PayamakData
    report: SendReport

    @property
    def cost(self) -> Decimal | None:
        return self.report.size.cost(self.data.coordinator.data.base_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the message over all accounts; ``left_out`` are those whose account is not at work."""

    shares: Sequence[_Share]
    left_out: Sequence[SentRow] = ()

    @property
    def entry_ids(self) -> list[str]:
        """Return the accounts that send it, by their entries' ids."""
        return [share.data.coordinator.config_entry.entry_id for share in self.shares]

    @property
    def report(self) -> SendReport:
        """Return the results of all accounts as those of one message."""
        reports = [share.report for share in self.shares]
        rows = chain.from_iterable(report.rows for report in reports)
        parts = sum(report.size.parts for report in reports)
        return SendReport(
            rows=(*rows, *self.left_out), size=Size(parts=parts, tariff_units=None)
        )

    @property
    def cost(self) -> Decimal | None:
        """Return about what it costs in Rial, None where nobody can say that of all of it."""
        costs = [share.cost for share in self.shares]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal()) if len(known) == len(costs) else None

    async def async_wait_for_delivery(self, seconds: float) -> None:
        """Wait until the state of each SMS is final, or the time is over."""
        await _together(
            share.data.deliveries.async_wait(share.report.sms, seconds)
            for share in self.shares
        )


def preview(addressed: Iterable[Addressed], message: Message) -> Outcome:
    """Report how many parts a message would take, without sending it."""
    return Outcome(
        shares=[
            _Share(data=data, report=data.messenger.preview(theirs))
            for data, theirs in _shares(addressed, message)
        ]
    )


async def async_send(addressed: Sequence[Addressed], message: Message) -> Outcome:
    """Send a message. Raises for what can't be right; what one account refuses doesn't stop the others."""
    # An account that is unloaded meanwhile ends what it has begun.
    shares = _shares(addressed, message)
    left_out = [
        _left_out(who)
        for each in addressed
        if not each.is_at_work
        for who in each.recipients
    ]
    reports = await _together(
        data.messenger.async_send(theirs) for data, theirs in shares
    )
    return Outcome(
        shares=[
            _Share(data=data, report=report)
            for (data, _), report in zip(shares, reports, strict=True)
        ],
        left_out=left_out,
    )


async def _together[T](doings: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Await all at a time; what is done alone needs no task of its own."""
    match [*doings]:
        case [alone]:
            return [await alone]
        case several:
            return await asyncio.gather(*several)


def _shares(
    addressed: Iterable[Addressed], message: Message
) -> list[tuple[PayamakData, Message]]:
    return [
        (each.entry.runtime_data, replace(message, recipients=each.recipients))
        for each in addressed
        if each.is_at_work
    ]


def _left_out(who: Recipient) -> SentRow:
    """Return the result for somebody whose account is not at work: it has no ledger now to be kept in."""
    error = GatewayError("account_not_loaded")
    row = SmsRow(
        sms_id=ulid_now(),
        text=0,
        recipient=who.number,
        name=who.name,
        state=SmsState.FAILED,
        reason=error.reason,
        parts=0,
        cost=None,
        created_at=dt_util.utcnow().timestamp(),
    )
    return SentRow(recipient=who, sms=row, state=SmsState.FAILED, error=error)
