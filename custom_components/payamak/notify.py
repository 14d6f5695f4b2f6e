"""Notify entities: one for each saved recipient, and one for all of them."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, override

from homeassistant.components.notify import (
    NotifyEntity,
    NotifyEntityDescription,
    NotifyEntityFeature,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.devices import recipient_entity_id
from .const import ALL_RECIPIENTS
from .coordinator import PayamakConfigEntry
from .entity import PayamakEntity, async_follow_recipients
from .people.address_book import Recipient, SavedRecipient
from .sending.message import Sms, titled
from .sending.report import async_raise_for_failures

# The messenger limits how many calls are made at a time.
PARALLEL_UPDATES = 0

EVERYBODY: Final = NotifyEntityDescription(
    key=ALL_RECIPIENTS, translation_key=ALL_RECIPIENTS
)
RECIPIENT: Final = NotifyEntityDescription(
    key="sms", translation_key="recipient", name=None
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities, each recipient's to its own device."""
    async_add_entities([EverybodyNotifyEntity(entry, EVERYBODY)])
    await async_follow_recipients(entry, async_add_entities, RecipientNotifyEntity)


class PayamakNotifyEntity(PayamakEntity, NotifyEntity):
    """Sends messages to those who are its recipients at the time."""

    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(
        self,
        entry: PayamakConfigEntry,
        description: NotifyEntityDescription,
        saved: SavedRecipient | None = None,
    ) -> None:
        """Send over the account's messenger."""
        super().__init__(entry, description, saved)
        self._address_book = entry.runtime_data.address_book
        self._messenger = entry.runtime_data.messenger

    @abstractmethod
    def recipients(self) -> Sequence[Recipient]:
        """Return whom it reaches."""

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send; raises if the message was not accepted for all recipients."""
        report = await self._messenger.async_send(
            Sms(recipients=self.recipients(), text=titled(message, title))
        )
        await async_raise_for_failures(self.hass, report, partial_is_fine=False)


class EverybodyNotifyEntity(PayamakNotifyEntity):
    """Reaches all saved recipients of the account at once."""

    @override
    def recipients(self) -> Sequence[Recipient]:
        return self._address_book.everybody()


class RecipientNotifyEntity(PayamakNotifyEntity):
    """Reaches one saved recipient, whose device gives the name."""

    def __init__(self, entry: PayamakConfigEntry, saved: SavedRecipient) -> None:
        """Belong to the recipient, whose numbers may change."""
        super().__init__(entry, RECIPIENT, saved)
        self._subentry_id = saved.subentry_id
        self.entity_id = recipient_entity_id(Platform.NOTIFY, entry, saved)

    @override
    def recipients(self) -> Sequence[Recipient]:
        return self._address_book.of_subentry(self._subentry_id)
