"""Which received SMS are ignored after a start or an outage: old and undated ones."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Gateway
from simulator.faults import Replaced, Reset
from tests.integration.account.test_privacy import diagnostics
from tests.integration.story.told import Told

from .received import arrive, poll, start_anew

DAY = timedelta(days=1)


@pytest.fixture(name="before")
def one_before() -> list[str]:
    """Let one be there before the account is set up."""
    return ["before"]


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    ("minutes", "ago", "is_told"),
    [
        (10, timedelta(minutes=9, seconds=58), True),
        (10, timedelta(minutes=10, seconds=1), False),
        (1, timedelta(seconds=58), True),
        (1, timedelta(seconds=61), False),
        (1440, timedelta(hours=23, minutes=59), True),
        (1440, timedelta(hours=24, seconds=1), False),
        # A date in the future means that the clocks differ: nobody knows how old it is.
        (10, timedelta(minutes=-2), True),
        (10, timedelta(minutes=-2, seconds=-2), False),
        (10, -365 * DAY, False),
    ],
)
async def test_after_a_start_only_young_messages_are_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    minutes: int,
    ago: timedelta,
    is_told: bool,
) -> None:
    """An old SMS never opens a door, however short a time the start took, and at no later poll either."""
    hass.config_entries.async_update_entry(entry, options={"inbox_max_age": minutes})
    await hass.async_block_till_done(wait_background_tasks=True)
    arrive(gateway, "OPEN", ago=ago)
    await start_anew(hass, entry)
    assert told.texts == (["OPEN"] if is_told else [])
    await poll(hass, freezer)
    assert len(told.texts) == is_told


@pytest.mark.parametrize(
    ("polls_that_fail", "is_told"), [(9, True), (10, False), (60, False)]
)
async def test_after_a_long_outage_the_date_decides(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    polls_that_fail: int,
    is_told: bool,
) -> None:
    """The last poll that succeeded was too long ago to tell what is new; a poll comes every 61 seconds here."""
    arrive(gateway, "OPEN", ago=timedelta(hours=1))
    gateway.fault("GetMessages", Reset(), times=polls_that_fail)
    for _ in range(polls_that_fail):
        await poll(hass, freezer)
    assert told.texts == []
    arrive(gateway, "now")
    await poll(hass, freezer)
    assert told.texts == (["OPEN", "now"] if is_told else ["now"])
    # From then on, polls tell what is new.
    arrive(gateway, "dated wrongly", ago=timedelta(hours=1))
    await poll(hass, freezer)
    assert told.texts[-1] == "dated wrongly"


async def test_what_is_ignored_is_counted_for_a_bug_report(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And told in the log."""
    caplog.set_level("INFO")
    arrive(gateway, "OPEN", "SESAME", ago=timedelta(hours=1))
    arrive(gateway, "now")
    await start_anew(hass, entry)
    assert told.texts == ["now"]
    found = await diagnostics(hass, hass_client, entry)
    assert found["account"]["received_messages_ignored"] == 2
    assert found["account"]["inbox_last_error"] is None
    assert "2 received SMS ignored: old, undated or from an own line" in caplog.text


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "0001-01-01T00:00:00", 0, "9999-12-31T23:59:59"]
)
@pytest.mark.parametrize("live", [True, False])
async def test_a_message_without_a_date_is_told_only_where_the_polls_show_that_it_is_new(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    date: Any,
    live: bool,
) -> None:
    """After a start nobody can say how old it is."""
    arrive(gateway, "OPEN")
    gateway.fault("GetMessages", Replaced("SendDate", date, in_rows=True))
    await (poll(hass, freezer) if live else start_anew(hass, entry))
    await poll(hass, freezer)
    assert [(each["text"], each["sent_at"]) for each in told.events] == (
        [("OPEN", None)] if live else []
    )
