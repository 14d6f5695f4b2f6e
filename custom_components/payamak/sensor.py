"""Sensors of the account and its recipients."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import AccountData, PayamakConfigEntry
from .delivery.sensors import LastDeliverySensor, PendingDeliveriesSensor
from .entity import AccountEntity, async_follow_recipients

# The coordinator fetches; entities only read.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """A sensor that reads one thing from the account's data."""

    value_fn: Callable[[AccountData], Decimal | None]


ACCOUNT_SENSORS: tuple[AccountSensorDescription, ...] = (
    AccountSensorDescription(
        key="credit",
        translation_key="credit",
        native_unit_of_measurement="SMS",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda data: data.credit,
    ),
    AccountSensorDescription(
        key="base_price",
        translation_key="base_price",
        native_unit_of_measurement="IRR/SMS",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda data: data.base_price,
    ),
    AccountSensorDescription(
        key="balance",
        translation_key="balance",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement="IRR",
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=0,
        value_fn=lambda data: data.balance,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's sensors."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities(
        AccountSensor(coordinator, description) for description in ACCOUNT_SENSORS
    )
    async_add_entities([PendingDeliveriesSensor(entry)])
    await async_follow_recipients(entry, async_add_entities, LastDeliverySensor)


class AccountSensor(AccountEntity, SensorEntity):
    """Shows one thing the gateway says about the account."""

    entity_description: AccountSensorDescription

    @property
    @override
    def native_value(self) -> Decimal | None:
        """Return the value, or None where the panel doesn't tell."""
        return self.entity_description.value_fn(self.coordinator.data)
