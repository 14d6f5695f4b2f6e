"""The data of an account that survives a restart: one file, which is read once.

The books are kept in memory through a reload: a message that is being sent meanwhile is recorded in the same
books as the messages after it.
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
    """An account's books. They contain whole numbers, so only Home Assistant's own user may read the file."""

    deliveries: DeliveryBook
    received: ReceivedBook

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the file of an account; nothing is read yet."""
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
        """Read the file, if there is one. Damage never raises: messages must still be sent."""
        stored = await self._async_read()
        self.deliveries = _read_book(DeliveryBook, stored, "deliveries")
        self.received = _read_book(ReceivedBook, stored, "received")

    async def _async_read(self) -> Any:
        try:
            return await self._store.async_load() or {}
        except HomeAssistantError as error:
            # A newer version of the integration wrote it, or the disk can't read it: it may be intact.
            self._store.make_read_only()
            _LOGGER.error(
                "%s can't be read, and is left unchanged: pending messages are followed until a restart only (%s)",
                self._store.key,
                error,
            )
        except Exception as error:  # noqa: BLE001 - a damaged file can fail in any way
            _LOGGER.error(
                "%s is damaged, and is replaced by an empty one (%s)",
                self._store.key,
                type(error).__name__,
            )
        return {}

    async def async_save(self) -> None:
        """Write the books to the disk now; an error of the disk is only logged."""
        if not self._removed:
            await self._async_write(self._content())

    async def _async_write(self, content: dict[str, Any]) -> None:
        try:
            await self._store.async_save(content)
        except OSError as error:
            # Home Assistant's storage handles some errors of the disk itself, but not all of them. A message
            # that was sent must not look failed because of one.
            _LOGGER.error("%s can't be written: %s", self._store.key, error)

    @callback
    def async_save_soon(self) -> None:
        """Write within half a minute, however often this is called."""
        # Each call would start Home Assistant's delay again, so that it might never end.
        if not self._saves_soon and not self._removed:
            self._saves_soon = True
            self._store.async_delay_save(self._content, _SECONDS_TO_SAVE_SOON)

    async def async_remove(self) -> None:
        """Delete the file; what is recorded from now on is never written."""
        self._removed = True
        # A write that has already begun would create the file again: this write waits until it is over.
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
    """Read a book, or begin an empty one if the stored data is damaged."""
    try:
        return kind.from_dict(stored.get(name, {}))
    except Exception as error:  # noqa: BLE001 - a damaged book can fail in any way
        # Without the error's message, which may quote what was stored.
        _LOGGER.error(
            'What was stored under "%s" is damaged, and is replaced by an empty book (%s)',
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
    """Delete the file of a removed account."""
    store = _open_stores(hass).pop(entry_id, None) or AccountStore(hass, entry_id)
    await store.async_remove()


@singleton(_OPEN_STORES)
def _open_stores(hass: HomeAssistant) -> dict[str, AccountStore]:
    return {}
