"""The triggers of what became of a sent message."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.payamak.gateway import ENDS, SmsState
from simulator import Gateway
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.automations import automate, end, error_of
from tests.integration.story.forms import let_pass
from tests.integration.story.people import change, send_sms

TRIGGERS = ["message_delivered", "delivery_failed"]
FINAL = ENDS


async def test_a_delivery_is_told_as_soon_as_the_gateway_tells_it(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With the number, the name, and when the message was sent."""
    runs = await automate(hass, "message_delivered", {"recipients": ["امید"]})
    sent_at = freezer().replace(microsecond=0)
    rows = await send_sms(hass, [SARA, OMID])
    assert await runs.take() == []
    await let_pass(hass, freezer, timedelta(seconds=11))
    await let_pass(hass, freezer, timedelta(seconds=1))
    [run] = await runs.take()
    assert run.pop("sent_at").startswith(sent_at.isoformat())
    assert run == {
        "id": "0",
        "idx": "0",
        "alias": None,
        "platform": "payamak.message_delivered",
        "description": "SMS to امید: delivered",
        "config_entry_id": family_home.entry_id,
        "sms_id": rows[1]["sms_id"],
        "message_id": rows[1]["message_id"],
        "recipient": OMID,
        "name": "امید",
        "outcome": "delivered",
        "code": 1,
    }


async def test_a_failure_is_told_with_its_kind_and_code(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What reached its phone is none."""
    runs = await automate(hass, "delivery_failed")
    started = async_capture_events(hass, "automation_triggered")
    gateway.set_outcome(SARA, 35)
    gateway.set_outcome("09390000009", 2)
    await send_sms(hass, ["Sara", OMID, "09390000009"])
    await let_pass(hass, freezer, timedelta(seconds=11))
    for _ in range(2):
        await let_pass(hass, freezer, timedelta(seconds=1))
    told = [(run["name"], run["outcome"], run["code"]) for run in await runs.take()]
    assert sorted(told, key=str) == [
        ("Sara", "blacklisted", 35),
        (None, "undelivered", 2),
    ]
    assert {event.data["source"] for event in started} == {
        "SMS to Sara: blacklisted",
        "SMS to …0009: undelivered",
    }


@pytest.mark.parametrize("state", FINAL)
async def test_each_end_starts_one_of_the_two(
    hass: HomeAssistant, state: SmsState
) -> None:
    """Nothing that comes to its end is lost, and nothing is told twice."""
    delivered = await automate(hass, "message_delivered")
    end(hass, state)
    ended_well = [run["outcome"] for run in await delivered.take()]
    assert ended_well == (["delivered"] if state is SmsState.DELIVERED else [])


@pytest.mark.parametrize("state", FINAL)
async def test_each_other_end_is_a_failure(
    hass: HomeAssistant, state: SmsState
) -> None:
    """Also when the operator has said nothing for three days."""
    failed = await automate(hass, "delivery_failed")
    end(hass, state)
    ended_badly = [run["outcome"] for run in await failed.take()]
    assert ended_badly == ([] if state is SmsState.DELIVERED else [state.value])


@pytest.mark.parametrize(
    ("people", "reached"),
    [
        ("Sara", [SARA]),
        (["خانواده"], [SARA, OMID, MINA]),
        (["sara", "+98 912 000 0003"], [SARA, MINA]),
        ([9120000002], [OMID]),
    ],
)
async def test_only_the_named_recipients_count(
    hass: HomeAssistant, family_home: MockConfigEntry, people: Any, reached: list[str]
) -> None:
    """By name, group or number."""
    runs = await automate(hass, "message_delivered", {"recipients": people})
    for number in (SARA, OMID, MINA, "09390000009"):
        end(
            hass,
            SmsState.DELIVERED,
            entry_id=family_home.entry_id,
            recipient=number,
        )
    assert [run["recipient"] for run in await runs.take()] == reached


async def test_a_name_means_who_has_it_when_the_message_arrives(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Whatever it was called by when it was sent."""
    runs = await automate(hass, "message_delivered", {"recipients": "Sahar"})
    await change(hass, family_home, "subentry-sara", name="Sahar")
    end(
        hass, SmsState.DELIVERED, entry_id=family_home.entry_id, name="Sara"
    )  # her name when it was sent
    [run] = await runs.take()
    assert (run["recipient"], run["name"]) == (SARA, "Sara")


@pytest.mark.parametrize("trigger", TRIGGERS)
async def test_one_account_may_be_meant(
    hass: HomeAssistant, family_home: MockConfigEntry, trigger: str
) -> None:
    """What another one sent starts nothing."""
    entry_id = family_home.entry_id
    runs = await automate(hass, trigger, {"config_entry_id": entry_id})
    for state in (SmsState.DELIVERED, SmsState.FAILED):
        end(hass, state, entry_id="01OTHER")
        end(hass, state, entry_id=entry_id)
    assert [run["config_entry_id"] for run in await runs.take()] == [entry_id]


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"recipients": []}, "must not be empty"),
        ({"recipients": None}, "must be a name or a number"),
        ({"recipients": "{{ whom }}"}, "templates are not filled in"),
        ({"recipients": ["0912123456"]}, "neither a name nor a number: …3456"),
        ({"config_entry_id": "01GONE"}, "there is no such account"),
        ({"from": "Sara"}, "from"),
    ],
)
async def test_what_can_never_happen_is_refused(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    trigger: str,
    options: dict[str, Any],
    complaint: str,
) -> None:
    """In the editor, not in silence."""
    error = await error_of(hass, hass_ws_client, trigger, options)
    assert error is not None
    assert complaint in error
