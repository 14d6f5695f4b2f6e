"""A gateway that is away or answers nonsense is left alone, and followed again afterwards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
import logging
from typing import Any, override

from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.payamak.gateway import PayamakClient
from simulator import Account, Gateway, create_app
from simulator.codes import Delivery
from simulator.exchange import Exchange
from simulator.faults import (
    Body,
    Code,
    Disconnect,
    Document,
    Envelope,
    Fault,
    HugeBody,
    Maintenance,
    ProxyError,
    Redirect,
    Reset,
    ServerError,
    TruncatedJson,
)
from tests.integration.conftest import SARA, make_entry
from tests.integration.story.deliveries import (
    FIRST_QUESTION,
    GAPS,
    asked_for,
    gaps_between,
    listen,
    numbers,
    pass_by,
    questions,
    send_to,
    until_first_question,
)
from tests.integration.story.forms import let_pass, reauth_flows
from tests.integration.story.outages import BACK, LOST, lines
from tests.integration.story.people import Held

BREAKS = [30, 60, 120, 240, 480, 900, 900, 900]


@dataclass(frozen=True)
class ForSome(Fault):
    """A fault that some messages always meet, while the others are answered honestly."""

    ids: Collection[str]
    fault: Fault

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        if exchange._given["recId"] in self.ids:
            return await self.fault.answer(exchange)
        return exchange.reply(exchange.process())


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "fault",
    [
        Reset(),
        Disconnect(),
        ServerError(),
        ProxyError(502),
        Code(6),
        Code(-6),
        Code(19),
        Code(10),
    ],
    ids=str,
)
async def test_a_gateway_that_is_away_is_left_alone_for_longer_each_time(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    fault: Fault,
) -> None:
    """However many are waiting; and once it is back all are asked for."""
    gateway.fault("GetDeliveries2", fault, times=None)
    told = listen(hass)
    began = dt_util.utcnow()
    sent = await send_to(hass, *numbers(20))
    await until_first_question(hass, freezer)
    await pass_by(hass, freezer, sum(BREAKS) + 100, 10)
    assert gaps_between(began, questions(gateway)) == [FIRST_QUESTION, *BREAKS]
    gateway.clear_faults()
    await pass_by(hass, freezer, 900, 10)
    await pass_by(hass, freezer, 20)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_deliveries_go_on_at_once_when_a_gateway_that_was_away_is_back(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is listening on its port for a while; the first question finds that out, and the watch asks from then on."""
    port = unused_port()
    server = TestServer(create_app(gateway), host="127.0.0.1", port=port)
    await server.start_server()
    entry = make_entry(str(server.make_url("/api/SendSMS/")))
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    told = listen(hass)
    gateway.delivery_time = timedelta(seconds=FIRST_QUESTION + 2)
    sent = await send_to(hass, *numbers(2))
    # Some seconds after sending the credit is asked for too: that is over by the first question.
    await until_first_question(hass, freezer, 1)
    gateway.calls.clear()
    await server.close()
    await pass_by(hass, freezer, 200, 10)
    assert asked_for(gateway) == []
    assert not told.events
    server = TestServer(create_app(gateway), host="127.0.0.1", port=port)
    await server.start_server()
    await pass_by(hass, freezer, 33)
    assert told.words == dict.fromkeys(sent, "delivered")
    assert [each for each in lines(caplog) if each in (LOST, BACK)] == [LOST, BACK]
    await server.close()


