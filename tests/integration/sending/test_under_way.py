"""Messages that are under way while something else happens."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, override

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.gateway import PayamakClient, Receipt
from simulator import Account, Gateway
from simulator.exchange import Exchange
from simulator.faults import Code, Fault
from tests.integration.conftest import OMID, SARA, sent_calls


@dataclass(frozen=True)
class Held(Fault):
    """An answer that is held back until the test lets it go."""

    code: int | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        self.came.set()
        await self.go.wait()
        if self.code is None:
            return exchange.reply(exchange.process())
        return await Code(self.code).answer(exchange)


async def send(hass: HomeAssistant, recipients: Any = SARA) -> Any:
    """Send a message and give the response."""
    return await hass.services.async_call(
        DOMAIN,
        "send_sms",
        {"message": "پمپ خاموش شد", "recipients": recipients},
        blocking=True,
        return_response=True,
    )


async def send_and_hold(
    hass: HomeAssistant, gateway: Gateway, code: int | None = None
) -> tuple[asyncio.Task[Any], Held]:
    """Begin to send, and hold the gateway's answer back."""
    held = Held(code)
    gateway.fault("SendSMS", held)
    sending = asyncio.create_task(send(hass))
    await held.came.wait()
    return sending, held


async def test_a_reload_loses_nothing(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """The caller gets the true result, and the message goes out once."""
    sending, held = await send_and_hold(hass, gateway)
    reloading = asyncio.create_task(hass.config_entries.async_reload(home.entry_id))
    await asyncio.sleep(0)
    held.go.set()
    response = await sending
    assert await reloading
    [sms] = gateway.phone(SARA).messages
    assert response["messages"][0]["message_id"] == sms.rec_id


async def test_a_caller_that_goes_away_does_not_stop_the_message(
    hass: HomeAssistant, home: MockConfigEntry, gateway: Gateway
) -> None:
    """An automation that restarts must not leave half of the household out."""
    held = Held()
    gateway.fault("SendSMS", held)
    numbers = [f"0912{number:07d}" for number in range(150)]
    sending = asyncio.create_task(send(hass, numbers))
    await held.came.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    held.go.set()
    await hass.async_block_till_done()
    assert sum(len(call["to"].split(",")) for call in sent_calls(gateway)) == 150
    assert all(len(gateway.phone(number).messages) == 1 for number in numbers)


async def test_a_failure_whose_caller_went_away_is_in_the_log(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without numbers; nobody else is left to tell."""
    sending, held = await send_and_hold(hass, gateway, code=2)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    held.go.set()
    await hass.async_block_till_done()
    [warning] = [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.payamak.sending.messenger"
    ]
    assert "not accepted for 1 of 1 recipients" in warning


async def test_an_answer_to_old_credentials_does_not_ask_to_log_in_again(
    hass: HomeAssistant, home: MockConfigEntry, account: Account, gateway: Gateway
) -> None:
    """The new ones are in place already."""
    sending, held = await send_and_hold(hass, gateway, code=0)
    assert await hass.config_entries.async_reload(home.entry_id)
    held.go.set()
    with pytest.raises(HomeAssistantError):
        await sending
    await hass.async_block_till_done()
    assert (await send(hass))["accepted"] == 1


@pytest.mark.parametrize("code", [0, 5, 10, 109])
async def test_an_account_that_was_removed_bothers_nobody(
    hass: HomeAssistant,
    home: MockConfigEntry,
    gateway: Gateway,
    issue_registry: ir.IssueRegistry,
    caplog: pytest.LogCaptureFixture,
    code: int,
) -> None:
    """No log-in form and no repair for what is no more."""
    sending, held = await send_and_hold(hass, gateway, code)
    removing = asyncio.create_task(hass.config_entries.async_remove(home.entry_id))
    await asyncio.sleep(0)
    held.go.set()
    with pytest.raises(HomeAssistantError):
        await sending
    await removing
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()
    assert not [issue for issue in issue_registry.issues if issue[0] == DOMAIN]
    assert "exception was never retrieved" not in caplog.text


@pytest.mark.usefixtures("home")
async def test_an_unexpected_error_in_one_call_leaves_the_other_results(
    hass: HomeAssistant,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was accepted never looks like nothing, and the trouble is in the log."""
    honest = PayamakClient.send_sms

    async def sometimes(
        self: PayamakClient, recipients: Sequence[str], *args: Any, **more: Any
    ) -> list[Receipt]:
        if recipients[0].endswith("0000100"):
            raise RuntimeError("out of the blue")
        return await honest(self, recipients, *args, **more)

    monkeypatch.setattr(PayamakClient, "send_sms", sometimes)
    response = await send(hass, [f"0912{number:07d}" for number in range(300)])
    assert (response["accepted"], response["unknown"]) == (200, 100)
    assert "log" in response["messages"][100]["error"]
    assert "out of the blue" in caplog.text


@pytest.mark.usefixtures("home")
async def test_a_limit_that_is_reached_ends_the_calls_of_that_message(
    hass: HomeAssistant, gateway: Gateway, account: Account
) -> None:
    """Further ones would meet the same, each after its own waiting."""
    account.patterns = {1: 0}
    gateway.fault("BaseServiceNumber", Code(19), times=None)
    with pytest.raises(HomeAssistantError, match="hourly limit"):
        await hass.services.async_call(
            DOMAIN,
            "send_pattern",
            {"pattern_id": 1, "recipients": [f"0912{n:07d}" for n in range(50)]},
            blocking=True,
        )
    assert len(sent_calls(gateway)) == 1


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
