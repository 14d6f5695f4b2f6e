"""What the tests of the inbox share: SMS that come in, what was told of them, and power cuts."""

from dataclasses import dataclass, replace
from datetime import timedelta
import logging
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Account, Gateway, ReceivedMessage
from simulator.faults import RowsFault
from simulator.world import World
from tests.integration.conftest import LINE, OMID, SARA, make_entry, recipient
from tests.integration.story import disk as disk_story
from tests.integration.story.accounts import set_up
from tests.integration.story.disk import Left, what_is_on_disk
from tests.integration.story.forms import let_pass, take_calls
from tests.integration.story.told import Told

RECEIVED = "event.payamak_received_message"


def family_with_inbox(gateway_url: str, **options: Any) -> MockConfigEntry:
    """Give the account of a household that is polled for received SMS, not set up yet."""
    return make_entry(
        gateway_url,
        recipients=(
            recipient("خانواده", "family", SARA, OMID),
            recipient("Sara", "sara", SARA),
            recipient("امید", "omid", OMID),
        ),
        options=options,
    )


@dataclass(frozen=True)
class WithoutIds(RowsFault):
    """The rows with these ids (all, if there are none) are listed without them."""

    ids: tuple[int, ...] = ()

    @override
    def rearrange(self, rows: list[Any]) -> list[object]:
        return [
            row | {"MsgID": None} if not self.ids or row["MsgID"] in self.ids else row
            for row in rows
        ]


def listen(hass: HomeAssistant, entity_id: str = RECEIVED) -> Told:
    """Begin to listen to the event of received SMS."""
    return Told(hass, entity_id)


def arrive(
    world: World,
    *texts: str,
    sender: str = SARA,
    line: str = LINE,
    ago: timedelta = timedelta(),
) -> list[ReceivedMessage]:
    """Let SMS come in, one after the other; ago, they are listed only now but were sent before."""
    return [_dated(world, world.receive(line, sender, text), ago) for text in texts]


def _dated(world: World, message: ReceivedMessage, ago: timedelta) -> ReceivedMessage:
    box = next(
        account.received
        for account in world.accounts.values()
        if message in account.received[-1:]
    )
    box[-1] = replace(message, at=message.at - ago)
    return box[-1]


def list_late(account: Account, message: ReceivedMessage, behind: int) -> None:
    """Let an SMS be listed only now, behind so many that came after it."""
    account.received.remove(message)
    newest = max(each.msg_id for each in account.received)
    account.received.append(replace(message, msg_id=newest - behind))


async def poll(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float = 61
) -> None:
    """Let the time until the next poll go by."""
    await let_pass(hass, freezer, timedelta(seconds=seconds))


def asked(gateway: Gateway) -> list[str]:
    """Give the offsets of the polls since the last time; nothing else is asked meanwhile."""
    offsets = [call.parameters.get("index", call.method) for call in gateway.calls]
    take_calls(gateway)
    return offsets


def on_disk(hass: HomeAssistant, entry: MockConfigEntry) -> Left:
    """Give what the disk holds of an account now: what a power cut would leave."""
    return what_is_on_disk(hass, entry.entry_id)


async def start_anew(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Take the account down and set it up again: the next poll is the first one after a start."""
    await hass.config_entries.async_unload(entry.entry_id)
    await set_up(hass, entry)


async def power_cut(hass: HomeAssistant, entry: MockConfigEntry, left: Left) -> None:
    """Take everything away but what the disk held at some moment, and start anew."""
    await disk_story.power_cut(hass, entry.entry_id, left)
    await set_up(hass, entry)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what the inbox has complained about in the log."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(
            (
                "custom_components.payamak.inbox.",
                "custom_components.payamak.account.gateway_watch",
            )
        )
        and record.levelno > logging.INFO
    ]
