"""The devices of an account: one for itself, and one below it for each recipient."""

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
    """Register the device of the account, and return its id, which the devices below it need."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer=_MANUFACTURER,
        name=entry.title,
    )
    return device.id


def account_device(entry: PayamakConfigEntry) -> DeviceInfo:
    """Return what assigns an entity to the device of the account."""
    return DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})


def recipient_device(entry: PayamakConfigEntry, saved: SavedRecipient) -> DeviceInfo:
    """Return the device of a recipient, which is below the device of the account."""
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
    """Return the entity id of a recipient's entity; it ends in the key unless the entity has the name of the device.

    It is made of the slug, because names may be Persian and users write ids in automations. It stays when the name
    or the slug changes. An entity suggests its id by setting ``entity_id``. Home Assistant would put the name of the
    device in front of what the property ``suggested_object_id`` returns.
    """
    parts = (entry.data[CONF_NOTIFY_ACTION], saved.slug, key)
    return f"{platform}.{'_'.join(filter(None, parts))}"


@callback
def async_rename_recipient_devices(
    hass: HomeAssistant, entry: PayamakConfigEntry
) -> None:
    """Update the names of the recipients' devices, and make one for each new recipient."""
    for saved in entry.runtime_data.address_book.saved:
        dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            config_subentry_id=saved.subentry_id,
            **recipient_device(entry, saved),
        )
