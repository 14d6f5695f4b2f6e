"""The action that calls back what waits: what it takes, and what it responds with."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
import pytest
import voluptuous as vol

from custom_components.payamak.account.errors import Explainer
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import LedgerError, SmsRow
from custom_components.payamak.sending import cancel as module
from custom_components.payamak.sending.cancel import async_setup_cancel
from tests.integration.story.rows import waiting_row


class World:
    """Home Assistant as the action sees it, and an outbox that notes what it is asked to call back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Register the action; two messages wait."""
        self.asked: list[Collection[str] | None] = []
        self.accounts = 1
        self.disk_takes = True
        self.rows = [
            waiting_row(1, state=SmsState.CANCELLED, reason="word"),
            waiting_row(2, state=SmsState.CANCELLED),
        ]
        self.action: Any = None
        this: Any = self
        self.services = this
        async_setup_cancel(this)

        async def load(hass: HomeAssistant) -> Explainer:
            assert hass is this
            return Explainer({"component.payamak.exceptions.word.message": "A cause."})

        monkeypatch.setattr(Explainer, "async_load", load)
        road = SimpleNamespace(outbox=this)
        monkeypatch.setattr(
            module,
            "accounts_data",
            lambda _call: [SimpleNamespace(road=road)] * self.accounts,
        )

    def async_register(self, domain: str, name: str, handler: Any, **how: Any) -> None:
        """Register an action."""
        assert (domain, name) == ("payamak", "cancel")
        assert how["supports_response"] is SupportsResponse.OPTIONAL
        self.action = (handler, how["schema"])

    async def async_cancel(self, sms_ids: Collection[str] | None) -> list[SmsRow]:
        """Call some back."""
        self.asked.append(sms_ids)
        if not self.disk_takes:
            raise LedgerError("full")
        return self.rows

    async def call(self, **data: Any) -> dict[str, Any]:
        """Call the action."""
        handler, schema = self.action
        called = SimpleNamespace(hass=self, data=schema(data))
        return cast("dict[str, Any]", await handler(called))


@pytest.fixture(name="world")
def world_fixture(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give the world of the action."""
    return World(monkeypatch)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ({}, None),
        ({"sms_ids": "a"}, {"a"}),
        ({"sms_ids": ["a", "b", "a"]}, {"a", "b"}),
        ({"sms_ids": "a, b"}, {"a", "b"}),
        ({"sms_ids": []}, set()),
        ({"config_entry_id": "01FIRST"}, None),
    ],
)
async def test_all_that_waits_is_called_back_or_some_of_it(
    world: World, written: dict[str, Any], asked: set[str] | None
) -> None:
    """An empty list is nobody, and not everybody."""
    await world.call(**written)
    assert world.asked == [asked]


@pytest.mark.parametrize("wrong", [{"sms_ids": [{"a": 1}]}, {"something": "else"}])
async def test_what_is_no_id_is_refused(world: World, wrong: dict[str, Any]) -> None:
    """Before anything is called back."""
    with pytest.raises(vol.Invalid):
        await world.call(**wrong)
    assert world.asked == []


async def test_it_responds_with_what_was_called_back(world: World) -> None:
    """As the history tells it."""
    response = await world.call()
    assert response["cancelled"] == 2
    assert [
        (row["sms_id"], row["state"], row["error"]) for row in response["messages"]
    ] == [("sms-1", "cancelled", "A cause."), ("sms-2", "cancelled", None)]


async def test_it_is_no_error_where_nothing_waits(world: World) -> None:
    """There is nothing to tell."""
    world.rows = []
    assert await world.call() == {"cancelled": 0, "messages": []}


async def test_what_the_disk_does_not_take_is_an_error(world: World) -> None:
    """After a restart it would wait again."""
    world.disk_takes = False
    with pytest.raises(HomeAssistantError) as raised:
        await world.call()
    assert raised.value.translation_key == "cancel_not_stored"


async def test_what_waits_in_each_account_is_called_back(world: World) -> None:
    """Also where the disk of another one does not take it: as many as possible."""
    world.accounts = 2
    assert (await world.call(sms_ids="a"))["cancelled"] == 4
    assert world.asked == [{"a"}, {"a"}]
    world.disk_takes = False
    with pytest.raises(HomeAssistantError):
        await world.call()
    assert world.asked[2:] == [None, None]
