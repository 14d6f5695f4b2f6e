"""The action send_sms, and what all ways of sending have in common."""

from decimal import Decimal
from typing import Any

from aiohttp import ClientTimeout
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import client
from simulator import Account, Gateway
from simulator.faults import (
    Code,
    CodesInList,
    Envelope,
    Fault,
    Hang,
    Maintenance,
    Place,
    Redirect,
    Reset,
    ServerError,
    ShortList,
    TruncatedJson,
    WithoutId,
)
from tests.integration.conftest import MINA, OMID, OTHER_LINE, SARA, sent_calls
from tests.integration.story.accounts import shut_down
from tests.integration.story.forms import reload


async def send(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Call send_sms and give its response."""
    response = await hass.services.async_call(
        DOMAIN,
        "send_sms",
        {"message": "پمپ خاموش شد", "recipients": [SARA]} | data,
        blocking=True,
        return_response=True,
    )
    assert response is not None
    return response


async def send_blindly(hass: HomeAssistant, **data: Any) -> None:
    """Call send_sms the way an automation does that reads no response."""
    await hass.services.async_call(
        DOMAIN,
        "send_sms",
        {"message": "پمپ خاموش شد", "recipients": [SARA, OMID]} | data,
        blocking=True,
    )


@pytest.mark.usefixtures("home")
async def test_the_response_has_a_row_for_each_recipient(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Ids are text, in the order of the recipients."""
    response = await send(hass, recipients=[SARA, OMID])
    ids = [gateway.phone(number).messages[0].rec_id for number in (SARA, OMID)]
    ours = [row["sms_id"] for row in response["messages"]]
    assert response == {
        "accepted": 2,
        "queued": 0,
        "failed": 0,
        "unknown": 0,
        "parts": 2,
        "estimated_cost": 3460,
        "messages": [
            {
                "sms_id": sms_id,
                "recipient": number,
                "name": None,
                "status": "accepted",
                "message_id": message_id,
                "code": None,
                "error": None,
            }
            for sms_id, number, message_id in zip(ours, (SARA, OMID), ids, strict=True)
        ],
    }
    assert all(len(message_id) == 19 for message_id in ids)
    assert len(set(ours)) == 2


@pytest.mark.usefixtures("home")
async def test_a_response_to_thousands_is_in_order(
    hass: HomeAssistant, account: Account
) -> None:
    """Home Assistant goes on meanwhile, so they are read and written in parts."""
    account.credit = Decimal(3000)
    numbers = [f"0913{number:07d}" for number in range(2001)]
    response = await send(hass, recipients=numbers)
    assert [row["recipient"] for row in response["messages"]] == numbers
    assert (response["accepted"], response["parts"]) == (2001, 2001)


@pytest.mark.usefixtures("home")
async def test_sender_and_flash_reach_the_phone(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The fields do what they say."""
    await send(hass, sender=OTHER_LINE, flash=True)
    [sms] = gateway.phone(SARA).messages
    assert (sms.sender, sms.flash) == (OTHER_LINE, True)


@pytest.mark.usefixtures("home")
async def test_a_sender_that_is_no_line_is_refused_in_the_users_language(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Before anything is sent."""
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, sender="my line")
    assert raised.value.translation_key == "invalid_sender"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
async def test_some_refused_and_some_unknown_is_not_certain(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """To say that it was not sent would make somebody send it twice."""
    gateway.fault("SendSMS", CodesInList((35, -6, 18)))
    with pytest.raises(HomeAssistantError) as raised:
        await send(hass, recipients=[SARA, OMID, MINA])
    assert raised.value.translation_key == "not_confirmed"
    assert "…0002: " in str(raised.value)
    assert "may or may not have been sent" in str(raised.value)


@pytest.mark.usefixtures("home")
async def test_a_number_in_two_spellings_gets_the_message_once(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Templates make numbers of numbers, and people write them in many ways."""
    response = await send(hass, recipients=[SARA, "۹۱۲۰۰۰۰۰۰۱", 989120000001])
    assert [row["recipient"] for row in response["messages"]] == [SARA]
    assert len(gateway.phone(SARA).messages) == 1


@pytest.mark.usefixtures("home")
async def test_a_thousand_recipients_take_ten_calls(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """A call takes a hundred."""
    account.credit = Decimal(5000)
    numbers = [f"0912{number:07d}" for number in range(1000)]
    response = await send(hass, recipients=numbers)
    assert response["accepted"] == 1000
    assert [len(call["to"].split(",")) for call in sent_calls(gateway)] == [100] * 10
    for row in response["messages"]:
        [sms] = gateway.phone(row["recipient"]).messages
        assert sms.rec_id == row["message_id"]


@pytest.mark.usefixtures("home")
async def test_a_dry_run_counts_parts_and_cost_and_sends_nothing(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A Latin part costs about twice a Persian one."""
    persian = await send(hass, message="آ" * 71, recipients=[SARA, OMID], dry_run=True)
    latin = await send(hass, message="a" * 161, dry_run=True)
    assert (persian["parts"], persian["estimated_cost"]) == (4, 4 * 1730)
    assert (latin["parts"], latin["estimated_cost"]) == (2, 4 * 1730)
    assert persian["messages"] == []
    assert persian["accepted"] == 0
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
async def test_a_dry_run_refuses_what_could_not_be_sent(hass: HomeAssistant) -> None:
    """It answers for the real thing."""
    with pytest.raises(ServiceValidationError):
        await send(hass, message="", dry_run=True)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("message", ["", " \n", None])
async def test_an_empty_message_is_refused_in_the_users_language(
    hass: HomeAssistant, gateway: Gateway, message: str | None
) -> None:
    """A template may give nothing, and an automation can go on after the error."""
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, message=message)
    assert raised.value.translation_key == "empty_message"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("message", [["one", "two"], {"text": "one"}])
async def test_a_message_that_is_no_text_is_refused(
    hass: HomeAssistant, gateway: Gateway, message: object
) -> None:
    """Nobody wants the brackets of a list on their phone."""
    with pytest.raises(vol.Invalid):
        await send(hass, message=message)
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
async def test_half_of_a_list_refused_leaves_the_other_half_sent_with_its_ids(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Ids are matched by position."""
    gateway.fault("SendSMS", CodesInList((None, 18)))
    response = await send(hass, recipients=[SARA, OMID, MINA])
    assert (response["accepted"], response["failed"]) == (2, 1)
    first, refused, last = response["messages"]
    assert refused["status"] == "failed"
    assert (refused["message_id"], refused["code"]) == (None, 18)
    assert refused["error"] == "The gateway does not accept this number. Check it."
    for row in (first, last):
        [sms] = gateway.phone(row["recipient"]).messages
        assert row["message_id"] == sms.rec_id


@pytest.mark.usefixtures("home")
async def test_a_partial_failure_raises_where_nobody_reads_the_response(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """The error names who got nothing, masked, and why."""
    gateway.fault("SendSMS", CodesInList((None, 35)))
    with pytest.raises(HomeAssistantError) as raised:
        await send_blindly(hass)
    assert raised.value.translation_key == "partly_sent"
    assert "1 of 2" in str(raised.value)
    assert "…0002: The recipient blocks advertising lines." in str(raised.value)
    assert "…0001" not in str(raised.value)
    assert len(gateway.phone(SARA).messages) == 1


@pytest.mark.usefixtures("home")
async def test_an_error_names_a_hundred_and_counts_the_rest(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A thousand names would hide the cause."""
    gateway.fault("SendSMS", Code(7), times=None)
    numbers = [f"09120000{number:03d}" for number in range(120)]
    with pytest.raises(HomeAssistantError) as raised:
        await send_blindly(hass, recipients=numbers)
    assert "…0098, …0099 (+20): The text contains a word" in str(raised.value)


@pytest.mark.usefixtures("home")
async def test_errors_are_in_the_language_of_the_home(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Persian is a first language."""
    hass.config.language = "fa"
    gateway.fault("SendSMS", CodesInList((35,)))
    response = await send(hass, recipients=[SARA, OMID])
    error = response["messages"][0]["error"]
    assert error.startswith("شماره در لیست سیاه مخابرات است")
    # Without the marks of a text that is shown alone.
    assert error.endswith("به این شماره می‌رسد.")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("code", "status", "cause"),
    [
        (2, "failed", "Buy credit"),
        (3, "failed", "daily limit"),
        (4, "failed", "volume limit"),
        (5, "failed", "one of its own lines"),
        (6, "failed", "being updated"),
        (7, "failed", "filters"),
        (9, "failed", "public lines"),
        (10, "failed", "not active"),
        (14, "failed", "link"),
        (19, "failed", "hourly limit"),
        (-6, "unknown", "Look into the panel"),
        (108, "failed", "blocked your home's IP address"),
        (-111, "failed", "allowed IP addresses"),
        (4711, "failed", "unknown code 4711"),
    ],
)
async def test_a_refused_call_raises_with_the_gateways_reason(
    hass: HomeAssistant, gateway: Gateway, code: int, status: str, cause: str
) -> None:
    """Nothing accepted is an error, response or not, and is tried once only."""
    gateway.fault("SendSMS", Code(code))
    with pytest.raises(HomeAssistantError) as raised:
        await send(hass, retry_for=0)
    expected = "not_confirmed" if status == "unknown" else "not_accepted"
    assert raised.value.translation_key == expected
    assert cause in str(raised.value)
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "bad_day",
    [
        Code(11, place=Place.BOTH),
        Reset(processed=True),
        Reset(processed=False),
        ServerError(),
        Maintenance(),
        TruncatedJson(),
        ShortList(),
        Redirect("http://127.0.0.1:9/elsewhere"),
    ],
)
async def test_an_uncertain_outcome_is_unknown_and_never_sent_again(
    hass: HomeAssistant, gateway: Gateway, bad_day: Fault
) -> None:
    """A message is never sent twice because something was retried."""
    gateway.fault("SendSMS", bad_day)
    with pytest.raises(HomeAssistantError) as raised:
        await send_blindly(hass)
    assert raised.value.translation_key == "not_confirmed"
    assert "may or may not have been sent" in str(raised.value)
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("value", [SARA, f"{SARA},{OMID}"])
async def test_a_number_beside_a_failure_is_no_id(
    hass: HomeAssistant, gateway: Gateway, value: str
) -> None:
    """Such a message never looks sent: the digits may be those of the refused number."""
    gateway.fault("SendSMS", Envelope(value, 18, "InvalidData"))
    with pytest.raises(HomeAssistantError) as raised:
        await send(hass, recipients=value)
    assert raised.value.translation_key == "not_confirmed"
    assert len(sent_calls(gateway)) == 1


async def test_a_gateway_that_hangs_is_given_up_with_an_unknown_outcome(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The road is free again afterwards."""
    defaults = client.PayamakClient.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "timeout", ClientTimeout(total=0.2))
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    gateway.fault("SendSMS", Hang(processed=True))
    with pytest.raises(HomeAssistantError, match="did not answer in time"):
        await send(hass)
    assert (await send(hass, retry_for=0))["accepted"] == 1


@pytest.mark.usefixtures("home")
async def test_a_message_accepted_without_an_id_counts_as_accepted(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It just can't be tracked."""
    gateway.fault("SendSMS", WithoutId())
    response = await send(hass)
    assert response["messages"][0]["status"] == "accepted"
    assert response["messages"][0]["message_id"] is None


@pytest.mark.usefixtures("home")
async def test_a_text_without_opt_out_words_goes_out_one_by_one(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """Code 15 is a clean refusal of several recipients, not of the text."""
    account.opt_out_required = True
    response = await send(hass, recipients=[SARA, OMID, MINA])
    assert response["accepted"] == 3
    calls = [call["to"] for call in sent_calls(gateway)]
    assert calls[0] == f"{SARA},{OMID},{MINA}"
    assert sorted(calls[1:]) == [SARA, OMID, MINA]
    assert all(len(gateway.phone(n).messages) == 1 for n in (SARA, OMID, MINA))


@pytest.mark.usefixtures("home")
async def test_a_single_recipient_refused_for_opt_out_is_not_tried_again(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """There is nothing to split."""
    gateway.fault("SendSMS", Code(15))
    with pytest.raises(HomeAssistantError, match="opt-out"):
        await send(hass)
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("home")
async def test_what_stops_the_account_stops_the_remaining_calls(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """One failed login, not ten: more would get the address blocked."""
    account.password = "changed"
    numbers = [f"0912{number:07d}" for number in range(1000)]
    with pytest.raises(HomeAssistantError, match="checked once more"):
        await send(hass, recipients=numbers, retry_for=0)
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("home")
async def test_one_refused_hundred_does_not_stop_the_others(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """What concerns one call concerns that one alone."""
    gateway.fault("SendSMS", Code(18))
    numbers = [f"0912{number:07d}" for number in range(300)]
    response = await send(hass, recipients=numbers)
    assert (response["accepted"], response["failed"]) == (200, 100)
    assert all(row["code"] == 18 for row in response["messages"][:100])


async def test_the_cost_is_null_where_the_panel_has_never_told_a_price(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Gateway
) -> None:
    """No price is not a price of nothing."""
    gateway.fault("GetBasePrice", Maintenance(), times=None)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert (await send(hass))["estimated_cost"] is None


async def test_the_last_price_is_known_after_a_restart(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """Where the panel does not tell it then."""
    gateway.fault("GetBasePrice", Maintenance(), times=None)
    await shut_down(hass, home)
    await hass.config_entries.async_setup(home.entry_id)
    assert (await send(hass))["estimated_cost"] == 1730


async def test_the_last_price_of_another_panel_counts_for_nothing(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """An account may move to another address."""
    gateway.fault("GetBasePrice", Maintenance(), times=None)
    hass.config_entries.async_update_entry(home, unique_id="sara@sms.example.com")
    await reload(hass, home)
    assert (await send(hass))["estimated_cost"] is None


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "recipients",
    [
        "{{ ['09120000001', '09120000002'] }}",
        "{{ [989120000001, 989120000002] }}",
        "{{ ('09120000001', '09120000002') }}",
        "{{ '09120000001, 09120000002' }}",
        ["{{ '09120000001' }}", "{{ 9120000002 }}"],
    ],
)
async def test_recipients_may_come_from_a_template(
    hass: HomeAssistant, gateway: Gateway, recipients: Any
) -> None:
    """A template makes lists, tuples and numbers of what looks like them."""
    action = {
        "action": "payamak.send_sms",
        "data": {"message": "a", "recipients": recipients},
    }
    assert await async_setup_component(
        hass, "script", {"script": {"alarm": {"sequence": [action]}}}
    )
    await hass.services.async_call("script", "alarm", blocking=True)
    assert sent_calls(gateway)[0]["to"] == f"{SARA},{OMID}"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("price", "cost"), [("1730", 3460), ("1730.3", 3461), ("1729.6", 3459), ("0", 0)]
)
async def test_the_cost_is_rounded_to_whole_rial(
    hass: HomeAssistant, home: MockConfigEntry, account: Account, price: str, cost: int
) -> None:
    """A price of nothing is one, too."""
    account.base_price = Decimal(price)
    await reload(hass, home)
    response = await send(hass, recipients=[SARA, OMID])
    assert response["estimated_cost"] == cost


@pytest.mark.usefixtures("home")
async def test_an_error_that_names_all_does_not_count_a_rest(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A hundred are named without one."""
    gateway.fault("SendSMS", Code(7), times=None)
    numbers = [f"09120000{number:03d}" for number in range(100)]
    with pytest.raises(HomeAssistantError) as raised:
        await send_blindly(hass, recipients=numbers)
    assert "…0099: The text contains a word" in str(raised.value)
    assert "(+" not in str(raised.value)
