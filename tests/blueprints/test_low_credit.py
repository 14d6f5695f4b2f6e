"""The blueprint that warns of low credit, while there is enough left for it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from simulator import Account, Gateway
from simulator.faults import Code
from tests.integration.conftest import OMID, SARA
from tests.integration.story.people import second_account

from .conftest import Automate, Done
from .sms import answers, settle

LOW = "binary_sensor.payamak_low_credit"
INPUTS: dict[str, Any] = {
    "sensor": LOW,
    "recipients": ["Sara"],
    "message": "Low",
    "actions": [{"event": "done"}],
}


class Purse:
    """The account's credit, as Home Assistant comes to know of it."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        gateway: Gateway,
        account: Account,
    ) -> None:
        """Keep whose it is."""
        self._hass, self._freezer = hass, freezer
        self._gateway, self._account = gateway, account

    async def holds(
        self, credit: int, after: timedelta = timedelta(minutes=16)
    ) -> None:
        """Let the credit be asked for after a while."""
        self._account.credit = Decimal(credit)
        self._freezer.tick(after)
        async_fire_time_changed(self._hass)
        await settle(self._hass, self._gateway)


@pytest.fixture
def purse(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
) -> Purse:
    """Give the account's credit."""
    return Purse(hass, freezer, gateway, account)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "The SMS credit is low. Once it is used up, no alert goes out."),
        (
            "_fa",
            "اعتبار پیامک رو به پایان است. با تمام شدن آن، هیچ هشداری ارسال نمی‌شود.",
        ),
    ],
)
async def test_low_credit_is_told_by_sms_in_the_language_of_the_blueprint(
    automate: Automate, purse: Purse, gateway: Gateway, language: str, text: str
) -> None:
    """Sensor and recipients, picked or written, are all that has to be filled in."""
    await automate(
        f"low_credit{language}",
        sensor=LOW,
        people={"entity_id": ["notify.payamak_sara"]},
        recipients=[OMID],
    )
    await purse.holds(60)
    assert answers(gateway) == []
    await purse.holds(49)
    assert sorted((to, said) for to, _, said in answers(gateway)) == [
        (SARA, text),
        (OMID, text),
    ]


async def test_low_credit_is_told_once_in_the_chosen_time(
    automate: Automate, purse: Purse, gateway: Gateway, done: Done
) -> None:
    """Also where the gateway was away meanwhile, or the credit rises above the limit for a while."""
    await automate("low_credit", **INPUTS | {"hours": 10})
    await purse.holds(49)
    await purse.holds(51)
    await purse.holds(49)
    gateway.fault(None, Code(6), times=None)
    await purse.holds(49)
    gateway.clear_faults()
    await purse.holds(49)
    assert len(answers(gateway)) == len(done) == 1
    await purse.holds(51, timedelta(hours=9, minutes=10))
    await purse.holds(49)
    assert len(answers(gateway)) == len(done) == 2


async def test_what_else_is_to_be_done_is_done_where_the_sms_is_refused(
    automate: Automate, purse: Purse, gateway: Gateway, done: Done
) -> None:
    """The credit may be used up already."""
    await automate("low_credit", **INPUTS)
    gateway.fault("SendSMS", Code(2))
    await purse.holds(0)
    assert answers(gateway) == []
    assert len(done) == 1


@pytest.mark.parametrize(("credit", "warnings"), [(49, 1), (51, 0)])
async def test_credit_that_became_low_meanwhile_is_told_after_the_start(
    hass: HomeAssistant,
    automate: Automate,
    purse: Purse,
    gateway: Gateway,
    credit: int,
    warnings: int,
) -> None:
    """No change of the sensor tells it then."""
    await purse.holds(credit)
    hass.set_state(CoreState.starting)
    await automate("low_credit", **INPUTS)
    assert answers(gateway) == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass, gateway)
    assert len(answers(gateway)) == warnings


async def test_the_account_with_the_low_credit_is_the_one_that_warns(
    hass: HomeAssistant,
    automate: Automate,
    purse: Purse,
    gateway: Gateway,
    gateway_url: str,
    family_home: MockConfigEntry,
) -> None:
    """Where there are several, none needs to be chosen."""
    other = second_account(gateway, gateway_url)
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    await automate("low_credit", **INPUTS)
    await purse.holds(49)
    [(number, _, text)] = answers(gateway)
    assert (number, text) == (SARA, "Low")


async def test_the_conditions_of_the_form_count(
    automate: Automate, purse: Purse, gateway: Gateway, done: Done
) -> None:
    """Nothing happens when they don't hold."""
    condition = {"condition": "template", "value_template": "{{ false }}"}
    await automate("low_credit", **INPUTS | {"conditions": [condition]})
    await purse.holds(49)
    assert answers(gateway) == []
    assert done == []
