"""The condition about the last SMS to somebody."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConditionError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import Gateway
from simulator.codes import Delivery
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.people.test_target import (
    EVERYBODYS,
    FAMILYS,
    OMIDS,
    SARAS,
    device_of,
    label,
)
from tests.integration.story.deliveries import until_first_question
from tests.integration.story.people import send_sms

from .checks import is_met


async def is_last(
    hass: HomeAssistant, entity: Any, word: Any, **options: Any
) -> bool | None:
    """Ask for the last delivery of an entity's people."""
    return await is_met(
        hass,
        "is_last_delivery",
        target={"entity_id": entity},
        options={"word": word} | options,
    )


@pytest.mark.usefixtures("family_home")
async def test_it_follows_the_last_sms(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Before the first one nothing is so."""
    gateway.set_outcome(SARA, Delivery.BLACKLISTED)
    assert not await is_last(hass, SARAS, "pending")
    await send_sms(hass, "Sara")
    assert await is_last(hass, SARAS, "pending")
    assert not await is_last(hass, SARAS, "blacklisted")
    await until_first_question(hass, freezer)
    assert not await is_last(hass, SARAS, "pending")
    assert await is_last(hass, SARAS, "blacklisted")
    assert await is_last(hass, SARAS, ["undelivered", "blacklisted"])
    assert not await is_last(hass, SARAS, ["undelivered", "failed"])
    assert not await is_last(hass, OMIDS, "blacklisted")


@pytest.mark.usefixtures("family_home")
async def test_of_a_group_the_worst_counts(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """As its sensor shows it."""
    gateway.set_outcome(OMID, Delivery.UNDELIVERED)
    await send_sms(hass, [SARA, OMID, MINA])
    await until_first_question(hass, freezer, 2)
    assert await is_last(hass, FAMILYS, "undelivered")
    assert not await is_last(hass, FAMILYS, "delivered")
    assert await is_last(hass, EVERYBODYS, "delivered")
    assert not await is_last(hass, EVERYBODYS, "delivered", behavior="all")


@pytest.mark.usefixtures("family_home")
async def test_of_several_people_one_is_enough_or_all_are_needed(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """One, unless told otherwise."""
    both = [SARAS, OMIDS]
    await send_sms(hass, SARA)
    assert await is_last(hass, both, "pending")
    assert await is_last(hass, both, "pending", behavior="any")
    assert not await is_last(hass, both, "pending", behavior="all")
    await send_sms(hass, OMID)
    assert await is_last(hass, both, "pending", behavior="all")


@pytest.mark.usefixtures("family_home")
async def test_who_is_left_out_of_the_target_does_not_count(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """Neither for themselves nor as one of a group."""
    gateway.set_outcome(SARA, Delivery.BLACKLISTED)
    await send_sms(hass, "خانواده")
    await until_first_question(hass, freezer)
    for left_out, so in (([], True), ([SARAS], False), ([OMIDS], True)):
        found = await is_met(
            hass,
            "is_last_delivery",
            left_out=left_out,
            target={"entity_id": EVERYBODYS},
            options={"word": "blacklisted"},
        )
        assert found is so


@pytest.mark.usefixtures("family_home")
async def test_the_target_may_be_a_device_or_a_label(hass: HomeAssistant) -> None:
    """As in actions and triggers."""
    await send_sms(hass, SARA)
    for target in (
        {"device_id": device_of(hass, SARAS)},
        {"label_id": label(hass, "Emergency", SARAS)},
    ):
        assert await is_met(
            hass, "is_last_delivery", target=target, options={"word": "pending"}
        )


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_of_nobody_nothing_is_so(hass: HomeAssistant, behavior: str) -> None:
    """A label on lamps alone, say."""
    assert not await is_met(
        hass,
        "is_last_delivery",
        target={"label_id": label(hass, "Lamps")},
        options={"word": "delivered", "behavior": behavior},
    )


async def test_of_an_account_that_is_not_at_work_nothing_is_known(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """And it is no error: the next one is asked."""
    await send_sms(hass, SARA)
    assert await hass.config_entries.async_unload(family_home.entry_id)
    assert not await is_last(hass, SARAS, "pending")


@pytest.mark.usefixtures("family_home")
async def test_an_entity_that_is_no_recipients_is_an_error(hass: HomeAssistant) -> None:
    """It would never be so."""
    with pytest.raises(ConditionError) as raised:
        await is_last(hass, ["notify.nobody", SARAS], "delivered")
    assert "notify.nobody is no recipient" in str(raised.value)


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    "config",
    [
        {"options": {"word": "delivered"}},
        {"target": {"entity_id": []}, "options": {"word": "delivered"}},
        {"target": {"entity_id": SARAS}},
        {"target": {"entity_id": SARAS}, "options": {}},
        {"target": {"entity_id": SARAS}, "options": {"word": []}},
        {"target": {"entity_id": SARAS}, "options": {"word": "gone"}},
        {"target": {"entity_id": SARAS}, "options": {"word": "unknown"}},
        {
            "target": {"entity_id": SARAS},
            "options": {"word": "delivered", "behavior": "most"},
        },
    ],
)
async def test_what_can_never_be_so_is_refused(
    hass: HomeAssistant, config: dict[str, Any]
) -> None:
    """In the editor, not in silence."""
    with pytest.raises(vol.Invalid):
        await is_met(hass, "is_last_delivery", **config)
