"""Automations, added and taken away as the editor does."""

from .api import HomeAssistant, Json
from .steps import eventually

_CONFIG = "/api/config/automation/config"


async def add_automation(
    home_assistant: HomeAssistant, automation_id: str, automation: Json
) -> None:
    """Save an automation, and wait until it listens."""
    await home_assistant.request("POST", f"{_CONFIG}/{automation_id}", automation)

    async def listens() -> bool | None:
        states: list[Json] = await home_assistant.request("GET", "/api/states")
        return (
            any(
                state["attributes"].get("id") == automation_id
                and state["state"] == "on"
                for state in states
                if state["entity_id"].startswith("automation.")
            )
            or None
        )

    await eventually(
        listens, seconds=10, otherwise=f"The automation {automation_id} is not on."
    )


async def delete_automation(home_assistant: HomeAssistant, automation_id: str) -> None:
    """Delete an automation."""
    await home_assistant.request("DELETE", f"{_CONFIG}/{automation_id}")
