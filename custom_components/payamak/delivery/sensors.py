"""Sensors of what is on its way, and of what became of the last message to a recipient."""

from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..account.devices import account_device, recipient_device, recipient_object_id
from ..account.signals import DeliveryWord, signal_deliveries_changed
from ..coordinator import PayamakConfigEntry
from ..people.address_book import SavedRecipient

PENDING_DELIVERIES: Final = SensorEntityDescription(
    key="pending_deliveries",
    translation_key="pending_deliveries",
    state_class=SensorStateClass.MEASUREMENT,
)
LAST_DELIVERY: Final = SensorEntityDescription(
    key="last_delivery",
    translation_key="last_delivery",
    device_class=SensorDeviceClass.ENUM,
    options=[*DeliveryWord],
)


class DeliverySensor(SensorEntity):
    """Shows something of the account's book of deliveries."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        entry: PayamakConfigEntry,
        description: SensorEntityDescription,
        belongs_to: str,
        device: DeviceInfo,
    ) -> None:
        """Belong to the account or to a recipient."""
        self.entity_description = description
        self._changed = signal_deliveries_changed(entry.entry_id)
        self._book = entry.runtime_data.deliveries.book
        self._attr_unique_id = f"{belongs_to}_{description.key}"
        self._attr_device_info = device

    @override
    async def async_added_to_hass(self) -> None:
        """Follow every change of the book."""
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, self._changed, self.async_write_ha_state
            )
        )


class PendingDeliveriesSensor(DeliverySensor):
    """Counts the messages that are on their way."""

    def __init__(self, entry: PayamakConfigEntry) -> None:
        """Belong to the account."""
        super().__init__(
            entry, PENDING_DELIVERIES, entry.entry_id, account_device(entry)
        )

    @property
    @override
    def native_value(self) -> int:
        """Return how many there are."""
        return len(self._book.pending)


class LastDeliverySensor(DeliverySensor):
    """Shows what became of the last message to a recipient, the worst of its numbers."""

    def __init__(self, entry: PayamakConfigEntry, saved: SavedRecipient) -> None:
        """Belong to the recipient, whose numbers may change."""
        super().__init__(
            entry, LAST_DELIVERY, saved.subentry_id, recipient_device(entry, saved)
        )
        self._subentry_id = saved.subentry_id
        self._address_book = entry.runtime_data.address_book
        self.entity_id = f"sensor.{recipient_object_id(entry, saved)}_last_delivery"

    @property
    @override
    def native_value(self) -> DeliveryWord | None:
        """Return the worst word, None where no message could be followed yet."""
        return self._book.last_word(self._address_book.numbers_of(self._subentry_id))
