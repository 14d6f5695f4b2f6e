"""The trigger of received SMS: when it starts an automation, and what that is told."""

from datetime import datetime, timedelta, timezone
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.payamak.gateway import SmsState
from simulator import Gateway
from tests.integration.conftest import LINE, MINA, OMID, SARA, recipient
from tests.integration.story.automations import (
    AUTOMATION,
    automate,
    end,
    error_of,
    receive,
)
from tests.integration.story.forms import reload
from tests.integration.story.people import ALI, change, second_account

TEHRAN = timezone(timedelta(hours=3, minutes=30))
STRANGER = "09390000009"


async def test_an_automation_is_told_all_about_an_sms(hass: HomeAssistant) -> None:
    """Ids are text, and the time has its zone."""
    runs = await automate(hass, "message_received")
    sent_at = datetime(2026, 11, 22, 14, 0, tzinfo=TEHRAN)
    receive(
        hass,
        "شیر را ببند",
        entry_id="01OTHER",
        message_id="5325462146549872113",
        name="Sara",
        parts=2,
        sent_at=sent_at,
    )
    [run] = await runs.take()
    assert run == {
        "id": "0",
        "idx": "0",
        "alias": None,
        "platform": "payamak.message_received",
        "description": "SMS from Sara",
        "config_entry_id": "01OTHER",
        "message_id": "5325462146549872113",
        "sender": SARA,
        "name": "Sara",
        "line": LINE,
        "text": "شیر را ببند",
        "parts": 2,
        "sent_at": "2026-11-22T14:00:00+03:30",
    }
    assert dt_util.parse_datetime(run["sent_at"]) == sent_at


async def test_what_the_logbook_shows_hides_a_strangers_number(
    hass: HomeAssistant,
) -> None:
    """The description of a run goes further than the automation."""
    runs = await automate(hass, "message_received")
    started = async_capture_events(hass, "automation_triggered")
    receive(hass, sender=STRANGER)
    assert len(await runs.take()) == 1
    assert started[0].data["source"] == "SMS from …0009"


async def test_each_sms_of_a_burst_starts_a_run_of_its_own(
    hass: HomeAssistant,
) -> None:
    """In the order in which they came."""
    runs = await automate(hass, "message_received")
    for number in range(5):
        receive(hass, f"پیام {number}")
    assert await runs.texts() == [f"پیام {number}" for number in range(5)]


