"""Names are taken wherever numbers are, and nobody gets a message twice."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Account, Gateway
from simulator.codes import Delivery
from simulator.faults import Code, CodesInList
from tests.integration.conftest import (
    MINA,
    OMID,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.deliveries import listen, until_first_question
from tests.integration.story.forms import let_pass
from tests.integration.story.people import ALI, notify, received, send_sms


async def send_pattern(hass: HomeAssistant, recipients: object) -> list[Any]:
    """Call send_pattern and give the rows of its response."""
    response = await hass.services.async_call(
        DOMAIN,
        "send_pattern",
        {"pattern_id": 1234, "variables": ["پمپ"], "recipients": recipients},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    rows = response["messages"]
    assert isinstance(rows, list)
    return rows


async def send_by(door: str, hass: HomeAssistant, recipients: object) -> None:
    """Send by one of the actions that take recipients, whose response nobody reads."""
    if door == "notify":
        await notify(hass, target=recipients)
        return
    data: dict[str, Any] = {"send_sms": {"message": "نشت آب"}}.get(
        door, {"pattern_id": 1234, "variables": ["پمپ"]}
    )
    await hass.services.async_call(
        DOMAIN, door, data | {"recipients": recipients}, blocking=True
    )


@pytest.fixture(autouse=True)
def _pattern(account: Account) -> None:
    """Let the account have an approved pattern."""
    account.patterns[1234] = 1


every_door = pytest.mark.parametrize("door", ["notify", "send_sms", "send_pattern"])


@pytest.mark.usefixtures("family_home")
@every_door
@pytest.mark.parametrize(
    ("recipients", "reached"),
    [
        (["Sara"], [SARA]),
        ("Sara", [SARA]),
        ("  sARA ", [SARA]),
        (["امید"], [OMID]),
        (["اميد"], [OMID]),
        (["ا\u200cمید\u200f"], [OMID]),
        (["خانواده"], [SARA, OMID, MINA]),
        ("امید، Sara", [OMID, SARA]),
        ("امید؛ Sara\n", [OMID, SARA]),
        ("امید\nSara", [OMID, SARA]),
        (["Sara, امید"], [SARA, OMID]),
        (["Sara", ALI], [SARA, ALI]),
        (["۰۹۳۵ ۰۰۰ ۰۰۰۱", "امید"], [ALI, OMID]),
        (["Sara", "امید", "خانواده"], [SARA, OMID, MINA]),
        (["خانواده", SARA, "Sara", f"+98{SARA[1:]}", ALI], [SARA, OMID, MINA, ALI]),
    ],
)
async def test_names_and_numbers_reach_everybody_once(
    hass: HomeAssistant,
    gateway: Gateway,
    door: str,
    recipients: object,
    reached: list[str],
) -> None:
    """However they are written, mixed, and whoever is meant more than once."""
    await send_by(door, hass, recipients)
    assert received(gateway) == dict.fromkeys(reached, 1)
    # In the order given; a pattern takes a call for each.
    called = ",".join(call["to"] for call in sent_calls(gateway)).split(",")
    assert called[0] == reached[0]
    assert sorted(called) == sorted(reached)


@pytest.mark.usefixtures("family_home")
async def test_a_notify_action_without_target_reaches_everybody_in_one_call(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Each once, whatever groups they are in."""
    await notify(hass)
    [call] = sent_calls(gateway)
    assert call["to"] == f"{SARA},{OMID},{MINA}"
    assert received(gateway) == {SARA: 1, OMID: 1, MINA: 1}


