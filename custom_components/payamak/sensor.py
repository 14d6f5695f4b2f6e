"""Sensors of the account and its recipients."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .account.devices import recipient_entity_id
from .account.signals import signal_alerts_changed, signal_deliveries_changed
from .coordinator import AccountCoordinator, AccountData, PayamakConfigEntry
from .delivery.condition import LAST_DELIVERY_WORDS
from .entity import PayamakEntity, async_follow_recipients
from .ledger import OutgoingBook
from .people.address_book import SavedRecipient

# The entities read what the coordinator has fetched.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """A sensor that reads one thing from the account's data; its unit is in the translations, or a currency."""

    value_fn: Callable[[AccountData], Decimal | None]


ACCOUNT_SENSORS: tuple[AccountSensorDescription, ...] = (
    AccountSensorDescription(
        key="credit",
        translation_key="credit",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda data: data.credit,
    ),
    AccountSensorDescription(
        key="base_price",
        translation_key="base_price",
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


@dataclass(frozen=True, kw_only=True)
class OutgoingSensorDescription(SensorEntityDescription):
    """A sensor that reads one thing from the account's ledger."""

    value_fn: Callable[[OutgoingBook], float]


OUTGOING_SENSORS: Final = (
    OutgoingSensorDescription(
        key="pending_deliveries",
        translation_key="pending_deliveries",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda outgoing: len(outgoing.pending),
    ),
    OutgoingSensorDescription(
        key="outbox",
        translation_key="outbox",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda outgoing: len(outgoing.waiting),
    ),
)
SENSORS_OF_TODAY: Final = (
    OutgoingSensorDescription(
        key="parts_sent_today",
        translation_key="parts_sent_today",
        state_class=SensorStateClass.TOTAL,
        value_fn=lambda outgoing: outgoing.today.parts,
    ),
    OutgoingSensorDescription(
        key="spent_today",
        translation_key="spent_today",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement="IRR",
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=0,
        value_fn=lambda outgoing: outgoing.today.cost,
    ),
)
OPEN_ALERTS: Final = SensorEntityDescription(
    key="open_alerts",
    translation_key="open_alerts",
    state_class=SensorStateClass.MEASUREMENT,
)
LAST_DELIVERY: Final = SensorEntityDescription(
    key="last_delivery",
    translation_key="last_delivery",
    device_class=SensorDeviceClass.ENUM,
    options=LAST_DELIVERY_WORDS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's sensors."""
    async_add_entities(
        AccountSensor(entry, description) for description in ACCOUNT_SENSORS
    )
    async_add_entities(
        OutgoingSensor(entry, description) for description in OUTGOING_SENSORS
    )
    async_add_entities(
        TodaySensor(entry, description) for description in SENSORS_OF_TODAY
    )
    async_add_entities([OpenAlertsSensor(entry, OPEN_ALERTS)])
    await async_follow_recipients(entry, async_add_entities, LastDeliverySensor)


class AccountSensor(PayamakEntity, CoordinatorEntity[AccountCoordinator], SensorEntity):
    """Shows one thing the gateway says about the account."""

    entity_description: AccountSensorDescription

    def __init__(
        self, entry: PayamakConfigEntry, description: AccountSensorDescription
    ) -> None:
        """Follow the account's coordinator."""
        CoordinatorEntity.__init__(self, entry.runtime_data.coordinator)
        PayamakEntity.__init__(self, entry, description)

    @property
    @override
    def native_value(self) -> Decimal | None:
        """Return the value, or None if the panel does not tell it."""
        return self.entity_description.value_fn(self.coordinator.data)


class DeliverySensor(PayamakEntity, SensorEntity):
    """Shows something about the deliveries of the account."""

    def __init__(
        self,
        entry: PayamakConfigEntry,
        description: SensorEntityDescription,
        saved: SavedRecipient | None = None,
    ) -> None:
        """Belong to the account or to a recipient."""
        super().__init__(entry, description, saved)
        self._changed = signal_deliveries_changed(entry.entry_id)
        self._outgoing = entry.runtime_data.ledger.outgoing

    @override
    async def async_added_to_hass(self) -> None:
        """Update the state whenever a delivery changes."""
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, self._changed, self.async_write_ha_state
            )
        )


class OutgoingSensor(DeliverySensor):
    """Shows one thing that the ledger knows of all outgoing messages."""

    entity_description: OutgoingSensorDescription

    @property
    @override
    def native_value(self) -> float:
        """Return the value as it is now."""
        return self.entity_description.value_fn(self._outgoing)


class TodaySensor(OutgoingSensor):
    """Shows a total that begins anew at midnight."""

    @override
    async def async_added_to_hass(self) -> None:
        """Show the new day at midnight, even if nothing is sent."""
        await super().async_added_to_hass()

        @callback
        def begin_day(_now: datetime) -> None:
            self.async_write_ha_state()

        self.async_on_remove(
            async_track_time_change(self.hass, begin_day, hour=0, minute=0, second=0)
        )

    @property
    @override
    def last_reset(self) -> datetime:
        """Return the midnight at which the total began."""
        return dt_util.start_of_local_day()


class OpenAlertsSensor(PayamakEntity, SensorEntity):
    """Shows how many alerts nobody has acknowledged yet."""

    def __init__(
        self, entry: PayamakConfigEntry, description: SensorEntityDescription
    ) -> None:
        """Belong to the account."""
        super().__init__(entry, description)
        self._changed = signal_alerts_changed(entry.entry_id)
        self._alerts = entry.runtime_data.alerts

    @override
    async def async_added_to_hass(self) -> None:
        """Update the state whenever something becomes of an alert."""
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, self._changed, self.async_write_ha_state
            )
        )

    @property
    @override
    def native_value(self) -> int:
        """Return the number as it is now."""
        return self._alerts.open_count


class LastDeliverySensor(DeliverySensor):
    """Shows what became of the last message to a recipient, the worst of its numbers."""

    def __init__(self, entry: PayamakConfigEntry, saved: SavedRecipient) -> None:
        """Belong to the recipient, whose numbers may change."""
        super().__init__(entry, LAST_DELIVERY, saved)
        self._subentry_id = saved.subentry_id
        self._address_book = entry.runtime_data.address_book
        self.entity_id = recipient_entity_id(
            Platform.SENSOR, entry, saved, LAST_DELIVERY.key
        )

    @property
    @override
    def native_value(self) -> str | None:
        """Return the worst state of its numbers, or None if no message was sent yet."""
        state = self._outgoing.last_state(
            self._address_book.numbers_of(self._subentry_id)
        )
        return state.delivery if state else None