async def test_it_works_without_options_before_any_account_is_there(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """And goes on when the account is set up, reloaded, and removed."""
    runs = await automate(hass, "message_received")
    receive(hass, "before")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    receive(hass, "set up", entry_id=entry.entry_id)
    await reload(hass, entry)
    receive(hass, "reloaded", entry_id=entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    receive(hass, "removed", entry_id=entry.entry_id)
    assert await runs.texts() == ["before", "set up", "reloaded", "removed"]


async def test_an_automation_that_is_off_starts_no_more(hass: HomeAssistant) -> None:
    """Until it is on again."""
    runs = await automate(hass, "message_received")
    for action in ("turn_off", "turn_on"):
        await hass.services.async_call(
            "automation", action, {"entity_id": AUTOMATION}, blocking=True
        )
        receive(hass, f"after {action}")
    assert await runs.texts() == ["after turn_on"]


@pytest.mark.parametrize(
    "people",
    [
        ["Sara"],
        [" sara "],
        ["Omid", "sara"],
        ["خانواده"],
        "Mina, Sara",
        "مینا، Sara",
        ["+98 912 000 0001"],
        ["۰۹۱۲۰۰۰۰۰۰۱"],
        [9120000001],
        989120000001,
    ],
)
async def test_the_sender_may_be_given_by_name_group_or_number(
    hass: HomeAssistant, family_home: MockConfigEntry, people: Any
) -> None:
    """In any form in which a number is understood; strangers start nothing."""
    runs = await automate(hass, "message_received", {"from": people})
    receive(hass, "of Sara", entry_id=family_home.entry_id)
    receive(hass, "of a stranger", entry_id=family_home.entry_id, sender=STRANGER)
    assert await runs.texts() == ["of Sara"]


@pytest.mark.parametrize("name", ["علي", "علی", "عل\u200cی"])
async def test_letters_of_a_name_may_be_arabic_or_persian(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
    name: str,
) -> None:
    """Whichever keyboard wrote it, and over whichever account it came."""
    second = second_account(gateway, gateway_url)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    runs = await automate(hass, "message_received", {"from": name})
    receive(hass, "his", entry_id=second.entry_id, sender=ALI)
    receive(hass, "his, to the other line", entry_id=family_home.entry_id, sender=ALI)
    receive(hass, "hers", entry_id=family_home.entry_id, sender=SARA)
    assert await runs.texts() == ["his", "his, to the other line"]


@pytest.mark.parametrize("trigger", ["message_received", "message_delivered"])
async def test_a_name_is_that_of_the_account_where_it_knows_one(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
    trigger: str,
) -> None:
    """Somebody else of the same name must not be taken for them; nor is an account that is disabled asked."""
    second = second_account(
        gateway,
        gateway_url,
        recipients=(
            recipient("Sara", "sara_2", ALI),
            recipient("Reza", "reza", STRANGER),
        ),
    )
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    names = "from" if trigger == "message_received" else "recipients"
    runs = await automate(hass, trigger, {names: ["Sara", "Reza"]})

    async def told() -> list[tuple[str, str]]:
        for entry in (family_home, second):
            for number in (SARA, ALI, STRANGER):
                receive(hass, entry_id=entry.entry_id, sender=number)
                end(
                    hass,
                    SmsState.DELIVERED,
                    entry_id=entry.entry_id,
                    recipient=number,
                )
        whose = "sender" if trigger == "message_received" else "recipient"
        return [(run["config_entry_id"], run[whose]) for run in await runs.take()]

    assert await told() == [
        (family_home.entry_id, SARA),
        (family_home.entry_id, STRANGER),
        (second.entry_id, ALI),
        (second.entry_id, STRANGER),
    ]
    await hass.config_entries.async_set_disabled_by(
        second.entry_id, ConfigEntryDisabler.USER
    )
    assert (family_home.entry_id, STRANGER) not in await told()


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("30001234", "30001234"),
        ("۳۰۰۰-۱۲۳۴", "30001234"),
        ("90001234", "90001234"),
        (" IranCell ", "IranCell"),
    ],
)
async def test_a_sender_need_not_be_a_phone(
    hass: HomeAssistant, family_home: MockConfigEntry, written: str, sender: str
) -> None:
    """Lines and words send SMS too."""
    runs = await automate(hass, "message_received", {"from": written})
    receive(hass, "wanted", entry_id=family_home.entry_id, sender=sender)
    receive(hass, "unwanted", entry_id=family_home.entry_id, sender="50001234")
    assert await runs.texts() == ["wanted"]


@pytest.mark.parametrize("known", [True, False])
async def test_a_word_that_looks_like_a_name_does_not_pass_for_its_owner(
    hass: HomeAssistant, family_home: MockConfigEntry, known: bool
) -> None:
    """Neither where there is a Sara, nor over another account, nor after she was removed."""
    runs = await automate(hass, "message_received", {"from": ["Sara"]})
    if not known:
        assert hass.config_entries.async_remove_subentry(family_home, "subentry-sara")
    for entry_id in (family_home.entry_id, "01OTHER"):
        for sender in ("SARA", "sara", "Şara", "Sara\u200c"):
            receive(hass, entry_id=entry_id, sender=sender)
    assert await runs.take() == []


