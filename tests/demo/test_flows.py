"""The forms of recipients that the demo and the system tests fill in."""

from collections.abc import Mapping
from typing import Any

import pytest

from demo.flows import add_recipient
from demo.steps import StepFailed
from tests.system.recipients import change_recipient, refused_recipient

_FIELDS = [
    {
        "name": "name",
        "required": True,
        "description": {"suggested_value": "Sara"},
    },
    {
        "name": "numbers",
        "required": True,
        "description": {"suggested_value": ["09120000003"]},
    },
    {"name": "slug", "description": {"suggested_value": "sara"}},
]
_ANSWERS = {"name": "Sara", "numbers": ["09120000003"]}


class _Flows:
    """A Home Assistant that shows the form of a recipient, and then the result it is made with."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.told: list[Any] = []
        self._result = result

    async def start_subentry_flow(
        self, entry_id: str, kind: str, subentry_id: str | None = None
    ) -> Mapping[str, Any]:
        return self._form("started", "reconfigure" if subentry_id else "user")

    async def open_subentry_flow(self, flow_id: str) -> Mapping[str, Any]:
        return self._form(flow_id, "user")

    async def answer_subentry_flow(self, flow_id: str, answers: Any) -> Any:
        self.told.append((flow_id, answers))
        return self._result

    async def close_subentry_flow(self, flow_id: str) -> None:
        self.told.append(("closed", flow_id))

    def _form(self, flow_id: str, step_id: str) -> Mapping[str, Any]:
        return {
            "type": "form",
            "flow_id": flow_id,
            "step_id": step_id,
            "errors": {},
            "data_schema": _FIELDS,
        }


@pytest.mark.parametrize(("opened", "used"), [(None, "started"), ("next", "next")])
async def test_recipient_is_added_in_the_flow_that_is_open(
    opened: str | None, used: str
) -> None:
    """The set-up of an account leaves one open; a second one would leave it behind."""
    flows = _Flows({"type": "create_entry"})
    await add_recipient(flows, "entry", _ANSWERS, opened=opened)  # type: ignore[arg-type]  # all that is asked of it
    assert flows.told == [(used, _ANSWERS)]


async def test_what_is_not_changed_stays_as_the_form_suggests() -> None:
    """A browser sends all the fields."""
    flows = _Flows({"type": "abort", "reason": "reconfigure_successful"})
    await change_recipient(flows, "entry", "sub", {"slug": "new"})  # type: ignore[arg-type]  # all that is asked of it
    assert flows.told == [("started", {**_ANSWERS, "slug": "new"})]


@pytest.mark.parametrize(
    "result",
    [
        {"type": "abort", "reason": "something_else"},
        {"type": "form", "errors": {"slug": "slug_taken"}},
    ],
)
async def test_change_that_was_not_made_falls_short(result: Mapping[str, Any]) -> None:
    """The reason is what the flow says."""
    flows = _Flows(result)
    with pytest.raises(StepFailed, match=r"something_else|slug_taken"):
        await change_recipient(flows, "entry", "sub", {"slug": "new"})  # type: ignore[arg-type]  # all that is asked of it


async def test_refused_recipient_leaves_no_flow_open() -> None:
    """The errors are returned, and the form is closed."""
    flows = _Flows({"type": "form", "errors": {"name": "name_taken"}})
    errors = await refused_recipient(flows, "entry", _ANSWERS)  # type: ignore[arg-type]  # all that is asked of it
    assert errors == {"name": "name_taken"}
    assert flows.told[-1] == ("closed", "started")


async def test_recipient_that_should_be_refused_but_is_not_falls_short() -> None:
    """Otherwise a check of refusals could never fail."""
    flows = _Flows({"type": "create_entry"})
    with pytest.raises(StepFailed, match="ended with create_entry"):
        await refused_recipient(flows, "entry", _ANSWERS)  # type: ignore[arg-type]  # all that is asked of it
