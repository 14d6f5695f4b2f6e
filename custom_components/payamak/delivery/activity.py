"""What the activity page (the logbook) tells of deliveries, in the words of a person."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..account.signals import DeliveryReport, DeliveryWord
from ..const import DOMAIN
from ..people.address_book import Recipient

EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"
ATTR_ICON: Final = "icon"
ATTR_MESSAGE: Final = "message"
ATTR_NAME: Final = "name"


class DeliveryActivity:
    """Tells of each message to whom it was and how it ended; an entity's own line can't say the former."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Speak Home Assistant's own language: what was told can't be translated later."""
        self._hass = hass
        self._texts: dict[str, str] = {}

    async def async_load(self) -> None:
        """Load the words."""
        for category in ("common", "entity"):
            self._texts |= await async_get_translations(
                self._hass, self._hass.config.language, category, {DOMAIN}
            )

    @callback
    def async_tell(self, report: DeliveryReport) -> None:
        """Tell of a message that has come to its end; of a stranger's number only its end."""
        recipient = Recipient(number=report.recipient, name=report.name)
        outcome = f"event.delivery.state_attributes.event_type.state.{report.word}"
        delivered = report.word is DeliveryWord.DELIVERED
        self._hass.bus.async_fire(
            EVENT_ACTIVITY,
            {
                ATTR_NAME: self._texts[f"component.{DOMAIN}.common.sms_to"].format(
                    recipient=recipient.label
                ),
                ATTR_MESSAGE: self._texts[f"component.{DOMAIN}.entity.{outcome}"],
                ATTR_ICON: f"mdi:message-{'check' if delivered else 'alert'}-outline",
            },
        )
