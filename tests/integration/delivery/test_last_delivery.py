"""The sensor of what became of the last message to a recipient."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.faults import Code, CodesInList, Envelope, Replaced, WithoutId
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.deliveries import (
    GAPS,
    pass_by,
    send_to,
    state_of,
    until_first_question,
)
from tests.integration.story.forms import let_pass, take_calls
from tests.integration.story.people import add, change, notify, send_message, send_sms

pytestmark = pytest.mark.usefixtures("silence", "family_home")


def last(hass: HomeAssistant, slug: str = "sara") -> str:
    """Give what the sensor of a recipient shows."""
    return state_of(hass, f"sensor.payamak_{slug}_last_delivery")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Delivery.DELIVERED, "delivered"),
        (Delivery.UNDELIVERED, "undelivered"),
        (Delivery.OPERATOR_ERROR, "failed"),
        (Delivery.BLACKLISTED, "blacklisted"),
        (Delivery.FILTERED, "filtered"),
        (Delivery.REJECTED, "rejected"),
    ],
)
async def test_it_goes_from_pending_to_the_end(
    hass: HomeAssistant,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
    outcome: Delivery,
    word: str,
) -> None:
    """And the next message begins anew; others see nothing of it."""
    gateway.set_outcome(SARA, outcome)
    assert last(hass) == "unknown"
    await notify(hass, "payamak_sara")
    assert last(hass) == "pending"
    await until_first_question(hass, freezer)
    assert last(hass) == word
    assert last(hass, "omid") == "unknown"
    await notify(hass, "payamak_sara")
    assert last(hass) == "pending"


@pytest.mark.usefixtures("freezer")
async def test_a_number_counts_whichever_way_it_was_written(
    hass: HomeAssistant,
) -> None:
    """It is the phone that got the message."""
    await send_to(hass, SARA)
    assert last(hass) == "pending"
    assert last(hass, "family") == "pending"


async def test_it_expires(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """After 72 hours without an end."""
    gateway.set_outcome(SARA, Delivery.NO_STATUS)
    await notify(hass, "payamak_sara")
    for _ in range(15):
        await let_pass(hass, freezer, timedelta(hours=5))
    assert last(hass) == "expired"


async def test_a_group_shows_the_worst_until_all_are_delivered(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """One phone that is off is not hidden by two that are on."""
    gateway.set_outcome(MINA, Delivery.REACHED_OPERATOR)
    await send_message(hass, "family")
    await until_first_question(hass, freezer, 5)
    assert (last(hass), last(hass, "omid")) == ("delivered", "delivered")
    assert last(hass, "family") == "pending"
    gateway.set_outcome(gateway.phone(MINA).messages[0].rec_id, Delivery.UNDELIVERED)
    await pass_by(hass, freezer, GAPS[1])
    assert last(hass, "family") == "undelivered"
    gateway.set_outcome(MINA, Delivery.DELIVERED)
    await send_message(hass, "family")
    assert last(hass, "family") == "pending"
    await until_first_question(hass, freezer, 5)
    assert last(hass, "family") == "delivered"


async def test_a_group_is_not_delivered_where_nobody_knows_of_one(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """What can't be followed never looks delivered."""
    await send_message(hass, "family")
    await until_first_question(hass, freezer, 5)
    assert last(hass, "family") == "delivered"
    gateway.fault("SendSMS", WithoutId())
    await send_to(hass, MINA)
    assert last(hass, "family") == "unknown"
    gateway.set_outcome(SARA, Delivery.REJECTED)
    await notify(hass, "payamak_sara")
    assert last(hass, "family") == "pending"
    await until_first_question(hass, freezer, 5)
    assert last(hass, "family") == "rejected"


