"""What could make an old SMS start something again, or an answer start another one."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from simulator import Account, Gateway
from simulator.faults import Code, MixedBoxes, Place
from tests.integration.conftest import LINE, OMID, OTHER_LINE
from tests.integration.story.forms import reload
from tests.integration.story.told import Told

from .received import RECEIVED, arrive, on_disk, poll, start_anew

pytestmark = pytest.mark.usefixtures("silence")

NEW_LINE = "30007654321"


@pytest.mark.parametrize(
    "trigger",
    [
        {},
        {"attribute": "text", "to": "OPEN"},
        {"not_to": ["unavailable", "unknown"]},
    ],
    ids=["bare", "of the text", "of a time"],
)
async def test_a_state_trigger_does_not_see_an_sms_again_after_a_reload(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    trigger: dict[str, Any],
) -> None:
    """The entity comes back without its last message: it would look like a new one."""
    opened = async_mock_service(hass, "lock", "unlock")
    automation = {
        "triggers": {"trigger": "state", "entity_id": RECEIVED, **trigger},
        "conditions": {
            "condition": "state",
            "entity_id": RECEIVED,
            "attribute": "text",
            "state": "OPEN",
        },
        "actions": {"action": "lock.unlock"},
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    arrive(gateway, "OPEN")
    await poll(hass, freezer)
    assert len(opened) == 1
    freezer.tick(timedelta(days=1))
    await reload(hass, entry)
    await hass.async_block_till_done()
    await poll(hass, freezer)
    assert len(opened) == 1


@pytest.mark.parametrize(
    "sender",
    [
        LINE,
        OTHER_LINE,
        f"+98{OTHER_LINE}",
        f"0098{OTHER_LINE}",
        f"+{OTHER_LINE}",
        f"0{OTHER_LINE}",
        "+98 5000 1060 4671",
        "۵۰۰۰۱۰۶۰۴۶۷۱",
    ],
)
async def test_an_sms_of_our_own_line_is_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
    sender: str,
) -> None:
    """However the panel writes it: an automation that answers would answer itself for ever."""
    arrive(gateway, "echo", sender=sender)
    arrive(gateway, "in")
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["in"]


async def test_a_line_that_is_much_like_ours_is_a_stranger(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    told: Told,
) -> None:
    """With another country's prefix, or a digit more."""
    for sender in (f"98{OTHER_LINE}", f"{OTHER_LINE}1", OTHER_LINE[1:]):
        arrive(gateway, sender, sender=sender)
    await poll(hass, freezer)
    assert len(told.texts) == 3


@pytest.mark.parametrize(
    ("listed", "sender"),
    [
        (NEW_LINE, NEW_LINE),
        (NEW_LINE, f"+98{NEW_LINE}"),
        (f"+98{NEW_LINE}", NEW_LINE),
    ],
)
async def test_a_line_that_writes_to_itself_is_not_told_though_it_is_not_known_to_be_ours(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    listed: str,
    sender: str,
) -> None:
    """The account has got it since its lines were fetched."""
    account.lines.append(listed)
    arrive(gateway, "echo", sender=sender, line=listed)
    arrive(gateway, "in", line=listed)
    await poll(hass, freezer)
    assert told.texts == ["in"]


async def test_our_usual_line_is_ours_though_the_panel_does_not_tell_its_lines(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """It is in the account's settings."""
    gateway.fault("GetUserNumbers", Code(35, Place.STATUS), times=None)
    await start_anew(hass, entry)
    arrive(gateway, "echo", sender=LINE, line=OTHER_LINE)
    arrive(gateway, "in")
    await poll(hass, freezer)
    assert told.texts == ["in"]


@pytest.mark.parametrize("line", [LINE, NEW_LINE])
async def test_sent_messages_among_the_received_ones_are_not_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    told: Told,
    line: str,
) -> None:
    """A panel may mix the boxes up; what was sent over a line that isn't known to be ours is not told either."""
    gateway.fault("GetMessages", MixedBoxes(), times=None)
    gateway.deliver(account, line, "out", [OMID], flash=False)
    arrive(gateway, "in")
    gateway.deliver(account, line, "out too", [OMID], flash=False)
    await poll(hass, freezer)
    await poll(hass, freezer)
    assert told.texts == ["in"]


async def test_an_account_that_moves_to_another_panel_sets_a_new_baseline(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    account: Account,
    entry: MockConfigEntry,
    told: Told,
) -> None:
    """That panel's ids say nothing of what is known of this one's."""
    arrive(gateway, "here")
    await poll(hass, freezer)
    arrive(gateway, "was there before")
    hass.config_entries.async_update_entry(entry, unique_id="sara@another.example")
    await set_up_again(hass, entry)
    assert told.texts == ["here"]
    arrive(gateway, "there")
    await poll(hass, freezer)
    assert told.texts == ["here", "there"]


@pytest.mark.parametrize("state", [CoreState.stopping, CoreState.not_running])
async def test_while_home_assistant_stops_nothing_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    gateway: Gateway,
    entry: MockConfigEntry,
    told: Told,
    state: CoreState,
) -> None:
    """Nothing is written then, and automations don't run any more: it is told after the start."""
    arrive(gateway, "OPEN")
    left = on_disk(hass, entry)
    hass.set_state(state)
    await entry.runtime_data.inbox.async_refresh()
    assert (told.texts, on_disk(hass, entry)) == ([], left)
    hass.set_state(CoreState.running)
    await entry.runtime_data.inbox.async_refresh()
    assert told.texts == ["OPEN"]


async def set_up_again(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload, as reconfiguring does."""
    await reload(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
