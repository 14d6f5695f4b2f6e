"""Which received SMS start nothing: old ones, undated ones, and our own."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Account, Gateway
from simulator.faults import MixedBoxes, Replaced
from tests.integration.account.test_privacy import diagnostics
from tests.integration.conftest import LINE, OMID
from tests.integration.story.told import Told

from .received import arrive, poll

pytestmark = pytest.mark.usefixtures("silence")


@pytest.fixture(name="before")
def one_before() -> list[str]:
    """Let one be there before the account is set up."""
    return ["before"]


@pytest.mark.parametrize(
    ("minutes", "ago", "is_told"),
    [
        (10, timedelta(minutes=8), True),
        (10, timedelta(minutes=9, seconds=1), False),
        (1, timedelta(seconds=1), False),
        (1440, timedelta(hours=23), True),
        (1440, timedelta(hours=24), False),
        # The future means that the clocks differ, and nobody can say how old it is.
        (10, timedelta(minutes=-3), True),
        (10, timedelta(minutes=-4), False),
        (10, timedelta(days=-365), False),
    ],
)
async def test_only_young_messages_are_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    minutes: int,
    ago: timedelta,
    is_told: bool,
) -> None:
    """An old SMS never opens a door; a poll comes 61 seconds after it was listed here."""
    hass.config_entries.async_update_entry(entry, options={"inbox_max_age": minutes})
    await hass.async_block_till_done()
    arrive(gateway, "OPEN", ago=ago)
    await poll(hass, freezer)
    assert told.texts == (["OPEN"] if is_told else [])
    await poll(hass, freezer)
    assert len(told.texts) == is_told


async def test_what_starts_nothing_is_counted_for_a_bug_report(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whose clocks differ finds it there, and in the log."""
    caplog.set_level("INFO")
    arrive(gateway, "OPEN", "SESAME", ago=timedelta(hours=1))
    arrive(gateway, "now")
    await poll(hass, freezer)
    assert told.texts == ["now"]
    found = await diagnostics(hass, hass_client, entry)
    assert found["account"]["received_messages_passed_over"] == 2
    assert found["account"]["inbox_last_error"] is None
    assert "2 received SMS start nothing" in caplog.text


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "0001-01-01T00:00:00", 0, "9999-12-31T23:59:59"]
)
async def test_a_message_without_a_date_is_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    date: Any,
) -> None:
    """Nobody can say how old it is."""
    arrive(gateway, "OPEN")
    gateway.fault("GetMessages", Replaced("SendDate", date, in_rows=True))
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == []


async def test_sent_messages_among_the_received_ones_are_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
) -> None:
    """A panel that mixes the boxes up must not let us answer ourselves."""
    gateway.fault("GetMessages", MixedBoxes(), times=None)
    gateway.deliver(account, LINE, "out", [OMID], flash=False)
    arrive(gateway, "in")
    gateway.deliver(account, LINE, "out too", [OMID], flash=False)
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["in"]
