"""The file with what is on its way: nobody else may read it, and it goes with the account."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import SARA
from tests.integration.story.accounts import shut_down
from tests.integration.story.deliveries import (
    PENDING,
    listen,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.disk import real_file, text_on_disk, writing_is_held

pytestmark = pytest.mark.usefixtures("silence")


async def test_only_its_owner_may_read_it_and_it_goes_with_the_account(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """It holds numbers and texts, but no password."""
    [message_id] = await send_to(hass, SARA)
    file = real_file(hass, family_home.entry_id)
    for each in file.parent.glob("payamak*"):
        assert each.stat().st_mode & 0o777 == 0o600
    content = text_on_disk(hass, family_home.entry_id)
    assert message_id in content
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
    await shut_down(hass, family_home)
    assert await hass.config_entries.async_setup(family_home.entry_id)
    assert state_of(hass, PENDING) == "1"
    await until_first_question(hass, freezer)
    assert told.words == dict.fromkeys(sent, "delivered")


async def test_a_slow_disk_does_not_bring_the_file_back(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """An account is removed while one of its messages is being noted."""
    with writing_is_held(hass) as (begun, go):
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
