"""What the tests of the conditions share: asking one whether it is met."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition
from homeassistant.setup import async_setup_component


async def is_met(hass: HomeAssistant, name: str, **config: Any) -> bool | None:
    """Check a condition as an automation with it does."""
    assert await async_setup_component(hass, "homeassistant", {})
    validated = await condition.async_validate_condition_config(
        hass, {"condition": f"payamak.{name}"} | config
    )
    checker = await condition.async_from_config(hass, validated)
    try:
        return checker.async_check()
    finally:
        checker.async_unload()
