"""Two conversation agents of a house, one that acts and one that only answers.

They stand behind `conversation.process`, with its fields and its response. The agent of Home Assistant itself is tried in the
demo's checks, as its packages are no part of the tests' environment.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.exceptions import HomeAssistantError
import homeassistant.helpers.config_validation as cv
import voluptuous as vol

ACTOR = "conversation.home_assistant"
READER = "conversation.reader"
_CONTROL = 1  # as conversation.ConversationEntityFeature has it


class Assistants:
    """What the agents are asked, and what they answer."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Let both be there."""
        self._hass = hass
        self.asked: list[Mapping[str, Any]] = []
        self.speech: Any = "Done."
        self.response_type = "action_done"
        self.fails = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.let_be(ACTOR, _CONTROL)
        self.let_be(READER, 0)
        hass.services.async_register(
            "conversation",
            "process",
            self._process,
            schema=vol.Schema(
                {
                    vol.Required("text"): cv.string,
                    vol.Optional("language"): cv.string,
                    vol.Optional("agent_id"): self._known,
                    vol.Optional("conversation_id"): cv.string,
                }
            ),
            supports_response=SupportsResponse.OPTIONAL,
        )

    def let_be(
        self, agent: str, features: int | None, state: str = STATE_UNKNOWN
    ) -> None:
        """Let an agent be there, as one that has not been asked yet unless told otherwise."""
        attributes = {} if features is None else {"supported_features": features}
        self._hass.states.async_set(agent, state, attributes)

    def texts(self, agent: str) -> list[str]:
        """Give what an agent was told."""
        return [each["text"] for each in self.asked if each["agent_id"] == agent]

    def _known(self, agent: str) -> str:
        if self._hass.states.get(agent) is None:
            raise vol.Invalid("invalid agent ID")
        return agent

    async def _process(self, call: ServiceCall) -> ServiceResponse:
        self.asked.append(dict(call.data))
        await self.may_answer.wait()
        if self.fails:
            raise HomeAssistantError("Error processing a text")
        if call.data["agent_id"] == ACTOR:
            self._hass.bus.async_fire("done", {"text": call.data["text"]})
        speech = {"plain": {"speech": self.speech, "extra_data": None}}
        return {
            "response": {
                "speech": {} if self.speech is None else speech,
                "card": {},
                "language": call.data.get("language", "en"),
                "response_type": self.response_type,
                "data": {},
            },
            "conversation_id": call.data.get("conversation_id"),
            "continue_conversation": False,
        }
