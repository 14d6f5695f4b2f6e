"""What all entities have in common."""

from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import AccountCoordinator
from .devices import account_device


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
