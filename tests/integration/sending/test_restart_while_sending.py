"""Home Assistant restarts in good order at each moment of a message to 250 people."""

import asyncio
from collections.abc import Iterable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.payamak.account.account import Account as OurAccount
from custom_components.payamak.ledger.file import Change, LedgerFile
from custom_components.payamak.sending.under_way import under_way_in
from simulator import Gateway
from tests.integration.story.accounts import shut_down
from tests.integration.story.deliveries import numbers
from tests.integration.story.disk import on_disk
from tests.integration.story.people import received, send_sms

from .lost import pass_minutes

PEOPLE = numbers(250)


class Stop:
    """Lets Home Assistant begin to stop when something happens for the nth time."""

    def __init__(self, hass: HomeAssistant, nth: int) -> None:
        """Count from now on."""
        self._hass = hass
        self._left = nth
        self.finishing: asyncio.Task[None] | None = None

    def it_happens(self) -> bool:
        """Count, and tell whether this is the one."""
        self._left -= 1
        return self._left == 0

    async def begin(self) -> None:
        """Begin to stop."""
        finish = under_way_in(self._hass).async_finish()
        self.finishing = asyncio.create_task(finish)
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("what", "nth"),
    [
        *(("write", nth) for nth in range(1, 7)),
        *(("request", nth) for nth in range(1, 4)),
        *(("answer", nth) for nth in range(1, 4)),
    ],
)
async def test_each_phone_gets_it_once_and_each_row_is_accounted_for(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    home: MockConfigEntry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    nth: int,
) -> None:
    """What was under way is noted, and the rest leaves after the start."""
    stop = Stop(hass, nth)
    write, send = LedgerFile._carry_out, OurAccount.send_call

    def write_and_stop(file: LedgerFile, changes: Iterable[Change]) -> None:
        if what == "write" and stop.it_happens():
            begun = asyncio.run_coroutine_threadsafe(stop.begin(), hass.loop)
            begun.result(5)
        write(file, changes)

    async def send_and_stop(account: OurAccount, call: Any) -> Any:
        is_it = what != "write" and stop.it_happens()
        if is_it and what == "request":
            await stop.begin()
        answer = await send(account, call)
        if is_it and what == "answer":
            await stop.begin()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(LedgerFile, "_carry_out", write_and_stop)
        patched.setattr(OurAccount, "send_call", send_and_stop)
        rows = await send_sms(hass, PEOPLE)
        assert stop.finishing
        await stop.finishing
    accepted = [row for row in rows if row["status"] == "accepted"]
    assert len(accepted) == len(received(gateway))
    assert {row["status"] for row in rows} <= {"accepted", "queued"}
    await shut_down(hass, home)
    under_way_in(hass).is_stopping = False
    await hass.config_entries.async_setup(home.entry_id)
    await pass_minutes(hass, freezer, 3)
    assert received(gateway) == dict.fromkeys(PEOPLE, 1)
    counted = "SELECT count(*), sum(message_id IS NOT NULL) FROM sms"
    assert on_disk(hass, home.entry_id, counted) == [(250, 250)]
