"""What all entities have in common."""

from collections.abc import Callable

from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account.devices import account_device
from .coordinator import AccountCoordinator, PayamakConfigEntry
from .people.address_book import SavedRecipient


class AccountEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity of the account's device."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: AccountCoordinator, description: EntityDescription
    ) -> None:
        """Belong to the account."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = account_device(entry)


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
