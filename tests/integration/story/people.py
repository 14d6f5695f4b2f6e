"""What the tests of the recipients share: the form of a person, the doors to them, and what reached whom."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, override

from aiohttp import web
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Gateway
from simulator.exchange import Exchange
from simulator.faults import Code, Fault
from tests.integration.conftest import make_entry, recipient

ALI = "09350000001"
REZA = "09350000002"
NEDA = "09350000003"
SECOND_LINE = "30001234"


def second_account(
    gateway: Gateway, gateway_url: str, **changes: Any
) -> MockConfigEntry:
    """Give another account of the home, for three other people."""
    gateway.add_account("omid", "other-secret", lines=[SECOND_LINE])
    people = {
        "recipients": (
            recipient("علی", "ali", ALI),
            recipient("Reza", "reza", REZA),
            recipient("همسایه‌ها", "neighbours", ALI, NEDA),
        ),
        "entry_id": "01SECOND",
        "username": "omid",
        "password": "other-secret",
        "sender": SECOND_LINE,
        "notify_action": "payamak_2",
    }
    return make_entry(gateway_url, **(people | changes))


async def open_form(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str | None = None
) -> SubentryFlowResult:
    """Open the form of a new recipient, or of a saved one."""
    step = "reconfigure" if subentry_id else "user"
    context = {"source": step} | ({"subentry_id": subentry_id} if subentry_id else {})
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "recipient"),
        context=context,  # type: ignore[arg-type] # a literal would have to be written twice
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, step)
    assert not form["errors"]
    return form


async def fill_in(
    hass: HomeAssistant, form: SubentryFlowResult, **typed: Any
) -> SubentryFlowResult:
    """Send a form off, and let its consequences happen."""
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"], typed
    )
    await hass.async_block_till_done()
    return result


async def add(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, *numbers: str, **typed: Any
) -> Mapping[str, Any]:
    """Add a recipient, and give what was saved."""
    form = await open_form(hass, entry)
    result = await fill_in(hass, form, name=name, numbers=list(numbers), **typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    [saved] = (
        each for each in entry.subentries.values() if each.title == result["title"]
    )
    assert saved.data["name"] == saved.title
    return saved.data


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str, **changes: Any
) -> None:
    """Change a recipient, and leave the rest of the form as it is shown."""
    form = await open_form(hass, entry, subentry_id)
    typed = dict(entry.subentries[subentry_id].data) | changes
    result = await fill_in(hass, form, **typed)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"


async def notify(hass: HomeAssistant, action: str = "payamak", **data: Any) -> None:
    """Call a notify action as an automation does."""
    await hass.services.async_call(
        "notify", action, {"message": "نشت آب"} | data, blocking=True
    )


async def send_message(hass: HomeAssistant, *slugs: str, **data: Any) -> None:
    """Call notify.send_message with the notify entities of the first account."""
    await hass.services.async_call(
        "notify",
        "send_message",
        {"message": "نشت آب", "entity_id": [f"notify.payamak_{slug}" for slug in slugs]}
        | data,
        blocking=True,
    )


async def send_sms(hass: HomeAssistant, recipients: object, **data: Any) -> list[Any]:
    """Call send_sms and give the rows of its response."""
    response = await hass.services.async_call(
        "payamak",
        "send_sms",
        {"message": "نشت آب", "recipients": recipients} | data,
        blocking=True,
        return_response=True,
    )
    assert response is not None
    rows = response["messages"]
    assert isinstance(rows, list)
    return rows


def received(gateway: Gateway) -> dict[str, int]:
    """Give how many messages reached each number that got any."""
    return {
        number: len(phone.messages)
        for number, phone in gateway.phones.items()
        if phone.messages
    }


def notify_actions(hass: HomeAssistant) -> set[str]:
    """Give the names of the notify actions that are ours."""
    actions = hass.services.async_services_for_domain("notify")
    return {name for name in actions if name.startswith("payamak")}


@dataclass(frozen=True)
class Held(Fault):
    """Holds the answer back until the test releases it: the correct answer, or a result code."""

    code: int | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        self.arrived.set()
        await self.released.wait()
        if self.code is None:
            return exchange.reply(exchange.process())
        return await Code(self.code).answer(exchange)


async def wait_for(held: Held, sending: asyncio.Task[Any]) -> None:
    """Wait until a message is on its way; one that never gets there fails the test."""
    arrived = asyncio.ensure_future(held.arrived.wait())
    await asyncio.wait({arrived, sending}, return_when=asyncio.FIRST_COMPLETED)
    assert arrived.done()
    assert not sending.done()


async def begin_and_hold(
    gateway: Gateway, sending: Coroutine[Any, Any, Any], code: int | None = None
) -> tuple[asyncio.Task[Any], Held]:
    """Begin to send, and hold the answer to the first request back."""
    held = Held(code)
    gateway.fault("SendSMS", held)
    task = asyncio.create_task(sending)
    await wait_for(held, task)
    return task, held
