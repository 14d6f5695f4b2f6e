"""The devices: the account, and below it the people that messages go to."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ..const import CONF_NOTIFY_ACTION, DOMAIN
from ..coordinator import PayamakConfigEntry
from ..people.address_book import SavedRecipient

_MANUFACTURER = "Payamak-Panel"


@callback
def async_register_account_device(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> str:
    """Register the account's device before any below it, and return its id."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer=_MANUFACTURER,
        name=entry.title,
    )
    return device.id


def account_device(entry: PayamakConfigEntry) -> DeviceInfo:
    """Return what links an entity with the account's device."""
    return DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})


def recipient_device(entry: PayamakConfigEntry, saved: SavedRecipient) -> DeviceInfo:
    """Return a recipient's device, which hangs below the account's."""
    return DeviceInfo(
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, f"{entry.entry_id}_{saved.subentry_id}")},
        manufacturer=_MANUFACTURER,
        name=saved.name,
        via_device_id=entry.runtime_data.account_device_id,
    )


def recipient_entity_id(
    platform: Platform, entry: PayamakConfigEntry, saved: SavedRecipient, key: str = ""
) -> str:
    """Return the id of a recipient's entity, with a key unless it is called as the device.

    Names may be Persian, and ids are typed into automations: they are made of the slug, and stay when either
    changes. An entity suggests its id by setting it, which Home Assistant then reads. What the property
    ``suggested_object_id`` returns would stand behind the device's name.
    """
    parts = (entry.data[CONF_NOTIFY_ACTION], saved.slug, key)
    return f"{platform}.{'_'.join(filter(None, parts))}"


@callback
def async_rename_recipient_devices(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> None:
    """Give the recipients' devices the names of now; who is new gets one."""
    for saved in entry.runtime_data.address_book.saved:
        dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            config_subentry_id=saved.subentry_id,
            **recipient_device(entry, saved),
        )
