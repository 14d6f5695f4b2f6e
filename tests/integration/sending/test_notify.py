"""The notify action: what alert, groups and automations call."""

from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from simulator import Gateway
from simulator.faults import Code
from tests.integration.conftest import (
    LINE,
    OMID,
    OTHER_LINE,
    SARA,
    make_entry,
    sent_calls,
)
from tests.integration.story.forms import reload


async def notify(hass: HomeAssistant, action: str = "payamak", **data: Any) -> None:
    """Call the notify action as an automation does."""
    await hass.services.async_call(
        "notify", action, {"message": "نشت آب"} | data, blocking=True
    )


@pytest.mark.usefixtures("home")
async def test_a_message_reaches_each_target_in_one_call(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Ad-hoc numbers are all it takes."""
    await notify(hass, target=[SARA, OMID])
    for number in (SARA, OMID):
        [sms] = gateway.phone(number).messages
        assert (sms.text, sms.sender, sms.flash) == ("نشت آب", LINE, False)
    assert len(sent_calls(gateway)) == 1


@pytest.mark.usefixtures("home")
async def test_targets_may_be_one_text_with_persian_digits_and_commas(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """What people type works."""
    await notify(hass, target="۰۹۱۲ ۰۰۰ ۰۰۰۱، +98 912 000 0002")
    assert sent_calls(gateway)[0]["to"] == f"{SARA},{OMID}"


@pytest.mark.usefixtures("home")
async def test_a_title_stands_on_a_line_above_the_text(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """An SMS has no title of its own."""
    await notify(hass, title="هشدار", target=SARA)
    assert gateway.phone(SARA).messages[0].text == "هشدار\nنشت آب"


@pytest.mark.usefixtures("home")
async def test_data_chooses_line_and_flash_and_leaves_out_what_others_understand(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A notify group hands the same data to all its members."""
    await notify(
        hass,
        target=SARA,
        data={"sender": "۵۰۰۰۱۰۶۰۴۶۷۱", "flash": True, "push": {"sound": "default"}},
    )
    [sms] = gateway.phone(SARA).messages
    assert (sms.sender, sms.flash) == (OTHER_LINE, True)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "no_recipients"),
        ({"target": []}, "no_recipients"),
        ({"target": " , "}, "no_recipients"),
        ({"target": [SARA, "0912"]}, "invalid_recipient"),
        ({"target": SARA, "message": " \n"}, "empty_message"),
        ({"target": SARA, "data": {"flash": "perhaps"}}, "invalid_data"),
        ({"target": SARA, "data": {"sender": "my line"}}, "invalid_sender"),
        ({"target": SARA, "data": {"sender": None}}, "invalid_data"),
    ],
)
async def test_input_that_cannot_be_right_is_refused_before_anything_is_sent(
    hass: HomeAssistant, gateway: Gateway, data: dict[str, Any], error: str
) -> None:
    """Nobody gets anything then."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, **data)
    assert raised.value.translation_key == error
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
async def test_the_error_of_bad_data_lists_what_is_allowed(hass: HomeAssistant) -> None:
    """All of it."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, target=SARA, data={"flash": "perhaps"})
    assert raised.value.translation_placeholders == {
        "fields": "sender, flash, urgent, retry_for"
    }
    assert "Allowed are: sender, flash, urgent, retry_for" in str(raised.value)


@pytest.mark.usefixtures("home")
async def test_an_invalid_recipient_is_named_without_showing_a_whole_number(
    hass: HomeAssistant,
) -> None:
    """One digit too many is still nearly somebody's number."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, target="091200000019")
    assert "…0019" in str(raised.value)
    assert "0912000" not in str(raised.value)


@pytest.mark.usefixtures("home")
async def test_a_refused_message_raises_with_the_cause(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """A message that was not sent never looks sent."""
    gateway.fault("SendSMS", Code(2))
    with pytest.raises(HomeAssistantError) as raised:
        await notify(hass, target=SARA)
    assert raised.value.translation_key == "not_accepted"
    assert "…0001: The credit does not cover this message." in str(raised.value)


@pytest.mark.usefixtures("home")
async def test_two_accounts_have_an_action_each(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """Each sends over its own line."""
    gateway.add_account("omid", "other-secret", lines=["30001234"])
    second = make_entry(
        gateway_url,
        username="omid",
        password="other-secret",
        sender="30001234",
        notify_action="payamak_2",
    )
    second.add_to_hass(hass)
    await hass.config_entries.async_setup(second.entry_id)
    await notify(hass, action="payamak_2", target=SARA)
    await notify(hass, target=SARA)
    assert [sms.sender for sms in gateway.phone(SARA).messages] == ["30001234", LINE]


async def test_the_action_goes_with_the_account_and_comes_back(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    """No action answers for an account that is not there."""
    assert hass.services.has_service("notify", "payamak")
    await hass.config_entries.async_unload(home.entry_id)
    assert not hass.services.has_service("notify", "payamak")
    await hass.config_entries.async_setup(home.entry_id)
    assert hass.services.has_service("notify", "payamak")


async def test_a_taken_action_name_is_a_repair_and_the_other_action_stays(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    gateway: Gateway,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A collision can't happen silently, and does not stop the account."""
    calls: list[ServiceCall] = []
    hass.services.async_register("notify", "payamak", calls.append)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue_id = f"{entry.entry_id}_notify_action"
    assert issue_registry.async_get_issue(DOMAIN, issue_id)

    await notify(hass, target=SARA)
    assert len(calls) == 1
    await hass.services.async_call(
        DOMAIN, "send_sms", {"message": "a", "recipients": SARA}, blocking=True
    )
    assert len(gateway.phone(SARA).messages) == 1

    hass.services.async_remove("notify", "payamak")
    await reload(hass, entry)
    assert not issue_registry.async_get_issue(DOMAIN, issue_id)
    assert hass.services.has_service("notify", "payamak")
