"""A button on each recipient's device, which sends a test SMS."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations

from .account.devices import recipient_entity_id
from .const import DOMAIN
from .coordinator import PayamakConfigEntry
from .entity import PayamakEntity, async_follow_recipients
from .people.address_book import SavedRecipient
from .sending.message import Sms
from .sending.report import async_raise_for_failures

# The messenger limits how many calls are made at a time.
PARALLEL_UPDATES = 0

# Diagnostic: a dashboard that Home Assistant makes by itself shows no button that costs money.
TEST: Final = ButtonEntityDescription(
    key="test", translation_key="test", entity_category=EntityCategory.DIAGNOSTIC
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a button for each recipient."""
    await async_follow_recipients(entry, async_add_entities, TestButton)


class TestButton(PayamakEntity, ButtonEntity):
    """Sends a recipient an SMS in Home Assistant's language."""

    def __init__(self, entry: PayamakConfigEntry, saved: SavedRecipient) -> None:
        """Belong to the recipient, whose numbers may change."""
        super().__init__(entry, TEST, saved)
        self._subentry_id = saved.subentry_id
        self._address_book = entry.runtime_data.address_book
        self._messenger = entry.runtime_data.messenger
        self.entity_id = recipient_entity_id(Platform.BUTTON, entry, saved, TEST.key)

    @override
    async def async_press(self) -> None:
        """Send; raises if the message was not accepted for all numbers of the recipient."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "common", {DOMAIN}
        )
        report = await self._messenger.async_send(
            Sms(
                recipients=self._address_book.of_subentry(self._subentry_id),
                text=texts[f"component.{DOMAIN}.common.test_sms"],
            )
        )
        await async_raise_for_failures(self.hass, report, partial_is_fine=False)
