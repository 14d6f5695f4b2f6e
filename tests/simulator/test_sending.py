"""What SendSMS does, and what it refuses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator import Account, Gateway

from .conftest import LINE, Caller


def refused(code: int) -> dict[str, object]:
    """Give the reply that refuses a whole send."""
    if code == 5:
        return {"Value": "5", "RetStatus": 9, "StrRetStatus": "InvalidNumber"}
    return {"Value": str(code), "RetStatus": 35, "StrRetStatus": "InvalidData"}


async def test_accepted_sms_is_on_the_phone_and_paid_for(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Accepted SMS is on the phone and paid for."""
    reply = await caller.send(isFlash="true")
    assert (reply["RetStatus"], reply["StrRetStatus"]) == (1, "Ok")
    (sms,) = gateway.phone("0912 123 4567").messages
    assert sms.rec_id == reply["Value"]
    assert (sms.text, sms.sender, sms.parts, sms.flash) == ("سلام", LINE, 1, True)
    assert sms.at == gateway.now()
    assert account.credit == 999


async def test_ids_are_19_digits_unique_and_rising(caller: Caller) -> None:
    """Ids are 19 digits unique and rising."""
    many = (await caller.send(",".join(f"0912000{n:04}" for n in range(100))))[
        "Value"
    ].split(",")
    many += (await caller.send())["Value"].split(",")
    assert len(set(many)) == 101
    assert many == sorted(many)
    assert {len(each) for each in many} == {19}
    assert all(int(each) < 2**63 for each in many)
    # An id that was taken for a float is another id.
    assert all(str(int(float(each))) != each for each in many)


async def test_ids_come_in_the_order_of_the_recipients(
    caller: Caller, gateway: Gateway
) -> None:
    """Ids come in the order of the recipients."""
    ids = (await caller.send("09121234567,9351112233,+989190000000"))["Value"].split(
        ","
    )
    for rec_id, number in zip(
        ids, ("09121234567", "09351112233", "09190000000"), strict=True
    ):
        assert [sms.rec_id for sms in gateway.phone(number).messages] == [rec_id]


async def test_same_recipient_twice_gets_two(caller: Caller, gateway: Gateway) -> None:
    """Same recipient twice gets two."""
    ids = (await caller.send("09121234567,9121234567"))["Value"].split(",")
    assert [sms.rec_id for sms in gateway.phone("09121234567").messages] == ids


@pytest.mark.parametrize(
    ("text", "recipients", "left"),
    [
        ("س" * 70, 1, "999"),
        ("س" * 71, 1, "998"),
        ("س" * 71, 3, "994"),
        ("a" * 160, 1, "998"),
        ("a" * 161, 2, "992"),
    ],
)
async def test_credit_falls_by_parts_and_latin_costs_double(
    caller: Caller, text: str, recipients: int, left: str
) -> None:
    """Credit falls by parts and latin costs double."""
    await caller.send(",".join(["09121234567"] * recipients), text)
    assert await caller.value("GetCredit") == left


async def test_credit_is_fractional_where_the_tariff_is(
    caller: Caller, account: Account
) -> None:
    """Credit is fractional where the tariff is."""
    account.latin_tariff = Decimal("1.970198515")
    await caller.send(text="Hello")
    assert await caller.value("GetCredit") == "998.029801485"


