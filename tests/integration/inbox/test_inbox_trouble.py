"""The inbox on bad days: the gateway is away, refuses the login, lacks the method, or answers nonsense."""

from datetime import timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.payamak.account.signals import SIGNAL_SMS_RECEIVED, ReceivedSms
from simulator import Account, Gateway
from simulator.faults import (
    MISSING,
    Body,
    BrokenOff,
    Code,
    Document,
    Envelope,
    Fault,
    FlatEnvelope,
    HugeBody,
    Maintenance,
    Place,
    ProxyError,
    Replaced,
    Reset,
    ServerError,
    TruncatedJson,
    UnknownKeys,
    Xml,
)
from tests.integration.account.test_privacy import SECRETS, diagnostics
from tests.integration.conftest import LINE, OMID, SARA
from tests.integration.story.forms import FETCH, send
from tests.integration.story.told import Told

from .received import arrive, asked, complaints, poll

# What a panel says that doesn't have the method.
NOT_TOLD = Code(35, Place.STATUS)


@pytest.mark.parametrize(
    "fault",
    [
        Reset(),
        Reset(processed=True),
        ServerError(),
        ServerError(short=True, status=200),
        ProxyError(),
        Maintenance(),
        BrokenOff(),
        HugeBody(),
        TruncatedJson(),
        Body(),
        Body(b"\xff\x00"),
        Document(),
        Document([1, 2]),
        Document({"Data": [{"MsgID": 7}]}),
        Xml(),
        Envelope(value="Ok", ret_status=[]),
        Replaced("MyBase", "Ok"),
        Replaced("Data", {"MsgID": 7}),
        Replaced("Data", [1]),
        Replaced("MsgID", in_rows=True),
        Replaced("MsgID", 1.5, in_rows=True),
        Replaced("MsgID", "x", in_rows=True),
        Code(6),
        Code(10),
        Code(111),
    ],
    ids=repr,
)
async def test_the_log_tells_once_that_nothing_can_be_fetched_and_later_it_goes_on(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is lost or told twice, whatever the gateway said meanwhile; that the rest of it works is found out."""
    gateway.fault("GetMessages", fault, times=4)
    arrive(gateway, "باز کن")
    for _ in range(4):
        await poll(hass, freezer)
    assert [each for each in asked(gateway) if each not in FETCH] == ["0"] * 4
    assert told.texts == []
    assert len(complaints(caplog)) == 1
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["باز کن"]
    assert len(complaints(caplog)) == 1
    assert "Fetching payamak inbox data recovered" in caplog.text
    await send(hass)
    assert len(gateway.phone(SARA).messages) == 1


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "fault",
    [
        FlatEnvelope(),
        UnknownKeys(),
        Replaced("Data", None),
        Replaced("Data", MISSING),
        Replaced("Data", []),
        Replaced("StrRetStatus", MISSING),
    ],
    ids=repr,
)
async def test_an_odd_answer_that_can_be_understood_is_no_trouble(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault,
) -> None:
    """No rows are no messages; they are there the next time."""
    gateway.fault("GetMessages", fault)
    arrive(gateway, "باز کن")
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["باز کن"]


@pytest.mark.parametrize("column", ["Body", "Sender", "Receiver", "Parts", "SendDate"])
@pytest.mark.parametrize("value", [MISSING, None, "", 7])
async def test_a_row_that_lacks_something_is_told_as_far_as_it_goes(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    column: str,
    value: object,
) -> None:
    """But not without a date."""
    gateway.fault("GetMessages", Replaced(column, value, in_rows=True))
    arrive(gateway, "باز کن")
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert len(told.events) == (column != "SendDate")
    for attributes in told.events:
        shown = {
            "Body": attributes["text"] or None,
            "Sender": attributes["sender"] or None,
            "Receiver": attributes["line"] or None,
            "Parts": attributes["parts"] or None,
        }
        kept = (
            value if value == 7 and column == "Parts" else "7" if value == 7 else None
        )
        assert shown == {
            "Body": "باز کن",
            "Sender": SARA,
            "Receiver": LINE,
            "Parts": 1,
        } | {column: kept}


async def test_an_address_that_is_not_allowed_is_a_repair_that_the_next_poll_takes_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Only the user can help; they needn't say that they did."""
    account.allowed_addresses = ["192.0.2.1"]
    await poll(hass, freezer)
    assert len(issue_registry.issues) == 1
    account.allowed_addresses = None
    await poll(hass, freezer)
    assert len(issue_registry.issues) == 0


async def test_the_event_stays_available_while_the_gateway_is_away(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """Coming back, it would show its last message as if it were new."""
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    gateway.fault(None, Reset(), times=None)
    for _ in range(20):
        await poll(hass, freezer)
    gateway.clear_faults()
    await poll(hass, freezer)
    assert told.texts == ["سلام"]


async def test_diagnostics_tell_the_last_error(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    """In words, and without a secret."""
    gateway.fault("GetMessages", NOT_TOLD)
    await poll(hass, freezer)
    found = await diagnostics(hass, hass_client, entry)
    assert "(code 35)" in found["account"]["inbox_last_error"]


@pytest.mark.parametrize("fault", [None, Reset(), Code(35), Document([1])])
async def test_no_log_line_of_the_inbox_holds_anything_private_even_at_debug_level(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    fault: Fault | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither who wrote, nor what."""
    caplog.set_level(logging.DEBUG, "custom_components.payamak")
    arrive(gateway, "متن محرمانه", sender=OMID)
    arrive(gateway, "متن محرمانه", ago=timedelta(hours=1))
    await poll(hass, freezer)
    if fault:
        gateway.fault("GetMessages", fault, times=None)
        await poll(hass, freezer)
    ours = "\n".join(
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if record.name.startswith("custom_components.payamak")
    )
    assert "GetMessages" in ours
    for secret in (*SECRETS, OMID[1:], "امید"):
        assert secret not in ours


async def test_a_listener_that_fails_brings_nothing_private_into_the_log(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Home Assistant logs what was told to it; the entity hears it all the same."""

    @callback
    def fail(sms: ReceivedSms) -> None:
        raise RuntimeError("out of order")

    async_dispatcher_connect(hass, SIGNAL_SMS_RECEIVED, fail)
    arrive(gateway, "متن محرمانه")
    await poll(hass, freezer)
    assert told.texts == ["متن محرمانه"]
    logged: list[Any] = [
        record.getMessage()
        for record in caplog.records
        if "out of order" in caplog.text and record.levelno > logging.INFO
    ]
    assert logged
    for secret in (*SECRETS, "Sara"):
        assert secret not in "\n".join(logged)
