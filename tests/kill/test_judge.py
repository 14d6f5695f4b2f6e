"""The judge notices a double, a loss, a double telling and a wrong order, and lets pass what is known and allowed."""

from dataclasses import replace

import pytest

from .asking import _texts_in
from .judge import Asked, Evidence, Kept, Key, Restored, Taken, Told, Verdict, judge

# Invented numbers.
_MOTHER = "09120000001"
_ONE = Key(_MOTHER, "Message 1")
_TWO = Key(_MOTHER, "Message 2")
_PATTERN = Key("09350000003", None)

_GOOD = Evidence(
    asked=[
        Asked(
            number=1,
            keys=[_ONE],
            in_order=True,
            begun=1,
            answered=2,
            sms_ids={_ONE: "A"},
        ),
        Asked(
            number=2,
            keys=[_TWO],
            in_order=True,
            begun=3,
            answered=4,
            sms_ids={_TWO: "B"},
        ),
    ],
    taken=[Taken(key=_ONE, rec_id="11"), Taken(key=_TWO, rec_id="12")],
    kept=[
        Kept(sms_id="A", key=_ONE, state="delivered", message_id="11", ended_at=100.0),
        Kept(sms_id="B", key=_TWO, state="delivered", message_id="12", ended_at=100.0),
    ],
    told=[
        Told(kind="end", id="A", era=0),
        Told(kind="end", id="B", era=0),
        Told(kind="received", id="7", era=0),
    ],
    received=["7"],
)


def _row(state: str, *, message_id: str | None = None) -> Kept:
    """Return the first row with another state."""
    return replace(_GOOD.kept[0], state=state, message_id=message_id)


def _with_first(row: Kept) -> Evidence:
    return replace(
        _GOOD,
        kept=[row, _GOOD.kept[1]],
        told=[Told(kind="end", id=row.sms_id, era=0), *_GOOD.told[1:]],
    )


def _zeros(verdict: Verdict) -> dict[str, int]:
    return {
        name: len(getattr(verdict, name))
        for name in (
            "twice",
            "lost",
            "told_twice",
            "never_told",
            "out_of_order",
            "in_pause",
        )
        if getattr(verdict, name)
    }


def test_nothing_is_held_against_what_went_well() -> None:
    """And the figures are those of the evidence."""
    verdict = judge(_GOOD)
    assert verdict.faults == []
    assert (verdict.asked, verdict.acknowledged, verdict.taken) == (2, 2, 2)
    assert verdict.states == {"delivered": 2}
    assert verdict.untold == 0
    assert (verdict.received, verdict.received_untold) == (1, 0)


def test_what_is_taken_twice_is_noticed() -> None:
    """Whatever its history says."""
    twice = replace(_GOOD, taken=[*_GOOD.taken, Taken(key=_ONE, rec_id="13")])
    assert _zeros(judge(twice)) == {"twice": 1}


def test_what_nobody_asked_for_is_noticed() -> None:
    """A text that was changed on its way would be one."""
    stranger = Taken(key=Key(_MOTHER, "Messag"), rec_id="13")
    assert _zeros(judge(replace(_GOOD, taken=[*_GOOD.taken, stranger]))) == {"twice": 1}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(_row("waiting"), id="it waits for ever"),
        pytest.param(_row("sending"), id="it is sent for ever"),
        pytest.param(_row("not_sent"), id="taken, and said not to be sent"),
        pytest.param(_row("failed"), id="taken, and said to have failed"),
        pytest.param(_row("cancelled"), id="taken, and said to be called back"),
        pytest.param(_row("delivered", message_id="12"), id="the id of another"),
        pytest.param(replace(_GOOD.kept[0], sms_id="C"), id="another id of ours"),
    ],
)
def test_a_wrong_state_is_noticed(row: Kept) -> None:
    """It is no better than a loss."""
    assert _zeros(judge(_with_first(row))) == {"lost": 1}


def test_what_was_acknowledged_and_is_gone_is_noticed() -> None:
    """The gateway never took it, and the history does not know it."""
    lost = replace(_GOOD, taken=_GOOD.taken[1:], kept=_GOOD.kept[1:])
    assert _zeros(judge(lost)) == {"lost": 1}


def test_what_was_taken_and_nobody_knows_is_noticed() -> None:
    """Also where nobody was answered."""
    [first, second] = _GOOD.asked
    unanswered = replace(first, answered=None, sms_ids={})
    lost = replace(_GOOD, asked=[unanswered, second], kept=_GOOD.kept[1:])
    assert _zeros(judge(lost)) == {"lost": 1}


def test_what_is_said_to_be_delivered_and_never_left_is_noticed() -> None:
    """That is a loss, too."""
    lost = replace(_GOOD, taken=_GOOD.taken[1:])
    assert _zeros(judge(lost)) == {"lost": 1}


def test_two_rows_of_one_sms_are_noticed() -> None:
    """Each is in exactly one state."""
    second = replace(_row("accepted"), sms_id="C")
    assert _zeros(judge(replace(_GOOD, kept=[*_GOOD.kept, second]))) == {"lost": 1}


@pytest.mark.parametrize("state", ["unknown", "not_sent", "failed"])
def test_what_was_not_taken_may_have_ended_in_words(state: str) -> None:
    """The user is told."""
    row = _row(state)
    evidence = replace(_with_first(row), taken=_GOOD.taken[1:])
    assert judge(evidence).faults == []


def test_what_was_taken_may_be_unknown() -> None:
    """The answer was lost, and the sent box did not settle it."""
    assert judge(_with_first(_row("unknown"))).faults == []


