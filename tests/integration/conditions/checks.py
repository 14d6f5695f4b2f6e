"""What the tests of the conditions share: asking one whether it is met."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition
from homeassistant.setup import async_setup_component


async def is_met(hass: HomeAssistant, name: str, **config: Any) -> bool | None:
    """Check a condition as an automation with it does.

    ``left_out`` of the target is added here: only Home Assistant 2026.11 and later take it where a target is written.
    """
    left_out = config.pop("left_out", None)
    assert await async_setup_component(hass, "homeassistant", {})
    validated = await condition.async_validate_condition_config(
        hass, {"condition": f"payamak.{name}"} | config
    )
    if left_out:
        validated["target"]["exclude"] = {"entity_id": left_out}
    checker = await condition.async_from_config(hass, validated)
    try:
        return checker.async_check()
    finally:
        checker.async_unload()
