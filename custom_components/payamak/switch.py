"""The switch that pauses a recipient: what is sent to them meanwhile waits."""

from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.devices import recipient_entity_id
from .coordinator import PayamakConfigEntry
from .entity import PayamakEntity, async_follow_recipients
from .people.address_book import SavedRecipient

# It changes the ledger, and asks the gateway nothing.
PARALLEL_UPDATES = 0

PAUSED: Final = SwitchEntityDescription(
    key="paused", translation_key="paused", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a switch for each recipient."""
    await async_follow_recipients(entry, async_add_entities, PausedSwitch)


class PausedSwitch(PayamakEntity, SwitchEntity):
    """Is on while what is sent to a recipient waits; what is urgent goes out."""

    def __init__(self, entry: PayamakConfigEntry, saved: SavedRecipient) -> None:
        """Belong to the recipient."""
        super().__init__(entry, PAUSED, saved)
        self._road = entry.runtime_data.road
        self._subentry_id = saved.subentry_id
        self.entity_id = recipient_entity_id(Platform.SWITCH, entry, saved, PAUSED.key)

    @property
    @override
    def is_on(self) -> bool:
        """Tell whether the recipient is paused."""
        return self._road.gates.is_paused(self._subentry_id)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let what is sent wait from now on."""
        await self._async_pause(paused=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Send what waits, and what comes."""
        await self._async_pause(paused=False)

    async def _async_pause(self, *, paused: bool) -> None:
        await self._road.async_pause(self._subentry_id, paused=paused)
        self.async_write_ha_state()
