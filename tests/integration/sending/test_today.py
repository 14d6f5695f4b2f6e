"""How many parts have left today, and about what they cost."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, CodesInList, Maintenance, Reset
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.accounts import shut_down
from tests.integration.story.forms import call, let_pass

PARTS = "sensor.payamak_parts_sent_today"
SPENT = "sensor.payamak_spent_today"
PRICE = 1730


def today(hass: HomeAssistant) -> tuple[str, str]:
    """Give what both sensors show."""
    parts, spent = hass.states.get(PARTS), hass.states.get(SPENT)
    assert parts
    assert spent
    return parts.state, spent.state


async def send_sms(hass: HomeAssistant, *recipients: str, text: str = "پمپ") -> None:
    """Send a text, whatever becomes of it."""
    with suppress(HomeAssistantError):
        await call(hass, "send_sms", message=text, recipients=list(recipients))


@pytest.mark.usefixtures("home")
async def test_each_part_that_left_is_counted_with_its_price(
    hass: HomeAssistant,
) -> None:
    """At once, for each recipient."""
    assert today(hass) == ("0", "0.0")
    await send_sms(hass, SARA, OMID, text="پ" * 71)
    assert today(hass) == ("4", str(float(4 * PRICE)))
    await send_sms(hass, SARA)
    assert today(hass) == ("5", str(float(5 * PRICE)))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("fault", "parts"),
    [
        (CodesInList((18, None, None)), "2"),
        (Code(2), "0"),
        (Code(6), "0"),
        (Reset(processed=False), "3"),
        (Reset(), "3"),
    ],
)
async def test_what_was_refused_costs_nothing_and_what_may_have_left_counts(
    hass: HomeAssistant, gateway: Gateway, fault: Any, parts: str
) -> None:
    """A limit must not be passed because nobody knows."""
    gateway.fault("SendSMS", fault)
    await send_sms(hass, SARA, OMID, MINA)
    assert today(hass)[0] == parts


async def test_a_pattern_counts_one_part_and_its_price_is_not_known(
    hass: HomeAssistant, home: MockConfigEntry, account: Account
) -> None:
    """Its text stands in the panel."""
    account.patterns = {1: "سلام"}
    await call(hass, "send_pattern", pattern_id=1, recipients=[SARA])
    assert today(hass) == ("1", "0.0")


async def test_where_the_panel_tells_no_price_nothing_is_estimated(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Gateway
) -> None:
    """The parts are counted all the same."""
    gateway.fault("GetBasePrice", Maintenance(), times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await send_sms(hass, SARA)
    assert today(hass) == ("1", "0.0")


async def test_the_day_begins_at_the_homes_midnight(
    hass: HomeAssistant, home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Even if nothing is sent; the statistics are told when."""
    await hass.config.async_set_time_zone("Asia/Tehran")
    freezer.move_to("2026-11-24 20:29:50+00:00")  # 23:59:50
    await send_sms(hass, SARA)
    for entity_id in (PARTS, SPENT):
        state = hass.states.get(entity_id)
        assert state
        assert state.attributes["last_reset"] == "2026-11-24T00:00:00+03:30"
        assert state.attributes["state_class"] == "total"
    assert today(hass) == ("1", str(float(PRICE)))
    await let_pass(hass, freezer, timedelta(seconds=9))
    assert today(hass)[0] == "1"
    await let_pass(hass, freezer, timedelta(seconds=2))
    assert today(hass) == ("0", "0.0")
    for entity_id in (PARTS, SPENT):
        state = hass.states.get(entity_id)
        assert state
        assert state.attributes["last_reset"] == "2026-11-25T00:00:00+03:30"
    await send_sms(hass, SARA)
    assert today(hass)[0] == "1"


async def test_the_totals_survive_a_restart(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """They are read from the ledger."""
    await send_sms(hass, SARA, OMID)
    await shut_down(hass, home)
    await hass.config_entries.async_setup(home.entry_id)
    assert today(hass) == ("2", str(float(2 * PRICE)))