async def test_a_refused_message_has_failed(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """At once, and for those it was refused for."""
    gateway.fault("SendSMS", CodesInList((None, 18)))
    await send_sms(hass, [SARA, OMID])
    assert (last(hass), last(hass, "omid")) == ("pending", "failed")
    assert last(hass, "family") == "failed"


async def test_a_refused_call_has_failed_for_all(
    hass: HomeAssistant, account: Account
) -> None:
    """Whether an error is raised or not."""
    account.credit *= 0
    with pytest.raises(HomeAssistantError):
        await send_message(hass, "family")
    assert last(hass, "family") == "failed"


@pytest.mark.parametrize("fault", [WithoutId(), Code(-6)])
async def test_a_message_that_can_not_be_followed_is_unknown(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory, fault: Any
) -> None:
    """It never shows what became of the message before."""
    await notify(hass, "payamak_sara")
    await until_first_question(hass, freezer)
    assert last(hass) == "delivered"
    gateway.fault("SendSMS", fault)
    try:
        await notify(hass, "payamak_sara")
    except HomeAssistantError:
        assert not isinstance(fault, WithoutId)
    assert last(hass) == "unknown"


async def test_an_older_message_that_ends_later_changes_nothing(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """It is the last one that is shown."""
    gateway.set_outcome(SARA, Delivery.REACHED_OPERATOR)
    [older] = await send_to(hass, SARA)
    gateway.set_outcome(SARA, Delivery.DELIVERED)
    await until_first_question(hass, freezer, 2)
    await send_to(hass, SARA)
    await until_first_question(hass, freezer, 2)
    assert last(hass) == "delivered"
    gateway.set_outcome(older, Delivery.UNDELIVERED)
    await pass_by(hass, freezer, 60)
    assert last(hass) == "delivered"


async def test_it_follows_the_recipients_without_a_reload(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A changed number has no last message yet; who is added has a sensor, who is removed none."""
    await notify(hass, "payamak_sara")
    await until_first_question(hass, freezer)
    take_calls(gateway)
    await change(hass, family_home, "subentry-sara", numbers=["09350000009"])
    assert last(hass) == "unknown"
    assert last(hass, "family") == "delivered"
    await change(hass, family_home, "subentry-sara", numbers=["09350000009", SARA])
    assert last(hass) == "delivered"
    await add(hass, family_home, "Neda", "09350000003", slug="neda")
    assert last(hass, "neda") == "unknown"
    await notify(hass, "payamak_neda")
    assert last(hass, "neda") == "pending"
    hass.config_entries.async_remove_subentry(family_home, "subentry-omid")
    await hass.async_block_till_done()
    assert hass.states.get("sensor.payamak_omid_last_delivery") is None
    assert last(hass, "neda") == "pending"
    assert take_calls(gateway) == ["SendSMS"]


async def test_a_number_that_comes_back_is_known(
    hass: HomeAssistant, family_home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """For as long as the history is kept."""
    await notify(hass, "payamak_sara")
    await until_first_question(hass, freezer)
    for subentry_id in ("subentry-sara", "subentry-family"):
        hass.config_entries.async_remove_subentry(family_home, subentry_id)
    await hass.async_block_till_done()
    await add(hass, family_home, "Sara", SARA, slug="sara")
    assert last(hass) == "delivered"


async def test_an_id_that_stands_twice_in_a_reply_is_that_of_both(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """None of them stays on its way for ever."""
    rec_id = "1234567890123456789"
    gateway.fault("SendSMS", Replaced("Value", f"{rec_id},{rec_id}"))
    gateway.fault("GetDeliveries2", Envelope("2"), times=None)
    await send_to(hass, SARA, OMID)
    await until_first_question(hass, freezer)
    assert (last(hass), last(hass, "omid")) == ("undelivered", "undelivered")


async def test_after_the_history_is_over_nothing_is_known(
    hass: HomeAssistant, family_home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """The sensor says so, even if nothing else happens."""
    await notify(hass, "payamak_sara")
    await until_first_question(hass, freezer)
    assert last(hass) == "delivered"
    freezer.tick(timedelta(days=7))
    await let_pass(hass, freezer, timedelta(hours=6))
    assert last(hass) == "unknown"
