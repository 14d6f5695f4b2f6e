"""What all our entities have in common, and how those of the recipients come and go."""

from collections.abc import Callable

from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account.devices import account_device, recipient_device
from .coordinator import PayamakConfigEntry
from .people.address_book import SavedRecipient


class PayamakEntity(Entity):
    """An entity of an account, or of one of its recipients."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        entry: PayamakConfigEntry,
        description: EntityDescription,
        saved: SavedRecipient | None = None,
    ) -> None:
        """Belong to the recipient's device where there is one, else to the account's."""
        self.entity_description = description
        if saved is None:
            belongs_to = entry.entry_id
            self._attr_device_info = account_device(entry)
        else:
            belongs_to = saved.subentry_id
            self._attr_device_info = recipient_device(entry, saved)
        self._attr_unique_id = f"{belongs_to}_{description.key}"


async def async_follow_recipients(
    entry: PayamakConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make_entity: Callable[[PayamakConfigEntry, SavedRecipient], Entity],
) -> None:
    """Add an entity for each recipient, now and whenever one is added; Home Assistant removes who is gone."""
    known: set[str] = set()

    async def follow_recipients() -> None:
        for saved in entry.runtime_data.address_book.saved:
            if saved.subentry_id not in known:
                known.add(saved.subentry_id)
                async_add_entities(
                    [make_entity(entry, saved)], config_subentry_id=saved.subentry_id
                )

    await follow_recipients()
    entry.runtime_data.recipient_followers.append(follow_recipients)
