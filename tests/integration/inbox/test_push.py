"""The push address: whoever calls it makes Home Assistant look for new SMS, and nothing else."""

import asyncio
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import webhook
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway
from tests.integration.story.accounts import set_up
from tests.integration.story.people import SECOND_LINE, second_account
from tests.integration.story.told import Told

from .push import (
    ID,
    PUSH,
    LateAnswer,
    Panel,
    for_a_while,
    let_go_by,
    polls,
    ring,
    until,
)
from .received import RECEIVED, arrive, family_with_inbox, listen


@pytest.fixture(name="options")
def push_alone() -> dict[str, Any]:
    """Let the panel alone tell, so that every poll is an answer to a call."""
    return {"inbox_interval": 0, **PUSH}


@pytest.mark.usefixtures("silence")
async def test_a_call_brings_the_new_message_at_once(
    hass: HomeAssistant, gateway: Gateway, panel: Panel, told: Told
) -> None:
    """One poll, with no time gone by."""
    arrive(gateway, "سلام")
    assert await ring(panel) == "OK"
    await until(hass, lambda: told.texts == ["سلام"])
    await for_a_while(hass)
    assert polls(gateway) == 1


@pytest.mark.usefixtures("silence")
async def test_the_panels_own_push_works_from_end_to_end(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    panel: Panel,
    told: Told,
) -> None:
    """It finds the answer good, and stays switched on."""
    account.push_url = (
        f"{panel.make_url(f'/api/webhook/{ID}')}?to=$TO$&body=$TEXT$&from=$FROM$"
    )
    for text in ("در & پنجره", "100%? #دو"):
        arrive(gateway, text)
        await gateway.push.settle()
        await let_go_by(hass, freezer, 6)
    assert told.texts == ["در & پنجره", "100%? #دو"]
    assert account.push_failure is None


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "query",
    [
        "?to=50004001234567&body=OPEN&from=9120000001",
        "?from=%00%ff&body=%F0%9F%98%80&&=&=x",
        "?" + "x" * 4000,
        "?body={{ states }}&message_id=1",
    ],
)
async def test_what_a_call_carries_is_never_used(
    hass: HomeAssistant, gateway: Gateway, panel: Panel, told: Told, query: str
) -> None:
    """Anybody can write anything there; what is told comes from the gateway."""
    assert await ring(panel, query=query) == "OK"
    await until(hass, lambda: polls(gateway) == 1)
    await for_a_while(hass)
    assert told.texts == []
    [call] = gateway.calls
    assert "OPEN" not in str(call.parameters)


@pytest.mark.usefixtures("silence")
async def test_a_body_is_never_used_either(
    hass: HomeAssistant, gateway: Gateway, panel: Panel, told: Told
) -> None:
    """Some panels may call with POST."""
    response = await panel.post(f"/api/webhook/{ID}", json={"body": "OPEN"})
    assert (response.status, await response.text()) == (200, "OK")
    await until(hass, lambda: polls(gateway) == 1)
    assert told.texts == []


@pytest.mark.usefixtures("silence")
async def test_a_thousand_calls_in_a_second_cost_two_polls(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """The first at once, the other one for all who called meanwhile; five seconds lie between them."""
    arrive(gateway, "1")
    call = MockRequest(content=b"", mock_source="test", method="GET")
    for _ in range(1000):
        answer = await webhook.async_handle_webhook(hass, ID, call)
        assert answer.text == "OK"
    await until(hass, lambda: told.texts == ["1"])
    arrive(gateway, "2")
    await let_go_by(hass, freezer, 3)
    assert polls(gateway) == 1
    await let_go_by(hass, freezer, 3)
    assert polls(gateway) == 2
    assert told.texts == ["1", "2"]
    for _ in range(5):
        await let_go_by(hass, freezer, 60)
    assert polls(gateway) == 2


@pytest.mark.usefixtures("silence")
async def test_calls_without_end_cost_a_poll_every_five_seconds(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    panel: Panel,
) -> None:
    """No more, however long they go on."""
    for _ in range(60):
        await ring(panel)
        await let_go_by(hass, freezer, 1)
    assert 10 <= polls(gateway) <= 12


@pytest.mark.usefixtures("silence")
async def test_a_call_during_a_slow_poll_is_answered_at_once_and_heard_afterwards(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    panel: Panel,
    told: Told,
) -> None:
    """Its message came too late for that poll."""
    late = LateAnswer()
    gateway.fault("GetMessages", late)
    await ring(panel)
    await asyncio.wait_for(late.asked.wait(), 5)
    arrive(gateway, "سلام")
    for _ in range(3):
        assert await ring(panel) == "OK"
        # Not so long that the gateway's answer would be given up.
        await let_go_by(hass, freezer, 3)
    late.released.set()
    await for_a_while(hass)
    assert told.texts == []
    await let_go_by(hass, freezer, 6)
    assert told.texts == ["سلام"]
    assert polls(gateway) == 2


@pytest.mark.usefixtures("silence")
async def test_regular_polls_go_on_beside_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    gateway_url: str,
    entry: MockConfigEntry,
    panel: Panel,
    told: Told,
) -> None:
    """A panel that stops calling costs time, and no message; nothing comes twice."""
    hass.config_entries.async_update_entry(entry, options=PUSH)
    await hass.async_block_till_done(wait_background_tasks=True)
    arrive(gateway, "1")
    await ring(panel)
    await until(hass, lambda: told.texts == ["1"])
    arrive(gateway, "2")
    await let_go_by(hass, freezer, 61)
    assert told.texts == ["1", "2"]


