"""The form of a recipient, filled in where the demo doesn't: to change one, and to be refused."""

from collections.abc import Mapping

from demo.api import HomeAssistant, Json
from demo.flows import RECIPIENT, expect_result, fields_of, filled_in, suggestion_of


async def change_recipient(
    home_assistant: HomeAssistant, entry_id: str, subentry_id: str, changes: Json
) -> None:
    """Change some fields of a recipient; the others stay as the form suggests them."""
    form = await home_assistant.start_subentry_flow(entry_id, RECIPIENT, subentry_id)
    fields = fields_of(form, "reconfigure")
    suggested = {
        name: suggestion_of(field)
        for name, field in fields.items()
        # Quiet hours and a limit are left empty by most.
        if field.get("required") or field.get("description")
    }
    answers = {**suggested, **changes}
    result = await home_assistant.answer_subentry_flow(
        form["flow_id"], filled_in(form, "reconfigure", answers)
    )
    expect_result(result, "abort", "reconfigure_successful")


async def refused_recipient(
    home_assistant: HomeAssistant, entry_id: str, answers: Json
) -> Mapping[str, str]:
    """Try to add a recipient that can't be, and return what the form says is wrong, by the fields' names."""
    form = await home_assistant.start_subentry_flow(entry_id, RECIPIENT)
    result = await home_assistant.answer_subentry_flow(
        form["flow_id"], filled_in(form, "user", answers)
    )
    expect_result(result, "form")
    await home_assistant.close_subentry_flow(form["flow_id"])
    errors: Mapping[str, str] = result["errors"]
    return errors
