"""An id that the gateway gives twice is asked for once and told once."""

import asyncio
from dataclasses import dataclass
from typing import override

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.delivery.timing import FIRST_QUESTION_AFTER
from simulator import Gateway
from simulator.exchange import Exchange
from simulator.faults import Replaced
from tests.integration.conftest import OMID, SARA
from tests.integration.story.deliveries import (
    PENDING,
    asked_for,
    hold_a_question,
    listen,
    numbers,
    pass_by,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.disk import writing_is_held
from tests.integration.story.forms import let_pass
from tests.integration.story.people import Held, send_sms, wait_for

pytestmark = pytest.mark.usefixtures("silence")


@dataclass(frozen=True, kw_only=True)
class HeldId(Held):
    """An id that the gateway has given before, held back until the test releases it."""

    message_id: str

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        self.arrived.set()
        await self.released.wait()
        return await Replaced("Value", self.message_id).answer(exchange)


async def test_an_id_that_is_given_twice_is_told_of_once(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Also while the first message with it waits its turn to be asked for."""
    told = listen(hass)
    sent = await send_to(hass, *numbers(12))
    await let_pass(hass, freezer, FIRST_QUESTION_AFTER)
    asked = asked_for(gateway)
    waiting = next(each for each in sent if each not in asked)
    gateway.fault("SendSMS", Replaced("Value", waiting))
    assert await send_to(hass, SARA) == [waiting]
    await pass_by(hass, freezer, 60)
    assert told.words == dict.fromkeys(sent, "delivered")
    assert state_of(hass, PENDING) == "0"


async def test_an_answer_ends_both_messages_and_is_told_of_the_first(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An automation hears of one end, and the sensors of both recipients show it."""
    told = listen(hass)
    [first] = await send_sms(hass, [SARA])
    gateway.fault("SendSMS", Replaced("Value", first["message_id"]))
    await send_to(hass, OMID)
    assert state_of(hass, PENDING) == "2"
    await until_first_question(hass, freezer, 30)
    assert asked_for(gateway) == [first["message_id"]]
    assert [(each["sms_id"], each["recipient"]) for each in told.events] == [
        (first["sms_id"], SARA)
    ]
    assert state_of(hass, PENDING) == "0"
    for slug in ("sara", "omid"):
        assert state_of(hass, f"sensor.payamak_{slug}_last_delivery") == "delivered"


async def test_an_id_that_is_given_again_during_its_question_is_told_once(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The answer is the end of both messages."""
    told = listen(hass)
    [message_id] = await send_to(hass, SARA)
    held = await hold_a_question(hass, freezer, gateway)
    gateway.fault("SendSMS", Replaced("Value", message_id))
    await send_to(hass, OMID)
    asked_for(gateway)
    held.released.set()
    await pass_by(hass, freezer, 30)
    assert told.words == {message_id: "delivered"}
    assert asked_for(gateway) == []
    assert state_of(hass, PENDING) == "0"
    assert state_of(hass, "sensor.payamak_omid_last_delivery") == "delivered"


async def test_an_id_that_is_being_noted_again_when_it_ends_is_told_once(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The disk is slow, and the answer comes before the second message is known to be accepted."""
    told = listen(hass)
    [message_id] = await send_to(hass, SARA)
    question = await hold_a_question(hass, freezer, gateway)
    accepting = HeldId(message_id=message_id)
    gateway.fault("SendSMS", accepting)
    sending = asyncio.create_task(send_to(hass, OMID))
    await wait_for(accepting, sending)
    with writing_is_held(hass) as (begun, go):
        accepting.released.set()
        await begun.wait()
        question.released.set()
        # The answer needs some rounds of the loop, and then waits for the disk too.
        for _ in range(2000):
            await asyncio.sleep(0)
        go.set()
        await sending
        await hass.async_block_till_done(wait_background_tasks=True)
    asked_for(gateway)
    await pass_by(hass, freezer, 30)
    assert told.words == {message_id: "delivered"}
    assert asked_for(gateway) == []
    assert state_of(hass, PENDING) == "0"
