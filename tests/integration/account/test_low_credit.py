"""Credit that is low or used up: the binary sensor, and the repair that comes and goes."""

import asyncio
from decimal import Decimal

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, Maintenance, ServerError
from tests.integration.story.forms import let_pass, reload, send
from tests.integration.story.login import POLL
from tests.integration.story.people import Held, wait_for
from tests.integration.story.repairs import ignore, is_ignored, key, shown

SENSOR = "binary_sensor.payamak_low_credit"


def sensor(hass: HomeAssistant) -> str:
    """Give the state of the binary sensor."""
    state = hass.states.get(SENSOR)
    assert state
    return state.state


async def buy(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, account: Account, credit: str
) -> None:
    """Let the account have so much credit, and a poll find it out."""
    account.credit = Decimal(credit)
    await let_pass(hass, freezer, POLL)


async def be_refused(hass: HomeAssistant, gateway: Gateway, code: int = 2) -> None:
    """Let the gateway refuse a message, for lack of credit unless told otherwise."""
    gateway.fault("SendSMS", Code(code))
    with pytest.raises(HomeAssistantError):
        await send(hass)


async def set_limit(hass: HomeAssistant, entry: MockConfigEntry, limit: int) -> None:
    """Change the option, which loads the account anew."""
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "low_credit": limit}
    )
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    ("credit", "state", "word"),
    [
        ("50", "off", None),
        ("49.99", "on", "credit_low"),
        ("1", "on", "credit_low"),
        ("0.99", "on", "credit_used_up"),
        ("0", "on", "credit_used_up"),
    ],
)
async def test_credit_below_fifty_is_low_and_below_one_used_up(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
    credit: str,
    state: str,
    word: str | None,
) -> None:
    """Sensor and repair say the same, and both end once there is enough."""
    assert (sensor(hass), key(hass, home, "low_credit")) == ("off", None)
    await buy(hass, freezer, account, credit)
    assert (sensor(hass), key(hass, home, "low_credit")) == (state, word)
    await buy(hass, freezer, account, "1000")
    assert (sensor(hass), key(hass, home, "low_credit")) == ("off", None)