def test_what_was_not_answered_may_be_gone() -> None:
    """The kill came before its row was written."""
    [first, second] = _GOOD.asked
    evidence = replace(
        _GOOD,
        asked=[replace(first, answered=None, sms_ids={}), second],
        taken=_GOOD.taken[1:],
        kept=_GOOD.kept[1:],
    )
    assert judge(evidence).faults == []


@pytest.mark.parametrize(("kind", "what"), [("end", "A"), ("received", "7")])
def test_what_is_told_twice_is_noticed(kind: str, what: str) -> None:
    """An end as well as a received SMS."""
    twice = [*_GOOD.told, Told(kind=kind, id=what, era=0)]
    evidence = replace(_GOOD, told=twice)
    assert _zeros(judge(evidence)) == {"told_twice": 1}


def test_an_end_that_is_told_again_after_a_restored_backup_is_counted_alone() -> None:
    """The backup did not know that it was told."""
    evidence = replace(
        _GOOD,
        told=[*_GOOD.told, Told(kind="end", id="A", era=1)],
        restored=[Restored(copied=5, restored=6)],
    )
    verdict = judge(evidence)
    assert verdict.faults == []
    assert verdict.told_again == 1


def test_an_end_that_was_never_told_is_noticed() -> None:
    """A refusal is told by the action's answer, and not as an event."""
    untold = replace(_GOOD, told=_GOOD.told[1:])
    assert _zeros(judge(untold)) == {"never_told": 1}
    assert _zeros(judge(replace(untold, kills=[99.0, 110.0]))) == {"never_told": 1}
    failed = replace(_with_first(_row("failed")), taken=_GOOD.taken[1:])
    assert judge(replace(failed, told=_GOOD.told[1:])).faults == []


def test_an_end_that_a_kill_left_untold_is_counted() -> None:
    """The kill came between disk and event."""
    verdict = judge(replace(_GOOD, told=_GOOD.told[1:], kills=[50.0, 100.2]))
    assert verdict.faults == []
    assert verdict.untold == 1


def test_a_received_sms_that_was_never_told_is_noticed() -> None:
    """Whether it was noted or not."""
    untold = replace(_GOOD, told=_GOOD.told[:2], kills=[100.2])
    for noted in ({}, {"7": [90.0]}, {"8": [100.0]}):
        evidence = replace(untold, noted=noted)
        assert _zeros(judge(evidence)) == {"never_told": 1}


def test_a_received_sms_that_a_kill_left_untold_is_counted() -> None:
    """It was noted just before."""
    untold = replace(_GOOD, told=_GOOD.told[:2], kills=[100.2])
    verdict = judge(replace(untold, noted={"7": [100.0]}))
    assert verdict.faults == []
    assert verdict.received_untold == 1


def test_a_message_that_overtakes_is_noticed() -> None:
    """It was asked for after the answer of the other."""
    turned = replace(_GOOD, taken=list(reversed(_GOOD.taken)))
    assert _zeros(judge(turned)) == {"out_of_order": 1}


def test_what_is_urgent_or_was_asked_for_at_the_same_time_may_overtake() -> None:
    """Nobody promised an order."""
    [first, second] = _GOOD.asked
    for asked in (
        [first, replace(second, in_order=False)],
        [first, replace(second, begun=1)],
        [replace(first, answered=None), second],
    ):
        turned = replace(_GOOD, asked=asked, taken=list(reversed(_GOOD.taken)))
        assert judge(turned).faults == []


def test_what_a_restored_backup_never_knew_may_be_gone() -> None:
    """But it may not be taken twice."""
    gone = replace(
        _GOOD,
        kept=_GOOD.kept[:1],
        restored=[Restored(copied=2, restored=6)],
    )
    verdict = judge(gone)
    assert verdict.faults == []
    assert verdict.forgotten == 1
    twice = replace(gone, taken=[*_GOOD.taken, Taken(key=_TWO, rec_id="13")])
    assert _zeros(judge(twice)) == {"twice": 1}


def test_what_was_asked_for_before_the_backup_must_not_be_gone() -> None:
    """It is in the file."""
    gone = replace(
        _GOOD, kept=_GOOD.kept[1:], restored=[Restored(copied=2, restored=6)]
    )
    assert _zeros(judge(gone)) == {"lost": 1}


def test_a_pattern_goes_twice_only_over_a_restored_backup() -> None:
    """Its text stands in the panel, so the sent box can't be compared."""
    asked = Asked(number=3, keys=[_PATTERN], in_order=True, begun=1, answered=2)
    evidence = Evidence(
        asked=[asked],
        taken=[Taken(key=_PATTERN, rec_id=each) for each in ("21", "22")],
        kept=[
            Kept(
                sms_id="P",
                key=_PATTERN,
                state="delivered",
                message_id="22",
                ended_at=100.0,
            )
        ],
        told=[Told(kind="end", id="P", era=0)],
        received=[],
    )
    assert _zeros(judge(evidence)) == {"twice": 1}
    restored = judge(replace(evidence, restored=[Restored(copied=3, restored=4)]))
    assert restored.faults == []
    assert restored.patterns_again == 1


def test_what_left_in_a_pause_is_noticed() -> None:
    """Whoever is paused gets nothing but what is urgent."""
    assert _zeros(judge(replace(_GOOD, got_in_pause=[_TWO]))) == {"in_pause": 1}


def test_several_that_went_out_as_one_are_told_apart() -> None:
    """Each has its line; a text that only looks like that is one."""
    assert _texts_in("07:30 Message 1\n07:31 Message 12") == ["Message 1", "Message 12"]
    assert _texts_in("Message 1") == ["Message 1"]
    assert _texts_in("07:30 Message 1\nand more") == ["07:30 Message 1\nand more"]
