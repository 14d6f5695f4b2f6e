"""Rows that can't be read: skipped, counted, and hiding no other message."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Account, Gateway
from tests.integration.account.test_privacy import diagnostics
from tests.integration.story.accounts import set_up
from tests.integration.story.told import Told

from .received import (
    WithoutIds,
    arrive,
    asked,
    complaints,
    family_with_inbox,
    listen,
    poll,
)

WARNING = (
    "1 received messages are skipped, as the panel lists them without an id or damaged"
)


@pytest.fixture(name="before")
def two_before() -> list[str]:
    """Let two be there before the account is set up."""
    return ["damaged", "sound"]


@pytest.fixture
def damaged(gateway: Gateway, account: Account, entry: MockConfigEntry) -> WithoutIds:
    """Let the panel list the first one without its id, from now on."""
    fault = WithoutIds((account.received[0].msg_id,))
    gateway.fault("GetMessages", fault, times=None)
    return fault


@pytest.mark.usefixtures("damaged")
async def test_a_row_without_an_id_hides_no_other_and_is_warned_of_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """For as long as it is in the panel."""
    for number in range(5):
        arrive(gateway, f"{number}")
        await poll(hass, freezer)
    assert told.texts == ["0", "1", "2", "3", "4"]
    assert complaints(caplog) == [WARNING]


async def test_it_is_warned_of_again_after_it_had_gone(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    damaged: WithoutIds,
    told: Told,
    caplog: pytest.LogCaptureFixture,
    hass_client: ClientSessionGenerator,
) -> None:
    """The diagnostics tell how many there are now."""
    counts: list[int] = []
    for faults in ([damaged], [], [damaged, damaged]):
        gateway.clear_faults()
        for fault in faults:
            gateway.fault("GetMessages", fault, times=None)
        await poll(hass, freezer)
        await poll(hass, freezer)
        found = await diagnostics(hass, hass_client, entry)
        counts.append(found["account"]["received_rows_skipped"])
    assert counts == [1, 0, 1]
    assert complaints(caplog) == [WARNING, WARNING]


async def test_it_is_counted_when_pages_are_turned_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A page with a row that can't be read is as full as any other; a shorter look doesn't prove that it had gone."""
    texts = [f"{number}" for number in range(150)]
    arrive(gateway, *texts)
    bad = account.received[-1]
    deep = account.received[20]
    gateway.fault("GetMessages", WithoutIds((bad.msg_id, deep.msg_id)), times=None)
    asked(gateway)
    await poll(hass, freezer)
    assert asked(gateway) == ["0", "100"]
    readable = [text for text in texts if text not in (bad.text, deep.text)]
    assert told.texts == readable
    gateway.clear_faults()
    gateway.fault("GetMessages", WithoutIds((deep.msg_id,)), times=None)
    for _ in range(3):
        await poll(hass, freezer)
    assert asked(gateway) == ["0", "100", "0", "0"]
    arrive(gateway, "one more")
    await poll(hass, freezer)
    assert asked(gateway) == ["0", "100"]
    assert told.texts == [*readable, bad.text, "one more"]
    assert len(complaints(caplog)) == 1


async def test_only_a_list_without_any_readable_row_is_an_error(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Success that tells nothing is no empty list."""
    gateway.fault("GetMessages", WithoutIds(), times=2)
    await poll(hass, freezer)
    await poll(hass, freezer)
    [complaint] = complaints(caplog)
    assert "Error fetching payamak inbox data" in complaint
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    assert told.texts == ["سلام"]


async def test_a_further_page_without_any_readable_row_hides_the_first_for_three_polls_at_most(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """The oldest of 101 is all that the second page has."""
    await hass.config_entries.async_unload(entry.entry_id)
    texts = [f"{number}" for number in range(99)]
    arrive(gateway, *texts)
    gateway.fault("GetMessages", WithoutIds((account.received[0].msg_id,)), times=None)
    await set_up(hass, entry)
    await poll(hass, freezer)
    assert told.texts == []
    await poll(hass, freezer)
    assert told.texts == texts


async def test_a_row_that_cant_be_read_at_the_first_poll_ever_makes_nothing_behind_it_new(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    gateway_url: str,
) -> None:
    """The page is as full as any other, so there may be more, which is old as well."""
    arrive(gateway, *(f"{number}" for number in range(130)), ago=timedelta(hours=1))
    bad = WithoutIds((account.received[-1].msg_id,))
    gateway.fault("GetMessages", bad)
    await set_up(hass, family_with_inbox(gateway_url))
    told = listen(hass)
    del account.received[60:]
    await poll(hass, freezer)
    assert told.texts == []