@pytest.mark.usefixtures("silence")
async def test_after_a_good_answer_the_next_break_is_short_again(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Trouble of yesterday is over."""
    gateway.set_outcome(SARA, Delivery.NO_STATUS)
    await send_to(hass, *([SARA, *numbers(5)]))
    gateway.fault("GetDeliveries2", ServerError(), times=3)
    await until_first_question(hass, freezer)
    await pass_by(hass, freezer, sum(BREAKS[:3]) + 5)
    assert len(questions(gateway)) == 3 + 6
    gateway.fault("GetDeliveries2", ServerError(), times=2)
    began = dt_util.utcnow()
    await send_to(hass, *numbers(5, first=50))
    await pass_by(hass, freezer, 100)
    # The first of them may come a little before the new messages are due.
    assert gaps_between(began, questions(gateway))[1:3] == BREAKS[:2]


@pytest.mark.usefixtures("silence")
async def test_a_gateway_that_takes_a_message_is_not_away(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A fresh alarm doesn't wait for the end of a long break."""
    gateway.fault("GetDeliveries2", ServerError(), times=6)
    told = listen(hass)
    await send_to(hass, *numbers(3))
    await until_first_question(hass, freezer)
    await pass_by(hass, freezer, sum(BREAKS[:5]) + 60, 10)
    assert len(questions(gateway)) == 6
    [alarm] = await send_to(hass, SARA)
    await until_first_question(hass, freezer)
    assert told.words[alarm] == "delivered"


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "nonsense",
    [
        Maintenance(),
        TruncatedJson(),
        Document([1]),
        Body(b""),
        Envelope("delivered"),
        Envelope("9" * 30),
        Redirect("/"),
        HugeBody(size=3 * 1024 * 1024),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_gateway_that_answers_nonsense_is_left_alone_too(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    nonsense: Fault,
) -> None:
    """After the third of such answers in a row: one may be a single message's."""
    gateway.fault("GetDeliveries2", nonsense, times=None)
    told = listen(hass)
    began = dt_util.utcnow()
    sent = await send_to(hass, *numbers(20))
    await until_first_question(hass, freezer)
    await pass_by(hass, freezer, sum(BREAKS[:2]) + 50)
    assert gaps_between(began, questions(gateway)) == [
        FIRST_QUESTION,
        1,
        1,
        *BREAKS[:2],
    ]
    assert not told.events
    gateway.clear_faults()
    await pass_by(hass, freezer, 200)
    assert told.words == dict.fromkeys(sent, "delivered")


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "fault",
    [
        Code(5),
        Code(-4),
        Code(6),
        Code(10),
        Code(12),
        Envelope("109"),
        Envelope("0", 35),
        Envelope("garbage"),
        Envelope("12345678901"),
        ServerError(),
    ],
    ids=str,
)
@pytest.mark.parametrize("second", [2, 9], ids=["of the bulk", "younger than the bulk"])
async def test_a_message_that_always_fails_keeps_no_other_from_being_asked_for(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    fault: Fault,
    second: int,
) -> None:
    """It is the youngest, and is asked for as seldom as any other; at last it has expired."""
    start_of_minute = dt_util.utcnow().replace(second=0) + timedelta(minutes=1)
    await let_pass(
        hass, freezer, start_of_minute + timedelta(seconds=second) - dt_util.utcnow()
    )
    told = listen(hass)
    others = await send_to(hass, *numbers(20))
    await pass_by(hass, freezer, 1)
    [bad] = await send_to(hass, SARA)
    gateway.fault("GetDeliveries2", ForSome({bad}, fault), times=None)
    await pass_by(hass, freezer, 300)
    assert told.words == dict.fromkeys(others, "delivered")
    assert 3 <= asked_for(gateway).count(bad) <= 5
    for _ in range(16):
        await let_pass(hass, freezer, timedelta(hours=5))
    assert told.words[bad] == "expired"


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("refusal", [Code(16), Envelope("0", 35)], ids=str)
async def test_many_that_are_refused_are_no_trouble_of_the_gateway(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    refusal: Fault,
) -> None:
    """It answers, and so it is asked on; nor is the password to blame."""
    await send_to(hass, *numbers(30))
    gateway.fault("GetDeliveries2", refusal, times=None)
    await until_first_question(hass, freezer)
    gateway.calls.clear()
    await pass_by(hass, freezer, 60)
    methods = [call.method for call in gateway.calls]
    # The credit tells each time that it is no matter of the password, and counts as a question.
    assert len(methods) <= 61
    assert methods.count("GetCredit") == methods.count("GetDeliveries2")
    assert len(set(asked_for(gateway))) >= 25
    assert reauth_flows(hass) == []


@pytest.mark.usefixtures("silence")
async def test_a_question_that_is_never_answered_ends_by_itself(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The break begins when it is given up, not when it was asked."""
    held = Held()
    told = listen(hass)
    gateway.delivery_time = timedelta(seconds=FIRST_QUESTION + 3)
    sent = await send_to(hass, *numbers(3))
    # Some seconds after sending the credit is asked for too: that is over by the first question.
    await until_first_question(hass, freezer, 2)
    gateway.fault("GetDeliveries2", held)
    await pass_by(hass, freezer, GAPS[1] - 3)
    gateway.calls.clear()
    freezer.tick(timedelta(seconds=1))
    async_fire_time_changed(hass)
    await held.arrived.wait()
    # The time that a reply may take is over.
    await let_pass(hass, freezer, timedelta(seconds=41))
    held.released.set()
    assert len(asked_for(gateway)) == 1
    await pass_by(hass, freezer, 29)
    assert asked_for(gateway) == []
    await pass_by(hass, freezer, 10)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_trouble_that_nobody_foresaw_ends_the_following_of_nothing(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is in the log, and the others are asked for as ever."""
    told = listen(hass)
    sent = await send_to(hass, SARA, *numbers(2))
    honest = PayamakClient.get_delivery

    async def out_of_the_blue(self: PayamakClient, message_id: str) -> Any:
        if message_id == sent[0]:
            raise RuntimeError("out of the blue")
        return await honest(self, message_id)

    monkeypatch.setattr(PayamakClient, "get_delivery", out_of_the_blue)
    await pass_by(hass, freezer, 100)
    assert told.words == dict.fromkeys(sent[1:], "delivered")
    assert "out of the blue" in caplog.text
    monkeypatch.undo()
    await pass_by(hass, freezer, 100)
    assert told.words == dict.fromkeys(sent, "delivered")
    assert {
        record.levelno
        for record in caplog.records
        if record.name.endswith("delivery.follower")
    } == {logging.DEBUG, logging.ERROR}
