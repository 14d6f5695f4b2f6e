"""The demo's dashboard."""

from typing import Any

import pytest

from demo.dashboard import Entity, entities_of, sending_helpers, show_dashboard


class _Registry:
    """A Home Assistant that has entities, and keeps what it is told."""

    def __init__(self, *entities: dict[str, Any]) -> None:
        self.told: dict[str, dict[str, Any]] = {}
        self._entities = entities

    async def command(self, command: str, **fields: Any) -> Any:
        self.told[command] = fields
        return list(self._entities)


def _registered(entity_id: str, key: str, **different: str | None) -> dict[str, Any]:
    return {
        "entity_id": entity_id,
        "unique_id": f"entry_{key}",
        "config_entry_id": "entry",
        "entity_category": None,
        "disabled_by": None,
        "hidden_by": None,
    } | different


async def test_entities_come_in_order_of_interest_whatever_their_ids() -> None:
    """Those we don't know yet follow those we know; diagnostics come last."""
    registry = _Registry(
        _registered("sensor.a_waiting", "outbox", entity_category="diagnostic"),
        _registered("event.b", "received_message"),
        _registered("sensor.c", "new_one"),
        _registered("update.d", "something"),
        _registered("sensor.e_price", "base_price"),
        _registered("sensor.z_left", "credit"),
        _registered("sensor.other", "credit", config_entry_id="another"),
        _registered("sensor.off", "off", disabled_by="integration"),
        _registered("sensor.hidden", "hidden", hidden_by="user"),
    )
    found = await entities_of(registry, "entry")  # type: ignore[arg-type]  # all that is asked of it
    assert [entity.entity_id for entity in found] == [
        "sensor.z_left",
        "sensor.e_price",
        "sensor.c",
        "event.b",
        "update.d",
        "sensor.a_waiting",
    ]
    assert [entity.key for entity in found if entity.diagnostic] == ["outbox"]


async def test_outbox_and_gateway_stand_side_by_side() -> None:
    """The one says why the other fills, so the gateway is not put aside with the diagnostics."""
    registry = _Registry(
        _registered("binary_sensor.a", "gateway", entity_category="diagnostic"),
        _registered("sensor.b", "balance"),
        _registered("binary_sensor.c", "low_credit"),
        _registered("sensor.d", "outbox"),
        _registered("sensor.e", "base_price"),
        _registered("sensor.f", "credit"),
    )
    found = await entities_of(registry, "entry")  # type: ignore[arg-type]  # all that is asked of it
    assert [(entity.key, entity.diagnostic) for entity in found[4:]] == [
        ("outbox", False),
        ("gateway", False),
    ]


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_dashboard_shows_every_entity_and_becomes_the_default(
    language: Any,
) -> None:
    """Each entity has a tile, the credit a graph, and the words name action, number and page."""
    registry = _Registry()
    entities = [
        Entity("sensor.left", "credit", diagnostic=False),
        Entity("sensor.waiting", "outbox", diagnostic=True),
        Entity("notify.sara", "subentry_notify", diagnostic=False, of_account=False),
    ]
    await show_dashboard(
        registry,  # type: ignore[arg-type]  # all that is asked of it
        entities,
        language,
        action="notify.payamak",
        number="09120000001",
        phones="http://127.0.0.1:1/",
    )
    (view,) = registry.told["lovelace/config/save"]["config"]["views"]
    cards = [card for section in view["sections"] for card in section["cards"]]
    tiles = {
        card["entity"]: card.get("name") for card in cards if card["type"] == "tile"
    }
    assert tiles["sensor.left"] == tiles["sensor.waiting"] == {"type": "entity"}
    assert tiles["notify.sara"] is None  # the name of its own device is part of it
    (graph,) = [card for card in cards if card["type"] == "history-graph"]
    assert [row["entity"] for row in graph["entities"]] == ["sensor.left"]
    words, alarm = (card["content"] for card in cards if card["type"] == "markdown")
    assert "http://127.0.0.1:1/" in alarm
    assert tiles.keys() > {"input_boolean.kitchen_smoke", "input_boolean.siren"}
    for word in ("notify.payamak", "09120000001", "http://127.0.0.1:1/"):
        assert word in words
    url_path = registry.told["lovelace/dashboards/create"]["url_path"]
    assert registry.told["frontend/set_system_data"]["value"] == {
        "default_panel": url_path
    }


def test_button_sends_what_is_in_the_fields() -> None:
    """The script reads text and recipient from the helpers beside it."""
    helpers = sending_helpers("fa", action="notify.payamak", number="09120000001")
    (script,) = helpers["scripts"].values()
    (action,) = script["sequence"]
    assert action["action"] == "notify.payamak"
    assert action["data"] == {
        "message": "{{ states('input_text.sms_text') }}",
        "target": "{{ states('input_text.sms_recipient') }}",
    }
    assert helpers["input_text"].keys() == {"sms_text", "sms_recipient"}
    assert helpers["input_text"]["sms_recipient"]["initial"] == "09120000001"
