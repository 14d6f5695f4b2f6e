"""Binary sensors of the account."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import PayamakConfigEntry, PayamakData
from .entity import PayamakEntity

# The entities are told what has changed.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class AccountBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor that reads one thing of the account, and listens for its changes."""

    is_on_fn: Callable[[PayamakData], bool | None]
    is_available_fn: Callable[[PayamakData], bool] = lambda _: True
    listen_fn: Callable[[PayamakData, CALLBACK_TYPE], CALLBACK_TYPE]


ACCOUNT_BINARY_SENSORS: Final = (
    AccountBinarySensorDescription(
        key="gateway",
        translation_key="gateway",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda data: data.account.watch.is_there,
        listen_fn=lambda data, listener: data.account.watch.async_listen(listener),
    ),
    AccountBinarySensorDescription(
        key="low_credit",
        translation_key="low_credit",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on_fn=lambda data: data.account.credit.is_low(data.coordinator.data.credit),
        is_available_fn=lambda data: data.coordinator.last_update_success,
        listen_fn=lambda data, listener: data.coordinator.async_add_listener(listener),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's binary sensors."""
    async_add_entities(
        AccountBinarySensor(entry, description)
        for description in ACCOUNT_BINARY_SENSORS
    )


class AccountBinarySensor(PayamakEntity, BinarySensorEntity):
    """Something about the account that is so or not."""

    entity_description: AccountBinarySensorDescription

    def __init__(
        self, entry: PayamakConfigEntry, description: AccountBinarySensorDescription
    ) -> None:
        """Read what the loaded account knows."""
        super().__init__(entry, description)
        self._data = entry.runtime_data

    @property
    @override
    def available(self) -> bool:
        """Return whether what it says is of now."""
        return self.entity_description.is_available_fn(self._data)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what it says now, None where that is not known yet."""
        return self.entity_description.is_on_fn(self._data)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the changes."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.entity_description.listen_fn(self._data, self.async_write_ha_state)
        )
