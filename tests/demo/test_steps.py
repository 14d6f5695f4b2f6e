"""Steps of the demo, and the forms they fill in."""

import asyncio
from typing import Any, cast

import pytest

from demo.api import ApiError
from demo.flows import fields_of, filled_in
from demo.steps import Lines, Stage, StepFailed, eventually, perform, step

_STAGE = cast("Stage", None)  # none of these steps looks at it

_FORM: dict[str, Any] = {
    "type": "form",
    "step_id": "user",
    "errors": {},
    "data_schema": [
        {"name": "username", "required": True},
        {"name": "password", "required": True},
        {"name": "connection", "type": "expandable", "required": True, "default": {}},
    ],
}


@step("Goes well")
async def _goes_well(stage: Stage) -> Lines:
    return ["and says so"]


@step("Falls short")
async def _falls_short(stage: Stage) -> Lines:
    raise StepFailed("of something")


@step("Is refused")
async def _is_refused(stage: Stage) -> Lines:
    raise ApiError("GET /api/", 401, "Unauthorized")


@step("Gets nonsense")
async def _gets_nonsense(stage: Stage) -> Lines:
    answer: dict[str, str] = {}
    return [answer["status"]]


@step("Hangs", seconds=0)
async def _hangs(stage: Stage) -> Lines:
    await asyncio.Event().wait()
    return []


async def test_steps_are_performed_up_to_the_first_that_falls_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Later steps build on earlier ones."""
    assert (
        await perform((_goes_well, _falls_short, _is_refused), _STAGE) == "Falls short"
    )
    printed = capsys.readouterr().out
    assert "ok      Goes well\n          and says so\n" in printed
    assert "FAILED  Falls short\n          of something\n" in printed
    assert "Is refused" not in printed


async def test_all_steps_well_means_no_shortfall() -> None:
    """Nothing is named when nothing fell short."""
    assert await perform((_goes_well, _goes_well), _STAGE) is None


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (_is_refused, "answered with 401: Unauthorized"),
        (_hangs, "longer than 0 s"),
        (_gets_nonsense, "KeyError('status'), in _gets_nonsense"),
    ],
)
async def test_refused_or_hanging_step_says_why(
    failing: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of the API and a time-out are shortfalls like any other."""
    assert await perform((failing,), _STAGE) == failing.title
    assert reason in capsys.readouterr().out


async def test_looking_again_ends_with_what_is_found() -> None:
    """None means not yet."""
    answers = iter([None, "there"])

    async def look() -> str | None:
        return next(answers)

    assert await eventually(look, seconds=30, otherwise="never") == "there"


async def test_looking_again_has_a_bound() -> None:
    """What never comes is a shortfall."""

    async def look() -> str | None:
        return None

    with pytest.raises(StepFailed, match="never came"):
        await eventually(look, seconds=0, otherwise="never came")


def test_form_is_filled_in_with_what_it_asks_for() -> None:
    """A required section with a default may be left out."""
    answers = {"username": "somebody", "password": "secret"}
    assert filled_in(_FORM, "user", answers) == answers


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"username": "somebody"}, r"asks for \['password'\] too"),
        (
            {"username": "somebody", "password": "secret", "pin": "1"},
            r"has no field \['pin'\]",
        ),
    ],
)
def test_form_that_asks_for_something_else_is_reported(
    answers: dict[str, str], reason: str
) -> None:
    """A form that changed is a shortfall, not a crash."""
    with pytest.raises(StepFailed, match=reason):
        filled_in(_FORM, "user", answers)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"errors": {"base": "invalid_auth"}}, "invalid_auth"),
        ({"step_id": "sender"}, "got form sender"),
        (
            {"type": "abort", "reason": "already_configured"},
            "got abort user already_configured",
        ),
    ],
)
def test_another_form_than_expected_is_reported(
    change: dict[str, Any], reason: str
) -> None:
    """The flow's own words tell why."""
    with pytest.raises(StepFailed, match=reason):
        fields_of(_FORM | change, "user")
