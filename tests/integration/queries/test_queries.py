"""The actions that only ask: get_delivery_status and get_numbers, and what all of them do without an answer."""

import ast
import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.faults import CodesInList, Maintenance, Reset, UnknownKeys
from tests.integration.conftest import LINE, MINA, OMID, OTHER_LINE, SARA
from tests.integration.story.forms import call, let_pass
from tests.integration.story.people import Held, wait_for

PENDING = "sensor.payamak_pending_deliveries"


async def under_way(hass: HomeAssistant, count: int) -> None:
    """Wait until so many messages are on their way."""
    changed = asyncio.Event()

    @callback
    def look(_: object = None) -> None:
        state = hass.states.get(PENDING)
        assert state is not None
        if state.state == str(count):
            changed.set()

    stop = async_track_state_change_event(hass, PENDING, look)
    look()
    await changed.wait()
    stop()


async def ended(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    waiting: asyncio.Task[dict[str, Any]],
) -> dict[str, Any]:
    """Let time go by until an action that waits has its response, two minutes at the most."""
    for _ in range(12):
        await let_pass(hass, freezer, timedelta(seconds=10))
    assert waiting.done()
    return waiting.result()


async def accepted_id(hass: HomeAssistant, number: str = SARA) -> str:
    """Send a message and give its id."""
    response = await call(hass, "send_sms", message="a", recipients=number)
    message_id = response["messages"][0]["message_id"]
    assert isinstance(message_id, str)
    return message_id


@pytest.mark.usefixtures("home")
async def test_delivery_status_progresses_to_its_final_word(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Accepted is not delivered."""
    message_id = await accepted_id(hass)
    before = await call(hass, "get_delivery_status", message_ids=message_id)
    assert before["messages"] == [
        {"message_id": message_id, "status": "pending", "code": 400, "final": False}
    ]
    gateway.advance(timedelta(minutes=1))
    after = await call(hass, "get_delivery_status", message_ids=[int(message_id)])
    assert after["messages"] == [
        {"message_id": message_id, "status": "delivered", "code": 1, "final": True}
    ]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("send_sms", {"message": "a", "recipients": SARA}),
        ("get_delivery_status", {"message_ids": "1234567890"}),
        ("get_messages", {}),
    ],
)
async def test_a_response_can_be_written_down_in_a_template(
    hass: HomeAssistant, gateway: Gateway, action: str, data: dict[str, Any]
) -> None:
    """What is not plain would show up as <SendStatus.ACCEPTED: ...>."""
    gateway.receive(LINE, SARA, "a")
    response = await call(hass, action, **data)
    assert response["messages"]
    assert ast.literal_eval(repr(response)) == response


@pytest.mark.usefixtures("home")
async def test_a_response_with_deliveries_can_be_written_down_too(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Whether they are known, on their way, or can't be followed."""
    gateway.set_outcome(OMID, Delivery.SENT)
    gateway.fault("SendSMS", CodesInList((None, None, 18, 1)))
    recipients = [SARA, OMID, MINA, "09120000004"]
    waiting = asyncio.create_task(
        call(hass, "send_sms", message="a", recipients=recipients, wait_for_delivery=30)
    )
    await under_way(hass, 2)
    response = await ended(hass, freezer, waiting)
    assert [row["delivery"] for row in response["messages"]] == [
        "delivered",
        "pending",
        "failed",
        "unknown",
    ]
    assert ast.literal_eval(repr(response)) == response


@pytest.mark.usefixtures("home")
async def test_who_begins_to_wait_while_it_is_asked_for_hears_the_answer(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One message of a call may be followed for long before the last one has gone out."""
    account.patterns = {123456: 0}
    sending, asking = Held(), Held()
    gateway.fault("BaseServiceNumber", UnknownKeys())
    gateway.fault("BaseServiceNumber", sending)
    gateway.fault("GetDeliveries2", asking)
    waiting = asyncio.create_task(
        call(
            hass,
            "send_pattern",
            pattern_id=123456,
            recipients=[SARA, OMID],
            wait_for_delivery=60,
        )
    )
    await under_way(hass, 1)
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    await wait_for(asking, waiting)
    sending.released.set()
    await under_way(hass, 2)
    for _ in range(50):
        await asyncio.sleep(0)
    asking.released.set()
    response = await ended(hass, freezer, waiting)
    assert [row["delivery"] for row in response["messages"]] == ["delivered"] * 2
    questions = [c for c in gateway.calls if c.method == "GetDeliveries2"]
    assert len(questions) == 2


@pytest.mark.usefixtures("home")
async def test_one_unreadable_status_does_not_hide_the_others(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It is unknown, and the rest is told."""
    ids = [await accepted_id(hass), await accepted_id(hass, OMID)]
    gateway.advance(timedelta(minutes=1))
    gateway.fault("GetDeliveries2", Maintenance())
    response = await call(hass, "get_delivery_status", message_ids=ids)
    statuses = [row["status"] for row in response["messages"]]
    assert sorted(statuses) == ["delivered", "unknown"]
    assert [row["message_id"] for row in response["messages"]] == ids


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("action", "data", "method"),
    [
        ("get_delivery_status", {"message_ids": ["1234567890"]}, "GetDeliveries2"),
        ("get_messages", {}, "GetMessages"),
        ("get_numbers", {}, "GetUserNumbers"),
    ],
)
async def test_a_question_that_gets_no_answer_is_an_error(
    hass: HomeAssistant,
    gateway: Gateway,
    action: str,
    data: dict[str, Any],
    method: str,
) -> None:
    """An empty answer would be a wrong one."""
    gateway.fault(method, Reset(processed=False))
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, action, **data)
    assert raised.value.translation_key == "connection_lost"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("ids", "error"),
    [
        ([], "message_ids_count"),
        (" , ", "message_ids_count"),
        (["1234567890"] * 101, "message_ids_count"),
        (["12a"], "invalid_message_id"),
        (["12²"], "invalid_message_id"),
        ("1234567890, -5", "invalid_message_id"),
    ],
)
async def test_ids_that_cannot_be_ids_are_refused(
    hass: HomeAssistant, gateway: Gateway, ids: Any, error: str
) -> None:
    """The gateway isn't asked."""
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "get_delivery_status", message_ids=ids)
    assert raised.value.translation_key == error
    assert not [c for c in gateway.calls if c.method == "GetDeliveries2"]


