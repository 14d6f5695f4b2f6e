"""The conditions of the automation editor."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition

from .account.conditions import GatewayReachableCondition, WithinDailyLimitCondition
from .delivery.condition import LastDeliveryCondition

_CONDITIONS: Final[Mapping[str, type[Condition]]] = {
    "is_last_delivery": LastDeliveryCondition,
    "is_gateway_reachable": GatewayReachableCondition,
    "is_within_daily_limit": WithinDailyLimitCondition,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the integration's conditions by their names."""
    return dict(_CONDITIONS)
