"""Each method does what it is for."""

from datetime import timedelta
from decimal import Decimal

import pytest

from custom_components.payamak.gateway import (
    Location,
    MessagePage,
    PayamakClient,
    count_parts,
    count_tariff_units,
)
from simulator import Account, Gateway
from tests.gateway.test_codes import STATUSES

from .conftest import ALI, LINE, NOW, SARA


async def test_the_account_is_read(client: PayamakClient, account: Account) -> None:
    """Credit, price and lines."""
    assert await client.get_credit() == Decimal("27989.784030396946")
    assert await client.get_base_price() == 1730
    assert await client.get_lines() == (LINE,)
    account.lines.clear()
    assert await client.get_lines() == ()


@pytest.mark.parametrize("text", ["Fire!", "آتش!", "^" * 81, "😀" * 36])
async def test_an_sms_reaches_its_phones_and_costs_what_was_counted(
    client: PayamakClient, gateway: Gateway, account: Account, text: str
) -> None:
    """Both count parts and tariff on their own, and agree."""
    before = account.credit
    receipts = await client.send_sms([SARA, ALI], text, LINE, flash=True)
    for number, receipt in zip([SARA, ALI], receipts, strict=True):
        (sms,) = gateway.phone(number).messages
        assert (sms.rec_id, sms.text, sms.sender) == (receipt.message_id, text, LINE)
        assert (sms.flash, sms.parts) == (True, count_parts(text))
    assert before - account.credit == 2 * count_tariff_units(text)


async def test_a_pattern_reaches_its_phone(
    client: PayamakClient, gateway: Gateway
) -> None:
    """With its variables in place."""
    receipt = await client.send_pattern(SARA, 7, ["1234", "سارا"])
    (sms,) = gateway.phone(SARA).messages
    assert (sms.rec_id, sms.text) == (receipt.message_id, "کد 1234 برای سارا")


@pytest.mark.parametrize(("code", "status", "final"), STATUSES)
async def test_a_delivery_takes_its_course(
    client: PayamakClient, gateway: Gateway, code: int, status: str, final: bool
) -> None:
    """Pending first, then the operator's word."""
    gateway.set_outcome(SARA, code)
    (receipt,) = await client.send_sms([SARA], "Fire!", LINE)
    assert receipt.message_id is not None
    assert (await client.get_delivery(receipt.message_id)).state == "accepted"
    gateway.advance(timedelta(minutes=1))
    delivery = await client.get_delivery(receipt.message_id)
    assert (delivery.code, delivery.state) == (code, status)
    assert delivery.final is final


async def test_an_id_that_nobody_knows_has_no_known_delivery(
    client: PayamakClient,
) -> None:
    """The gateway says 100."""
    assert (await client.get_delivery("1234567890123456789")).state == "unknown"


async def test_both_boxes_are_read(client: PayamakClient, gateway: Gateway) -> None:
    """Newest first, times aware, mobile numbers in one spelling."""
    await client.send_sms([SARA, ALI], "آتش!", LINE)
    gateway.advance(timedelta(minutes=1))
    gateway.receive(LINE, SARA, "سلام")
    received, sent = (await client.get_messages(Location.ALL)).messages
    assert (received.location, sent.location) == (Location.RECEIVED, Location.SENT)
    assert (received.sender, received.receiver) == (SARA, LINE)
    assert (received.text, received.parts) == ("سلام", 1)
    assert (sent.sender, sent.receiver, sent.text) == (LINE, SARA, "آتش!")
    assert (sent.recipients, sent.delivered, sent.failed) == (2, 2, 0)
    assert received.sent_at is not None
    assert sent.sent_at is not None
    assert timedelta() <= NOW - sent.sent_at < timedelta(seconds=1)
    assert received.sent_at > sent.sent_at
    assert int(received.message_id) > int(sent.message_id)
    for page, messages in (
        (await client.get_messages(Location.RECEIVED), (received,)),
        (await client.get_messages(Location.SENT, line=LINE), (sent,)),
        (await client.get_messages(Location.ALL, line="3000"), ()),
        (await client.get_messages(Location.ALL, offset=1, limit=1), (sent,)),
    ):
        assert page == MessagePage(messages=messages)
