"""The target of the triggers: people that were picked in the automation editor."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.payamak.gateway import SmsState
from custom_components.payamak.people.people_filter import PeopleFilter
from simulator import Gateway
from tests.integration.conftest import MINA, OMID, SARA
from tests.integration.people.test_target import (
    EVERYBODYS,
    FAMILYS,
    OMIDS,
    SARAS,
    device_of,
    label,
    put,
)
from tests.integration.story.automations import automate, end, error_of, receive
from tests.integration.story.people import ALI, NEDA, change, second_account

STRANGER = "09390000009"


async def told_of(
    hass: HomeAssistant, entry: MockConfigEntry, trigger: str, runs: Any
) -> list[str]:
    """Let something happen to several numbers, and give those that a trigger told."""
    for number in (SARA, OMID, MINA, STRANGER):
        if trigger == "message_received":
            receive(hass, entry_id=entry.entry_id, sender=number)
        else:
            delivered = trigger == "message_delivered"
            state = SmsState.DELIVERED if delivered else SmsState.FAILED
            end(hass, state, entry_id=entry.entry_id, recipient=number)
    whose = "sender" if trigger == "message_received" else "recipient"
    return [run[whose] for run in await runs.take()]


@pytest.mark.parametrize(
    "trigger", ["message_received", "message_delivered", "delivery_failed"]
)
@pytest.mark.parametrize(
    ("entity", "people"),
    [
        (SARAS, [SARA]),
        (FAMILYS, [SARA, OMID, MINA]),
        (EVERYBODYS, [SARA, OMID, MINA]),
    ],
)
async def test_only_the_people_of_the_target_count(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    trigger: str,
    entity: str,
    people: list[str],
) -> None:
    """A person, a group, or everybody who is saved."""
    runs = await automate(hass, trigger, target={"entity_id": entity})
    assert await told_of(hass, family_home, trigger, runs) == people


async def test_a_target_may_be_a_device_an_area_or_a_label(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Whoever is in it when something happens."""
    target = {
        "device_id": [device_of(hass, "notify.payamak_omid")],
        "label_id": [label(hass, "Emergency", SARAS)],
    }
    runs = await automate(hass, "message_received", target=target)
    assert await told_of(hass, family_home, "message_received", runs) == [SARA, OMID]


async def test_who_comes_into_an_area_later_counts_too(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """And with the number of then."""
    area = put(hass, "Upstairs")
    runs = await automate(hass, "message_received", target={"area_id": area})
    assert await told_of(hass, family_home, "message_received", runs) == []
    put(hass, "Upstairs", SARAS)
    await change(hass, family_home, "subentry-sara", numbers=[NEDA])
    receive(hass, entry_id=family_home.entry_id, sender=NEDA)
    assert [run["sender"] for run in await runs.take()] == [NEDA]


async def test_who_is_left_out_of_a_target_starts_nothing(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Though everybody is meant; what is asked for is the same on each Home Assistant that can leave somebody out."""
    target = {"entity_id": EVERYBODYS, "exclude": {"entity_id": [SARAS]}}
    people = PeopleFilter(hass, None, target)
    fits = [people.fits(family_home.entry_id, each) for each in (SARA, OMID, MINA)]
    assert fits == [False, True, True]


async def test_target_and_names_are_one_list(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Any of them; the other options still have to hold."""
    runs = await automate(
        hass,
        "message_received",
        {"from": ["امید", STRANGER], "contains": "valve"},
        target={"entity_id": SARAS},
    )
    for number in (SARA, OMID, MINA, STRANGER):
        receive(hass, "the valve", entry_id=family_home.entry_id, sender=number)
        receive(hass, "the gate", entry_id=family_home.entry_id, sender=number)
    assert [run["sender"] for run in await runs.take()] == [SARA, OMID, STRANGER]


async def test_a_person_is_one_over_whichever_account(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """Unless one account is chosen."""
    second = second_account(gateway, gateway_url)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    target = {"entity_id": [SARAS, "notify.payamak_2_ali"]}
    runs = await automate(
        hass, "message_received", {"config_entry_id": second.entry_id}, target=target
    )
    for number in (SARA, ALI, NEDA):
        receive(hass, entry_id=family_home.entry_id, sender=number)
        receive(hass, entry_id=second.entry_id, sender=number)
    told = [(run["config_entry_id"], run["sender"]) for run in await runs.take()]
    assert told == [(second.entry_id, SARA), (second.entry_id, ALI)]


async def test_who_is_gone_starts_nothing_and_is_named_in_the_log_once(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody else takes their place."""
    runs = await automate(hass, "message_received", target={"entity_id": SARAS})
    hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    await hass.async_block_till_done()
    for _ in range(2):
        assert await told_of(hass, family_home, "message_received", runs) == []
    assert caplog.text.count(f"about {SARAS}, which is no recipient") == 1


async def test_a_device_that_is_gone_is_named_in_the_log_once(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """That is how the editor chooses people, and somebody removed and added again has another device."""
    device = device_of(hass, SARAS)
    target = {"device_id": [device, device_of(hass, OMIDS)]}
    runs = await automate(hass, "message_received", target=target)
    hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    await hass.async_block_till_done()
    for _ in range(2):
        told = await told_of(hass, family_home, "message_received", runs)
        assert told == [OMID]
    assert caplog.text.count(f"about device {device}, which is not there") == 1


@pytest.mark.parametrize("target", [{}, {"entity_id": []}, {"label_id": []}])
@pytest.mark.parametrize("trigger", ["message_received", "message_delivered"])
async def test_an_empty_target_is_refused(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    trigger: str,
    target: dict[str, Any],
) -> None:
    """It would look like everybody; so would one beside an empty list of names and numbers."""
    names = "from" if trigger == "message_received" else "recipients"
    empty: tuple[dict[str, Any], ...] = ({}, {names: []})
    for options in empty:
        error = await error_of(hass, hass_ws_client, trigger, options, target)
        assert error is not None
        assert "must not be empty" in error


@pytest.mark.parametrize(
    ("target", "people", "expected"),
    [
        ({}, ["Sara"], SARA),
        ({"entity_id": []}, [OMID], OMID),
        ({"entity_id": SARAS}, [], SARA),
    ],
)
@pytest.mark.parametrize("trigger", ["message_received", "message_delivered"])
async def test_one_of_target_and_names_may_be_empty(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    trigger: str,
    target: dict[str, Any],
    people: list[str],
    expected: str,
) -> None:
    """A form that asks for both gives both."""
    names = "from" if trigger == "message_received" else "recipients"
    runs = await automate(hass, trigger, {names: people}, target=target)
    assert await told_of(hass, family_home, trigger, runs) == [expected]


@pytest.mark.usefixtures("family_home")
async def test_the_editor_offers_triggers_and_conditions_for_a_person(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """Whoever picks Sara first finds what can happen to her."""
    for component in ("automation", "homeassistant"):
        assert await async_setup_component(hass, component, {})
    client = await hass_ws_client(hass)
    for kind, expected in (
        (
            "triggers",
            {"message_received", "message_delivered", "delivery_failed"},
        ),
        ("conditions", {"is_last_delivery"}),
    ):
        for target in (
            {"entity_id": [SARAS]},
            {"device_id": [device_of(hass, SARAS)]},
        ):
            await client.send_json_auto_id(
                {"type": f"get_{kind}_for_target", "target": target}
            )
            answer = await client.receive_json()
            assert answer["success"], answer
            ours = {name for name in answer["result"] if name.startswith("payamak.")}
            assert ours == {f"payamak.{name}" for name in expected}
