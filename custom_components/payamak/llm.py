"""The tools for assistants that are language models."""

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.llm import LLM_API_ASSIST, LLMContext

from .people.exposed import async_exposed_people
from .sending.llm_tool import SendSmsTool


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tool that sends, where somebody is exposed to whom it could send."""
    if api_id != LLM_API_ASSIST:
        return None
    people = async_exposed_people(hass, llm_context.assistant)
    return LLMTools(tools=[SendSmsTool(people)]) if people else None
