"""What an event entity of the integration reports, as an automation sees it."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event


class Told:
    """Records each event that an event entity fires; a state that comes back after a reload or a restart is none."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Begin to listen."""
        self.events: list[dict[str, Any]] = []
        async_track_state_change_event(hass, entity_id, self._record)

    @property
    def texts(self) -> list[str]:
        """Return the texts of received SMS, in their order."""
        return [each["text"] for each in self.events]

    @property
    def words(self) -> dict[str, str]:
        """Return the reported result of each message; a message that was reported twice fails the test."""
        words = {each["message_id"]: each["event_type"] for each in self.events}
        assert len(words) == len(self.events)
        return words

    @callback
    def _record(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or old.state == STATE_UNAVAILABLE:
            return
        if new is None or new.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            return
        self.events.append(dict(new.attributes))
