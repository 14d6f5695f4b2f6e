"""The buttons: one acknowledges the account's alerts, and one on each recipient's device sends a test SMS."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations

from .account.devices import recipient_entity_id
from .alerts.actions import async_person_of
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


ACKNOWLEDGE: Final = ButtonEntityDescription(
    key="acknowledge_alerts", translation_key="acknowledge_alerts"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's button, and one for each recipient."""
    async_add_entities([AcknowledgeButton(entry, ACKNOWLEDGE)])
    await async_follow_recipients(entry, async_add_entities, TestButton)


class AcknowledgeButton(PayamakEntity, ButtonEntity):
    """Acknowledges all alerts that wait for somebody; the others hear who pressed it."""

    def __init__(
        self, entry: PayamakConfigEntry, description: ButtonEntityDescription
    ) -> None:
        """Belong to the account."""
        super().__init__(entry, description)
        self._alerts = entry.runtime_data.alerts

    @override
    async def async_press(self) -> None:
        """Acknowledge; it is no error where nothing waits for that."""
        context = self._context or Context()
        await self._alerts.async_acknowledge(
            None, await async_person_of(self.hass, context)
        )


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
