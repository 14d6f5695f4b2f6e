"""The file with what is on its way: nobody else may read it, and it goes with the account."""

import asyncio
import threading
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import storage
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SARA
from tests.integration.story.deliveries import (
    PENDING,
    listen,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.disk import forget_memory, real_file

pytestmark = pytest.mark.usefixtures("silence")


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give Home Assistant a folder of its own."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Write to the real disk here."""
    return {}


async def test_only_its_owner_may_read_it_and_it_goes_with_the_account(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """It holds whole numbers, but never the text of a message."""
    [message_id] = await send_to(hass, SARA)
    file = real_file(hass, family_home.entry_id)
    assert file.stat().st_mode & 0o777 == 0o600
    content = file.read_text()
    assert message_id in content
    assert "نشت آب" not in content
    assert "s3cret-word" not in content
    await hass.config_entries.async_remove(family_home.entry_id)
    assert not file.exists()
    assert not list(file.parent.glob("payamak*"))


async def test_it_is_read_again_from_the_disk(
    hass: HomeAssistant, family_home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """As after a crash: what was written last is all there is."""
    told = listen(hass)
    sent = await send_to(hass, SARA)
    assert await hass.config_entries.async_unload(family_home.entry_id)
    forget_memory(hass)
    assert await hass.config_entries.async_setup(family_home.entry_id)
    assert state_of(hass, PENDING) == "1"
    await until_first_question(hass, freezer)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_a_slow_disk_does_not_bring_the_file_back(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An account is removed while one of its messages is being noted."""
    begun, go = asyncio.Event(), threading.Event()
    write = storage.write_utf8_file_atomic

    def write_slowly(path: str, *args: Any, **more: Any) -> None:
        if family_home.entry_id in path:
            hass.loop.call_soon_threadsafe(begun.set)
            assert go.wait(5)
        write(path, *args, **more)

    monkeypatch.setattr(storage, "write_utf8_file_atomic", write_slowly)
    sending = asyncio.create_task(send_to(hass, SARA))
    await begun.wait()
    removing = asyncio.create_task(
        hass.config_entries.async_remove(family_home.entry_id)
    )
    for _ in range(50):
        await asyncio.sleep(0)
    go.set()
    await removing
    await sending
    await hass.async_block_till_done()
    assert not real_file(hass, family_home.entry_id).exists()
