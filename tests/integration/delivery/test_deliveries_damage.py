"""Whatever is wrong with an account's file or its disk, messages go out and are followed."""

from datetime import UTC, datetime
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from tests.integration.conftest import OMID, SARA
from tests.integration.story.deliveries import (
    PENDING,
    listen,
    numbers,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.disk import (
    damaged_beyond_reading,
    pending_delivery,
    put_data_on_disk,
    reading_fails,
    saving_fails_once,
    text_on_disk,
    what_is_on_disk,
    writing_fails,
)
from tests.integration.story.people import send_sms

SOUND = pending_delivery(
    "1234567890123456789",
    OMID,
    datetime.fromtimestamp(1.7e9, UTC),
    name="Omid",
)


def rows(**damage: Any) -> dict[str, Any]:
    """Give a file with a damaged row between sound ones."""
    return {
        "deliveries": {
            "pending": [SOUND, SOUND | {"message_id": "99"} | damage],
            "last": {OMID: [SOUND["message_id"], "accepted"], SARA: ["99", "accepted"]},
            "unknown_codes": [777],
        }
    }


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give the integration's errors in the log, none of which may show anything private."""
    found = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR and "payamak" in record.name
    ]
    assert not any(each in line for line in found for each in (OMID, SARA, "Omid"))
    return found


async def set_up(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    disk: dict[str, Any],
    data: Any,
    version: int = 1,
) -> Any:
    """Set the account up with a file of such data, and give the file."""
    content = put_data_on_disk(disk, entry.entry_id, data, version)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    return content


async def assert_it_works(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Send a message, and see it arrive."""
    await send_to(hass, SARA)
    await until_first_question(hass, freezer, 10)
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "delivered"


@pytest.mark.parametrize(
    "damaged",
    [
        rows(sent_at="2026-01-01"),
        rows(sent_at=None),
        rows(sent_at=1e18),
        rows(sent_at=253402300799),
        rows(asked="x", asked_at=1.7e9),
        rows(asked=-1),
        rows(asked_at="then"),
        rows(message_id=None),
        rows(recipient=[]),
        rows(name={}),
        rows(code="x"),
        {
            "deliveries": {
                "pending": [SOUND, {"message_id": "99"}],
                "last": {OMID: [SOUND["message_id"], "accepted"]},
            }
        },
        {"deliveries": {"pending": [SOUND, None]}},
        {"deliveries": {"pending": [SOUND], "last": {SARA: ["99", "lost"]}}},
        {"deliveries": {"pending": [SOUND], "last": {SARA: "x"}}},
        {"deliveries": {"pending": [SOUND], "last": {SARA: [[], "accepted"]}}},
        {"deliveries": {"pending": [SOUND], "unknown_codes": [1, "a"]}},
    ],
    ids=str,
)
async def test_a_damaged_row_costs_no_other_row(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    disk: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    damaged: Any,
) -> None:
    """It is said in one line, in which there is nothing of it."""
    content = await set_up(hass, household, disk, damaged)
    assert state_of(hass, PENDING) == "1"
    [error] = errors(caplog)
    assert "1 stored rows about deliveries are damaged" in error
    await assert_it_works(hass, freezer)
    assert what_is_on_disk(disk, household.entry_id) != content


@pytest.mark.parametrize(
    "damaged",
    [
        {"deliveries": {"pending": None}},
        {"deliveries": {"unknown_codes": None}},
        {"deliveries": {"last": []}},
        {"deliveries": []},
        {"deliveries": None},
        {"deliveries": "x"},
        {"received": {"known": ["x"], "all_known_up_to": "0"}},
        {"received": {"known": []}},
        {"received": 1},
    ],
    ids=str,
)
async def test_a_damaged_book_is_begun_anew(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    disk: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    damaged: dict[str, Any],
) -> None:
    """The other one is kept."""
    sound = {"deliveries": {"pending": [SOUND]}} if "received" in damaged else {}
    await set_up(hass, household, disk, sound | damaged)
    [error] = errors(caplog)
    assert f'under "{next(iter(damaged))}" is damaged' in error
    assert state_of(hass, PENDING) == ("1" if sound else "0")
    await assert_it_works(hass, freezer)


@pytest.mark.parametrize("content", [[1], "x", {"version": 1}, {"minor_version": 1}])
async def test_a_damaged_file_is_begun_anew(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    disk: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    content: Any,
) -> None:
    """What Home Assistant itself stumbles over."""
    with damaged_beyond_reading(content):
        await set_up(hass, household, disk, {})
    [error] = errors(caplog)
    assert "is damaged, and is replaced by an empty one" in error
    await assert_it_works(hass, freezer)
    assert SARA in text_on_disk(disk, household.entry_id)


@pytest.mark.parametrize("data", [[1], "x", 1])
async def test_a_file_of_something_else_is_begun_anew(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    disk: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    data: Any,
) -> None:
    """Valid JSON, but not ours."""
    await set_up(hass, household, disk, data)
    assert len(errors(caplog)) == 2
    await assert_it_works(hass, freezer)


async def test_the_file_of_a_newer_version_is_left_as_it_is(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    disk: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who goes back to that version finds everything; it goes with the account all the same."""
    content = await set_up(hass, household, disk, {"books": [1]}, version=2)
    [error] = errors(caplog)
    assert "is left unchanged" in error
    await assert_it_works(hass, freezer)
    assert await hass.config_entries.async_reload(household.entry_id)
    assert state_of(hass, "sensor.payamak_sara_last_delivery") == "delivered"
    assert what_is_on_disk(disk, household.entry_id) == content
    await hass.config_entries.async_remove(household.entry_id)
    assert what_is_on_disk(disk, household.entry_id) is None


async def test_a_file_that_the_disk_does_not_give_is_left_as_it_is(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    disk: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may be sound."""
    with reading_fails():
        content = await set_up(hass, household, disk, rows())
    assert len(errors(caplog)) == 1
    await assert_it_works(hass, freezer)
    assert what_is_on_disk(disk, household.entry_id) == content


async def test_a_disk_that_takes_nothing_changes_nothing_for_messages(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An accepted message is no failure, its end is told, and the log says what is wrong."""
    told = listen(hass)
    with writing_fails():
        sent = await send_sms(hass, [SARA, *numbers(11)])
        assert {row["status"] for row in sent} == {"accepted"}
        await until_first_question(hass, freezer, 20)
        await hass.config_entries.async_remove(family_home.entry_id)
    assert not hass.config_entries.async_entries("payamak")
    assert set(told.words.values()) == {"delivered"}
    assert len(told.words) == 12
    assert all("can't be written" in error for error in errors(caplog))


async def test_the_following_goes_on_after_an_error_that_nobody_foresaw(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Not even a full round that fails is the last one."""
    told = listen(hass)
    sent = await send_to(hass, *numbers(12))
    unforeseen: list[str] = []
    hass.loop.set_exception_handler(
        lambda _, context: unforeseen.append(str(context["exception"]))
    )
    with saving_fails_once(RuntimeError("out of the blue")):
        await until_first_question(hass, freezer, 30)
    assert unforeseen == ["out of the blue"]
    assert len(told.words) == len(sent) - 5
    assert state_of(hass, PENDING) == "0"