async def test_refused_recipients_stand_as_codes_among_the_ids(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Refused recipients stand as codes among the ids."""
    gateway.phone("09350000000").blacklisted = True
    first, second, third, fourth = (
        await caller.send("09121234567,0912,09350000000,09191234567")
    )["Value"].split(",")
    assert (second, third) == ("18", "35")
    assert gateway.phone("09121234567").messages[0].rec_id == first
    assert gateway.phone("09191234567").messages[0].rec_id == fourth
    assert gateway.phone("09350000000").messages == []
    assert account.credit == 998


async def test_different_refusals_of_all_recipients_are_listed(
    caller: Caller, gateway: Gateway
) -> None:
    """Different refusals of all recipients are listed."""
    gateway.phone("09350000000").blacklisted = True
    assert await caller.send("0912,09350000000") == {
        "Value": "18,35",
        "RetStatus": 35,
        "StrRetStatus": "InvalidData",
    }


async def test_blacklisted_recipient_alone_is_not_sent_to(
    caller: Caller, gateway: Gateway
) -> None:
    """Blacklisted recipient alone is not sent to."""
    gateway.phone("09121234567").blacklisted = True
    assert await caller.send() == refused(11)


async def test_service_line_reaches_blacklisted_recipients(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Service line reaches blacklisted recipients."""
    gateway.phone("09121234567").blacklisted = True
    account.service_lines = [LINE]
    assert (await caller.send())["RetStatus"] == 1


@pytest.mark.parametrize(
    ("settings", "sms", "code"),
    [
        ({"credit": Decimal("0.9")}, {}, 2),
        ({"credit": Decimal(1)}, {"text": "Latin"}, 2),
        ({"credit": Decimal(1)}, {"to": "09121234567,09121234568"}, 2),
        ({"daily_limit": 1}, {"to": "09121234567,09121234568"}, 3),
        ({"volume_limit": 3}, {"to": "09121234567,09121234568", "text": "س" * 71}, 4),
        ({}, {"to": ",".join(["09121234567"] * 101)}, 4),
        ({}, {"line": "3000"}, 5),
        ({}, {"line": ""}, 5),
        ({}, {"line": f"+{LINE}"}, 5),
        ({"filtered_words": ["بمب"]}, {"text": "این بمب نیست"}, 7),
        ({"minimum_count": 2}, {}, 8),
        ({"public_lines": [LINE]}, {}, 9),
        ({"active": False}, {}, 10),
        ({"documents_complete": False}, {}, 12),
        ({}, {"text": "ببینید: https://example.ir/a"}, 14),
        ({"opt_out_required": True}, {"to": "09121234567,09121234568"}, 15),
        ({}, {"to": ""}, 16),
        ({}, {"to": " , ,"}, 16),
        ({}, {"text": ""}, 17),
        ({}, {"text": " \n"}, 17),
        ({}, {"to": "0912123456"}, 18),
        ({}, {"to": "۰۹۱۲۱۲۳۴۵۶۷"}, 18),
        ({}, {"to": "02122334455,Sara"}, 18),
        ({"hourly_limit": 1}, {"to": "09121234567,09121234568"}, 19),
    ],
)
async def test_send_is_refused_for_a_cause(
    *,
    caller: Caller,
    gateway: Gateway,
    account: Account,
    settings: dict[str, Any],
    sms: dict[str, str],
    code: int,
) -> None:
    """Send is refused for a cause."""
    for name, value in settings.items():
        setattr(account, name, value)
    credit = account.credit
    assert await caller.send(**sms) == refused(code)
    assert account.credit == credit
    assert not any(phone.messages for phone in gateway.phones.values())
    assert account.sent == []


@pytest.mark.parametrize(
    ("settings", "sms"),
    [
        ({"credit": Decimal(1)}, {}),
        ({"daily_limit": 1}, {}),
        ({"volume_limit": 2}, {"text": "س" * 71}),
        ({"hourly_limit": 1}, {}),
        ({"minimum_count": 1}, {}),
        ({"opt_out_required": True}, {}),
        (
            {"opt_out_required": True},
            {"to": "09121234567,09121234568", "text": "تخفیف\nلغو11"},
        ),
        ({"links_allowed": True}, {"text": "https://example.ir"}),
        ({}, {"to": ",".join(["09121234567"] * 100)}),
        ({}, {"to": "09121234567,"}),
    ],
)
async def test_send_within_the_limits_is_accepted(
    caller: Caller, account: Account, settings: dict[str, Any], sms: dict[str, str]
) -> None:
    """Send within the limits is accepted."""
    for name, value in settings.items():
        setattr(account, name, value)
    assert (await caller.send(**sms))["RetStatus"] == 1


async def test_daily_limit_begins_anew_at_tehran_midnight(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Daily limit begins anew at Tehran midnight."""
    account.daily_limit = 1
    assert (await caller.send())["RetStatus"] == 1
    # It is 12:45:30 in Tehran.
    gateway.advance(timedelta(hours=11, minutes=14))
    assert await caller.send() == refused(3)
    gateway.advance(timedelta(minutes=1))
    assert (await caller.send())["RetStatus"] == 1


async def test_hourly_limit_ends_after_an_hour(
    caller: Caller, gateway: Gateway, account: Account
) -> None:
    """Hourly limit ends after an hour."""
    account.hourly_limit = 1
    assert (await caller.send())["RetStatus"] == 1
    gateway.advance(timedelta(minutes=59))
    assert await caller.send() == refused(19)
    gateway.advance(timedelta(minutes=1))
    assert (await caller.send())["RetStatus"] == 1


async def test_getters_work_for_accounts_that_may_not_send(
    caller: Caller, account: Account
) -> None:
    """Getters work for accounts that may not send."""
    account.active = account.documents_complete = False
    assert await caller.value("GetCredit") == "1000"
