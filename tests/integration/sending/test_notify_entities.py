"""The notify entities: a person or everybody, chosen in the editor of automations."""

from datetime import timedelta
from decimal import Decimal

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from simulator.faults import Code, CodesInList
from tests.integration.conftest import (
    MINA,
    OMID,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.people import received, send_message


def last_sent(hass: HomeAssistant, slug: str) -> str:
    """Give the state of a notify entity: when a message was sent."""
    state = hass.states.get(f"notify.payamak_{slug}")
    assert state
    return state.state


@pytest.mark.usefixtures("family_home")
@pytest.mark.parametrize(
    ("slug", "reached"),
    [
        ("sara", [SARA]),
        ("omid", [OMID]),
        ("family", [SARA, OMID, MINA]),
        ("all_recipients", [SARA, OMID, MINA]),
    ],
)
async def test_an_entity_reaches_whom_it_stands_for_in_one_call(
    hass: HomeAssistant, gateway: Gateway, slug: str, reached: list[str]
) -> None:
    """With the title on a line of its own."""
    await send_message(hass, slug, title="هشدار")
    assert received(gateway) == dict.fromkeys(reached, 1)
    assert gateway.phone(reached[0]).messages[0].text == "هشدار\nنشت آب"
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("family_home")
async def test_a_title_is_not_needed(hass: HomeAssistant, gateway: Gateway) -> None:
    """Then the text stands alone."""
    await send_message(hass, "sara")
    assert [sms.text for sms in gateway.phone(SARA).messages] == ["نشت آب"]


@pytest.mark.parametrize(("count", "calls"), [(100, [100]), (101, [100, 1])])
async def test_all_recipients_take_one_call_for_each_hundred_numbers(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    account: Account,
    count: int,
    calls: list[int],
) -> None:
    """Not one for each person."""
    account.credit = Decimal(1000)
    people = [
        recipient(f"Neighbour {n}", f"neighbour_{n}", f"0912{n:07d}")
        for n in range(count)
    ]
    entry = make_entry(gateway_url, people)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await send_message(hass, "all_recipients")
    assert [len(call["to"].split(",")) for call in sent_calls(gateway)] == calls
    assert received(gateway) == {f"0912{n:07d}": 1 for n in range(count)}


@pytest.mark.usefixtures("home")
async def test_all_recipients_is_an_error_where_there_are_none(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A message to nobody must not look sent."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_message(hass, "all_recipients")
    assert raised.value.translation_key == "no_recipients"
    assert not sent_calls(gateway)
    assert last_sent(hass, "all_recipients") == "unknown"


@pytest.mark.usefixtures("family_home")
async def test_an_empty_message_is_refused(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Before anything is sent."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_message(hass, "sara", message=" ")
    assert raised.value.translation_key == "empty_message"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
async def test_of_several_entities_one_may_fail_and_the_others_get_theirs(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """The error names that person, and only the others' entities show a message."""
    freezer.tick(timedelta(minutes=1))
    sent_at = dt_util.utcnow().isoformat()
    gateway.fault("SendSMS", Code(35))
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, "sara", "omid")
    assert raised.value.translation_key == "not_accepted"
    [failed, reached] = (
        ("sara", "omid") if "Sara" in str(raised.value) else ("omid", "sara")
    )
    numbers = {"sara": SARA, "omid": OMID}
    assert {"sara": "Sara: ", "omid": "امید: "}[failed] in str(raised.value)
    assert received(gateway) == {numbers[reached]: 1}
    assert last_sent(hass, failed) == "unknown"
    assert last_sent(hass, reached) == sent_at


@pytest.mark.usefixtures("family_home")
async def test_a_group_that_was_sent_in_part_is_an_error_of_those_who_got_nothing(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The rest of the family has it; the entity does not look sent."""
    gateway.fault("SendSMS", CodesInList((None, 35, None)))
    with pytest.raises(HomeAssistantError) as raised:
        await send_message(hass, "all_recipients")
    assert raised.value.translation_key == "partly_sent"
    assert "2 of 3" in str(raised.value)
    assert "امید: " in str(raised.value)
    assert received(gateway) == {SARA: 1, MINA: 1}
    assert last_sent(hass, "all_recipients") == "unknown"


@pytest.mark.usefixtures("family_home")
async def test_the_state_is_when_a_message_was_last_sent(
    hass: HomeAssistant, gateway: Gateway, freezer: FrozenDateTimeFactory
) -> None:
    """A message that failed leaves it as it is."""
    assert last_sent(hass, "sara") == "unknown"
    await send_message(hass, "sara")
    first = dt_util.utcnow().isoformat()
    assert last_sent(hass, "sara") == first
    freezer.tick(timedelta(minutes=5))
    gateway.fault("SendSMS", Code(2))
    with pytest.raises(HomeAssistantError):
        await send_message(hass, "sara")
    assert last_sent(hass, "sara") == first
    await send_message(hass, "sara")
    assert last_sent(hass, "sara") == dt_util.utcnow().isoformat() != first
    assert last_sent(hass, "omid") == "unknown"


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_ids_are_latin_in_every_language_and_for_every_name(
    hass: HomeAssistant,
    household: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    language: str,
) -> None:
    """They are typed into automations; what is shown is in the user's words."""
    hass.config.language = language
    household.add_to_hass(hass)
    await hass.config_entries.async_setup(household.entry_id)
    everybody = {"en": "All recipients", "fa": "همهٔ گیرنده‌ها"}[language]
    names = {
        state.entity_id: state.attributes["friendly_name"]
        for state in hass.states.async_all("notify")
    }
    assert names == {
        "notify.payamak_all_recipients": f"Payamak {everybody}",
        "notify.payamak_sara": "Sara",
        "notify.payamak_omid": "امید",
        "notify.payamak_family": "خانواده",
    }


async def test_a_renamed_action_leaves_the_entities_their_ids(
    hass: HomeAssistant, family_home: MockConfigEntry
) -> None:
    """Automations hold on to them."""
    before = set(hass.states.async_entity_ids("notify"))
    hass.config_entries.async_update_entry(
        family_home, data={**family_home.data, "notify_action": "sms"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(hass.states.async_entity_ids("notify")) == before
    assert hass.services.has_service("notify", "sms_sara")
    assert not hass.services.has_service("notify", "payamak_sara")
