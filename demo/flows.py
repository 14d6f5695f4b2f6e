"""Filling in the forms of the integration, as a browser does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .api import HomeAssistant, Json
from .gateway import Account
from .steps import StepFailed, eventually

RECIPIENT = "recipient"


@dataclass(frozen=True)
class AddedAccount:
    """What the set-up of an account made."""

    entry_id: str
    title: str
    notify_action: str
    recipient_flow: str


async def add_account(
    home_assistant: HomeAssistant, account: Account, url: str
) -> AddedAccount:
    """Set an account up; the flow for its first recipient is then open."""
    form = await home_assistant.start_flow("payamak")
    form = await home_assistant.answer_flow(
        form["flow_id"],
        filled_in(
            form,
            "user",
            {
                "username": account.username,
                "password": account.password,
                "connection": {"url": url},
            },
        ),
    )
    fields = fields_of(form, "sender")
    lines = _choices(fields["sender"])
    if account.line not in lines:
        raise StepFailed(
            f"The form offers the lines {lines}, not the account's line {account.line}."
        )
    notify_action = suggestion_of(fields["notify_action"])
    result = await home_assistant.answer_flow(
        form["flow_id"],
        filled_in(
            form, "sender", {"sender": account.line, "notify_action": notify_action}
        ),
    )
    expect_result(result, "create_entry")
    kind, recipient_flow = result["next_flow"]
    if kind != "config_subentries_flow":
        raise StepFailed(f"The set-up goes on to {kind}, not to the first recipient.")
    return AddedAccount(
        result["result"]["entry_id"],
        result["title"],
        f"notify.{notify_action}",
        recipient_flow,
    )


async def add_recipient(
    home_assistant: HomeAssistant,
    entry_id: str,
    answers: Json,
    *,
    opened: str | None = None,
) -> None:
    """Add a recipient, in the flow that is open already if there is one."""
    form = (
        await home_assistant.open_subentry_flow(opened)
        if opened
        else await home_assistant.start_subentry_flow(entry_id, RECIPIENT)
    )
    result = await home_assistant.answer_subentry_flow(
        form["flow_id"], filled_in(form, "user", answers)
    )
    expect_result(result, "create_entry")


async def set_options(
    home_assistant: HomeAssistant, entry_id: str, changes: Json
) -> str:
    """Change some options, of which push is on, and return the push address that is shown."""
    form = await home_assistant.start_options_flow(entry_id)
    suggested = {
        name: field["default"] for name, field in fields_of(form, "init").items()
    }
    form = await home_assistant.answer_options_flow(
        form["flow_id"], filled_in(form, "init", {**suggested, **changes})
    )
    fields_of(form, "push")
    address: str = form["description_placeholders"]["address"]
    result = await home_assistant.answer_options_flow(form["flow_id"], {})
    expect_result(result, "create_entry")
    return address


async def until_loaded(home_assistant: HomeAssistant, entry_id: str) -> None:
    """Wait until an account is set up."""

    async def loaded() -> bool | None:
        return await home_assistant.entry_state(entry_id) == "loaded" or None

    await eventually(
        loaded, seconds=20, otherwise="The account's entry was not loaded."
    )


def fields_of(form: Json, step_id: str) -> Mapping[str, Json]:
    """Return the fields of the form that is expected now, by their names."""
    if form["type"] != "form" or form["step_id"] != step_id or form["errors"]:
        what = form["errors"] if form["type"] == "form" else form.get("reason", "")
        raise StepFailed(
            f"Expected the form `{step_id}`, got {form['type']} {form.get('step_id', '')} {what}"
        )
    return {field["name"]: field for field in form["data_schema"]}


def filled_in(form: Json, step_id: str, answers: Json) -> Json:
    """Return the answers if the form asks for all of them and for no more that is required."""
    fields = fields_of(form, step_id)
    required = {
        name
        for name, field in fields.items()
        if field.get("required") and "default" not in field
    }
    if unknown := answers.keys() - fields.keys():
        raise StepFailed(
            f"The form `{step_id}` has no field {sorted(unknown)}, only {sorted(fields)}."
        )
    if missing := required - answers.keys():
        raise StepFailed(f"The form `{step_id}` asks for {sorted(missing)} too.")
    return answers


def expect_result(result: Json, kind: str, reason: str | None = None) -> None:
    """Fail with what a flow says where its result is not of this kind."""
    if result["type"] != kind or (reason and result["reason"] != reason):
        raise StepFailed(
            f"The flow ended with {result['type']}: {result.get('errors') or result.get('reason')}"
        )


def _choices(field: Json) -> Sequence[str]:
    """Return the values that a select field offers."""
    options: list[Any] = field["selector"]["select"]["options"]
    return [
        option["value"] if isinstance(option, Mapping) else option for option in options
    ]


def suggestion_of(field: Json) -> Any:
    """Return what a field is filled in with."""
    suggested = field.get("default") or (field.get("description") or {}).get(
        "suggested_value"
    )
    if suggested is None:
        raise StepFailed(f"The field {field['name']} is not filled in.")
    return suggested
