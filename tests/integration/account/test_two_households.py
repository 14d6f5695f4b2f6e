"""Two accounts with three recipients each, side by side; and names that both would have."""

from threading import Barrier
from typing import Any

from homeassistant.components.notify import legacy
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from tests.integration.conftest import LINE, MINA, OMID, SARA, make_entry, recipient
from tests.integration.story.accounts import set_up
from tests.integration.story.forms import reload
from tests.integration.story.people import (
    ALI,
    NEDA,
    REZA,
    SECOND_LINE,
    add,
    change,
    notify,
    notify_actions,
    received,
    second_account,
    send_message,
    send_sms,
)

FIRST = {"payamak", "payamak_sara", "payamak_omid", "payamak_family"}
SECOND = {"payamak_2", "payamak_2_ali", "payamak_2_reza", "payamak_2_neighbours"}


@pytest.fixture(name="second")
async def second_fixture(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
    silence: None,
) -> MockConfigEntry:
    """Set another account up beside the first."""
    return await set_up(hass, second_account(gateway, gateway_url))


def senders(gateway: Gateway, number: str) -> list[str]:
    """Give the lines that a number got its messages from."""
    return [sms.sender for sms in gateway.phone(number).messages]


@pytest.mark.usefixtures("second")
async def test_each_account_has_the_actions_and_entities_of_its_people(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """And sends over its own line."""
    assert notify_actions(hass) == FIRST | SECOND
    assert set(hass.states.async_entity_ids("notify")) == {
        f"notify.{name}" for name in FIRST | SECOND if name.count("_")
    } - {"notify.payamak_2"} | {
        "notify.payamak_all_recipients",
        "notify.payamak_all_recipients_2",
    }
    await notify(hass)
    await notify(hass, "payamak_2")
    await notify(hass, "payamak_2_ali")
    await send_message(hass, "2_reza", "sara")
    assert received(gateway) == {SARA: 2, OMID: 1, MINA: 1, ALI: 2, REZA: 2, NEDA: 1}
    assert senders(gateway, SARA) == [LINE, LINE]
    assert senders(gateway, REZA) == [SECOND_LINE, SECOND_LINE]


async def test_a_name_is_the_accounts_own(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Nobody of the other household is reached by mistake; the same name may be in both."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, target="Reza")
    assert raised.value.translation_placeholders == {
        "recipient": "Reza",
        "names": "Sara, امید, خانواده",
    }
    await add(hass, family_home, "Reza", NEDA)
    await notify(hass, target="Reza")
    [row] = await send_sms(hass, "Reza", config_entry_id=second.entry_id)
    assert (row["recipient"], row["name"]) == (REZA, "Reza")
    assert received(gateway) == {NEDA: 1, REZA: 1}
    assert hass.services.has_service("notify", "payamak_reza")


async def test_what_happens_to_one_account_leaves_the_others_people_alone(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Added, changed, removed, reloaded, unloaded."""
    untouched = second.runtime_data
    await add(hass, family_home, "Neda", NEDA)
    assert notify_actions(hass) == FIRST | SECOND | {"payamak_neda"}
    await change(hass, family_home, "subentry-sara", slug="mother")
    assert notify_actions(hass) >= SECOND
    hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    await hass.async_block_till_done()
    assert (
        notify_actions(hass)
        == {
            "payamak",
            "payamak_omid",
            "payamak_family",
            "payamak_neda",
        }
        | SECOND
    )
    await reload(hass, family_home)
    assert notify_actions(hass) >= SECOND
    assert await hass.config_entries.async_unload(family_home.entry_id)
    assert notify_actions(hass) == SECOND
    await notify(hass, "payamak_2_reza")
    await send_message(hass, "2_neighbours")
    assert received(gateway) == {REZA: 1, ALI: 1, NEDA: 1}
    assert second.runtime_data is untouched
    await hass.config_entries.async_remove(family_home.entry_id)
    assert notify_actions(hass) == SECOND


def collision(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str] | None:
    """Give what the repair about taken names says, None where there is none."""
    issue = ir.async_get(hass).async_get_issue(
        DOMAIN, f"{entry.entry_id}_notify_action"
    )
    if issue is None:
        return None
    assert issue.translation_key == "notify_action_taken"
    return issue.translation_placeholders


async def test_a_recipient_whose_action_another_account_has_is_a_repair(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """Neither takes it from the other, whichever is reloaded; everything else works."""
    second = second_account(gateway, gateway_url)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    first = make_entry(
        gateway_url, (recipient("Sara", "2", SARA), recipient("Omid", "omid", OMID))
    )
    first.add_to_hass(hass)
    assert await hass.config_entries.async_setup(first.entry_id)
    for _ in range(2):
        assert collision(hass, second) is None
        assert collision(hass, first) == {"account": "Payamak", "action": "payamak_2"}
        assert notify_actions(hass) == {"payamak", "payamak_omid"} | SECOND
        await reload(hass, first)
    assert await hass.config_entries.async_unload(first.entry_id)
    assert notify_actions(hass) == SECOND
    assert await hass.config_entries.async_setup(first.entry_id)
    await notify(hass, "payamak_2", target="Reza")
    await notify(hass, target="Sara")
    await notify(hass, "payamak_omid")
    assert received(gateway) == {REZA: 1, SARA: 1, OMID: 1}
    await change(hass, first, "subentry-2", slug="sara")
    assert collision(hass, first) is None
    assert notify_actions(hass) == {"payamak", "payamak_omid", "payamak_sara"} | SECOND


async def test_accounts_that_start_together_do_not_share_an_action(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One has it, the other a repair, and unloading the one without takes nothing from the other."""
    first = make_entry(gateway_url, (recipient("Sara", "2", SARA),))
    second = second_account(gateway, gateway_url, recipients=())
    both_are_here = Barrier(2, timeout=10)
    load = legacy.load_yaml_dict

    def load_together(path: str) -> dict[str, Any]:
        both_are_here.wait()
        return load(path)

    monkeypatch.setattr(legacy, "load_yaml_dict", load_together)
    first.add_to_hass(hass)
    second.add_to_hass(hass)
    await set_up(hass, first)
    assert notify_actions(hass) == {"payamak", "payamak_2"}
    [loser] = [entry for entry in (first, second) if collision(hass, entry)]
    [winner] = {first, second} - {loser}
    assert collision(hass, loser) == {"account": loser.title, "action": "payamak_2"}
    assert await hass.config_entries.async_unload(loser.entry_id)
    assert hass.services.has_service("notify", "payamak_2")
    await notify(hass, "payamak_2", target=ALI)
    expected = {first.entry_id: {SARA: 1}, second.entry_id: {ALI: 1}}
    assert received(gateway) == expected[winner.entry_id]


@pytest.mark.parametrize("taken", ["payamak_sara", "payamak_family"])
async def test_an_action_of_another_integration_stays_with_it(
    hass: HomeAssistant, household: MockConfigEntry, gateway: Gateway, taken: str
) -> None:
    """It is never called in its place, and does not go with the account."""
    calls: list[ServiceCall] = []
    hass.services.async_register("notify", taken, calls.append)
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    assert collision(hass, household) == {"account": "Payamak", "action": taken}
    await notify(hass, taken)
    assert await hass.config_entries.async_unload(household.entry_id)
    assert notify_actions(hass) == {taken}
    await notify(hass, taken)
    assert len(calls) == 2
    assert not received(gateway)
