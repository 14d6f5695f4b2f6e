"""The tool with which an assistant sends an SMS to the people who are exposed to it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, llm
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..account.errors import Explainer, validation_error
from ..account.service_call import async_accounts
from ..const import DOMAIN
from ..people.addressed import async_address
from ..people.exposed import Exposed, async_exposed_people
from .errand import async_send
from .message import Sms
from .retold import retell

# An assistant is talkative, and each part costs money.
_MOST_PARTS: Final = 2
_ATTR_MESSAGE: Final = "message"
_ATTR_RECIPIENTS: Final = "recipients"

_DESCRIPTION: Final = (
    "Sends an SMS (text message) to the phones of people of this household, when the user asks for that. "
    "It costs money: each part to each phone, so do not repeat it, and answer only what the result says."
)
_OF_THE_MESSAGE: Final = (
    "The text as it arrives, short and without markup. It takes two parts at most: 134 characters, "
    "or 306 without a Persian letter or an emoji."
)
_OF_THE_RECIPIENTS: Final = "The people to send to."


class SendSmsTool(llm.Tool):
    """Sends an SMS to people whom it knows by name alone; never past their limits."""

    name = f"{DOMAIN}__send_sms"
    title = "Send SMS"
    integration = DOMAIN

    def __init__(self, people: Mapping[str, Sequence[Exposed]]) -> None:
        """Offer the people."""
        self.description = _DESCRIPTION
        self.parameters = _schema(people)
        # Before Home Assistant 2026.10, a tool says nothing of what it does.
        if hasattr(llm, "ToolAnnotations"):
            self.annotations = llm.ToolAnnotations(destructive=False, open_world=True)

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult | JsonObjectType:
        """Send, and tell what became of it; raises for what can't be sent at all."""
        # Who was exposed when the tool was offered may be so no more.
        people = async_exposed_people(hass, llm_context.assistant)
        given = _schema(people)(tool_input.tool_args)
        chosen = {name: _only(name, people[name]) for name in given[_ATTR_RECIPIENTS]}
        by_entry: defaultdict[str, set[str | None]] = defaultdict(set)
        for each in chosen.values():
            by_entry[each.entry_id].add(each.subentry_id)
        addressed = await async_address(async_accounts(hass), by_entry)
        sms = Sms(recipients=(), text=given[_ATTR_MESSAGE], max_parts=_MOST_PARTS)
        outcome = await async_send(addressed, sms)
        told = retell(
            outcome,
            {name: each.numbers for name, each in chosen.items()},
            await Explainer.async_load(hass),
        )
        return _result(
            {"results": [*told]},
            failed=all(each["status"] == "failed" for each in told),
        )


def _schema(people: Mapping[str, Sequence[Exposed]]) -> vol.Schema:
    """Return what the tool takes: names from a list alone, as a number could be made up."""
    return vol.Schema(
        {
            vol.Required(_ATTR_MESSAGE, description=_OF_THE_MESSAGE): cv.string,
            vol.Required(
                _ATTR_RECIPIENTS, description=_whom_there_are(people)
            ): vol.All(cv.ensure_list, [vol.In([*people])]),
        }
    )


def _whom_there_are(people: Mapping[str, Sequence[Exposed]]) -> str:
    groups = [
        f"{name} ({len(each.numbers)})"
        for name, exposed in people.items()
        for each in exposed
        if len(each.numbers) > 1
    ]
    if not groups:
        return _OF_THE_RECIPIENTS
    return f"{_OF_THE_RECIPIENTS} With several phones, and an SMS to each: {', '.join(groups)}."


def _only(name: str, exposed: Sequence[Exposed]) -> Exposed:
    """Return whoever has a name, if only one has."""
    if len(exposed) > 1:
        raise validation_error("same_name", recipient=name)
    return exposed[0]


def _result(data: JsonObjectType, *, failed: bool) -> llm.ToolResult | JsonObjectType:
    """Return a result; before Home Assistant 2026.10 it is the data alone."""
    if not hasattr(llm, "ToolResult"):
        return data
    return llm.ToolResult(data=data, error=failed)
