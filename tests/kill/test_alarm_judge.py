"""The judge of alerts notices who was told twice, too late or not at all, and an answer that got lost."""

from dataclasses import replace

import pytest

from .alarm_judge import AlarmEvidence, Event, Raised, Text, judge_alarms

# Invented numbers.
_FIRST, _SECOND, _THIRD = (f"0912000001{digit}" for digit in (1, 2, 3))
_MESSAGE = "Alarm 1! Reply ok."
_NOTICE = f"…0012 has it: {_MESSAGE}"


def _text(
    number: str, at: float, text: str = _MESSAGE, *, arrives: bool = True
) -> Text:
    return Text(number=number, text=text, at=at, is_delivered=arrives)


def _event(kind: str, at: float, name: str = "…0012") -> Event:
    return Event(alert_id="alarm_1", kind=kind, name=name, at=at)


_LOST = _text(_FIRST, 10.0, arrives=False)
_ANSWERED = _text(_SECOND, 15.0)
_ALSO = _text(_THIRD, 15.0)
_TOLD = _text(_THIRD, 18.0, _NOTICE)
_TEXTS = (_LOST, _ANSWERED, _ALSO, _TOLD)
_ACKNOWLEDGED = _event("acknowledged", 17.0)
_UNANSWERED = _event("unanswered", 75.0, "")
_RAISED = Raised(alert_id="alarm_1", message=_MESSAGE, at=9.0, is_known=True)
_GOOD = AlarmEvidence(
    first=_FIRST,
    second=_SECOND,
    third=_THIRD,
    raised=[_RAISED],
    texts=_TEXTS,
    events=[_event("raised", 9.5), _event("escalated", 14.0), _ACKNOWLEDGED],
)


def test_story_as_it_should_be() -> None:
    """The first is not reached, the second answers, the third hears of that."""
    verdict = judge_alarms(_GOOD)
    assert not verdict.faults
    figures = dict(verdict.figures)
    assert figures["in the end acknowledged by the reply"] == 1
    assert figures["longest time between two steps, in seconds"] == 6


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"texts": [*_TEXTS, _ANSWERED]}, "sent 2 times to *0012"),
        ({"texts": [*_TEXTS, _TOLD]}, "sent 2 times to *0013"),
        (
            {"events": [_UNANSWERED], "texts": [_LOST, _ANSWERED, _ALSO]},
            "answered, and not acknowledged",
        ),
        ({"events": [], "texts": []}, "neither acknowledged nor over"),
        (
            {"events": [_UNANSWERED], "texts": [_LOST]},
            "over, and those who answer not told",
        ),
        (
            {
                "events": [_UNANSWERED],
                "texts": [_LOST, _TOLD],
                "unknown": frozenset({(_SECOND, _MESSAGE)}),
            },
            "taken by nobody, and told so",
        ),
        (
            {"events": [_event("acknowledged", 17.0, "…0013")]},
            "acknowledged by somebody else",
        ),
        (
            {"texts": [_LOST, _ANSWERED, _text(_THIRD, 18.1), _TOLD]},
            "texted to *0013 after it was acknowledged",
        ),
        (
            {"texts": [*_TEXTS, _text(_SECOND, 18.0, _NOTICE)]},
            "told to the one who has it",
        ),
        (
            {"texts": [_LOST, _ANSWERED, _ALSO]},
            "*0013 did not hear who has it",
        ),
        ({"raised": [replace(_RAISED, at=-36.0)]}, "went on after 51 s"),
        (
            {"events": [*_GOOD.events, _event("acknowledged", 20.0)], "kills": [20.1]},
            "told twice: acknowledged",
        ),
    ],
)
def test_fault_is_noticed(changed: dict[str, object], fault: str) -> None:
    """Each of them is the only one that is found."""
    verdict = judge_alarms(replace(_GOOD, **changed))  # type: ignore[arg-type]  # each field with its own type
    assert verdict.faults == [f"alarm_1: {fault}"]


@pytest.mark.parametrize(
    ("changed", "figure"),
    [
        (
            {"raised": [replace(_RAISED, is_known=False)], "texts": [], "events": []},
            "gone, as they were not on the disk and nobody was answered",
        ),
        (
            {
                "events": [_UNANSWERED],
                "texts": [_LOST],
                "unknown": frozenset({(_SECOND, _MESSAGE)}),
            },
            "in the end unanswered, as the text to those who answer was unknown",
        ),
        (
            {
                "texts": [_LOST, _ANSWERED, _ALSO],
                "unknown": frozenset({(_THIRD, _NOTICE)}),
            },
            "in the end acknowledged by the reply",
        ),
        (
            {"events": [*_GOOD.events, _event("acknowledged", 20.0)], "kills": [18.0]},
            "in the end acknowledged by the reply",
        ),
        (
            {"texts": [_LOST, _ANSWERED, _text(_THIRD, 17.9), _TOLD]},
            "in the end acknowledged by the reply",
        ),
    ],
)
def test_what_a_kill_may_leave_is_no_fault(
    changed: dict[str, object], figure: str
) -> None:
    """It is counted."""
    verdict = judge_alarms(replace(_GOOD, **changed))  # type: ignore[arg-type]  # each field with its own type
    assert not verdict.faults
    assert dict(verdict.figures)[figure] == 1