async def test_a_sender_who_has_the_very_name_of_somebody_does_not_pass_for_them(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """A name means its numbers, and is not compared with the sender's."""
    runs = await automate(hass, "message_received", {"from": ["Sara"]})
    receive(hass, "forged", entry_id=family_home.entry_id, sender="Sara")
    receive(hass, "forged over another account", entry_id="01OTHER", sender="Sara")
    receive(hass, "of Sara", entry_id=family_home.entry_id)
    assert await runs.texts() == ["of Sara"]


async def test_a_group_means_all_its_members_and_nobody_else(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Everyone of the family may open the gate."""
    runs = await automate(hass, "message_received", {"from": ["خانواده"]})
    for sender in (SARA, OMID, MINA, STRANGER):
        receive(hass, sender, entry_id=family_home.entry_id, sender=sender)
    assert await runs.texts() == [SARA, OMID, MINA]


async def test_numbers_are_known_before_any_account_is_there(
    hass: HomeAssistant,
) -> None:
    """They mean the same with any account."""
    runs = await automate(hass, "message_received", {"from": [SARA]})
    receive(hass, "of Sara")
    receive(hass, "of a stranger", sender=STRANGER)
    assert await runs.texts() == ["of Sara"]


async def test_a_filter_follows_the_address_book(
    hass: HomeAssistant, family_home: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """A name means who has it when the SMS comes; one that nobody has is in the log, once."""
    runs = await automate(hass, "message_received", {"from": ["Sara"]})
    entry_id = family_home.entry_id
    await change(hass, family_home, "subentry-sara", numbers=[STRANGER])
    receive(hass, "of her old number", entry_id=entry_id)
    receive(hass, "of her new number", entry_id=entry_id, sender=STRANGER)
    assert await runs.texts() == ["of her new number"]
    assert "no recipient's name" not in caplog.text
    await change(hass, family_home, "subentry-sara", name="Sahar")
    receive(hass, "of Sahar", entry_id=entry_id, sender=STRANGER)
    receive(hass, "of Sahar again", entry_id=entry_id, sender=STRANGER)
    assert await runs.texts() == []
    assert caplog.text.count("about Sara, which is no recipient's name") == 1
    await change(hass, family_home, "subentry-omid", name="sara")
    receive(hass, "of the new one", entry_id=entry_id, sender=OMID)
    assert await runs.texts() == ["of the new one"]


async def test_a_number_beside_an_unknown_name_is_masked_in_the_log(
    hass: HomeAssistant, family_home: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody may have written both into one item."""
    runs = await automate(hass, "message_received", {"from": [f"Plumber {STRANGER}"]})
    receive(hass, entry_id=family_home.entry_id)
    assert await runs.take() == []
    assert "about …0009, which is no recipient's name" in caplog.text
    assert f"about Plumber {STRANGER}" not in caplog.text


async def test_who_is_known_by_number_or_to_another_account_is_not_in_the_log(
    hass: HomeAssistant, family_home: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Only what can't be right is worth a warning."""
    runs = await automate(hass, "message_received", {"from": ["Sara", OMID, "3000"]})
    receive(hass, entry_id=family_home.entry_id, sender=STRANGER)
    receive(hass, entry_id="01OTHER", sender=STRANGER)
    assert await runs.take() == []
    assert "no recipient's name" not in caplog.text


async def test_one_account_may_be_meant(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """What comes in over another one starts nothing."""
    options = {"config_entry_id": family_home.entry_id}
    runs = await automate(hass, "message_received", options)
    receive(hass, "of another account", entry_id="01OTHER")
    receive(hass, "of this account", entry_id=family_home.entry_id)
    assert await runs.texts() == ["of this account"]


async def test_all_filters_must_hold(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """The right person with the right text."""
    options = {"from": "Sara", "contains": "gate", "matches": "open"}
    runs = await automate(hass, "message_received", options)
    for text, sender in [
        ("open the gate", SARA),
        ("open the gate", STRANGER),
        ("open the door", SARA),
        ("close the gate", SARA),
    ]:
        receive(hass, text, entry_id=family_home.entry_id, sender=sender)
    assert await runs.texts() == ["open the gate"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"from": []}, "must not be empty"),
        ({"from": ["", " "]}, "must not be empty"),
        ({"from": " ، "}, "must not be empty"),
        ({"from": ["Sara", "0912123456"]}, "neither a name nor a number: …3456"),
        ({"from": "+98912000"}, "neither a name nor a number: …2000"),
        ({"from": "12"}, "neither a name nor a number"),
        ({"from": "***"}, "neither a name nor a number"),
        ({"from": None}, "must be a name or a number"),
        ({"from": ["Sara", None]}, "must be a name or a number"),
        ({"from": [True]}, "must be a name or a number"),
        ({"from": False}, "must be a name or a number"),
        ({"from": 9.12e9}, "must be a name or a number"),
        ({"from": {"a": 1}}, "must be a name or a number"),
        ({"from": [["Sara"]]}, "must be a name or a number"),
        ({"from": "{{ states('input_text.who') }}"}, "templates are not filled in"),
        ({"from": ["Sara", "{% if x %}Mina{% endif %}"]}, "templates are not filled"),
        ({"config_entry_id": "01GONE"}, "there is no such account"),
        ({"config_entry_id": "01ALIEN"}, "there is no such account"),
    ],
)
async def test_what_can_never_happen_is_refused(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    options: dict[str, Any],
    complaint: str,
) -> None:
    """And so is what would let everybody in where somebody was meant."""
    MockConfigEntry(domain="other", entry_id="01ALIEN").add_to_hass(hass)
    error = await error_of(hass, hass_ws_client, "message_received", options)
    assert error is not None
    assert complaint in error


async def test_an_automation_with_a_bad_filter_never_runs(hass: HomeAssistant) -> None:
    """It is shown as unavailable, not run for everybody."""
    trigger = {"trigger": "payamak.message_received", "options": {"from": []}}
    automation = {"alias": "Answer", "triggers": trigger, "actions": []}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    state = hass.states.get(AUTOMATION)
    assert state is not None
    assert state.state == "unavailable"
