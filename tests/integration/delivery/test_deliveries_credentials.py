"""With wrong credentials nothing is asked any more, whoever finds them out, until the user has acted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import override

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.exchange import Exchange
from simulator.faults import Fault
from tests.integration.conftest import OMID, SARA
from tests.integration.story.deliveries import (
    GAPS,
    PENDING,
    hold_a_question,
    listen,
    numbers,
    pass_by,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.forms import (
    CHECK,
    FETCH,
    call,
    let_pass,
    reauth_flows,
    take_calls,
)
from tests.integration.story.login import enter_password
from tests.integration.story.people import send_sms
from tests.integration.story.told import Told

type Discovery = Callable[[HomeAssistant, FrozenDateTimeFactory], Awaitable[list[str]]]


class LastGoodAnswer(Fault):
    """The honest answer, after which the password is another one."""

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        reply = exchange.reply(exchange.process())
        exchange.world.accounts["sara"].password = "n3w-word"
        return reply


async def by_a_question(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> list[str]:
    """Let the next question find out."""
    await pass_by(hass, freezer, GAPS[2])
    # Its refusal may be meant for the id; the credit shows that it is not.
    return ["GetDeliveries2", "GetCredit"]


async def by_a_poll(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> list[str]:
    """Let the user ask for the credit before a question is due."""
    await hass.services.async_call(
        "homeassistant",
        "update_entity",
        {"entity_id": "sensor.payamak_credit"},
        blocking=True,
    )
    await pass_by(hass, freezer, 17)
    return ["GetCredit", "GetCredit"]


async def by_a_message(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> list[str]:
    """Let another message be refused."""
    with pytest.raises(HomeAssistantError):
        await call(hass, "send_sms", message="a", recipients=[OMID], retry_for=0)
    await pass_by(hass, freezer, 11)
    return ["SendSMS", "GetCredit"]


@pytest.fixture
async def told(
    hass: HomeAssistant, home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> Told:
    """Give what is told from now on, in a home where entities can be updated by hand."""
    assert await async_setup_component(hass, "homeassistant", {})
    return listen(hass)


@pytest.mark.parametrize("find_out", [by_a_question, by_a_poll, by_a_message])
async def test_a_refusal_that_is_believed_ends_all_questions(
    hass: HomeAssistant,
    told: Told,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    find_out: Discovery,
) -> None:
    """Two logins fail at the most: the gateway blocks addresses. After the form all goes on."""
    gateway.set_outcome(SARA, Delivery.REACHED_OPERATOR)
    sent = await send_to(hass, SARA, *numbers(9))
    await pass_by(hass, freezer, sum(GAPS[:2]) + 1)
    assert list(told.words.values()) == ["delivered"] * 9
    account.password = "n3w-word"
    take_calls(gateway)
    refused = await find_out(hass, freezer)
    assert take_calls(gateway) == refused
    for _ in range(6):
        await let_pass(hass, freezer, timedelta(minutes=16))
    await let_pass(hass, freezer, timedelta(days=1))
    assert take_calls(gateway) == []
    assert state_of(hass, PENDING) == "1"

    gateway.set_outcome(sent[0], Delivery.DELIVERED)
    await enter_password(hass, "n3w-word")
    assert take_calls(gateway)[:5] == CHECK + FETCH
    await pass_by(hass, freezer, 20)
    assert told.words == dict.fromkeys(sent, "delivered")
    assert take_calls(gateway).count("GetDeliveries2") <= 1


async def test_nothing_is_asked_after_the_first_refusal(
    hass: HomeAssistant,
    told: Told,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was answered before it was told."""
    strangers = numbers(5)
    for number in strangers:
        gateway.set_outcome(number, Delivery.REACHED_OPERATOR)
    sent = await send_to(hass, *strangers)
    # Not the first question: the credit is asked for some seconds after sending, and would be refused too.
    await until_first_question(hass, freezer, 4)
    for message_id in sent:
        gateway.set_outcome(message_id, Delivery.DELIVERED)
    gateway.fault("GetDeliveries2", LastGoodAnswer())
    await pass_by(hass, freezer, GAPS[1] - 5)
    take_calls(gateway)
    await pass_by(hass, freezer, 1)
    assert list(told.words.values()) == ["delivered"]
    assert take_calls(gateway) == ["GetDeliveries2"]
    await pass_by(hass, freezer, 1)
    assert take_calls(gateway) == ["GetDeliveries2", "GetCredit"]
    await pass_by(hass, freezer, 3600, 60)
    assert take_calls(gateway) == []
    assert set(told.words) < set(sent)


async def test_nobody_is_kept_waiting_for_what_is_not_asked_any_more(
    hass: HomeAssistant,
    told: Told,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The response comes when the refusal is believed, and not at the end of the time."""
    waiting = asyncio.create_task(send_sms(hass, [SARA], wait_for_delivery=300))
    await asyncio.sleep(0)
    await hass.async_block_till_done()
    account.password = "n3w-word"
    # The credit is asked for 5 seconds after sending, and again 10 seconds later.
    await pass_by(hass, freezer, 14)
    assert not waiting.done()
    await pass_by(hass, freezer, 2)
    assert waiting.done()
    assert [row["delivery"] for row in waiting.result()] == ["pending"]
    assert len(reauth_flows(hass)) == 1
    assert told.words == {}


async def test_nobody_is_kept_waiting_while_an_answer_fails_to_come(
    hass: HomeAssistant,
    home: MockConfigEntry,
    told: Told,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The refusal is believed before the question that is under way is answered."""
    waiting = asyncio.create_task(send_sms(hass, [SARA], wait_for_delivery=300))
    await asyncio.sleep(0)
    await hass.async_block_till_done()
    held = await hold_a_question(hass, freezer, gateway)
    account.password = "n3w-word"
    await home.runtime_data.coordinator.async_refresh()
    freezer.tick(timedelta(seconds=17))
    async_fire_time_changed(hass)
    rows = await waiting
    assert [row["delivery"] for row in rows] == ["pending"]
    assert told.words == {}
    held.released.set()
