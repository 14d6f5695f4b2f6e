"""History and cancellation with two accounts: what one action has sent over both, one action tells and calls back."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.forms import call
from tests.integration.story.people import (
    NEDA,
    REZA,
    add,
    received,
    second_account,
    send_sms,
)

BOTH = ["Sara", "Reza"]


@pytest.fixture(name="second")
async def second_fixture(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> MockConfigEntry:
    """Set another account up beside the first."""
    return await set_up(hass, second_account(gateway, gateway_url))


async def told(hass: HomeAssistant, action: str, **data: Any) -> list[str]:
    """Give the numbers in the rows of a response, in order."""
    response = await call(hass, action, **data)
    return [row["recipient"] for row in response["messages"]]


async def pause(hass: HomeAssistant, *people: str, on: bool = True) -> None:
    """Let what is sent to people wait, or not any more."""
    await hass.services.async_call(
        "switch",
        f"turn_{'on' if on else 'off'}",
        {"entity_id": [f"switch.{each}_paused" for each in people]},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("second")
async def test_the_history_is_that_of_all_accounts_the_newest_first(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """No more than wanted of all together."""
    for who in ("Reza", "Sara", "علی", "امید"):
        await send_sms(hass, who)
        freezer.tick(1)
    newest_first = [OMID, "09350000001", SARA, REZA]
    assert await told(hass, "get_history") == newest_first
    assert await told(hass, "get_history", limit=3) == newest_first[:3]


async def test_the_history_of_a_call_that_spanned_accounts_is_found_by_its_ids(
    hass: HomeAssistant, second: MockConfigEntry
) -> None:
    """Unless one account is chosen."""
    ids = [row["sms_id"] for row in await send_sms(hass, BOTH)]
    await send_sms(hass, BOTH)
    assert {*await told(hass, "get_history", sms_ids=ids)} == {SARA, REZA}
    chosen = {"config_entry_id": second.entry_id}
    assert await told(hass, "get_history", sms_ids=ids, **chosen) == [REZA]
    with pytest.raises(ServiceValidationError):
        await told(hass, "get_history", recipients="Sara", **chosen)


async def test_people_of_the_history_are_those_of_all_accounts(
    hass: HomeAssistant, family_home: MockConfigEntry, second: MockConfigEntry
) -> None:
    """A name that two people have means both: nothing is sent to them here."""
    await send_sms(hass, BOTH)
    await send_sms(hass, MINA)
    await send_sms(hass, REZA, config_entry_id=family_home.entry_id)
    assert await told(hass, "get_history", recipients="Reza") == [REZA, REZA]
    assert await told(hass, "get_history", recipients=MINA) == [MINA]
    await add(hass, family_home, "Reza", NEDA)
    await send_sms(hass, NEDA)
    found = await told(hass, "get_history", recipients=["reza", SARA])
    assert sorted(found) == sorted([SARA, REZA, REZA, NEDA])
    with pytest.raises(ServiceValidationError) as raised:
        await told(hass, "get_history", recipients=["Sara", "Sahar"])
    assert raised.value.translation_key == "unknown_recipient"


@pytest.mark.parametrize("by_ids", [True, False])
async def test_what_waits_is_called_back_over_all_accounts(
    hass: HomeAssistant, second: MockConfigEntry, gateway: Gateway, by_ids: bool
) -> None:
    """Whoever sent it with one action can stop it with one."""
    people = ("payamak_sara", "payamak_2_reza")
    await pause(hass, *people)
    ids = [row["sms_id"] for row in await send_sms(hass, BOTH)]
    which = {"sms_ids": ids} if by_ids else {}
    chosen = {"config_entry_id": second.entry_id}
    assert await told(hass, "cancel", **which, **chosen) == [REZA]
    await send_sms(hass, "Reza")
    assert {*await told(hass, "cancel", **which)} == (
        {SARA} if by_ids else {SARA, REZA}
    )
    await pause(hass, *people, on=False)
    assert received(gateway) == ({REZA: 1} if by_ids else {})


async def test_an_account_that_is_not_at_work_is_left_out(
    hass: HomeAssistant, family_home: MockConfigEntry, second: MockConfigEntry
) -> None:
    """But it is an error where none is, and where it was chosen."""
    await send_sms(hass, BOTH)
    await hass.config_entries.async_unload(family_home.entry_id)
    assert await told(hass, "get_history") == [REZA]
    assert await told(hass, "cancel") == []
    chosen = {"config_entry_id": family_home.entry_id}
    await hass.config_entries.async_unload(second.entry_id)
    for action in ("get_history", "cancel"):
        for which in ({}, chosen):
            with pytest.raises(ServiceValidationError) as raised:
                await told(hass, action, **which)
            assert raised.value.translation_key == "service_config_entry_not_loaded"


@pytest.mark.parametrize("action", ["get_history", "cancel"])
async def test_without_any_account_it_is_an_error(
    hass: HomeAssistant, family_home: MockConfigEntry, action: str
) -> None:
    """An empty answer would look as if nothing had been sent."""
    await hass.config_entries.async_remove(family_home.entry_id)
    with pytest.raises(ServiceValidationError) as raised:
        await told(hass, action)
    assert raised.value.translation_key == "service_found_no_config_entry_for_domain"
