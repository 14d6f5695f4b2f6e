"""What the tests know of an account's file: its name, its content, its damage, and how a power cut leaves it.

Nothing else in the tests knows how the account's data is stored.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

type Disk = dict[str, Any]


def _name(entry_id: str) -> str:
    return f"payamak.{entry_id}"


def what_is_on_disk(disk: Disk, entry_id: str) -> Any:
    """Give what the disk holds of an account now: what a power cut would leave. None is no file."""
    return deepcopy(disk.get(_name(entry_id)))


def text_on_disk(disk: Disk, entry_id: str) -> str:
    """Give all that the disk holds of an account as a text to search and to measure."""
    return json.dumps(disk[_name(entry_id)], ensure_ascii=False)


def put_on_disk(disk: Disk, entry_id: str, content: Any) -> None:
    """Leave on the disk what it held at some moment, of this account or of another one; None is no file."""
    disk.pop(_name(entry_id), None)
    if content is not None:
        disk[_name(entry_id)] = deepcopy(content) | {"key": _name(entry_id)}


def put_data_on_disk(disk: Disk, entry_id: str, data: Any, version: int = 1) -> Any:
    """Leave a file with any data on the disk, and give what is there then."""
    put_on_disk(disk, entry_id, {"version": version, "minor_version": 1, "data": data})
    return what_is_on_disk(disk, entry_id)


def put_deliveries_on_disk(
    disk: Disk, entry_id: str, deliveries: Sequence[dict[str, Any]]
) -> None:
    """Leave a file with pending messages on the disk."""
    put_data_on_disk(disk, entry_id, {"deliveries": {"pending": list(deliveries)}})


def pending_delivery(
    message_id: str,
    recipient: str,
    sent_at: datetime,
    *,
    name: str | None = None,
    asked: int = 0,
    asked_at: datetime | None = None,
) -> dict[str, Any]:
    """Give a pending message as it is stored."""
    return {
        "message_id": message_id,
        "recipient": recipient,
        "name": name,
        "sent_at": sent_at.timestamp(),
        "asked": asked,
        "asked_at": asked_at and asked_at.timestamp(),
        "code": None,
    }


def questions_on_disk(disk: Disk, entry_id: str) -> dict[str, int]:
    """Give how often each pending message was asked for, as far as the disk knows."""
    pending = disk[_name(entry_id)]["data"]["deliveries"]["pending"]
    return {each["message_id"]: each["asked"] for each in pending}


def received_on_disk(disk: Disk, entry_id: str) -> dict[str, Any]:
    """Give what the disk knows of received messages; nothing before the first poll."""
    received = disk[_name(entry_id)]["data"]["received"]
    assert isinstance(received, dict)
    return received


class Writes:
    """Tells whether an account's file was written."""

    def __init__(self, disk: Disk, entry_id: str) -> None:
        """Begin now."""
        self._disk = disk
        self._name = _name(entry_id)
        self._last = disk.get(self._name)

    def written_since(self) -> bool:
        """Tell whether anything was written since the last time, even if it was the same."""
        # Each write makes a new object.
        before, self._last = self._last, self._disk.get(self._name)
        return self._last is not before


def forget_memory(hass: HomeAssistant) -> None:
    """Take away all that is kept in memory through a reload; the accounts must be unloaded."""
    hass.data["payamak_stores"].clear()


async def power_cut(hass: HomeAssistant, disk: Disk, entry_id: str, left: Any) -> None:
    """Take everything away but what the disk held at some moment; the account is not set up again yet."""
    await hass.config_entries.async_unload(entry_id)
    forget_memory(hass)
    put_on_disk(disk, entry_id, left)


def real_file(hass: HomeAssistant, entry_id: str) -> Path:
    """Give where an account's file is on a real disk."""
    return Path(hass.config.path(".storage", _name(entry_id)))


@contextmanager
def damaged_beyond_reading(content: Any) -> Iterator[None]:
    """Let the reading of the file stumble over its content."""

    def stumble() -> Any:
        return content["data"] if isinstance(content, dict) else content | {}

    with _reading(stumble):
        yield


@contextmanager
def reading_fails() -> Iterator[None]:
    """Let the disk refuse to read the file, which may be intact."""

    def fail() -> Any:
        raise HomeAssistantError("Error reading") from OSError("I/O error")

    with _reading(fail):
        yield


@contextmanager
def _reading(read: Any) -> Iterator[None]:
    honest = Store.async_load

    async def load(store: Store[Any]) -> Any:
        return read() if "payamak" in store.key else await honest(store)

    with patch.object(Store, "async_load", load):
        yield


@contextmanager
def writing_fails() -> Iterator[None]:
    """Let the disk refuse every write."""
    honest = Store._async_write_data

    async def fail(store: Store[Any], data: dict[str, Any]) -> None:
        if "payamak" in store.key:
            raise PermissionError(13, "Permission denied", ".storage")
        await honest(store, data)

    with patch.object(Store, "_async_write_data", fail):
        yield


@contextmanager
def saving_fails_once(error: Exception) -> Iterator[None]:
    """Let one save raise an error that nobody expects."""
    honest = Store.async_save
    failed: list[Store[Any]] = []

    async def fail_once(store: Store[Any], data: Any) -> None:
        if "payamak" in store.key and not failed:
            failed.append(store)
            raise error
        await honest(store, data)

    with patch.object(Store, "async_save", fail_once):
        yield
