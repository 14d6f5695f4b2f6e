"""The names of the notify actions: which can be had, which are taken, and what is said of these."""

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.sending.notify_action import (
    is_notify_action_free,
    is_notify_action_name,
    notify_action_names,
)
from simulator import Gateway
from simulator.faults import CodesInList
from tests.integration.conftest import MINA, OMID, SARA, make_entry, recipient
from tests.integration.story.people import add, received

FAMILY = (recipient("Sara", "sara", SARA), recipient("امید", "omid", OMID))


@pytest.mark.parametrize("name", ["payamak", "payamak_2", "a", "2"])
def test_a_latin_slug_is_a_name(name: str) -> None:
    """Home Assistant accepts it as that of an action."""
    assert is_notify_action_name(name)


@pytest.mark.parametrize("name", ["", "Payamak", "پیامک", "pay-amak", "pay amak", "_"])
def test_anything_else_is_none(name: str) -> None:
    """Nor is nothing."""
    assert not is_notify_action_name(name)


def test_an_account_has_a_name_for_itself_and_one_for_each_recipient() -> None:
    """They follow what the user chooses for the account."""
    entry = make_entry("", FAMILY)
    assert notify_action_names(entry) == {"payamak", "payamak_sara", "payamak_omid"}
    assert notify_action_names(entry, "sms") == {"sms", "sms_sara", "sms_omid"}


def test_names_of_an_account_are_taken_for_all_others(hass: HomeAssistant) -> None:
    """Also while it is not loaded; others of Home Assistant's integrations have none."""
    entry = make_entry("", FAMILY)
    entry.add_to_hass(hass)
    MockConfigEntry(domain="other").add_to_hass(hass)
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE).add_to_hass(hass)
    second = make_entry("", username="neda", notify_action="sms")
    second.add_to_hass(hass)
    for name in ("payamak", "payamak_sara"):
        assert not is_notify_action_free(hass, name)
        assert not is_notify_action_free(hass, name, for_entry=second)
        assert is_notify_action_free(hass, name, for_entry=entry)
    assert not is_notify_action_free(hass, "sms", for_entry=entry)
    for name in ("payamak_neda", "sms_sara"):
        assert is_notify_action_free(hass, name)
        assert is_notify_action_free(hass, name, for_entry=second)


def test_a_name_that_an_action_has_is_taken_but_for_its_own_account(
    hass: HomeAssistant,
) -> None:
    """Whoever has registered it."""
    entry = make_entry("", notify_action="sms")
    entry.add_to_hass(hass)
    for name in ("payamak", "sms"):
        hass.services.async_register("notify", name, print)
    hass.services.async_register("other", "payamak_2", print)
    assert not is_notify_action_free(hass, "payamak")
    assert not is_notify_action_free(hass, "payamak", for_entry=entry)
    assert is_notify_action_free(hass, "sms", for_entry=entry)
    assert is_notify_action_free(hass, "payamak_2")


async def test_names_that_are_taken_are_told_and_the_others_work(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    issue_registry: ir.IssueRegistry,
) -> None:
    """All of them in one repair, and nobody else's action is replaced, or removed in the end."""
    calls: list[ServiceCall] = []
    for name in ("payamak_sara", "payamak"):
        hass.services.async_register("notify", name, calls.append)
    entry = make_entry(gateway_url, FAMILY)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue_id = f"{entry.entry_id}_notify_action"
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue
    assert issue.translation_key == "notify_action_taken"
    assert issue.translation_placeholders
    assert issue.translation_placeholders["action"] == "payamak, notify.payamak_sara"
    for name in ("payamak", "payamak_sara", "payamak_omid"):
        await hass.services.async_call(
            "notify", name, {"message": "leak"}, blocking=True
        )
    assert len(calls) == 2
    assert received(gateway) == {OMID: 1}
    assert await hass.config_entries.async_unload(entry.entry_id)
    left = hass.services.async_services_for_domain("notify")
    assert {"payamak", "payamak_sara"} <= left.keys()
    assert "payamak_omid" not in left


async def test_who_is_added_later_has_an_action_too(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """And whoever is removed has none any more."""
    await add(hass, family_home, "Mina", MINA)
    await hass.services.async_call(
        "notify", "payamak_mina", {"message": "leak"}, blocking=True
    )
    assert received(gateway) == {MINA: 1}
    hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    await hass.async_block_till_done()
    assert not hass.services.has_service("notify", "payamak_sara")


async def test_one_who_gets_nothing_is_an_error_though_others_do(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Whoever notifies several has no other way to hear of it."""
    gateway.fault("SendSMS", CodesInList((None, 14)))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "notify",
            "payamak",
            {"message": "leak", "target": [SARA, OMID]},
            blocking=True,
        )
    assert received(gateway) == {SARA: 1}
