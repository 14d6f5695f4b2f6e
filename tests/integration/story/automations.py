"""What the tests of the triggers share: an automation with one of them, and the happenings it waits for."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.payamak.account.signals import (
    SIGNAL_DELIVERY_ENDED,
    SIGNAL_SMS_RECEIVED,
    DeliveryReport,
    ReceivedSms,
)
from custom_components.payamak.gateway import SmsState
from tests.integration.conftest import LINE, SARA

ENTRY_ID = "01FIRST"
AUTOMATION = "automation.answer"


class Runs:
    """The runs of an automation, by what each of them was told."""

    def __init__(self, hass: HomeAssistant, calls: list[ServiceCall]) -> None:
        """Read them from the calls of its only action."""
        self._hass = hass
        self._calls = calls

    async def take(self) -> list[dict[str, Any]]:
        """Give what happened since the last time, once it is all over."""
        await self._hass.async_block_till_done()
        runs = [call.data["trigger"] for call in self._calls]
        self._calls.clear()
        return runs

    async def texts(self) -> list[str]:
        """Give the texts of the SMS that started a run."""
        return [str(run["text"]) for run in await self.take()]


async def automate(
    hass: HomeAssistant,
    trigger: str,
    options: dict[str, Any] | None = None,
    *,
    target: dict[str, Any] | None = None,
    triggers_alike: int = 1,
) -> Runs:
    """Set up an automation that tells what its trigger told it, or each of several alike."""
    calls = async_mock_service(hass, "test", "tell")
    automation = {
        "alias": "Answer",
        "mode": "queued",
        "max": 100,
        "triggers": _triggers(trigger, options, target) * triggers_alike,
        "actions": {"action": "test.tell", "data": {"trigger": "{{ trigger }}"}},
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    state = hass.states.get(AUTOMATION)
    assert state is not None
    assert state.state == "on"
    return Runs(hass, calls)


async def error_of(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    trigger: str,
    options: dict[str, Any],
    target: dict[str, Any] | None = None,
) -> str | None:
    """Give what the automation editor says about a trigger, nothing where it is fine."""
    assert await async_setup_component(hass, "automation", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "validate_config", "triggers": _triggers(trigger, options, target)}
    )
    answer = (await client.receive_json())["result"]["triggers"]
    assert answer["valid"] is (answer["error"] is None)
    error: str | None = answer["error"]
    return error


def _triggers(
    trigger: str, options: dict[str, Any] | None, target: dict[str, Any] | None
) -> list[dict[str, Any]]:
    given = {"options": options, "target": target}
    return [
        {"trigger": f"payamak.{trigger}"}
        | {key: value for key, value in given.items() if value is not None}
    ]


def receive(hass: HomeAssistant, text: str = "سلام", **changes: Any) -> None:
    """Let an SMS come in, from Sara unless told otherwise."""
    sms = {
        "entry_id": ENTRY_ID,
        "message_id": "41",
        "sender": SARA,
        "name": None,
        "line": LINE,
        "parts": 1,
        "sent_at": datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
        "came_in_at": datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
    }
    async_dispatcher_send(
        hass, SIGNAL_SMS_RECEIVED, ReceivedSms(text=text, **(sms | changes))
    )


def end(hass: HomeAssistant, state: SmsState, **changes: Any) -> None:
    """Let a message to Sara come to its end."""
    report = {
        "entry_id": ENTRY_ID,
        "sms_id": "01JDA7R3N5VQZ9K2M8X4T6W0YB",
        "message_id": "1795345442123456792",
        "recipient": SARA,
        "name": None,
        "code": None,
        "sent_at": datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
    }
    async_dispatcher_send(
        hass, SIGNAL_DELIVERY_ENDED, DeliveryReport(state=state, **(report | changes))
    )
