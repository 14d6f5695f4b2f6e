"""The lines on the activity page (the logbook): to whom an SMS was sent and how it ended, and from whom one came."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..gateway import SmsState
from ..people.address_book import Recipient
from .signals import AlertReport, DeliveryReport, ReceivedSms

# An event of our own: Home Assistant's has no place for an icon, and with an entity it shows the entity's name alone.
EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"


class Activity:
    """Writes the lines: an entity's own line can't say whom the message was to or from."""

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
    def async_write_end(self, report: DeliveryReport) -> None:
        """Write the line of an SMS with a final state; a number without a name is masked."""
        if not report.is_an_sms:
            return
        recipient = Recipient(number=report.recipient, name=report.name)
        outcome = f"event.delivery.state_attributes.event_type.state.{report.state}"
        delivered = report.state is SmsState.DELIVERED
        self._write(
            self._text("common.sms_to").format(recipient=recipient.label),
            self._text(f"entity.{outcome}"),
            f"mdi:message-{'check' if delivered else 'alert'}-outline",
        )

    @callback
    def async_write_alert(self, report: AlertReport) -> None:
        """Write the line of an alert: what has become of it, and whom that is about."""
        outcome = f"event.alert.state_attributes.event_type.state.{report.event}"
        told = self._text(f"entity.{outcome}")
        self._write(
            self._text("common.alert").format(alert_id=report.alert_id),
            f"{told}: \u2068{report.name}\u2069" if report.name else told,
            "mdi:bullhorn-outline",
        )

    @callback
    def async_write_received(self, sms: ReceivedSms, *, with_text: bool) -> None:
        """Write the line of a received message, with its text only where the user wants that."""
        sender = Recipient(number=sms.sender, name=sms.name).label
        name = self._text("common.sms_from").format(sender=sender)
        text = None
        if with_text:
            name += ":"
            # An isolate (U+2068, U+2069): the text may run the other way than the page.
            text = f"\u2068{sms.text}\u2069"
        self._write(name, text, "mdi:message-reply-text-outline")

    @callback
    def _write(self, name: str, message: str | None, icon: str) -> None:
        self._hass.bus.async_fire(
            EVENT_ACTIVITY, {"name": name, "message": message, "icon": icon}
        )

    def _text(self, key: str) -> str:
        return self._texts[f"component.{DOMAIN}.{key}"]
