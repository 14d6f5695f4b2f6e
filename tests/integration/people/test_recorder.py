"""What the recorder keeps of the events: neither texts nor numbers, which stay in its file for days."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.payamak.account.signals import (
    SIGNAL_DELIVERY_ENDED,
    SIGNAL_SMS_RECEIVED,
    DeliveryReport,
    ReceivedSms,
)
from custom_components.payamak.gateway import SmsState
from tests.integration.conftest import LINE, SARA
from tests.integration.story.accounts import set_up

SENT_AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _custom_integrations(
    recorder_mock: Recorder, enable_custom_integrations: None
) -> None:
    """Let Home Assistant load the integration; the recorder has to be there before it."""


@pytest.fixture(name="recorded_home")
async def recorded_home_fixture(
    hass: HomeAssistant, entry: MockConfigEntry
) -> MockConfigEntry:
    """Set the account up in a home with a recorder."""
    return await set_up(hass, entry)


async def recorded(hass: HomeAssistant, entity_id: str) -> Mapping[str, Any]:
    """Give the attributes of an entity that the recorder has kept last."""
    await async_wait_recording_done(hass)
    states = await get_instance(hass).async_add_executor_job(
        lambda: get_significant_states(
            hass,
            dt_util.utcnow() - timedelta(hours=1),
            entity_ids=[entity_id],
            significant_changes_only=False,
        )
    )
    last = states[entity_id][-1]
    assert isinstance(last, State)
    return last.attributes


def shown(hass: HomeAssistant, entity_id: str) -> Mapping[str, Any]:
    """Give the attributes that an automation sees."""
    state = hass.states.get(entity_id)
    assert state
    return state.attributes


async def test_a_received_sms_is_recorded_without_its_text_and_numbers(
    hass: HomeAssistant, recorded_home: MockConfigEntry
) -> None:
    """Automations see all of it."""
    sms = ReceivedSms(
        entry_id=recorded_home.entry_id,
        message_id="5325462146549872113",
        sender=SARA,
        name="Sara",
        line=LINE,
        text="رمز ۱۲۳۴",
        parts=1,
        sent_at=SENT_AT,
        came_in_at=SENT_AT,
    )
    async_dispatcher_send(hass, SIGNAL_SMS_RECEIVED, sms)
    entity_id = "event.payamak_received_message"
    attributes = await recorded(hass, entity_id)
    assert attributes["event_type"] == "received"
    assert attributes["message_id"] == sms.message_id
    private = {"text": sms.text, "sender": SARA, "name": "Sara", "line": LINE}
    assert not attributes.keys() & private.keys()
    assert not set(map(str, attributes.values())) & set(private.values())
    assert private.items() <= shown(hass, entity_id).items()


async def test_the_end_of_a_message_is_recorded_without_its_recipient(
    hass: HomeAssistant, recorded_home: MockConfigEntry
) -> None:
    """Automations see who it was."""
    report = DeliveryReport(
        entry_id=recorded_home.entry_id,
        sms_id="01JDA7R3N5VQZ9K2M8X4T6W0YB",
        message_id="5325462146549872113",
        recipient=SARA,
        name="Sara",
        state=SmsState.DELIVERED,
        code=1,
        sent_at=SENT_AT,
    )
    async_dispatcher_send(hass, SIGNAL_DELIVERY_ENDED, report)
    entity_id = "event.payamak_delivery"
    attributes = await recorded(hass, entity_id)
    assert (attributes["event_type"], attributes["code"]) == ("delivered", 1)
    private = {"recipient": SARA, "name": "Sara"}
    assert not attributes.keys() & private.keys()
    assert private.items() <= shown(hass, entity_id).items()
