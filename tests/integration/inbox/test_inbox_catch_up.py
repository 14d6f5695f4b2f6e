"""What came in while Home Assistant was down: caught up page by page, in order, each once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import override

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.exchange import Exchange
from simulator.faults import Code, Fault, FirstPageOnly, Place, Reset
from tests.integration.story.accounts import set_up
from tests.integration.story.told import Told

from .lists import FurtherPagesRefused
from .received import arrive, asked, family_with_inbox, listen, on_disk, poll, power_cut


@pytest.fixture(name="entry")
async def entry_that_is_down(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gateway_url: str
) -> MockConfigEntry:
    """Set a household up that is polled for received SMS, and take it down."""
    entry = family_with_inbox(gateway_url)
    await set_up(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    return entry


@pytest.fixture(name="told")
async def told_fixture(
    hass: HomeAssistant, entry: MockConfigEntry
) -> AsyncIterator[Told]:
    """Note what is told from now on; whatever it is, nothing comes twice, and the oldest first."""
    told = listen(hass)
    yield told
    ids = [int(each["message_id"]) for each in told.events]
    assert ids == sorted(set(ids))


@dataclass(frozen=True)
class ArrivingMeanwhile(Fault):
    """An honest page, after which further SMS come in, so that all rows move down."""

    texts: list[str] = field(default_factory=list)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        payload = exchange.process()
        arrive(exchange.world, *self.texts)
        return exchange.reply(payload)


@pytest.mark.usefixtures("silence")
async def test_ten_thousand_messages_take_about_a_hundred_requests(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """In order, each once, and none that is too old; the file stays small."""
    arrive(gateway, *(f"old {number}" for number in range(4000)))
    freezer.tick(timedelta(minutes=11))
    young = [f"young {number}" for number in range(6000)]
    arrive(gateway, *young)
    gateway.calls.clear()
    await power_cut(hass, entry, on_disk(hass, entry))
    polls = [call for call in gateway.calls if call.method == "GetMessages"]
    assert len(polls) == 101
    assert told.texts == young
    assert sum(map(len, on_disk(hass, entry).values())) < 3 * 1024 * 1024
    gateway.calls.clear()
    await poll(hass, freezer)
    assert asked(gateway) == ["0"]
    await power_cut(hass, entry, on_disk(hass, entry))
    assert len(told.texts) == 6000


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    ("waiting", "offsets"),
    [
        (1, ["0"]),
        (99, ["0"]),
        (100, ["0", "100"]),
        (101, ["0", "100"]),
        (200, ["0", "100", "200"]),
        (250, ["0", "100", "200"]),
    ],
)
async def test_as_many_pages_are_fetched_as_bring_something_new(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    waiting: int,
    offsets: list[str],
) -> None:
    """A full page may have another one behind it."""
    texts = [f"{number}" for number in range(waiting)]
    arrive(gateway, *texts)
    gateway.calls.clear()
    await set_up(hass, entry)
    assert asked(gateway)[3:] == offsets
    assert told.texts == texts


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("meanwhile", [1, 7, 99])
async def test_messages_that_arrive_between_two_pages_are_told_after_the_others(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    meanwhile: int,
) -> None:
    """The rows have moved down, so the next page begins with known ones."""
    texts = [f"{number}" for number in range(350)]
    arrive(gateway, *texts)
    late = [[f"{page} {number}" for number in range(meanwhile)] for page in range(2)]
    gateway.fault("GetMessages", ArrivingMeanwhile(late[0]))
    gateway.fault("GetMessages", ArrivingMeanwhile(late[1]))
    await set_up(hass, entry)
    assert told.texts == texts
    await poll(hass, freezer)
    assert told.texts == texts + late[0] + late[1]


async def test_a_catch_up_that_breaks_off_begins_anew(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Nothing is told before everything is known, or the order would be lost."""
    texts = [f"{number}" for number in range(250)]
    arrive(gateway, *texts)
    gateway.fault("GetMessages", ArrivingMeanwhile())
    gateway.fault("GetMessages", Reset())
    await set_up(hass, entry)
    assert told.texts == []
    await poll(hass, freezer)
    assert told.texts == texts


async def test_a_panel_that_tells_its_first_page_alone_is_believed_at_the_third_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The manual recommends no other offset than 0; the newest hundred are told, and the log says so."""
    texts = [f"{number}" for number in range(250)]
    arrive(gateway, *texts)
    gateway.fault("GetMessages", FurtherPagesRefused(), times=None)
    await set_up(hass, entry)
    await poll(hass, freezer)
    assert told.texts == []
    await poll(hass, freezer)
    assert told.texts == texts[150:]
    assert "no more than its newest messages" in caplog.text
    gateway.calls.clear()
    await poll(hass, freezer)
    assert asked(gateway) == ["0"]
    assert told.texts == texts[150:]


@pytest.mark.parametrize("fault", [FirstPageOnly(), FurtherPagesRefused()], ids=repr)
async def test_a_panel_that_lists_no_second_page_at_the_first_poll_ever(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    fault: Fault,
) -> None:
    """Its first page is enough after the third try at the latest."""
    arrive(gateway, *(f"{number}" for number in range(150)))
    gateway.fault("GetMessages", fault, times=None)
    await set_up(hass, family_with_inbox(gateway_url))
    told = listen(hass)
    for _ in range(2):
        await poll(hass, freezer)
    arrive(gateway, "new")
    for _ in range(3):
        await poll(hass, freezer)
    assert told.texts == ["new"]


async def test_a_panel_that_repeats_its_first_page_is_asked_for_no_more(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """The newest hundred are told."""
    texts = [f"{number}" for number in range(250)]
    arrive(gateway, *texts)
    gateway.fault("GetMessages", FirstPageOnly(), times=None)
    await set_up(hass, entry)
    assert told.texts == texts[150:]
    gateway.calls.clear()
    await poll(hass, freezer)
    assert asked(gateway) == ["0"]
    assert told.texts == texts[150:]


@pytest.mark.parametrize("fault", [Code(35, Place.STATUS), Code(35, Place.BOTH)])
async def test_a_refusal_of_a_further_page_that_passes_loses_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    fault: Fault,
) -> None:
    """All are told at the next poll."""
    texts = [f"{number}" for number in range(250)]
    arrive(gateway, *texts)
    gateway.fault("GetMessages", ArrivingMeanwhile())
    gateway.fault("GetMessages", fault)
    await set_up(hass, entry)
    assert told.texts == []
    await poll(hass, freezer)
    assert told.texts == texts


async def test_refusals_of_further_pages_count_anew_after_a_poll_that_succeeded(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Only one after the other they mean that there will never be more."""
    texts = [f"{number}" for number in range(600)]
    await set_up(hass, entry)
    for begin in (0, 300):
        arrive(gateway, *texts[begin : begin + 300])
        gateway.fault("GetMessages", FurtherPagesRefused(), times=4)
        await poll(hass, freezer)
        await poll(hass, freezer)
        assert told.texts == texts[:begin]
        await poll(hass, freezer)
        assert told.texts == texts[: begin + 300]


@pytest.mark.usefixtures("silence")
async def test_trouble_with_history_keeps_no_new_message_from_being_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """Behind a page on which everything is old there is nothing that could start anything."""
    arrive(gateway, *(f"old {number}" for number in range(350)))
    freezer.tick(timedelta(hours=5))
    arrive(gateway, "now")
    gateway.calls.clear()
    await set_up(hass, entry)
    assert told.texts == ["now"]
    assert asked(gateway)[-2:] == ["0", "100"]
