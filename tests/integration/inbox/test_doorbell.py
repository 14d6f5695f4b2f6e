"""The doorbell by itself: what a call of the push address begins, and what it does not."""

import asyncio
import logging
from unittest.mock import patch

from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.payamak.const import DOMAIN
from custom_components.payamak.inbox import doorbell as module
from custom_components.payamak.inbox.doorbell import Doorbell, async_push_address
from tests.integration.story.turns import turns

ID = "ab" * 32


class House:
    """A doorbell, and the polls that it starts."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with polls that end at once."""
        self.hass = hass
        self.polls = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.bell = Doorbell(hass, title="Home", webhook_id=ID, poll=self._poll)

    async def _poll(self) -> None:
        self.polls += 1
        await self.gate.wait()

    async def ring(self, method: str = "GET") -> tuple[int, str | None]:
        """Call the address, and give the answer."""
        request = MockRequest(
            b"message=OPEN",
            mock_source="test",
            method=method,
            remote="5.6.7.8",
        )
        answer = await webhook.async_handle_webhook(self.hass, ID, request)
        await turns()
        return answer.status, answer.text


@pytest.fixture
async def house(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> House:
    """Give a doorbell that is at work; five seconds are a hundredth of one here."""
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_POLLS", 0.01)
    found = House(hass)
    await found.bell.async_start()
    return found


async def until_quiet() -> None:
    """Let the seconds between two polls go by."""
    await asyncio.sleep(0.05)
    await turns()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_call_is_answered_at_once_and_starts_a_poll(
    house: House, method: str
) -> None:
    """The panel switches an address off that is slow; its poll may take long."""
    house.gate.clear()
    assert await house.ring(method) == (200, "OK")
    assert house.polls == 1
    house.gate.set()
    await until_quiet()
    assert house.polls == 1


async def test_other_methods_start_nothing(house: House) -> None:
    """Home Assistant answers them as any webhook."""
    await house.ring("PUT")
    assert house.polls == 0


async def test_calls_during_a_poll_start_one_more(house: House) -> None:
    """The message may have come too late for the first."""
    house.gate.clear()
    for _ in range(4):
        await house.ring()
    assert house.polls == 1
    house.gate.set()
    await turns()
    assert house.polls == 1
    await until_quiet()
    assert house.polls == 2
    await until_quiet()
    assert house.polls == 2


async def test_calls_soon_after_a_poll_wait_for_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows the address can't flood the gateway."""
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_POLLS", 60)
    for _ in range(3):
        await house.ring()
    assert house.polls == 1


async def test_a_later_call_polls_again(house: House) -> None:
    """As the first one did."""
    await house.ring()
    await until_quiet()
    await house.ring()
    assert house.polls == 2


async def test_before_the_start_and_after_the_end_nobody_answers(
    hass: HomeAssistant,
) -> None:
    """And the address is free for another account."""
    assert await async_setup_component(hass, "webhook", {})
    house = House(hass)
    await house.ring()
    assert house.polls == 0
    await house.bell.async_start()
    house.bell.async_stop()
    await house.ring()
    assert house.polls == 0
    again = House(hass)
    await again.bell.async_start()
    await again.ring()
    assert again.polls == 1


async def test_an_end_breaks_the_polls_off(house: House) -> None:
    """Also those that would have come."""
    house.gate.clear()
    await house.ring()
    await house.ring()
    house.bell.async_stop()
    house.gate.set()
    await until_quiet()
    assert house.polls == 1


async def test_an_end_without_a_start_takes_nobody_elses_webhook(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """An automation can have a webhook of any id."""
    first, second = House(hass), House(hass)
    await first.bell.async_start()
    await second.bell.async_start()
    assert [each.levelno for each in caplog.records if "push" in each.message] == [
        logging.WARNING
    ]
    second.bell.async_stop()
    await first.ring()
    assert (first.polls, second.polls) == (1, 0)


async def test_without_webhooks_there_is_no_address(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest of the account works."""
    house = House(hass)
    with patch.object(module, "async_setup_component", return_value=False):
        await house.bell.async_start()
    house.bell.async_stop()
    [record] = [each for each in caplog.records if "push address" in each.message]
    assert record.levelno == logging.WARNING
    assert ID not in caplog.text


async def test_the_webhook_is_listed_with_the_account(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """Home Assistant shows whose it is; it may be called from outside."""
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id({"type": "webhook/list"})
    [found] = (await client.receive_json())["result"]
    assert (found["webhook_id"], found["domain"], found["name"]) == (ID, DOMAIN, "Home")
    assert found["local_only"] is False
    assert sorted(found["allowed_methods"]) == ["GET", "POST"]


async def test_the_address_needs_one_of_home_assistant(hass: HomeAssistant) -> None:
    """Where it knows none, there is none to show."""
    assert async_push_address(hass, ID) is None
    await hass.config.async_update(external_url="https://home.example")
    assert async_push_address(hass, ID) == f"https://home.example/api/webhook/{ID}"
