"""Received SMS: polled, and each told as an event with everything that is known of it."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    EVENT_HOMEASSISTANT_STARTED,
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
)
from homeassistant.core import (
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from tests.integration.conftest import OMID, OTHER_LINE, SARA, recipient
from tests.integration.story.accounts import set_up
from tests.integration.story.disk import Writes, received_on_disk
from tests.integration.story.forms import send
from tests.integration.story.people import (
    ALI,
    NEDA,
    SECOND_LINE,
    change,
    second_account,
)
from tests.integration.story.told import Told

from .received import (
    RECEIVED,
    arrive,
    asked,
    family_with_inbox,
    listen,
    on_disk,
    poll,
    power_cut,
)

pytestmark = pytest.mark.usefixtures("silence")


@pytest.fixture(name="before")
def one_before() -> list[str]:
    """Let one be there before the account is set up."""
    return ["before"]


async def test_the_first_poll_ever_tells_nothing(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """What is in the box already was not meant for Home Assistant, however young it is."""
    told = listen(hass)
    arrive(gateway, *(f"{number}" for number in range(150)))
    await set_up(hass, family_with_inbox(gateway_url))
    assert told.texts == []
    state = hass.states.get(RECEIVED)
    assert state is not None
    assert state.state == "unknown"


@pytest.mark.parametrize(("young", "pages"), [(100, 2), (150, 3), (250, 4)])
async def test_what_the_first_poll_ever_took_as_seen_is_not_told_later_either(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    young: int,
    pages: int,
) -> None:
    """Behind the first page there may be messages whose dates are young."""
    arrive(gateway, *(f"old {number}" for number in range(250)), ago=timedelta(hours=2))
    arrive(gateway, *(f"{number}" for number in range(young)))
    await set_up(hass, family_with_inbox(gateway_url))
    assert [call.method for call in gateway.calls].count("GetMessages") == pages
    told = listen(hass)
    texts = [f"new {number}" for number in range(120)]
    arrive(gateway, *texts)
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == texts


async def test_a_new_message_is_told_with_everything_that_is_known_of_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """Its text is an attribute; the state is the moment in which it was told."""
    [message] = arrive(gateway, "باز کن" * 30, line=OTHER_LINE)
    sent_at = dt_util.utcnow()
    await poll(hass, freezer)
    state = hass.states.get(RECEIVED)
    assert state is not None
    assert state.state == dt_util.utcnow().isoformat(timespec="milliseconds")
    shown = dict(told.events[0])
    # The gateway gives 0 to 7 digits of a second.
    listed_at = dt_util.parse_datetime(shown.pop("sent_at"), raise_on_error=True)
    assert listed_at.tzinfo is not None
    assert timedelta() <= sent_at - listed_at < timedelta(seconds=1)
    assert shown == {
        "event_types": ["received"],
        "event_type": "received",
        "message_id": str(message.msg_id),
        "sender": SARA,
        "name": "Sara",
        "line": OTHER_LINE,
        "text": "باز کن" * 30,
        "parts": 3,
        "friendly_name": "Payamak Received message",
    }


async def test_each_message_of_a_burst_is_a_change_of_its_own_and_the_oldest_comes_first(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """An automation runs once for each, even where two say the same."""
    arrive(gateway, "یک", "دو", "دو", "سه")
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["یک", "دو", "دو", "سه"]
    assert len({each["message_id"] for each in told.events}) == 4
    arrive(gateway, "چهار")
    await poll(hass, freezer)
    assert told.texts[4:] == ["چهار"]


async def test_everything_else_goes_on_between_two_of_many_messages(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """Each message has a turn of the event loop of its own."""
    turns = 0
    turns_of_messages: list[int] = []

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    @callback
    def note(_event: Event[EventStateChangedData]) -> None:
        turns_of_messages.append(turns)

    async_track_state_change_event(hass, RECEIVED, note)
    counting = asyncio.create_task(count_turns())
    arrive(gateway, *(f"{number}" for number in range(50)))
    await poll(hass, freezer)
    counting.cancel()
    assert len(set(turns_of_messages)) == len(told.texts) == 50


async def test_a_poll_with_nothing_new_costs_one_request_and_nothing_else(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
) -> None:
    """No state is written, and nothing to the disk; in a box of more than a page, too."""
    arrive(gateway, *(f"{number}" for number in range(120)))
    await poll(hass, freezer)
    asked(gateway)
    writes = Writes(hass, entry.entry_id)
    states: list[Event[Any]] = []

    @callback
    def note(event: Event[Any]) -> None:
        states.append(event)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    hass.bus.async_listen(
        EVENT_STATE_REPORTED, note, event_filter=callback(lambda data: True)
    )
    for polls in range(1, 6):
        await poll(hass, freezer)
        assert asked(gateway) == ["0"], polls
    assert states == []
    assert not writes.written_since()
    writes.close()


async def test_polls_come_as_often_as_the_option_says(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
) -> None:
    """Every minute by default; a change applies at once."""
    await poll(hass, freezer, 58)
    assert asked(gateway) == []
    await poll(hass, freezer, 3)
    assert asked(gateway) == ["0"]
    hass.config_entries.async_update_entry(entry, options={"inbox_interval": 10})
    await hass.async_block_till_done(wait_background_tasks=True)
    asked(gateway)
    for _ in range(3):
        await poll(hass, freezer, 11)
        assert asked(gateway) == ["0"]


async def test_with_an_interval_of_0_nothing_is_polled(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """Not even a baseline is set; turned on later, it is, and what came meanwhile is ignored."""
    entry = family_with_inbox(gateway_url, inbox_interval=0)
    await set_up(hass, entry)
    told = listen(hass)
    arrive(gateway, "meanwhile")
    for _ in range(5):
        await poll(hass, freezer, 120)
    assert "GetMessages" not in {call.method for call in gateway.calls}
    await send(hass)
    assert received_on_disk(hass, entry.entry_id) == set()
    await power_cut(hass, entry, on_disk(hass, entry))
    hass.config_entries.async_update_entry(entry, options={"inbox_interval": 60})
    await hass.async_block_till_done(wait_background_tasks=True)
    arrive(gateway, "then")
    await poll(hass, freezer)
    assert told.texts == ["then"]


@pytest.mark.parametrize(
    ("listed", "sender", "name"),
    [
        (OMID, OMID, "امید"),
        ("+98 912 000 0002", OMID, "امید"),
        ("09129999999", "09129999999", None),
        ("20008580", "20008580", None),
        ("Bank", "Bank", None),
    ],
)
async def test_the_sender_is_a_number_of_eleven_digits_and_a_name_where_it_is_saved(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    listed: str,
    sender: str,
    name: str | None,
) -> None:
    """The gateway lists ten digits; a person's name comes before their group's."""
    arrive(gateway, "سلام", sender=listed)
    await poll(hass, freezer)
    [attributes] = told.events
    assert (attributes["sender"], attributes["name"]) == (sender, name)


async def test_a_renamed_recipient_has_the_new_name(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Without a reload."""
    await change(hass, entry, "subentry-sara", name="Sara B")
    arrive(gateway, "سلام")
    await poll(hass, freezer)
    assert [each["name"] for each in told.events] == ["Sara B"]


