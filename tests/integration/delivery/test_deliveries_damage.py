"""Whatever is wrong with an account's file or its disk, messages go out and are followed, and each end is told once."""

import logging
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.ledger.outgoing import OutgoingBook
from simulator import Gateway
from tests.integration.conftest import SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.deliveries import (
    PENDING,
    listen,
    numbers,
    pass_by,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.disk import put_on_disk, real_file, writing_fails
from tests.integration.story.forms import reload
from tests.integration.story.people import send_sms


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give the integration's errors in the log, none of which may show anything private."""
    found = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR and "payamak" in record.name
    ]
    assert not any(SARA in line for line in found)
    return found


@pytest.mark.parametrize("content", [b"x" * 5000, b"{}", b"SQLite format 3\0" * 90])
async def test_with_a_damaged_file_messages_are_followed(
    hass: HomeAssistant,
    household: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    content: bytes,
) -> None:
    """It is put aside, and a new one is begun."""
    put_on_disk(hass, household.entry_id, {"": content})
    await set_up(hass, household)
    assert [error.split(" is ")[1][:7] for error in errors(caplog)] == [
        "damaged",
        "put asi",
    ]
    told = listen(hass)
    sent = await send_to(hass, SARA)
    await until_first_question(hass, freezer)
    assert told.words == dict.fromkeys(sent, "delivered")
    path: Path = real_file(hass, household.entry_id)
    assert len(list(path.parent.glob(f"{path.name}.corrupt.*"))) == 1


async def test_a_disk_that_takes_nothing_changes_nothing_for_messages(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An accepted message is no failure, its end is told, and the log says what is wrong, once."""
    told = listen(hass)
    with writing_fails():
        sent = await send_sms(hass, [SARA, *numbers(11)])
        assert {row["status"] for row in sent} == {"accepted"}
        await until_first_question(hass, freezer, 20)
        await hass.config_entries.async_remove(family_home.entry_id)
    assert not hass.config_entries.async_entries("payamak")
    assert set(told.words.values()) == {"delivered"}
    assert len(told.words) == 12
    assert [error for error in errors(caplog) if "closed" not in error] == [
        f"payamak.{family_home.entry_id}.db can't be written: database or disk is full"
    ]


async def test_an_end_that_the_disk_does_not_take_is_told_once(
    hass: HomeAssistant, family_home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Over a reload too, which does not forget what is in memory."""
    told = listen(hass)
    sent = await send_to(hass, SARA)
    with writing_fails():
        await until_first_question(hass, freezer)
        assert told.words == dict.fromkeys(sent, "delivered")
        await reload(hass, family_home)
        await pass_by(hass, freezer, 60, 10)
    assert len(told.events) == 1
    assert state_of(hass, PENDING) == "0"


async def test_the_following_goes_on_after_an_error_that_nobody_foresaw(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even a question that fails as a whole is the last one."""
    told = listen(hass)
    sent = await send_to(hass, *numbers(5))
    unforeseen: list[str] = []
    hass.loop.set_exception_handler(
        lambda _, context: unforeseen.append(str(context["exception"]))
    )
    end = OutgoingBook.async_end

    async def fail_once(*given: object) -> None:
        monkeypatch.setattr(OutgoingBook, "async_end", end)
        raise RuntimeError("out of the blue")

    monkeypatch.setattr(OutgoingBook, "async_end", fail_once)
    await until_first_question(hass, freezer, 30)
    assert unforeseen == ["out of the blue"]
    assert told.words == dict.fromkeys(sent, "delivered")
    assert len(told.events) == len(sent)