@pytest.mark.usefixtures("silence")
async def test_a_call_during_a_regular_poll_tells_nothing_twice(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    panel: Panel,
    told: Told,
) -> None:
    """Home Assistant runs the refreshes of a coordinator one after the other; we rely on it."""
    hass.config_entries.async_update_entry(entry, options=PUSH)
    await hass.async_block_till_done(wait_background_tasks=True)
    first_page, second_page = LateAnswer(), LateAnswer()
    first_page.released.set()
    gateway.fault("GetMessages", first_page)
    gateway.fault("GetMessages", second_page)
    texts = [f"{number}" for number in range(150)]
    arrive(gateway, *texts)
    await let_go_by(hass, freezer, 61)
    await asyncio.wait_for(second_page.asked.wait(), 5)
    gateway.calls.clear()
    assert await ring(panel) == "OK"
    # Long enough for a whole poll with its two requests, which must not happen yet.
    for _ in range(20):
        await for_a_while(hass)
    assert (told.texts, polls(gateway)) == ([], 0)
    second_page.released.set()
    await until(hass, lambda: told.texts == texts)
    await let_go_by(hass, freezer, 6)
    assert told.texts == texts
    assert polls(gateway) == 1


@pytest.mark.usefixtures("silence")
async def test_it_can_be_turned_off_and_on_again(
    hass: HomeAssistant,
    gateway: Gateway,
    entry: MockConfigEntry,
    panel: Panel,
    told: Told,
) -> None:
    """Off, Home Assistant answers as for any address that isn't there; on again, it is the same one."""
    hass.config_entries.async_update_entry(
        entry, options={"inbox_interval": 0, "webhook_id": ID, "push": False}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    gateway.calls.clear()
    arrive(gateway, "سلام")
    assert await ring(panel) == await ring(panel, "cd" * 32) == ""
    await for_a_while(hass)
    assert gateway.calls == []
    hass.config_entries.async_update_entry(
        entry, options={"inbox_interval": 0, "webhook_id": ID, "push": True}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert told.texts == ["سلام"]
    assert await ring(panel) == "OK"


@pytest.mark.usefixtures("silence")
async def test_it_is_off_by_default(
    hass: HomeAssistant, gateway: Gateway, gateway_url: str
) -> None:
    """No webhook, as long as nobody wants one."""
    await set_up(hass, family_with_inbox(gateway_url))
    assert webhook.DOMAIN not in hass.config.components


@pytest.mark.usefixtures("silence")
async def test_nobody_listens_once_the_account_is_removed(
    hass: HomeAssistant, gateway: Gateway, entry: MockConfigEntry, panel: Panel
) -> None:
    """Also not for a call that came just before."""
    late = LateAnswer()
    gateway.fault("GetMessages", late)
    await ring(panel)
    await asyncio.wait_for(late.asked.wait(), 5)
    assert await ring(panel) == "OK"
    await hass.config_entries.async_remove(entry.entry_id)
    late.released.set()
    assert await ring(panel) == ""
    await hass.async_block_till_done(wait_background_tasks=True)
    assert polls(gateway) == 1


@pytest.mark.usefixtures("silence")
async def test_a_call_before_home_assistant_has_started_waits_for_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    panel: Panel,
    told: Told,
) -> None:
    """The first poll after the start brings its message."""
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    arrive(gateway, "سلام")
    assert await ring(panel) == "OK"
    await let_go_by(hass, freezer, 6)
    assert polls(gateway) == 0
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert told.texts == ["سلام"]


@pytest.mark.usefixtures("silence")
async def test_each_account_has_an_address_of_its_own(
    hass: HomeAssistant,
    gateway: Gateway,
    gateway_url: str,
    panel: Panel,
    told: Told,
) -> None:
    """A call for one of them polls that one alone."""
    other_id = "cd" * 32
    options = {"inbox_interval": 0, "push": True, "webhook_id": other_id}
    await set_up(hass, second_account(gateway, gateway_url, options=options))
    other = listen(hass, f"{RECEIVED}_2")
    gateway.calls.clear()
    arrive(gateway, "1")
    arrive(gateway, "2", line=SECOND_LINE)
    assert await ring(panel, other_id) == "OK"
    await until(hass, lambda: other.texts == ["2"])
    await for_a_while(hass)
    assert told.texts == []
    assert [call.parameters["username"] for call in gateway.calls] == ["omid"]
