"""Event entities of the account: alerts, ends of deliveries, and received messages."""

from typing import Final, override

from homeassistant.components.event import (
    EventEntity,
    EventEntityDescription,
    EventExtraStoredData,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.activity import Activity
from .account.signals import (
    SIGNAL_ALERT,
    SIGNAL_DELIVERY_ENDED,
    SIGNAL_SMS_RECEIVED,
    AlertReport,
    DeliveryReport,
    ReceivedSms,
)
from .alerts.alerts import EVENTS as ALERT_EVENTS
from .const import CONF_SHOW_TEXTS
from .coordinator import PayamakConfigEntry
from .entity import PayamakEntity
from .gateway import ENDS

# Nothing is fetched here.
PARALLEL_UPDATES = 0

DELIVERY: Final = EventEntityDescription(
    key="delivery",
    translation_key="delivery",
    event_types=[end.value for end in ENDS],
)
_RECEIVED: Final = "received"
ALERT: Final = EventEntityDescription(
    key="alert",
    translation_key="alert",
    event_types=list(ALERT_EVENTS),
)
RECEIVED_MESSAGE: Final = EventEntityDescription(
    key="received_message",
    translation_key="received_message",
    event_types=[_RECEIVED],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's events."""
    async_add_entities(
        [
            AlertEvent(entry, ALERT),
            DeliveryEvent(entry, DELIVERY),
            ReceivedMessageEvent(entry, RECEIVED_MESSAGE),
        ]
    )


class AccountEvent(PayamakEntity, EventEntity):
    """An event entity of an account.

    It stays available while the gateway can't be reached, and does not restore its last event after a reload:
    automations that use its state would see that event a second time.
    """

    _activity: Activity

    def __init__(
        self, entry: PayamakConfigEntry, description: EventEntityDescription
    ) -> None:
        """Belong to the account."""
        super().__init__(entry, description)
        self._entry_id = entry.entry_id

    @override
    async def async_added_to_hass(self) -> None:
        """Prepare the lines of the activity page."""
        self._activity = Activity(self.hass)
        await self._activity.async_load()
        await super().async_added_to_hass()

    @override
    async def async_get_last_event_data(self) -> EventExtraStoredData | None:
        """Return no event, so that nothing is restored."""
        return None


class AlertEvent(AccountEvent):
    """Fires whenever something becomes of an alert; the recorder does not store who it is about."""

    _unrecorded_attributes = frozenset({"name"})

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for what becomes of alerts."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(self.hass, SIGNAL_ALERT, self._async_report)
        )

    @callback
    def _async_report(self, report: AlertReport) -> None:
        """Fire a report as an event."""
        if report.entry_id != self._entry_id:
            return
        self._trigger_event(report.event, report.as_dict())
        self.async_write_ha_state()
        self._activity.async_write_alert(report)


class DeliveryEvent(AccountEvent):
    """Fires when a delivery ends; the recorder does not store who the recipient was."""

    _unrecorded_attributes = frozenset({"recipient", "name"})

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for the ends of deliveries."""
        await super().async_added_to_hass()
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
        self._trigger_event(report.state, report.as_dict())
        self.async_write_ha_state()
        self._activity.async_write_end(report)


class ReceivedMessageEvent(AccountEvent):
    """Fires for each received message; the recorder stores neither its text nor its numbers."""

    _unrecorded_attributes = frozenset({"text", "sender", "name", "line"})

    def __init__(
        self, entry: PayamakConfigEntry, description: EventEntityDescription
    ) -> None:
        """Know whether texts may be seen on the activity page; a change of that reloads the account."""
        super().__init__(entry, description)
        self._shows_texts: bool = entry.options.get(CONF_SHOW_TEXTS, False)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for received messages."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, SIGNAL_SMS_RECEIVED, self._async_received
            )
        )

    @callback
    def _async_received(self, sms: ReceivedSms) -> None:
        """Fire a message as an event."""
        if sms.entry_id != self._entry_id:
            return
        self._trigger_event(_RECEIVED, sms.as_dict())
        self.async_write_ha_state()
        self._activity.async_write_received(sms, with_text=self._shows_texts)
