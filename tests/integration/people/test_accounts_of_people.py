"""Which account sends: with two of them, it follows from the people."""

import asyncio
from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import Account, Gateway
from simulator.faults import Code
from tests.integration.conftest import (
    LINE,
    MINA,
    OMID,
    SARA,
    make_entry,
    recipient,
    sent_calls,
)
from tests.integration.story.accounts import set_up
from tests.integration.story.deliveries import until_first_question
from tests.integration.story.people import (
    ALI,
    NEDA,
    REZA,
    SECOND_LINE,
    add,
    received,
    second_account,
    send_sms,
)

from .test_target import SARAS, label

ALIS = "notify.payamak_2_ali"
STRANGER = "09390000009"


@pytest.fixture(name="second")
async def second_fixture(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> MockConfigEntry:
    """Set another account up beside the first."""
    return await set_up(hass, second_account(gateway, gateway_url))


@pytest.mark.usefixtures("family_home")
async def test_a_recipient_is_a_text_or_a_number_without_quotes(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """YAML reads digits as a number."""
    with pytest.raises(vol.Invalid):
        await send_sms(hass, [{"name": "Sara"}])
    assert received(gateway) == {}
    await send_sms(hass, [int(f"98{SARA[1:]}")])
    assert received(gateway) == {SARA: 1}


def calls(gateway: Gateway) -> dict[str, list[str]]:
    """Give whom each line was asked to send to, and forget it."""
    found: dict[str, list[str]] = {}
    for call in sent_calls(gateway):
        found.setdefault(call["from"], []).extend(call["to"].split(","))
    gateway.calls.clear()
    return found


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("recipients", "target", "expected"),
    [
        ("Reza", {}, {SECOND_LINE: [REZA]}),
        ("Sara", {}, {LINE: [SARA]}),
        (["Reza", "Sara", "علی"], {}, {SECOND_LINE: [REZA, ALI], LINE: [SARA]}),
        ([], {"entity_id": ALIS}, {SECOND_LINE: [ALI]}),
        ([], {"entity_id": [ALIS, SARAS]}, {SECOND_LINE: [ALI], LINE: [SARA]}),
        ("Sara", {"entity_id": ALIS}, {SECOND_LINE: [ALI], LINE: [SARA]}),
        (STRANGER, {}, {LINE: [STRANGER]}),
        ([STRANGER, "Reza"], {}, {SECOND_LINE: [REZA, STRANGER]}),
        (STRANGER, {"entity_id": ALIS}, {SECOND_LINE: [ALI, STRANGER]}),
        ([ALI, "Sara"], {"entity_id": ALIS}, {SECOND_LINE: [ALI], LINE: [SARA]}),
    ],
)
async def test_the_account_follows_from_the_people(
    hass: HomeAssistant,
    gateway: Gateway,
    recipients: Any,
    target: dict[str, Any],
    expected: dict[str, list[str]],
) -> None:
    """Each saved person by their own account, numbers by that of the others, else by the usual one."""
    rows = await send_sms(hass, recipients, **target)
    assert calls(gateway) == expected
    numbers = [number for some in expected.values() for number in some]
    assert sorted(row["recipient"] for row in rows) == sorted(numbers)
    assert received(gateway) == dict.fromkeys(numbers, 1)


async def test_a_label_spans_accounts(
    hass: HomeAssistant,
    account: Account,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """One call, one response: its counts, parts and costs are sums."""
    emergency = label(hass, "Emergency", SARAS, ALIS, "notify.payamak_2_reza")
    second.runtime_data.coordinator.data = type(second.runtime_data.coordinator.data)(
        credit=Decimal(1), base_price=Decimal(1000), lines=None
    )
    response = await hass.services.async_call(
        "payamak",
        "send_sms",
        {"message": "نشت آب", "label_id": emergency},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    rows = response.pop("messages")
    assert isinstance(rows, list)
    assert response == {
        "accepted": 3,
        "queued": 0,
        "failed": 0,
        "unknown": 0,
        "parts": 3,
        "estimated_cost": 1730 + 2 * 1000,
    }
    assert {row["name"] for row in rows} == {"Sara", "علی", "Reza"}  # type: ignore[index,call-overload] # a row
    assert calls(gateway) == {LINE: [SARA], SECOND_LINE: [ALI, REZA]}


async def test_a_dry_run_spans_accounts_too(
    hass: HomeAssistant, second: MockConfigEntry, gateway: Gateway
) -> None:
    """The price of both, where both are known."""
    gateway.calls.clear()
    data = {"message": "x", "recipients": ["Sara", "Reza"], "dry_run": True}
    response = await hass.services.async_call(
        "payamak", "send_sms", data, blocking=True, return_response=True
    )
    assert response is not None
    assert response["parts"] == 2
    assert response["estimated_cost"] is not None
    assert not gateway.calls


async def test_no_cost_is_told_where_one_account_knows_no_price(
    hass: HomeAssistant, second: MockConfigEntry
) -> None:
    """Half a price would be a wrong one."""
    known = second.runtime_data.coordinator
    known.data = type(known.data)(credit=Decimal(1), base_price=None, lines=None)
    data = {"message": "x", "recipients": ["Sara", "Reza"], "dry_run": True}
    response = await hass.services.async_call(
        "payamak", "send_sms", data, blocking=True, return_response=True
    )
    assert response is not None
    assert response["estimated_cost"] is None


@pytest.mark.usefixtures("second")
async def test_what_one_account_refuses_does_not_hide_what_the_other_accepted(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The response tells both, and so does the error of who asked for none."""
    gateway.fault("SendSMS", Code(14))
    rows = await send_sms(hass, ["Sara", "Reza"])
    assert sorted(row["status"] for row in rows) == ["accepted", "failed"]
    gateway.fault("SendSMS", Code(14))
    with pytest.raises(HomeAssistantError) as raised:
        await hass.services.async_call(
            "payamak",
            "send_sms",
            {"message": "نشت گاز", "recipients": ["Sara", "Reza"]},
            blocking=True,
        )
    assert raised.value.translation_key == "partly_sent"
    told = raised.value.translation_placeholders
    assert told is not None
    assert (told["accepted"], told["total"]) == ("1", "2")


async def test_people_of_an_account_that_is_not_at_work_fail_beside_the_others(
    hass: HomeAssistant, second: MockConfigEntry, gateway: Gateway
) -> None:
    """An alarm reaches whom it can, and says whom it did not."""
    assert await hass.config_entries.async_unload(second.entry_id)
    saras, rezas = await send_sms(hass, ["Sara", "Reza"])
    assert (saras["recipient"], saras["status"]) == (SARA, "accepted")
    assert len(rezas.pop("sms_id")) == 26
    error = rezas.pop("error")
    assert isinstance(error, str)
    assert "account" in error
    assert rezas == {
        "recipient": REZA,
        "name": "Reza",
        "status": "failed",
        "message_id": None,
        "code": None,
    }
    with pytest.raises(HomeAssistantError, match="Reza") as raised:
        await hass.services.async_call(
            "payamak",
            "send_sms",
            {"message": "نشت گاز", "recipients": ["Sara", "Reza"]},
            blocking=True,
        )
    assert raised.value.translation_key == "partly_sent"
    assert received(gateway) == {SARA: 2}


async def test_a_person_of_two_accounts_is_reached_while_one_is_not_at_work(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """By name and by target; it is their own account, too."""
    await add(hass, second, "Sara", SARA)
    assert await hass.config_entries.async_unload(family_home.entry_id)
    for recipients, target in (
        ("Sara", []),
        (["Sara", "امید"], []),
        ([], [SARAS, "notify.payamak_2_sara"]),
    ):
        rows = await send_sms(hass, recipients, entity_id=target)
        found = {row["recipient"]: row["status"] for row in rows}
        assert found.pop(SARA) == "accepted"
        assert set(found.values()) <= {"failed"}
    assert calls(gateway) == {SECOND_LINE: [SARA] * 3}


async def test_the_deliveries_of_all_accounts_are_waited_for(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Nobody waits for a message that could not leave."""

    async def deliveries() -> list[str]:
        waiting = asyncio.create_task(
            send_sms(hass, ["Sara", "Reza"], wait_for_delivery=300)
        )
        await asyncio.sleep(0)
        await hass.async_block_till_done()
        assert not waiting.done()
        await until_first_question(hass, freezer, 2)
        assert waiting.done()
        return [row["delivery"] for row in waiting.result()]

    assert await deliveries() == ["delivered", "delivered"]
    assert await hass.config_entries.async_unload(second.entry_id)
    assert await deliveries() == ["delivered", "failed"]


async def test_an_account_that_is_not_at_work_sends_nothing(
    hass: HomeAssistant, second: MockConfigEntry, gateway: Gateway
) -> None:
    """The other one doesn't send in its place."""
    assert await hass.config_entries.async_unload(second.entry_id)
    for recipients, target in (("Reza", []), ("", [ALIS])):
        with pytest.raises(ServiceValidationError) as raised:
            await send_sms(hass, recipients, entity_id=target)
        assert raised.value.translation_key == "service_config_entry_not_loaded"
    assert not received(gateway)


async def test_a_disabled_account_is_none(
    hass: HomeAssistant, second: MockConfigEntry
) -> None:
    """Nobody knows its people, and it is not in the way."""
    await hass.config_entries.async_set_disabled_by(
        second.entry_id, ConfigEntryDisabler.USER
    )
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, "Reza")
    assert raised.value.translation_key == "unknown_recipient"
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, [], entity_id=ALIS)
    assert raised.value.translation_key == "not_a_recipient"


@pytest.mark.usefixtures("second")
async def test_a_name_that_no_account_knows_is_an_error_with_all_names(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Of both households."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, ["Sara", "Sahar"])
    assert raised.value.translation_key == "unknown_recipient"
    assert raised.value.translation_placeholders == {
        "recipient": "Sahar",
        "names": "Sara, امید, خانواده, علی, Reza, همسایه‌ها",
    }
    assert not received(gateway)


async def test_a_name_that_means_different_people_is_an_error(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """It says what to add, and then it is clear."""
    await add(hass, family_home, "Reza", NEDA)
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, ["Sara", "reza"])
    assert raised.value.translation_key == "ambiguous_name"
    assert raised.value.translation_placeholders == {
        "recipient": "reza",
        "accounts": "Payamak, Payamak",
    }
    assert not received(gateway)
    await send_sms(hass, "Reza", config_entry_id=second.entry_id)
    await send_sms(hass, [], entity_id="notify.payamak_reza")
    assert received(gateway) == {REZA: 1, NEDA: 1}


async def test_a_person_whom_both_accounts_know_gets_the_message_once(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """Over that of the others, else over the usual one."""
    await add(hass, second, "Sara", SARA)
    await send_sms(hass, "Sara")
    assert calls(gateway) == {LINE: [SARA]}
    await send_sms(hass, ["Sara", "Reza"])
    assert calls(gateway) == {SECOND_LINE: [REZA, SARA]}
    await send_sms(hass, ["Sara", "Reza", "امید"])
    assert calls(gateway) == {SECOND_LINE: [REZA], LINE: [OMID, SARA]}
    await send_sms(hass, [], entity_id=[SARAS, "notify.payamak_2_sara"])
    assert calls(gateway) == {LINE: [SARA]}


async def test_a_name_that_only_unusual_accounts_share_goes_over_the_first(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
    gateway_url: str,
) -> None:
    """It is the same person in each."""
    gateway.add_account("mina", "third-secret", lines=["30005678"])
    third = make_entry(
        gateway_url,
        (recipient("Reza", "reza", REZA),),
        username="mina",
        password="third-secret",
        sender="30005678",
        notify_action="payamak_3",
    )
    third.add_to_hass(hass)
    assert await hass.config_entries.async_setup(third.entry_id)
    await send_sms(hass, "Reza")
    assert calls(gateway) == {SECOND_LINE: [REZA]}


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize("numbers", [[STRANGER], [STRANGER, SARA]])
async def test_a_number_beside_people_of_both_is_an_error(
    hass: HomeAssistant, gateway: Gateway, numbers: list[str]
) -> None:
    """Unless it is one of theirs."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, ["Sara", "Reza", *numbers])
    assert raised.value.translation_key == "ambiguous_number"
    assert raised.value.translation_placeholders == {
        "recipient": "…0009",
        "accounts": "Payamak, Payamak",
    }
    assert not received(gateway)
    await send_sms(hass, ["Sara", "Reza", SARA])
    assert received(gateway) == {SARA: 1, REZA: 1}


async def test_with_its_id_everything_is_looked_up_in_one_account(
    hass: HomeAssistant,
    family_home: MockConfigEntry,
    second: MockConfigEntry,
    gateway: Gateway,
) -> None:
    """A label means its people alone, and a stranger to it is an error."""
    emergency = label(hass, "Emergency", SARAS, ALIS)
    chosen = {"config_entry_id": second.entry_id}
    await send_sms(hass, STRANGER, label_id=emergency, **chosen)
    assert calls(gateway) == {SECOND_LINE: [ALI, STRANGER]}
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, "Sara", **chosen)
    assert raised.value.translation_key == "unknown_recipient"
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, [], entity_id=[ALIS, SARAS], **chosen)
    assert raised.value.translation_key == "not_a_recipient"
    assert raised.value.translation_placeholders == {"entities": SARAS}
    await hass.config_entries.async_unload(second.entry_id)
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, "Reza", **chosen)
    assert raised.value.translation_key == "service_config_entry_not_loaded"


@pytest.fixture(name="two_unusual")
async def two_unusual_fixture(
    hass: HomeAssistant, account: Account, gateway: Gateway, gateway_url: str
) -> list[MockConfigEntry]:
    """Set two accounts up of which none has the integration's own name."""
    first = make_entry(
        gateway_url,
        (recipient("Sara", "sara", SARA), recipient("Mina", "mina", MINA)),
        notify_action="home",
    )
    second = second_account(gateway, gateway_url)
    first.add_to_hass(hass)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(first.entry_id)
    await hass.async_block_till_done()
    return [first, second]


async def test_a_number_alone_needs_an_account_where_none_is_usual(
    hass: HomeAssistant, two_unusual: list[MockConfigEntry], gateway: Gateway
) -> None:
    """Beside somebody whom an account knows, it is clear again."""
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, STRANGER)
    assert raised.value.translation_key == "ambiguous_number"
    await send_sms(hass, [STRANGER, "Mina"])
    assert calls(gateway) == {LINE: [MINA, STRANGER]}
    await send_sms(hass, STRANGER, config_entry_id=two_unusual[1].entry_id)
    assert calls(gateway) == {SECOND_LINE: [STRANGER]}


ASKING = [
    ("get_numbers", {}),
    ("get_messages", {}),
    ("get_delivery_status", {"message_ids": "5325462146549872113"}),
]


@pytest.mark.parametrize(("action", "data"), ASKING)
async def test_actions_that_ask_the_gateway_need_an_account_too_where_none_is_usual(
    hass: HomeAssistant,
    two_unusual: list[MockConfigEntry],
    action: str,
    data: dict[str, Any],
) -> None:
    """The error says what to add."""
    with pytest.raises(ServiceValidationError) as raised:
        await hass.services.async_call(
            "payamak", action, data, blocking=True, return_response=True
        )
    assert raised.value.translation_key == "ambiguous_account"
    assert raised.value.translation_placeholders == {"accounts": "Payamak, Payamak"}
    chosen = {"config_entry_id": two_unusual[1].entry_id}
    assert await hass.services.async_call(
        "payamak", action, data | chosen, blocking=True, return_response=True
    )


@pytest.mark.usefixtures("second")
async def test_other_actions_ask_the_usual_account(hass: HomeAssistant) -> None:
    """A second account breaks none of them."""
    for action, data in ASKING:
        assert await hass.services.async_call(
            "payamak", action, data, blocking=True, return_response=True
        )
    response = await hass.services.async_call(
        "payamak", "get_numbers", {}, blocking=True, return_response=True
    )
    assert response is not None
    assert LINE in response["numbers"]  # type: ignore[operator] # a list of lines


async def test_without_any_account_the_error_says_so(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Before the first one is set up, and after the last one is gone."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    with pytest.raises(ServiceValidationError) as raised:
        await send_sms(hass, SARA)
    assert raised.value.translation_key == "service_found_no_config_entry_for_domain"
