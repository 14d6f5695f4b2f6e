"""Messages are followed from accepted to their end, and their end is told."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.faults import Envelope, Replaced, WithoutId
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.deliveries import (
    AWAITED,
    DELIVERY,
    GAPS,
    PENDING,
    asked_for,
    gaps_between,
    listen,
    numbers,
    pass_by,
    questions,
    send_to,
    state_of,
    until_first_question,
    until_question,
)
from tests.integration.story.forms import let_pass
from tests.integration.story.people import (
    ALI,
    notify,
    second_account,
    send_message,
    send_sms,
)

ALL_ENDS = [
    "delivered",
    "undelivered",
    "failed",
    "blacklisted",
    "filtered",
    "rejected",
    "expired",
    "not_sent",
    "unknown",
]

pytestmark = pytest.mark.usefixtures("silence")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Delivery.DELIVERED, "delivered"),
        (Delivery.UNDELIVERED, "undelivered"),
        (Delivery.OPERATOR_NOT_REACHED, "undelivered"),
        (Delivery.OPERATOR_ERROR, "failed"),
        (Delivery.UNSPECIFIED_ERROR, "failed"),
        (Delivery.BLACKLISTED, "blacklisted"),
        (Delivery.FILTERED, "filtered"),
        (Delivery.REJECTED, "rejected"),
    ],
)
async def test_every_end_is_told_once_with_all_that_is_known(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    outcome: Delivery,
    word: str,
) -> None:
    """Whose message it was, what the gateway said, and when it was sent; then nobody asks any more."""
    gateway.set_outcome(SARA, outcome)
    told = listen(hass)
    sent_at = dt_util.utcnow()
    [row] = await send_sms(hass, [SARA])
    message_id = row["message_id"]
    assert state_of(hass, PENDING) == "1"
    await until_first_question(hass, freezer)
    [event] = told.events
    assert event == {
        "event_type": word,
        "sms_id": row["sms_id"],
        "message_id": message_id,
        "recipient": SARA,
        "name": "Sara",
        "code": int(outcome),
        "sent_at": sent_at.isoformat(),
        "event_types": ALL_ENDS,
        "friendly_name": "Payamak Delivery",
    }
    assert state_of(hass, PENDING) == "0"
    assert asked_for(gateway) == [message_id]
    await pass_by(hass, freezer, 7200, 600)
    assert asked_for(gateway) == []
    assert len(told.events) == 1


async def test_questions_come_with_growing_gaps_until_nobody_waits_any_more(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Some operators never give a last word; after 72 hours that is the last word."""
    gateway.set_outcome(SARA, Delivery.REACHED_OPERATOR)
    told = listen(hass)
    began = dt_util.utcnow()
    [message_id] = await send_to(hass, SARA)
    asked = []
    for gap in GAPS:
        await let_pass(hass, freezer, timedelta(seconds=gap - 1))
        assert asked_for(gateway) == []
        await let_pass(hass, freezer, timedelta(seconds=1))
        asked += questions(gateway)
    assert gaps_between(began, asked) == GAPS
    assert not told.events
    left = began + timedelta(hours=72) - dt_util.utcnow()
    await let_pass(hass, freezer, left - timedelta(seconds=1))
    assert not told.events
    assert state_of(hass, PENDING) == "1"
    await let_pass(hass, freezer, timedelta(seconds=1))
    assert told.words == {message_id: "expired"}
    assert told.events[0]["code"] == 8
    assert state_of(hass, PENDING) == "0"
    await let_pass(hass, freezer, timedelta(hours=12))
    assert asked_for(gateway) == []


def test_the_gaps_are_those_that_the_users_are_promised() -> None:
    """The only test that knows the values; all others compute with them."""
    assert [10, *(20 * 2**doublings for doublings in range(11)), *[21600] * 10] == GAPS
    assert AWAITED == 10


