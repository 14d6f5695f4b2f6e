"""A message over several accounts by itself: who sends what to whom, and the one result of all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import SmsRow
from custom_components.payamak.people.address_book import Recipient
from custom_components.payamak.people.addressed import Addressed
from custom_components.payamak.sending.errand import async_send, preview
from custom_components.payamak.sending.message import Message, Size, Sms
from custom_components.payamak.sending.progress import SendReport, SentRow
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.rows import waiting_row
from tests.integration.story.turns import turns

PRICE: Final = Decimal(100)
TEXT: Final = Sms(recipients=(), text="leak", urgent=True)


@dataclass
class Account:
    """An account whose messenger answers at once, or when a test lets it."""

    price: Decimal | None = PRICE
    state: ConfigEntryState = ConfigEntryState.LOADED
    error: Exception | None = None
    sent: list[Message] = field(default_factory=list)
    waited: list[tuple[list[str], float]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Answer at once."""
        self.gate.set()
        this: Any = self
        self.runtime_data = SimpleNamespace(
            messenger=SimpleNamespace(preview=self.preview, async_send=self.async_send),
            deliveries=SimpleNamespace(async_wait=self.async_wait),
            coordinator=SimpleNamespace(data=this),
        )

    @property
    def base_price(self) -> Decimal | None:
        """Return what an SMS costs."""
        return self.price

    def to(self, *numbers: str) -> Addressed:
        """Give whom this account reaches."""
        recipients = [Recipient(number=number, name="Saved") for number in numbers]
        return Addressed(entry=cast("Any", self), recipients=recipients)

    def preview(self, message: Message) -> SendReport:
        """Report parts without sending."""
        size = message.measure().times(len(message.recipients))
        return SendReport(rows=(), size=size)

    async def async_send(self, message: Message) -> SendReport:
        """Send."""
        self.sent.append(message)
        await self.gate.wait()
        if self.error:
            raise self.error
        rows = [
            SentRow(
                recipient=who,
                sms=accepted(who.number),
                state=SmsState.ACCEPTED,
                error=None,
            )
            for who in message.recipients
        ]
        return SendReport(rows=rows, size=self.preview(message).size)

    async def async_wait(self, rows: Sequence[SmsRow], seconds: float) -> None:
        """Wait for deliveries."""
        self.waited.append(([row.recipient for row in rows], seconds))
        await self.gate.wait()


def accepted(number: str) -> SmsRow:
    """Give the row of an SMS that was accepted."""
    return waiting_row(1, number, state=SmsState.ACCEPTED)


def numbers_of(message: Message) -> list[str]:
    """Give to whom a message goes."""
    return [who.number for who in message.recipients]


async def test_each_account_sends_the_message_to_its_own() -> None:
    """All else of it stays as it is, and the result is one."""
    first, second = Account(), Account(price=Decimal(30))
    outcome = await async_send([first.to(SARA, OMID), second.to(MINA)], TEXT)
    [to_first], [to_second] = first.sent, second.sent
    assert numbers_of(to_first) == [SARA, OMID]
    assert numbers_of(to_second) == [MINA]
    assert isinstance(to_first, Sms)
    assert (to_first.text, to_first.urgent) == ("leak", True)
    report = outcome.report
    assert [row.sms.recipient for row in report.rows] == [SARA, OMID, MINA]
    assert report.size == Size(parts=3, tariff_units=None)
    units = TEXT.measure().tariff_units
    assert units
    assert outcome.cost == units * (2 * 100 + 30)


async def test_they_send_at_the_same_time() -> None:
    """An account that takes long holds no other one up, and all are waited for."""
    first, second = Account(), Account()
    first.gate.clear()
    second.gate.clear()
    sending = asyncio.create_task(async_send([first.to(SARA), second.to(OMID)], TEXT))
    await turns()
    assert len(first.sent) == len(second.sent) == 1
    second.gate.set()
    await turns()
    assert not sending.done()
    first.gate.set()
    outcome = await sending
    assert [row.sms.recipient for row in outcome.report.rows] == [SARA, OMID]


async def test_what_cannot_be_right_is_said_at_once() -> None:
    """A message without a text is wrong for each account."""
    account = Account(error=ServiceValidationError("empty"))
    with pytest.raises(ServiceValidationError):
        await async_send([account.to(SARA)], TEXT)


async def test_those_of_an_account_that_is_not_at_work_fail_beside_the_others(
    freezer: FrozenDateTimeFactory,
) -> None:
    """They come last; nothing of theirs is kept or costs anything."""
    freezer.move_to("2026-11-24 12:00:00+00:00")
    away, here = Account(state=ConfigEntryState.SETUP_RETRY), Account()
    outcome = await async_send([away.to(SARA, OMID), here.to(MINA)], TEXT)
    assert away.sent == []
    mina, sara, omid = outcome.report.rows
    assert (mina.sms.recipient, mina.state) == (MINA, SmsState.ACCEPTED)
    assert outcome.report.size.parts == 1
    for row, number in ((sara, SARA), (omid, OMID)):
        assert row.recipient == Recipient(number=number, name="Saved")
        assert row.state is row.sms.state is SmsState.FAILED
        assert row.error
        assert row.error.reason == row.sms.reason == "account_not_loaded"
        assert (row.sms.recipient, row.sms.name) == (number, "Saved")
        assert (row.sms.parts, row.sms.cost, row.sms.message_id) == (0, None, None)
        assert row.sms.created_at == 1795521600
        assert row.is_repeated is False
    assert len({sara.sms.sms_id, omid.sms.sms_id}) == 2
    assert outcome.cost == TEXT.measure().cost(PRICE)


async def test_no_cost_is_told_where_one_account_knows_no_price() -> None:
    """Half of it would be wrong."""
    first, second = Account(), Account(price=None)
    outcome = await async_send([first.to(SARA), second.to(OMID)], TEXT)
    assert outcome.cost is None


async def test_the_deliveries_of_all_accounts_are_waited_for() -> None:
    """At the same time, each with its own."""
    first, second = Account(), Account()
    outcome = await async_send([first.to(SARA, MINA), second.to(OMID)], TEXT)
    first.gate.clear()
    waiting = asyncio.create_task(outcome.async_wait_for_delivery(30))
    await turns()
    assert first.waited == [([SARA, MINA], 30)]
    assert second.waited == [([OMID], 30)]
    assert not waiting.done()
    first.gate.set()
    await waiting


async def test_a_dry_run_counts_the_parts_of_all_and_sends_nothing() -> None:
    """An account that is not at work would send nothing either."""
    first, second = Account(), Account(price=Decimal(30))
    away = Account(state=ConfigEntryState.NOT_LOADED)
    addressed = [first.to(SARA, OMID), away.to(MINA), second.to(MINA)]
    outcome = preview(addressed, TEXT)
    assert outcome.report.rows == ()
    assert outcome.report.size.parts == 3
    units = TEXT.measure().tariff_units
    assert units
    assert outcome.cost == units * (2 * 100 + 30)
    assert first.sent == second.sent == away.sent == []
