"""The action send_pattern."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.payamak.const import DOMAIN
from simulator import Account, Gateway
from simulator.faults import Code
from tests.integration.conftest import OMID, SARA, sent_calls
from tests.integration.story.forms import call

PATTERN = 123456


@pytest.mark.usefixtures("home")
async def test_a_pattern_goes_to_each_recipient_in_a_call_of_its_own(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """The gateway takes one at a time; its variables are joined in order."""
    account.patterns = {PATTERN: "سلام {0}، ساعت {1}"}
    response = await call(
        hass,
        "send_pattern",
        pattern_id=PATTERN,
        variables=["سارا", "21:30"],
        recipients=[SARA, OMID],
    )
    assert (response["accepted"], response["parts"]) == (2, 2)
    assert response["estimated_cost"] is None
    assert [c["to"] for c in sent_calls(gateway)] == [SARA, OMID]
    [sms] = gateway.phone(OMID).messages
    assert sms.text == "سلام سارا، ساعت 21:30"
    assert sms.rec_id == response["messages"][1]["message_id"]


@pytest.mark.usefixtures("home")
async def test_a_semicolon_in_a_variable_is_refused_before_sending(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It would shift all variables, and can't be escaped."""
    with pytest.raises(ServiceValidationError) as raised:
        await call(
            hass,
            "send_pattern",
            pattern_id=PATTERN,
            variables=["a;b"],
            recipients=SARA,
        )
    assert raised.value.translation_key == "semicolon_in_variable"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (-1, "no access to pattern messages"),
        (-2, "one recipient at a time"),
        (-3, "not set up"),
        (-4, "not approved"),
        (-5, "don't fit"),
        (-10, "contains a link"),
    ],
)
async def test_a_refused_pattern_raises_with_its_own_reason(
    hass: HomeAssistant, gateway: Gateway, code: int, cause: str
) -> None:
    """The codes of patterns are negative."""
    gateway.fault("BaseServiceNumber", Code(code))
    with pytest.raises(HomeAssistantError, match=cause):
        await call(hass, "send_pattern", pattern_id=PATTERN, recipients=SARA)


@pytest.mark.usefixtures("home")
async def test_a_pattern_that_partly_failed_raises_where_nobody_reads_the_response(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """As with any message."""
    account.patterns = {PATTERN: 0}
    gateway.fault("BaseServiceNumber", Code(18))
    with pytest.raises(HomeAssistantError, match="1 of 2"):
        await hass.services.async_call(
            DOMAIN,
            "send_pattern",
            {"pattern_id": PATTERN, "recipients": [SARA, OMID]},
            blocking=True,
        )


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("pattern_id", [0, -4, 1.9, True, "abc", None])
async def test_a_pattern_that_is_no_whole_number_is_refused(
    hass: HomeAssistant, gateway: Gateway, pattern_id: Any
) -> None:
    """Another pattern than the one meant could go out."""
    with pytest.raises(vol.Invalid):
        await call(hass, "send_pattern", pattern_id=pattern_id, recipients=SARA)
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
async def test_a_pattern_number_may_come_from_the_frontend(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """A number field makes 123456.0 of it."""
    account.patterns = {PATTERN: 0}
    await call(hass, "send_pattern", pattern_id=float(PATTERN), recipients=SARA)
    assert sent_calls(gateway)[0]["bodyId"] == str(PATTERN)
