"""What of an account survives a restart: one file, read once and kept while Home Assistant runs.

It outlives a reload: a message that was under way then is noted in the same books as those after it.
"""

import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .delivery_book import DeliveryBook
from .received_book import ReceivedBook

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1
_SECONDS_TO_SAVE_SOON: Final = 30
_OPEN_STORES: HassKey[dict[str, AccountStore]] = HassKey(f"{DOMAIN}_stores")


class AccountStore:
    """An account's books. They hold whole numbers, so only Home Assistant's own user may read the file."""

    deliveries: DeliveryBook
    received: ReceivedBook

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Belong to an account; nothing is read yet."""
        self._store = Store[dict[str, Any]](
            hass,
            _VERSION,
            f"{DOMAIN}.{entry_id}",
            private=True,
            atomic_writes=True,
        )
        self._saves_soon = False
        self._removed = False

    async def async_load(self) -> None:
        """Read the file, if there is one; whatever is wrong with it, messages must go out."""
        stored = await self._async_read()
        self.deliveries = _read_book(DeliveryBook, stored, "deliveries")
        self.received = _read_book(ReceivedBook, stored, "received")

    async def _async_read(self) -> Any:
        try:
            return await self._store.async_load() or {}
        except HomeAssistantError as error:
            # A newer version of the integration wrote it, or the disk doesn't give it: it may be sound.
            self._store.make_read_only()
            _LOGGER.error(
                "%s can't be read, and is left as it is: what is on its way is followed until a restart only (%s)",
                self._store.key,
                error,
            )
        except Exception as error:  # noqa: BLE001 - a damaged file can fail in any way
            _LOGGER.error(
                "%s is damaged, and is begun anew (%s)",
                self._store.key,
                type(error).__name__,
            )
        return {}

    async def async_save(self) -> None:
        """Write now; what the books hold is on the disk when this returns, if the disk takes it."""
        if not self._removed:
            await self._async_write(self._content())

    async def _async_write(self, content: dict[str, Any]) -> None:
        try:
            await self._store.async_save(content)
        except OSError as error:
            # Home Assistant bears a full disk, and no more than that. What was sent is sent all the same.
            _LOGGER.error("%s can't be written: %s", self._store.key, error)

    @callback
    def async_save_soon(self) -> None:
        """Write within half a minute, however often this is called."""
        # Home Assistant's own delay begins anew with each call, and might never end.
        if not self._saves_soon and not self._removed:
            self._saves_soon = True
            self._store.async_delay_save(self._content, _SECONDS_TO_SAVE_SOON)

    async def async_remove(self) -> None:
        """Delete the file; what is noted from now on belongs to nobody any more."""
        self._removed = True
        # A write that has begun would bring the file back: this one comes after it.
        await self._async_write({})
        await self._store.async_remove()

    def _content(self) -> dict[str, Any]:
        self._saves_soon = False
        return {
            "deliveries": self.deliveries.as_dict(),
            "received": self.received.as_dict(),
        }


def _read_book[T: (DeliveryBook, ReceivedBook)](
    kind: type[T], stored: Any, name: str
) -> T:
    """Take up a book, or begin a new one where what was stored makes no sense."""
    try:
        return kind.from_dict(stored.get(name, {}))
    except Exception as error:  # noqa: BLE001 - a damaged book can fail in any way
        # Not the error's own words, which may quote what was stored.
        _LOGGER.error(
            'What was stored under "%s" is damaged, and is begun anew (%s)',
            name,
            type(error).__name__,
        )
        return kind()


async def async_open_store(hass: HomeAssistant, entry_id: str) -> AccountStore:
    """Return an account's books, read from the disk the first time."""
    stores = _open_stores(hass)
    if entry_id not in stores:
        store = AccountStore(hass, entry_id)
        await store.async_load()
        stores[entry_id] = store
    return stores[entry_id]


async def async_remove_store(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the file of an account that is no more."""
    store = _open_stores(hass).pop(entry_id, None) or AccountStore(hass, entry_id)
    await store.async_remove()


@singleton(_OPEN_STORES)
def _open_stores(hass: HomeAssistant) -> dict[str, AccountStore]:
    return {}
