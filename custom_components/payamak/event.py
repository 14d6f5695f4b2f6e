"""Event entities of the account: what became of its messages."""

from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import PayamakConfigEntry
from .devices import account_device
from .signals import SIGNAL_DELIVERY_ENDED, DeliveryReport, DeliveryWord

# Nothing is fetched here.
PARALLEL_UPDATES = 0

DELIVERY: Final = EventEntityDescription(
    key="delivery",
    translation_key="delivery",
    event_types=[word for word in DeliveryWord if word is not DeliveryWord.PENDING],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's events."""
    async_add_entities([DeliveryEvent(entry, DELIVERY)])


class AccountEvent(EventEntity):
    """Tells what happens to an account."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, entry: PayamakConfigEntry, description: EventEntityDescription
    ) -> None:
        """Belong to the account."""
        self.entity_description = description
        self._entry_id = entry.entry_id
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = account_device(entry)


class DeliveryEvent(AccountEvent):
    """Tells the end of each message."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for the reports."""
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, SIGNAL_DELIVERY_ENDED, self._async_report
            )
        )

    @callback
    def _async_report(self, report: DeliveryReport) -> None:
        """Fire a report as an event."""
        if report.entry_id != self._entry_id:
            return
        self._trigger_event(
            report.word,
            {
                "message_id": report.message_id,
                "recipient": report.recipient,
                "name": report.name,
                "code": report.code,
                "sent_at": report.sent_at.isoformat(),
            },
        )
        self.async_write_ha_state()
