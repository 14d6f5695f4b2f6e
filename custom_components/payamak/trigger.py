"""The triggers of the automation editor."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.trigger import Trigger

from .alerts.triggers import AlertAcknowledgedTrigger, AlertUnansweredTrigger
from .delivery.triggers import DeliveryFailedTrigger, MessageDeliveredTrigger
from .inbox.trigger import MessageReceivedTrigger

_TRIGGERS: Final[Mapping[str, type[Trigger]]] = {
    "message_received": MessageReceivedTrigger,
    "message_delivered": MessageDeliveredTrigger,
    "delivery_failed": DeliveryFailedTrigger,
    "alert_acknowledged": AlertAcknowledgedTrigger,
    "alert_unanswered": AlertUnansweredTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the integration's triggers by their names."""
    return dict(_TRIGGERS)