@pytest.mark.usefixtures("home")
async def test_ids_may_be_a_text_with_commas(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """As recipients may."""
    ids = [await accepted_id(hass), await accepted_id(hass, OMID)]
    response = await call(hass, "get_delivery_status", message_ids=", ".join(ids))
    assert [row["message_id"] for row in response["messages"]] == ids


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("zero", ["۰", "٠", "०"])
async def test_ids_may_be_written_in_any_script(
    hass: HomeAssistant, gateway: Gateway, zero: str
) -> None:
    """The gateway reads western digits alone."""
    message_id = await accepted_id(hass)
    written = "".join(chr(ord(zero) + int(digit)) for digit in message_id)
    response = await call(hass, "get_delivery_status", message_ids=[written])
    assert [row["message_id"] for row in response["messages"]] == [message_id]
    asked = [
        c.parameters["recId"] for c in gateway.calls if c.method == "GetDeliveries2"
    ]
    assert asked == [message_id]


@pytest.mark.usefixtures("home")
async def test_wrong_credentials_end_the_questions_at_the_first(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """Two failed logins, not as many as there are ids: the credit shows what the refusal was meant for."""
    account.password = "changed"
    gateway.calls.clear()
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "get_delivery_status", message_ids=["1234567890"] * 9)
    assert raised.value.translation_key == "wrong_credentials"
    assert [each.method for each in gateway.calls] == ["GetDeliveries2", "GetCredit"]


@pytest.mark.usefixtures("home")
async def test_get_numbers_lists_the_lines_as_they_are_now(
    hass: HomeAssistant, account: Account
) -> None:
    """It asks the gateway, not the last poll."""
    assert await call(hass, "get_numbers") == {"numbers": [LINE, OTHER_LINE]}
    account.lines = [LINE]
    assert await call(hass, "get_numbers") == {"numbers": [LINE]}