@pytest.mark.usefixtures("home")
async def test_without_target_and_without_recipients_nobody_can_be_meant(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A message to nobody must not look sent."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass)
    assert raised.value.translation_key == "no_recipients"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize("target", [[], "", " ، ", ["", " "]])
async def test_an_empty_target_is_not_everybody(
    hass: HomeAssistant, gateway: Gateway, target: object
) -> None:
    """A template that found nobody must not wake the whole family."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, target=target)
    assert raised.value.translation_key == "no_recipients"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    ("action", "reached"),
    [
        ("payamak_sara", [SARA]),
        ("payamak_omid", [OMID]),
        ("payamak_family", [SARA, OMID, MINA]),
    ],
)
async def test_each_recipient_has_an_action(
    hass: HomeAssistant, gateway: Gateway, action: str, reached: list[str]
) -> None:
    """It reaches them and nobody else, whatever target is given; a group takes one call."""
    await notify(hass, action, title="هشدار", target=ALI)
    assert received(gateway) == dict.fromkeys(reached, 1)
    assert gateway.phone(reached[0]).messages[0].text == "هشدار\nنشت آب"
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize("send", [send_sms, send_pattern])
async def test_rows_name_who_was_called_by_name(
    hass: HomeAssistant, gateway: Gateway, send: Any
) -> None:
    """As saved, not as typed; a number keeps its first label."""
    rows = await send(hass, ["sara", SARA, "اميد", "خانواده", ALI])
    assert [(row["recipient"], row["name"], row["status"]) for row in rows] == [
        (SARA, "Sara", "accepted"),
        (OMID, "امید", "accepted"),
        (MINA, "خانواده", "accepted"),
        (ALI, None, "accepted"),
    ]
    assert received(gateway) == dict.fromkeys((SARA, OMID, MINA, ALI), 1)


@pytest.mark.usefixtures("family_home")
async def test_a_number_that_came_before_its_name_has_none(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Whoever was meant first counts."""
    [row] = await send_sms(hass, [SARA, "Sara"])
    assert (row["recipient"], row["name"]) == (SARA, None)
    assert received(gateway) == {SARA: 1}


@pytest.mark.usefixtures("family_home")
@every_door
@pytest.mark.parametrize(
    ("unknown", "named"),
    [
        ("Sarah", "Sarah"),
        ("مینا", "مینا"),
        ("Sara Omid", "Sara Omid"),
        ("Sara: 09120000001", "…0001"),
    ],
)
async def test_an_unknown_name_is_an_error_that_lists_the_names_there_are(
    hass: HomeAssistant, gateway: Gateway, door: str, unknown: str, named: str
) -> None:
    """And nobody gets anything, those who are known included."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_by(door, hass, ["Sara", SARA, unknown])
    assert raised.value.translation_key == "unknown_recipient"
    assert raised.value.translation_placeholders == {
        "recipient": named,
        "names": "Sara, امید, خانواده",
    }
    assert named in str(raised.value)
    assert "Saved are: Sara, امید, خانواده." in str(raised.value)
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
@every_door
@pytest.mark.parametrize(
    ("number", "named"),
    [("0912000000", "…0000"), ("021 8877 6655", "…6655"), ("1", "1"), ("+", "+")],
)
async def test_what_looks_like_a_number_and_is_none_is_an_invalid_one(
    hass: HomeAssistant, gateway: Gateway, door: str, number: str, named: str
) -> None:
    """The names there are would not help; nobody gets anything."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_by(door, hass, ["Sara", number])
    assert raised.value.translation_key == "invalid_recipient"
    assert raised.value.translation_placeholders == {"recipient": named}
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
@every_door
async def test_a_name_where_none_are_saved_is_an_invalid_number(
    hass: HomeAssistant, gateway: Gateway, door: str
) -> None:
    """There is no name to choose from."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_by(door, hass, "Sara")
    assert raised.value.translation_key == "invalid_recipient"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
async def test_an_error_names_who_got_nothing_and_the_others_get_theirs(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """By name where there is one, else by the number's end."""
    gateway.fault("SendSMS", CodesInList((None, 35, None, 18)))
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, target=["Sara", "امید", MINA, ALI])
    assert raised.value.translation_key == "partly_sent"
    assert "امید: The recipient blocks" in str(raised.value)
    assert "…0001: The gateway does not accept" in str(raised.value)
    assert "Sara" not in str(raised.value)
    assert received(gateway) == {SARA: 1, MINA: 1}


@pytest.mark.usefixtures("family_home")
async def test_a_group_that_failed_as_a_whole_is_named(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The person who reads it knows who is meant."""
    gateway.fault("SendSMS", Code(2))
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "payamak_family")
    assert raised.value.translation_key == "not_accepted"
    assert "خانواده: The credit does not cover" in str(raised.value)


@pytest.mark.usefixtures("family_home")
async def test_a_dry_run_counts_the_people_behind_the_names(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """And knows an unknown name as well."""
    response = await hass.services.async_call(
        DOMAIN,
        "send_sms",
        {"message": "نشت", "recipients": ["خانواده", "Sara"], "dry_run": True},
        blocking=True,
        return_response=True,
    )
    assert response
    assert response["parts"] == 3
    with pytest.raises(ServiceValidationError):
        await send_sms(hass, "Nobody", dry_run=True)
    assert not sent_calls(gateway)


async def test_a_group_that_failed_as_a_whole_is_named_once(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """Its name says it all."""
    gateway.fault("SendSMS", Code(2))
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "payamak_family")
    assert str(raised.value).count("خانواده") == 1
    assert "خانواده: The credit" in str(raised.value)


async def test_the_numbers_of_a_group_that_failed_are_told_apart(
    hass: HomeAssistant, family_home: MockConfigEntry, gateway: Gateway
) -> None:
    """A name alone would leave open who got nothing."""
    gateway.fault("SendSMS", CodesInList((None, 35)))
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, "payamak_family")
    assert "خانواده (…0002): The recipient blocks" in str(raised.value)


async def test_a_person_is_named_before_the_groups_they_are_in(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """Whichever was saved first."""
    entry = make_entry(
        gateway_url,
        (recipient("Family", "family", SARA, OMID), recipient("Sara", "sara", SARA)),
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    gateway.fault("SendSMS", CodesInList((35,)))
    with pytest.raises(HomeAssistantError, match="Sara: The recipient blocks"):
        await notify(hass, "payamak")


@pytest.mark.parametrize("groups_first", [True, False])
async def test_the_name_of_a_number_is_the_persons_rather_than_a_groups(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    freezer: FrozenDateTimeFactory,
    groups_first: bool,
) -> None:
    """Whichever was saved first; of groups it is the smallest one's."""
    people = [
        recipient("Family", "family", SARA, OMID, MINA),
        recipient("Parents", "parents", SARA, OMID),
        recipient("Sara", "sara", SARA),
    ]
    entry = make_entry(gateway_url, people if groups_first else people[::-1])
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    told = listen(hass)
    for number in (SARA, OMID, MINA):
        gateway.set_outcome(number, Delivery.DELIVERED)
    await notify(hass, target=[SARA, OMID, MINA])
    await until_first_question(hass, freezer)
    for _ in range(2):
        await let_pass(hass, freezer, timedelta(seconds=1))
    names = {each["recipient"]: each["name"] for each in told.events}
    assert names == {SARA: "Sara", OMID: "Parents", MINA: "Family"}


async def test_a_subentry_of_another_kind_is_no_recipient(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """A later version may have made one, before the home went back to this one."""
    other = recipient("Gate", "gate", MINA)
    other["subentry_type"] = "line"
    entry = make_entry(gateway_url, [other, recipient("Sara", "sara", SARA)])
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await notify(hass)
    assert received(gateway) == {SARA: 1}
    assert not hass.services.has_service("notify", "payamak_gate")