async def test_who_is_saved_in_another_account_has_a_name_too(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    told: Told,
) -> None:
    """Triggers know them as well; what the account itself calls somebody comes first."""
    people = (recipient("Neda", "neda", NEDA), recipient("Boss", "boss", SARA))
    second_account(gateway, gateway_url, recipients=people).add_to_hass(hass)
    for sender in (NEDA, SARA, ALI):
        arrive(gateway, "سلام", sender=sender)
    await poll(hass, freezer)
    assert [each["name"] for each in told.events] == ["Neda", "Sara", None]


async def test_a_long_text_is_whole_and_one_message(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """A state has room for 255 characters, an attribute for all of them."""
    text = "  چراغ‌ها\n" + "😀 روشن" * 300 + " "
    arrive(gateway, text)
    await poll(hass, freezer)
    [attributes] = told.events
    assert attributes["text"] == text
    assert attributes["parts"] > 10


async def test_nothing_is_told_before_home_assistant_has_started(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Automations would miss it; what came meanwhile is told then."""
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    arrive(gateway, "سلام")
    await set_up(hass, entry)
    for _ in range(3):
        await poll(hass, freezer)
    assert "GetMessages" not in {call.method for call in gateway.calls}
    assert told.texts == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert told.texts == ["سلام"]
    arrive(gateway, "درود")
    await poll(hass, freezer)
    assert told.texts == ["سلام", "درود"]


async def test_two_accounts_tell_their_own_messages(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    told: Told,
) -> None:
    """Also where both know the sender."""
    await set_up(
        hass,
        second_account(gateway, gateway_url, options={"inbox_interval": 60}),
    )
    other = listen(hass, f"{RECEIVED}_2")
    arrive(gateway, "first")
    arrive(gateway, "second", line=SECOND_LINE)
    await poll(hass, freezer)
    assert (told.texts, other.texts) == (["first"], ["second"])
