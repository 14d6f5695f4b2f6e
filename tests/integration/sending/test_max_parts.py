"""A text that takes more parts than anybody wants to pay for is refused."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
import voluptuous as vol

from simulator import Account, Gateway
from tests.integration.conftest import OMID, SARA, sent_calls
from tests.integration.story.forms import call
from tests.integration.story.people import notify, send_message

type Door = Callable[[HomeAssistant, str], Awaitable[Any]]

# Beyond the first, a Persian part takes 67 characters.
TEN_PARTS = "آ" * 670
ELEVEN_PARTS = "آ" * 671

every_door = pytest.mark.parametrize(
    "door",
    [
        lambda hass, text: notify(hass, message=text, target=SARA),
        lambda hass, text: notify(hass, "payamak_sara", message=text),
        lambda hass, text: send_message(hass, "sara", message=text),
        lambda hass, text: send_message(hass, "all_recipients", message=text),
        lambda hass, text: call(hass, "send_sms", message=text, recipients=SARA),
    ],
    ids=["action", "action of sara", "entity", "entity of all", "send_sms"],
)


@pytest.mark.usefixtures("family_home")
@every_door
async def test_no_door_takes_more_than_ten_parts(
    hass: HomeAssistant, gateway: Gateway, door: Door
) -> None:
    """The error says how many it would take, and what to do."""
    with pytest.raises(ServiceValidationError) as raised:
        await door(hass, ELEVEN_PARTS)
    assert raised.value.translation_key == "too_many_parts"
    assert "would take 11 parts, and 10 are allowed" in str(raised.value)
    assert "max_parts" in str(raised.value)
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("family_home")
@every_door
async def test_every_door_takes_ten_parts(
    hass: HomeAssistant, gateway: Gateway, door: Door
) -> None:
    """They count for each recipient, not for all together."""
    await door(hass, TEN_PARTS)
    assert gateway.phone(SARA).messages[0].text == TEN_PARTS


@pytest.mark.usefixtures("home")
async def test_the_title_counts_as_well(hass: HomeAssistant, gateway: Gateway) -> None:
    """It is a part of the text."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, message=TEN_PARTS, title="هشدار", target=SARA)
    assert raised.value.translation_key == "too_many_parts"
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("max_parts", "text", "parts"),
    [(11, ELEVEN_PARTS, 22), ("11", ELEVEN_PARTS, 22), (654, "a" * 100_000, 1308)],
)
async def test_a_call_may_allow_more(
    hass: HomeAssistant,
    gateway: Gateway,
    account: Account,
    max_parts: object,
    text: str,
    parts: int,
) -> None:
    """Some texts are long."""
    account.credit = Decimal(10_000)
    response = await call(
        hass, "send_sms", message=text, recipients=[SARA, OMID], max_parts=max_parts
    )
    assert (response["accepted"], response["parts"]) == (2, parts)
    assert gateway.phone(OMID).messages[0].text == text


@pytest.mark.usefixtures("home")
async def test_a_call_may_allow_less(hass: HomeAssistant, gateway: Gateway) -> None:
    """Some have little credit."""
    with pytest.raises(ServiceValidationError, match="would take 2 parts, and 1 are"):
        await call(
            hass, "send_sms", message="آ" * 71, recipients=[SARA, OMID], max_parts=1
        )
    assert not sent_calls(gateway)
    await call(hass, "send_sms", message="آ" * 70, recipients=[SARA, OMID], max_parts=1)


@pytest.mark.usefixtures("home")
async def test_a_dry_run_tells_how_many_it_would_take(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """That is what it is for."""
    response = await call(
        hass, "send_sms", message="آ" * 100_000, recipients=SARA, dry_run=True
    )
    assert (response["parts"], response["estimated_cost"]) == (1493, 1493 * 1730)
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("max_parts", [0, -1, "many", None])
async def test_a_number_of_parts_that_allows_nothing_is_refused(
    hass: HomeAssistant, gateway: Gateway, max_parts: object
) -> None:
    """Each message takes one part at least."""
    with pytest.raises(vol.Invalid):
        await call(hass, "send_sms", message="a", recipients=SARA, max_parts=max_parts)
    assert not sent_calls(gateway)


@pytest.mark.usefixtures("home")
async def test_the_notify_action_takes_no_limit_of_its_own(
    hass: HomeAssistant, gateway: Gateway
) -> None:
    """Its data goes to all members of a notify group, and who writes one text for all doesn't mean an SMS."""
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, message=ELEVEN_PARTS, target=SARA, data={"max_parts": 99})
    assert raised.value.translation_key == "too_many_parts"
    assert not sent_calls(gateway)
