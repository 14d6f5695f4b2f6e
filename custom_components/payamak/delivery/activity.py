"""The line on the activity page (the logbook) that says to whom an SMS was sent, and its final state."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..account.signals import DeliveryReport
from ..const import DOMAIN
from ..gateway import SmsState
from ..people.address_book import Recipient

# An event of our own: Home Assistant's has no place for an icon, and with an entity it shows the entity's name alone.
EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"


class DeliveryActivity:
    """Writes the lines: an entity's own line can't say to whom the message was sent."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare to write in Home Assistant's own language: a line can't be translated later."""
        self._hass = hass
        self._texts: dict[str, str] = {}

    async def async_load(self) -> None:
        """Load the texts of the language."""
        for category in ("common", "entity"):
            self._texts |= await async_get_translations(
                self._hass, self._hass.config.language, category, {DOMAIN}
            )

    @callback
    def async_write(self, report: DeliveryReport) -> None:
        """Write the line of a message with a final state; a number without a name is masked."""
        recipient = Recipient(number=report.recipient, name=report.name)
        outcome = f"event.delivery.state_attributes.event_type.state.{report.state}"
        delivered = report.state is SmsState.DELIVERED
        self._hass.bus.async_fire(
            EVENT_ACTIVITY,
            {
                "name": self._texts[f"component.{DOMAIN}.common.sms_to"].format(
                    recipient=recipient.label
                ),
                "message": self._texts[f"component.{DOMAIN}.entity.{outcome}"],
                "icon": f"mdi:message-{'check' if delivered else 'alert'}-outline",
            },
        )
