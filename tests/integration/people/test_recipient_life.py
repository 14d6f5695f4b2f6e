"""What becomes of a recipient's device, entity and action as they are added, changed and removed."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigSubentry,
)
from homeassistant.core import Event, HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceNotFound, ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from simulator.faults import ServerError
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.story.automations import automate, receive
from tests.integration.story.forms import reload, take_calls
from tests.integration.story.people import (
    ALI,
    add,
    change,
    notify,
    notify_actions,
    received,
    send_message,
)

pytestmark = pytest.mark.usefixtures("silence")


def devices(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, dr.DeviceEntry]:
    """Give an account's devices by their names."""
    found: dict[str, dr.DeviceEntry] = {}
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        assert device.name
        assert isinstance(device, dr.DeviceEntry)
        found[device.name] = device
    return found


def entities(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Give the ids of an account's notify entities by their unique ids."""
    return {
        entity.unique_id: entity.entity_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
        if entity.domain == "notify"
    }


async def remove(hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str) -> None:
    """Remove a recipient as the account's page does."""
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()


async def test_each_recipient_is_a_device_below_the_accounts(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """With the entities that belong to it."""
    found = devices(hass, family_home)
    assert found.keys() == {"Payamak", "Sara", "امید", "خانواده"}
    account = found.pop("Payamak")
    assert account.identifiers == {(DOMAIN, family_home.entry_id)}
    assert account.via_device_id is None
    registry = er.async_get(hass)
    for subentry_id, subentry in family_home.subentries.items():
        device = found[subentry.title]
        assert device.via_device_id == account.id
        assert device.entry_type is dr.DeviceEntryType.SERVICE
        assert device.identifiers == {(DOMAIN, f"{family_home.entry_id}_{subentry_id}")}
        entities = er.async_entries_for_device(registry, device.id)
        assert {entity.unique_id for entity in entities} == {
            f"{subentry_id}_sms",
            f"{subentry_id}_last_delivery",
            f"{subentry_id}_paused",
            f"{subentry_id}_test",
            f"{subentry_id}_paused",
        }
        assert {entity.config_subentry_id for entity in entities} == {subentry_id}
    everybody = registry.async_get("notify.payamak_all_recipients")
    assert everybody
    assert everybody.device_id == account.id


async def test_a_removed_recipient_takes_device_entity_and_action_along(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """With one reload, and without a restart."""
    take_calls(gateway)
    await remove(hass, family_home, "subentry-sara")
    assert take_calls(gateway) == []
    assert devices(hass, family_home).keys() == {"Payamak", "امید", "خانواده"}
    assert "subentry-sara_sms" not in entities(hass, family_home)
    assert hass.states.get("notify.payamak_sara") is None
    assert notify_actions(hass) == {"payamak", "payamak_omid", "payamak_family"}
    with pytest.raises(ServiceNotFound):
        await notify(hass, "payamak_sara")
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, target="Sara")
    assert raised.value.translation_placeholders == {
        "recipient": "Sara",
        "names": "امید, خانواده",
    }


async def test_the_last_recipient_can_be_removed(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Numbers still work then, and a name can be used anew."""
    for subentry_id in list(family_home.subentries):
        await remove(hass, family_home, subentry_id)
    assert notify_actions(hass) == {"payamak"}
    assert devices(hass, family_home).keys() == {"Payamak"}
    assert list(entities(hass, family_home).values()) == [
        "notify.payamak_all_recipients"
    ]
    await notify(hass, target=SARA)
    await add(hass, family_home, "Sara", MINA)
    await notify(hass, "payamak_sara")
    await send_message(hass, "sara")
    assert received(gateway) == {SARA: 1, MINA: 2}


async def test_a_rename_changes_the_device_and_no_id(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Automations with the entity or the action go on working; the name is the new one."""
    before = entities(hass, family_home), notify_actions(hass)
    device_id = devices(hass, family_home)["Sara"].id
    await change(hass, family_home, "subentry-sara", name="سارا")
    assert (entities(hass, family_home), notify_actions(hass)) == before
    assert devices(hass, family_home)["سارا"].id == device_id
    state = hass.states.get("notify.payamak_sara")
    assert state
    assert state.attributes["friendly_name"] == "سارا"
    await send_message(hass, "sara")
    await notify(hass, "payamak_sara")
    await notify(hass, target="سارا")
    assert received(gateway) == {SARA: 3}
    with pytest.raises(ServiceValidationError):
        await notify(hass, target="Sara")


async def test_a_changed_number_is_used_at_once_by_every_door(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Nothing goes to the old one any more."""
    await change(hass, family_home, "subentry-sara", numbers=[MINA, OMID])
    await send_message(hass, "sara")
    await notify(hass, "payamak_sara")
    await notify(hass, target="Sara")
    assert received(gateway) == {MINA: 3, OMID: 3}


async def test_a_changed_slug_renames_the_action_alone(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """The old action is gone; entity ids stay, as dashboards hold on to them."""
    before = entities(hass, family_home)
    await change(hass, family_home, "subentry-sara", slug="mother")
    assert entities(hass, family_home) == before
    assert notify_actions(hass) == {
        "payamak",
        "payamak_mother",
        "payamak_omid",
        "payamak_family",
    }
    await notify(hass, "payamak_mother")
    await send_message(hass, "sara")
    assert received(gateway) == {SARA: 2}


async def test_slugs_can_change_hands(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Once the first has another one; the entities don't get in each other's way."""
    await change(hass, family_home, "subentry-sara", slug="mother")
    await change(hass, family_home, "subentry-omid", slug="sara")
    await notify(hass, "payamak_sara")
    assert received(gateway) == {OMID: 1}
    await add(hass, family_home, "مینا", MINA, slug="omid")
    state = hass.states.get("notify.payamak_omid_2")
    assert state
    assert state.attributes["friendly_name"] == "مینا"


async def test_a_whole_life_leaves_everything_in_order(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """Added, changed, used, reloaded, disabled, enabled, removed."""
    await add(hass, home, "سارا", SARA)
    [sara] = home.subentries
    await change(hass, home, sara, name="Sara", slug="sara", numbers=[SARA, MINA])
    await notify(hass, "payamak_sara")
    await send_message(hass, "recipient_1", title="هشدار")
    await send_message(hass, "all_recipients")
    await reload(hass, home)
    await notify(hass, target="sara")
    assert received(gateway) == {SARA: 4, MINA: 4}
    state = hass.states.get("notify.payamak_recipient_1")
    assert state
    assert state.state not in ("unknown", "unavailable")
    assert await hass.config_entries.async_set_disabled_by(
        home.entry_id, ConfigEntryDisabler.USER
    )
    assert notify_actions(hass) == set()
    assert await hass.config_entries.async_set_disabled_by(home.entry_id, None)
    assert home.state is ConfigEntryState.LOADED
    assert notify_actions(hass) == {"payamak", "payamak_sara"}
    await hass.config_entries.async_remove(home.entry_id)
    await hass.async_block_till_done()
    assert notify_actions(hass) == set()
    assert not devices(hass, home)
    assert not entities(hass, home)
    assert not hass.states.async_entity_ids("notify")


async def test_a_home_of_before_comes_back_as_it_was(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """What is stored of a recipient is all that is needed after a restart."""
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    before = devices(hass, household).keys(), entities(hass, household)
    stored = household.as_dict()["subentries"]
    assert [subentry["data"] for subentry in stored] == [
        {"name": "Sara", "numbers": [SARA], "slug": "sara"},
        {"name": "امید", "numbers": [OMID], "slug": "omid"},
        {"name": "خانواده", "numbers": [SARA, OMID, MINA], "slug": "family"},
    ]
    assert await hass.config_entries.async_unload(household.entry_id)
    assert await hass.config_entries.async_setup(household.entry_id)
    assert (devices(hass, household).keys(), entities(hass, household)) == before


async def test_who_is_added_while_the_account_is_being_set_up_is_not_forgotten(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Two people in quick succession are two people."""

    @callback
    def add_another(event: Event[Any]) -> None:
        if event.data["entity_id"] == "notify.payamak_neda" and event.data["new_state"]:
            stop()
            hass.config_entries.async_add_subentry(
                family_home,
                ConfigSubentry(
                    data=MappingProxyType(
                        {"name": "Ali", "numbers": [ALI], "slug": "ali"}
                    ),
                    subentry_type="recipient",
                    title="Ali",
                    unique_id=None,
                ),
            )

    stop = hass.bus.async_listen("state_changed", add_another)
    await add(hass, family_home, "Neda", MINA)
    await hass.async_block_till_done()
    await notify(hass, "payamak_ali")
    assert received(gateway) == {ALI: 1}


async def test_a_gateway_that_is_away_takes_no_door_when_somebody_is_added(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """An alarm must get out the very moment the household is being changed."""
    gateway.fault("GetCredit", ServerError(), times=None)
    await add(hass, family_home, "Neda", MINA)
    await hass.async_block_till_done()
    assert family_home.state is ConfigEntryState.LOADED
    await notify(hass, "payamak_neda")
    await notify(hass, "payamak_sara")
    await send_message(hass, "neda")
    assert received(gateway) == {MINA: 2, SARA: 1}


async def test_the_name_given_in_home_assistants_own_menu_counts(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """It changes the title of the subentry alone."""
    hass.config_entries.async_update_subentry(
        family_home, family_home.subentries["subentry-sara"], title="Sara J."
    )
    await hass.async_block_till_done()
    await notify(hass, "payamak", target="sara j.")
    assert received(gateway) == {SARA: 1}
    device = next(
        each
        for each in dr.async_entries_for_config_entry(
            dr.async_get(hass), family_home.entry_id
        )
        if each.name == "Sara J."
    )
    assert device.via_device_id


async def test_recipients_keep_their_actions_where_the_accounts_own_is_taken(
    hass: HomeAssistant, household: MockConfigEntry, gateway: Gateway
) -> None:
    """And somebody else's action stays theirs, at unloading too."""
    others: list[ServiceCall] = []
    hass.services.async_register("notify", "payamak", others.append)
    household.add_to_hass(hass)
    await hass.config_entries.async_setup(household.entry_id)
    await notify(hass, "payamak_sara")
    await notify(hass, "payamak")
    assert (received(gateway), len(others)) == ({SARA: 1}, 1)
    await hass.config_entries.async_unload(household.entry_id)
    assert hass.services.has_service("notify", "payamak")
    assert not hass.services.has_service("notify", "payamak_sara")


@pytest.fixture(name="two_named_sara")
async def two_named_sara_fixture(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> MockConfigEntry:
    """Give Omid the name Sara in Home Assistant's own rename menu, which refuses nothing."""
    hass.config_entries.async_update_subentry(
        family_home, family_home.subentries["subentry-omid"], title="Sara"
    )
    await hass.async_block_till_done()
    return family_home


@pytest.mark.usefixtures("two_named_sara")
@pytest.mark.parametrize(
    ("slug", "number"), [("sara", SARA), ("omid", OMID)], ids=["sara", "omid"]
)
async def test_a_recipients_own_door_reaches_them_whoever_else_has_their_name(
    hass: HomeAssistant, gateway: Gateway, slug: str, number: str
) -> None:
    """A message to the wrong person is worse than none."""
    await notify(hass, f"payamak_{slug}")
    await send_message(hass, slug)
    assert received(gateway) == {number: 2}


@pytest.mark.usefixtures("two_named_sara")
async def test_a_written_name_that_two_have_means_the_first(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The one who was saved first."""
    await notify(hass, target="Sara")
    assert received(gateway) == {SARA: 1}


@pytest.mark.parametrize(
    "target", ["subentry-omid", "omid", "_SavedTarget(subentry_id='subentry-omid')"]
)
async def test_nothing_that_is_written_is_taken_for_the_key_of_a_recipient(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway, target: str
) -> None:
    """Only names and numbers are."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, target=target)
    assert raised.value.translation_key == "unknown_recipient"
    assert not received(gateway)


async def test_a_written_number_is_that_number_even_where_somebody_is_named_so(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """The form refuses such a name, Home Assistant's own rename menu doesn't."""
    hass.config_entries.async_update_subentry(
        family_home, family_home.subentries["subentry-omid"], title=MINA
    )
    await hass.async_block_till_done()
    await notify(hass, target=MINA)
    assert received(gateway) == {MINA: 1}


async def test_a_trigger_takes_a_number_for_a_number_even_where_somebody_is_named_so(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Else the wrong person could command the house."""
    hass.config_entries.async_update_subentry(
        family_home, family_home.subentries["subentry-omid"], title=MINA
    )
    await hass.async_block_till_done()
    runs = await automate(hass, "message_received", {"from": MINA})
    receive(hass, entry_id=family_home.entry_id, sender=OMID)
    assert not await runs.take()
    receive(hass, entry_id=family_home.entry_id, sender=MINA)
    assert len(await runs.take()) == 1


async def test_a_recipients_action_that_somebody_else_has_stays_theirs(
    hass: HomeAssistant,
    household: MockConfigEntry,
    gateway: Gateway,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A repair names it, and all other actions of the account work."""
    others: list[ServiceCall] = []
    hass.services.async_register("notify", "payamak_sara", others.append)
    household.add_to_hass(hass)
    assert await hass.config_entries.async_setup(household.entry_id)
    await notify(hass, "payamak_sara")
    await notify(hass, "payamak_omid")
    await notify(hass, "payamak", target="Sara")
    assert (received(gateway), len(others)) == ({SARA: 1, OMID: 1}, 1)
    issue = issue_registry.async_get_issue(
        DOMAIN, f"{household.entry_id}_notify_action"
    )
    assert issue
    assert issue.translation_placeholders
    assert issue.translation_placeholders["action"] == "payamak_sara"


async def test_an_ignored_discovery_of_another_account_takes_no_name(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """It is an entry without any settings."""
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, data={}).add_to_hass(hass)
    await change(hass, family_home, "subentry-sara", slug="mother")
    assert hass.services.has_service("notify", "payamak_mother")
