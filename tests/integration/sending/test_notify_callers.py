"""What other parts of Home Assistant do with the notify actions and entities: groups, alerts, automations."""

import gc
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import MINA, OMID, OTHER_LINE, SARA
from tests.integration.story.accounts import set_up
from tests.integration.story.people import notify, received, send_message


async def set_up_part(hass: HomeAssistant, domain: str, config: dict[str, Any]) -> None:
    """Set a part of Home Assistant up from its YAML."""
    assert await async_setup_component(hass, domain, config)
    await hass.async_block_till_done()


@pytest.fixture(name="notify_group")
async def notify_group_fixture(
    hass: HomeAssistant, household: MockConfigEntry
) -> MockConfigEntry:
    """Give a home with a group of notify actions in its YAML."""
    await set_up_part(
        hass,
        "notify",
        {
            "notify": {
                "platform": "group",
                "name": "parents",
                "services": [
                    {"action": "payamak_sara", "data": {"data": {"flash": True}}},
                    {"action": "payamak_omid"},
                ],
            }
        },
    )
    return await set_up(hass, household)


@pytest.mark.usefixtures("notify_group")
async def test_a_notify_group_reaches_its_members(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """With the data of the call and of each member, and what only other members understand."""
    await notify(
        hass,
        "parents",
        title="هشدار",
        data={"sender": OTHER_LINE, "ttl": 0, "priority": "high"},
    )
    [sara], [omid] = gateway.phone(SARA).messages, gateway.phone(OMID).messages
    assert (sara.text, sara.sender, sara.flash) == ("هشدار\nنشت آب", OTHER_LINE, True)
    assert (omid.text, omid.sender, omid.flash) == ("هشدار\nنشت آب", OTHER_LINE, False)
    assert received(gateway) == {SARA: 1, OMID: 1}


@pytest.mark.usefixtures("notify_group")
async def test_a_member_of_a_notify_group_that_fails_leaves_the_others_theirs(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The group itself never fails; what a member raised is left to Home Assistant's log."""
    errors: list[str] = []
    hass.loop.set_exception_handler(
        lambda loop, context: errors.append(str(context["exception"]))
    )
    gateway.fault("SendSMS", Code(35))
    await notify(hass, "parents")
    gc.collect()
    [number] = received(gateway)
    name = {SARA: "امید", OMID: "Sara"}[number]
    assert received(gateway) == {number: 1}
    assert len(errors) == 1
    assert f"{name}: The recipient blocks" in errors[0]


async def test_a_notify_group_finds_its_members_again_after_a_reload(
    hass: HomeAssistant, notify_group: MockConfigEntry, gateway: Gateway
) -> None:
    """Which adding a recipient causes."""
    await hass.config_entries.async_reload(notify_group.entry_id)
    await notify(hass, "parents")
    assert received(gateway) == {SARA: 1, OMID: 1}


@pytest.mark.usefixtures("family_home")
async def test_a_group_of_notify_entities_reaches_its_members(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The kind of group that is made in the UI."""
    group = MockConfigEntry(
        domain="group",
        title="Payamak parents",
        options={
            "group_type": "notify",
            "name": "Payamak parents",
            "entities": ["notify.payamak_sara", "notify.payamak_omid"],
            "hide_members": False,
        },
    )
    await set_up(hass, group)
    await send_message(hass, "parents", title="هشدار")
    assert received(gateway) == {SARA: 1, OMID: 1}
    assert gateway.phone(OMID).messages[0].text == "هشدار\nنشت آب"


@pytest.mark.usefixtures("family_home")
async def test_an_alert_reaches_people_and_tells_them_when_it_is_over(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It calls the notify actions."""
    hass.states.async_set("binary_sensor.leak", "off")
    await set_up_part(
        hass,
        "alert",
        {
            "alert": {
                "leak": {
                    "name": "Leak",
                    "entity_id": "binary_sensor.leak",
                    "repeat": [30],
                    "title": "هشدار",
                    "message": "نشت آب",
                    "done_message": "نشت تمام شد",
                    "notifiers": ["payamak_sara", "payamak_omid"],
                    "data": {"flash": True, "tag": "leak"},
                }
            }
        },
    )
    hass.states.async_set("binary_sensor.leak", "on")
    await hass.async_block_till_done()
    assert received(gateway) == {SARA: 1, OMID: 1}
    hass.states.async_set("binary_sensor.leak", "off")
    await hass.async_block_till_done()
    for number in (SARA, OMID):
        texts = [(sms.text, sms.flash) for sms in gateway.phone(number).messages]
        assert texts == [("هشدار\nنشت آب", True), ("هشدار\nنشت تمام شد", True)]


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    ("action", "reached"),
    [
        (
            {
                "action": "notify.send_message",
                "target": {"entity_id": "notify.payamak_sara"},
                "data": {"message": "{{ trigger.event.data.text }}"},
            },
            [SARA],
        ),
        (
            {
                "action": "notify.payamak",
                "data": {
                    "message": "{{ trigger.event.data.text }}",
                    "target": "{{ trigger.event.data.who }}",
                },
            },
            [OMID, MINA],
        ),
        (
            {
                "action": "payamak.send_sms",
                "data": {
                    "message": "{{ trigger.event.data.text }}",
                    "recipients": "{{ trigger.event.data.who }}",
                },
            },
            [OMID, MINA],
        ),
    ],
)
async def test_an_automation_reaches_people_by_name(
    hass: HomeAssistant, gateway: Gateway, action: dict[str, Any], reached: list[str]
) -> None:
    """Names may come out of templates, too."""
    await set_up_part(
        hass,
        "automation",
        {
            "automation": {
                "alias": "Leak",
                "triggers": {"trigger": "event", "event_type": "leak"},
                "actions": [action],
            }
        },
    )
    hass.bus.async_fire("leak", {"text": "نشت آب", "who": f"امید، {MINA}"})
    await hass.async_block_till_done()
    assert received(gateway) == dict.fromkeys(reached, 1)
    assert gateway.phone(reached[0]).messages[0].text == "نشت آب"
