"""The actions send_pattern, get_delivery_status and get_numbers."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.payamak.const import DOMAIN
from simulator import Account, Gateway
from simulator.faults import Code, Maintenance, Reset

from .conftest import LINE, OMID, OTHER_LINE, SARA, sent_calls

PATTERN = 123456


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action and give its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    return response


async def accepted_id(hass: HomeAssistant, number: str = SARA) -> str:
    """Send a message and give its id."""
    response = await call(hass, "send_sms", message="a", recipients=number)
    message_id = response["messages"][0]["message_id"]
    assert isinstance(message_id, str)
    return message_id


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
async def test_delivery_status_progresses_to_its_final_word(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Accepted is not delivered."""
    message_id = await accepted_id(hass)
    before = await call(hass, "get_delivery_status", message_ids=message_id)
    assert before["messages"] == [
        {"message_id": message_id, "status": "pending", "code": 400, "final": False}
    ]
    gateway.advance(timedelta(minutes=1))
    after = await call(hass, "get_delivery_status", message_ids=[int(message_id)])
    assert after["messages"] == [
        {"message_id": message_id, "status": "delivered", "code": 1, "final": True}
    ]


@pytest.mark.usefixtures("home")
async def test_one_unreadable_status_does_not_hide_the_others(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """It is unknown, and the rest is told."""
    ids = [await accepted_id(hass), await accepted_id(hass, OMID)]
    gateway.advance(timedelta(minutes=1))
    gateway.fault("GetDeliveries2", Maintenance())
    response = await call(hass, "get_delivery_status", message_ids=ids)
    statuses = [row["status"] for row in response["messages"]]
    assert sorted(statuses) == ["delivered", "unknown"]
    assert [row["message_id"] for row in response["messages"]] == ids


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("action", "data", "method"),
    [
        ("get_delivery_status", {"message_ids": ["1234567890"]}, "GetDeliveries2"),
        ("get_numbers", {}, "GetUserNumbers"),
    ],
)
async def test_a_question_that_gets_no_answer_is_an_error(
    hass: HomeAssistant,
    gateway: Gateway,
    action: str,
    data: dict[str, Any],
    method: str,
) -> None:
    """An empty answer would be a wrong one."""
    gateway.fault(method, Reset(processed=False))
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, action, **data)
    assert raised.value.translation_key == "connection_lost"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("ids", "error"),
    [
        ([], "message_ids_count"),
        (" , ", "message_ids_count"),
        (["1234567890"] * 101, "message_ids_count"),
        (["12a"], "invalid_message_id"),
        ("1234567890, -5", "invalid_message_id"),
    ],
)
async def test_ids_that_cannot_be_ids_are_refused(
    hass: HomeAssistant, gateway: Gateway, ids: Any, error: str
) -> None:
    """The gateway isn't asked."""
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "get_delivery_status", message_ids=ids)
    assert raised.value.translation_key == error
    assert not [c for c in gateway.calls if c.method == "GetDeliveries2"]


@pytest.mark.usefixtures("home")
async def test_ids_may_be_a_text_with_commas(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """As recipients may."""
    ids = [await accepted_id(hass), await accepted_id(hass, OMID)]
    response = await call(hass, "get_delivery_status", message_ids=", ".join(ids))
    assert [row["message_id"] for row in response["messages"]] == ids


@pytest.mark.usefixtures("home")
async def test_wrong_credentials_end_the_questions_at_the_first(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """One failed login, not as many as there are ids."""
    account.password = "changed"
    gateway.calls.clear()
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "get_delivery_status", message_ids=["1234567890"] * 9)
    assert raised.value.translation_key == "wrong_credentials"
    assert len(gateway.calls) == 1


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


@pytest.mark.usefixtures("home")
async def test_get_numbers_lists_the_lines_as_they_are_now(
    hass: HomeAssistant, account: Account
) -> None:
    """It asks the gateway, not the last poll."""
    assert await call(hass, "get_numbers") == {"numbers": [LINE, OTHER_LINE]}
    account.lines = [LINE]
    assert await call(hass, "get_numbers") == {"numbers": [LINE]}