async def test_the_repair_says_how_much_there_is_and_from_when_on_it_warns(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """In whole SMS, never rounded up to the limit; it is a warning, and follows the credit."""
    await buy(hass, freezer, account, "49.9")
    repair = shown(hass, home, "low_credit")
    assert repair
    assert repair.severity is ir.IssueSeverity.WARNING
    assert repair.translation_placeholders == {
        "account": "Payamak",
        "credit": "49",
        "limit": "50",
    }
    await buy(hass, freezer, account, "12")
    repair = shown(hass, home, "low_credit")
    assert repair
    assert repair.translation_placeholders
    assert repair.translation_placeholders["credit"] == "12"


async def test_the_limit_is_an_option(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It applies at once."""
    await buy(hass, freezer, account, "60")
    assert sensor(hass) == "off"
    await set_limit(hass, home, 61)
    assert (sensor(hass), key(hass, home, "low_credit")) == ("on", "credit_low")
    await set_limit(hass, home, 60)
    assert (sensor(hass), key(hass, home, "low_credit")) == ("off", None)


async def test_with_a_limit_of_none_nothing_warns(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Neither without any credit, nor where a message is refused, nor with what was shown before."""
    await be_refused(hass, gateway)
    assert key(hass, home, "low_credit") == "credit_used_up"
    await set_limit(hass, home, 0)
    await buy(hass, freezer, account, "-1")
    assert (sensor(hass), key(hass, home, "low_credit")) == ("off", None)
    await be_refused(hass, gateway)
    assert (sensor(hass), key(hass, home, "low_credit")) == ("off", None)


async def test_the_sensor_is_unavailable_when_the_credit_is(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The repair stays: nobody knows better."""
    await buy(hass, freezer, account, "10")
    gateway.fault("GetCredit", ServerError(), times=None)
    await let_pass(hass, freezer, POLL)
    assert sensor(hass) == "unavailable"
    assert key(hass, home, "low_credit") == "credit_low"
    gateway.clear_faults()
    await let_pass(hass, freezer, POLL)
    assert sensor(hass) == "on"


async def test_a_message_that_is_refused_for_credit_shows_it_at_once(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Until a poll finds enough."""
    await be_refused(hass, gateway)
    assert key(hass, home, "low_credit") == "credit_used_up"
    assert sensor(hass) == "off"
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "low_credit") is None


async def test_a_poll_that_finds_little_credit_leaves_it_used_up(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Also over reloads, until a message is accepted: then it is low."""
    await buy(hass, freezer, account, "20")
    await be_refused(hass, gateway)
    for _ in range(2):
        await reload(hass, home)
        await let_pass(hass, freezer, POLL)
        assert key(hass, home, "low_credit") == "credit_used_up"
    await send(hass)
    assert key(hass, home, "low_credit") == "credit_low"
    await let_pass(hass, freezer, POLL)
    assert key(hass, home, "low_credit") == "credit_low"


async def test_a_message_that_is_accepted_ends_it_where_the_credit_is_not_low(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """The repair doesn't wait for the next poll."""
    await be_refused(hass, gateway)
    await send(hass)
    assert key(hass, home, "low_credit") is None


async def test_a_message_that_fails_for_another_cause_changes_nothing(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """It says nothing of the credit."""
    await be_refused(hass, gateway, 7)
    assert key(hass, home, "low_credit") is None
    await be_refused(hass, gateway)
    await be_refused(hass, gateway, 7)
    assert key(hass, home, "low_credit") == "credit_used_up"


async def test_a_warning_that_is_ignored_stays_so_until_nothing_can_be_sent(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The worse message is a new one; ignored itself, it stays so too."""
    await buy(hass, freezer, account, "20")
    ignore(hass, home, "low_credit")
    await buy(hass, freezer, account, "10")
    await hass.config_entries.async_reload(home.entry_id)
    assert is_ignored(hass, home, "low_credit")
    await be_refused(hass, gateway)
    assert key(hass, home, "low_credit") == "credit_used_up"
    assert not is_ignored(hass, home, "low_credit")
    ignore(hass, home, "low_credit")
    await be_refused(hass, gateway)
    await buy(hass, freezer, account, "5")
    assert is_ignored(hass, home, "low_credit")


@pytest.mark.parametrize(("credit", "word"), [("1000", None), ("20", "credit_low")])
@pytest.mark.parametrize("code", [None, 2])
async def test_a_message_that_ends_after_a_reload_changes_nothing(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    credit: str,
    word: str | None,
    code: int | None,
) -> None:
    """It is the new set-up that knows how the account is now."""
    held = Held(code)
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send(hass))
    await wait_for(held, sending)
    account.credit = Decimal(credit)
    await hass.config_entries.async_reload(home.entry_id)
    held.released.set()
    await asyncio.wait({sending})
    sending.exception()
    assert key(hass, home, "low_credit") == word


async def test_a_poll_that_ends_after_the_account_was_removed_shows_nothing(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    gateway: Gateway,
) -> None:
    """Nobody could take the repair away any more."""
    held = Held()
    gateway.fault("GetCredit", held)
    account.credit = Decimal(1)
    polling = asyncio.create_task(home.runtime_data.coordinator.async_refresh())
    await wait_for(held, polling)
    await hass.config_entries.async_remove(home.entry_id)
    held.released.set()
    await polling
    assert key(hass, home, "low_credit") is None


async def test_an_account_that_is_removed_takes_the_repair_along(
    hass: HomeAssistant,
    home: MockConfigEntry,
    account: Account,
    freezer: FrozenDateTimeFactory,
) -> None:
    """As with all others."""
    await buy(hass, freezer, account, "10")
    await hass.config_entries.async_remove(home.entry_id)
    assert key(hass, home, "low_credit") is None


async def test_a_price_that_is_not_told_keeps_the_sensor_from_nothing(
    hass: HomeAssistant, home: MockConfigEntry, account: Account, gateway: Gateway
) -> None:
    """Only the credit counts."""
    gateway.fault("GetBasePrice", Maintenance())
    account.credit = Decimal(10)
    await home.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    assert sensor(hass) == "on"
