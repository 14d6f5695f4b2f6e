"""Notify entities: one for each saved recipient, and one for all of them."""

from collections.abc import Callable, Sequence
from typing import override

from homeassistant.components.notify import (
    NotifyEntity,
    NotifyEntityDescription,
    NotifyEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.devices import account_device, recipient_device, recipient_object_id
from .const import ALL_RECIPIENTS
from .coordinator import PayamakConfigEntry
from .entity import async_follow_recipients
from .people.address_book import Recipient, SavedRecipient
from .sending.message import Sms, titled
from .sending.report import async_raise_for_failures

# Messages don't wait for each other here; the messenger bounds the calls.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities, each recipient's to its own device."""
    async_add_entities([EverybodyNotifyEntity(entry)])
    await async_follow_recipients(entry, async_add_entities, RecipientNotifyEntity)


class PayamakNotifyEntity(NotifyEntity):
    """Sends messages to recipients of the account."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(
        self,
        entry: PayamakConfigEntry,
        recipients: Callable[[], Sequence[Recipient]],
    ) -> None:
        """Send over the account's messenger to those who are recipients at the time."""
        self._messenger = entry.runtime_data.messenger
        self._recipients = recipients

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send; raises where anybody's message was not accepted."""
        report = await self._messenger.async_send(
            Sms(recipients=self._recipients(), text=titled(message, title))
        )
        await async_raise_for_failures(self.hass, report, partial_is_fine=False)


class EverybodyNotifyEntity(PayamakNotifyEntity):
    """Reaches all saved recipients of the account at once."""

    def __init__(self, entry: PayamakConfigEntry) -> None:
        """Belong to the account."""
        super().__init__(entry, entry.runtime_data.address_book.everybody)
        self.entity_description = NotifyEntityDescription(
            key=ALL_RECIPIENTS, translation_key=ALL_RECIPIENTS
        )
        self._attr_unique_id = f"{entry.entry_id}_{ALL_RECIPIENTS}"
        self._attr_device_info = account_device(entry)


class RecipientNotifyEntity(PayamakNotifyEntity):
    """Reaches one saved recipient."""

    def __init__(self, entry: PayamakConfigEntry, saved: SavedRecipient) -> None:
        """Belong to the recipient, whose device gives the name."""
        super().__init__(
            entry,
            lambda: entry.runtime_data.address_book.of_subentry(saved.subentry_id),
        )
        self.entity_description = NotifyEntityDescription(
            key="notify", translation_key="recipient", name=None
        )
        self._attr_unique_id = f"{saved.subentry_id}_notify"
        self._attr_device_info = recipient_device(entry, saved)
        self.entity_id = f"notify.{recipient_object_id(entry, saved)}"
