"""What the tests of assistants share: whom the household exposes to them, and the tool that they use then."""

from typing import Any

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.llm import LLMTools, async_get_tools
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component

from custom_components.payamak.sending.llm_tool import SendSmsTool

ASSISTANT = "conversation"
ACCEPTED = "The gateway has accepted it. Whether it arrives is not known yet."
WAITS = (
    "It has not been sent yet. It waits and is sent by itself: do not send it again."
)
FAILED = "It was not sent."
UNKNOWN = "It may or may not have been sent: do not send it again, but tell the user."
CONTEXT = llm.LLMContext(
    platform="test",
    context=Context(),
    language="fa",
    assistant=ASSISTANT,
    device_id=None,
)


async def expose(
    hass: HomeAssistant, *entities: str, assistant: str = ASSISTANT, to: bool = True
) -> None:
    """Expose entities to an assistant, or no more."""
    await prepare(hass)
    for entity_id in entities:
        async_expose_entity(hass, assistant, entity_id, to)


async def prepare(hass: HomeAssistant) -> None:
    """Set up what every home has that has assistants."""
    for component in ("homeassistant", "llm"):
        assert await async_setup_component(hass, component, {})


async def offered(hass: HomeAssistant, api: str = llm.LLM_API_ASSIST) -> LLMTools:
    """Give what is offered to the assistant, of ours and of others."""
    return await async_get_tools(hass, CONTEXT, api)


async def our_tool(hass: HomeAssistant) -> llm.Tool | None:
    """Give our tool, None where there is none for the assistant now."""
    tools = (await offered(hass)).tools
    ours = [tool for tool in tools if isinstance(tool, SendSmsTool)]
    assert len(ours) <= 1
    return ours[0] if ours else None


async def tool(hass: HomeAssistant) -> llm.Tool:
    """Give our tool, which there has to be."""
    ours = await our_tool(hass)
    assert ours
    return ours


async def use(ours: llm.Tool, hass: HomeAssistant, **given: Any) -> Any:
    """Let the assistant use a tool, and give what it answers."""
    return await ours.async_call(
        hass, llm.ToolInput(tool_name=ours.name, tool_args=given), CONTEXT
    )


async def text(
    hass: HomeAssistant, *names: str, message: str = "من دیر می‌رسم"
) -> list[dict[str, Any]]:
    """Let the assistant send an SMS to people, and give what it is told of each."""
    answer = await use(await tool(hass), hass, recipients=list(names), message=message)
    results: list[dict[str, Any]] = _data(answer)["results"]
    return results


def _data(answer: Any) -> dict[str, Any]:
    data: dict[str, Any] = answer.data if hasattr(llm, "ToolResult") else answer
    return data


def told(name: str, status: str, meaning: str, **more: Any) -> dict[str, Any]:
    """Give what the assistant is told of somebody."""
    return {"recipient": name, "status": status, "meaning": meaning} | more