async def test_a_message_that_makes_progress_is_pending_until_it_arrives(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Queued, sent, with the operator: none of that is an end."""
    seconds = sum(GAPS[:3]) + 30
    gateway.delivery_time = timedelta(seconds=seconds)
    told = listen(hass)
    [message_id] = await send_to(hass, SARA)
    await pass_by(hass, freezer, seconds - 1)
    assert [call.outcome for call in questions(gateway)] == [
        "1 Ok: 400",
        "1 Ok: 200",
        "1 Ok: 8",
    ]
    assert not told.events
    await pass_by(hass, freezer, GAPS[3] - 29)
    assert told.words == {message_id: "delivered"}


async def test_each_message_of_a_bulk_has_its_own_end(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """And the events of one moment are all told."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    gateway.set_outcome(MINA, Delivery.BLACKLISTED)
    told = listen(hass)
    await send_to(hass, SARA, OMID, MINA)
    await until_first_question(hass, freezer, 5)
    assert {
        event["recipient"]: (event["name"], event["event_type"])
        for event in told.events
    } == {
        SARA: ("Sara", "delivered"),
        OMID: ("امید", "undelivered"),
        MINA: ("خانواده", "blacklisted"),
    }


@pytest.mark.parametrize(
    ("written", "number", "name"),
    [("خانواده", MINA, "خانواده"), ("Sara", SARA, "Sara"), (numbers(1)[0], None, None)],
)
async def test_the_name_is_the_one_it_was_sent_to(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    written: str,
    number: str | None,
    name: str | None,
) -> None:
    """A stranger has none."""
    told = listen(hass)
    await send_to(hass, written)
    await until_first_question(hass, freezer, 5)
    names = {event["recipient"]: event["name"] for event in told.events}
    assert names[number or written] == name


@pytest.mark.parametrize(
    "door",
    [
        lambda hass: notify(hass, target=SARA),
        lambda hass: notify(hass, "payamak_sara"),
        lambda hass: send_message(hass, "sara"),
        lambda hass: hass.services.async_call(
            "payamak",
            "send_pattern",
            {"pattern_id": 7, "variables": ["2"], "recipients": [SARA]},
            blocking=True,
        ),
    ],
    ids=["notify", "notify_sara", "entity", "pattern"],
)
async def test_messages_of_every_door_are_followed(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    account: Account,
    freezer: FrozenDateTimeFactory,
    door: Any,
) -> None:
    """Not only those of the action with a response."""
    account.patterns = {7: 1}
    told = listen(hass)
    await door(hass)
    assert state_of(hass, PENDING) == "1"
    await until_first_question(hass, freezer)
    [sms] = gateway.phone(SARA).messages
    assert told.words == {sms.rec_id: "delivered"}


async def test_a_message_without_an_id_is_not_followed(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """There is nothing to ask for."""
    gateway.fault("SendSMS", WithoutId())
    assert await send_to(hass, SARA) == [None]
    assert state_of(hass, PENDING) == "0"
    await pass_by(hass, freezer, 60, 10)
    assert asked_for(gateway) == []


async def test_a_status_that_nobody_knows_is_pending_and_in_the_diagnostics(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    snapshot: SnapshotAssertion,
) -> None:
    """It may be an end or none; the next answer may be one that is known."""
    gateway.fault("GetDeliveries2", Envelope("777"))
    gateway.fault("GetDeliveries2", Envelope("-42"))
    told = listen(hass)
    [message_id] = await send_to(hass, SARA)
    await until_question(hass, freezer, 2)
    assert not told.events
    assert state_of(hass, PENDING) == "1"
    found = await get_diagnostics_for_config_entry(hass, hass_client, home)
    assert isinstance(found, dict)
    assert found["account"] == snapshot
    await pass_by(hass, freezer, GAPS[2])
    assert told.words == {message_id: "delivered"}


async def test_unknown_statuses_do_not_pile_up(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
) -> None:
    """A gateway that makes up a new one each time fills no memory."""
    for code in range(1000, 1150):
        gateway.fault("GetDeliveries2", Envelope(str(code)))
    await send_to(hass, *numbers(100))
    await pass_by(hass, freezer, 200)
    assert len(questions(gateway)) > 150
    found = await get_diagnostics_for_config_entry(hass, hass_client, home)
    assert isinstance(found, dict)
    assert isinstance(found["account"], dict)
    assert found["account"]["unknown_delivery_codes"] == list(range(1000, 1100))


@pytest.mark.parametrize(
    "silent", [Envelope("100"), Replaced("Value", None), Replaced("Value", "NULL")]
)
async def test_a_message_the_gateway_knows_nothing_of_is_pending(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    silent: Any,
) -> None:
    """Until it does, or 72 hours are over."""
    gateway.fault("GetDeliveries2", silent, times=None)
    told = listen(hass)
    await send_to(hass, SARA)
    await until_question(hass, freezer, 3)
    assert len(questions(gateway)) == 3
    assert not told.events
    gateway.clear_faults()
    await pass_by(hass, freezer, GAPS[3])
    assert list(told.words.values()) == ["delivered"]


async def test_the_sensor_counts_what_is_on_its_way(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Of all doors together."""
    assert state_of(hass, PENDING) == "0"
    gateway.set_outcome(OMID, Delivery.NO_STATUS)
    await send_to(hass, SARA, OMID)
    await notify(hass, target=MINA)
    assert state_of(hass, PENDING) == "3"
    await until_first_question(hass, freezer, 5)
    assert state_of(hass, PENDING) == "1"
    assert state_of(hass, DELIVERY) != "unknown"


async def test_each_account_tells_of_its_own_messages_alone(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Two households of one home don't hear of each other."""
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    told = listen(hass)
    await notify(hass, "payamak_2", target=ALI)
    assert state_of(hass, PENDING) == "0"
    await until_first_question(hass, freezer)
    assert not told.events
    state = hass.states.get(f"{DELIVERY}_2")
    assert state
    assert state.attributes["recipient"] == ALI
