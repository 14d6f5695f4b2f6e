"""Repairs that the user can mend with a form."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant

from .account.repairs import ENTRY_ID, Issue
from .flows.not_sent_flow import NotSentFlow
from .flows.repair_flows import (
    AccountRepairFlow,
    LowCreditFlow,
    NotifyActionFlow,
    SenderLineFlow,
)

FLOWS: Final[Mapping[Issue, type[AccountRepairFlow]]] = {
    Issue.SENDER_LINE: SenderLineFlow,
    Issue.NOTIFY_ACTION: NotifyActionFlow,
    Issue.NOT_SENT: NotSentFlow,
    Issue.LOW_CREDIT: LowCreditFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any]
) -> RepairsFlow:
    """Return the form of a repair, whose data say which account it is about."""
    entry_id: str = data[ENTRY_ID]
    return FLOWS[Issue(issue_id.removeprefix(f"{entry_id}_"))](entry_id)
