"""What an alert does next: whom it texts, when it goes on, and who has to hear what."""

from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.payamak.alerts.decisions import (
    RESOLVED,
    TAKEN,
    TOO_LATE,
    Reach,
    everybody,
    go_on,
    goes_on_at,
    is_to_be_called_back,
    reach_of,
    who_was_told,
    whom_to_tell_it_is_over,
    whom_to_tell_who_took_it,
    whom_to_text,
    words_of_turns,
)
from custom_components.payamak.gateway import SmsState
from custom_components.payamak.ledger import AlertPerson, AlertRow, AlertState, SmsRow

from .rows import BEGAN, MOTHER, NOBODY_KNOWN, OMID, SARA, Told, alert, step, told

LEFT, WAITS, MISSED = Reach.LEFT, Reach.WAITS, Reach.MISSED
RETURNED = Reach.RETURNED
OPEN, UNANSWERED = AlertState.OPEN, AlertState.UNANSWERED
THREE_MINUTES: Final = 180.0
# Sara alone, then Omid and Mother, twice.
TWO_ROUNDS: Final[dict[str, Any]] = {"rounds": 2}


def in_three(**values: Any) -> AlertRow:
    """Give an alert of three steps: Sara, Omid, Mother."""
    return alert(step(SARA, minutes=3), step(OMID), step(MOTHER), **values)


def sms(state: SmsState) -> SmsRow:
    """Give an SMS in a state."""
    return SmsRow(
        sms_id="1",
        text=1,
        recipient=SARA.number,
        name=None,
        state=state,
        parts=1,
        cost=None,
        created_at=0,
    )


@pytest.mark.parametrize(
    ("state", "reach"),
    [
        (SmsState.WAITING, WAITS),
        (SmsState.SENDING, LEFT),
        (SmsState.ACCEPTED, LEFT),
        (SmsState.DELIVERED, LEFT),
        (SmsState.UNKNOWN, LEFT),
        (SmsState.EXPIRED, LEFT),
        (SmsState.FAILED, MISSED),
        (SmsState.UNDELIVERED, RETURNED),
        (SmsState.BLACKLISTED, MISSED),
        (SmsState.FILTERED, MISSED),
        (SmsState.REJECTED, MISSED),
        (SmsState.NOT_SENT, MISSED),
        (SmsState.CANCELLED, MISSED),
    ],
)
def test_the_state_of_an_sms_tells_whether_it_reaches_somebody(
    state: SmsState, reach: Reach
) -> None:
    """What nobody knows may have arrived."""
    assert reach_of(sms(state)) is reach


def test_each_state_of_an_sms_is_thought_of() -> None:
    """A new one must be put with those that reach somebody, or with the others."""
    thought_of = 13
    assert len(SmsState) == thought_of
    assert reach_of(None) is Reach.NOT_BEGUN


def test_a_text_is_known_by_its_turn() -> None:
    """The turns count over all rounds, and the last one comes first."""
    assert words_of_turns(alert()) == ["0"]
    assert words_of_turns(alert(turn=3, **TWO_ROUNDS)) == ["3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("turn", "people"),
    [
        (0, [SARA]),
        (1, [SARA, OMID]),
        (2, [SARA, OMID, MOTHER]),
        (3, [SARA, OMID, MOTHER]),
    ],
)
def test_everybody_is_whom_the_turns_so_far_were_for(
    turn: int, people: list[AlertPerson]
) -> None:
    """Each once, and under the name that was said first."""
    also_sara = AlertPerson(number=SARA.number, name="Mum")
    row = alert(
        step(SARA), step(OMID, also_sara), step(MOTHER, OMID), turn=turn, rounds=2
    )
    assert everybody(row) == people


@pytest.mark.parametrize(
    ("turn", "person"), [(0, SARA), (1, OMID), (2, SARA), (3, OMID)]
)
def test_a_round_begins_with_the_first_step_again(
    turn: int, person: AlertPerson
) -> None:
    """And each step has its own minutes, from when its turn began."""
    row = alert(turn=turn, turn_at=BEGAN + 7, **TWO_ROUNDS)
    assert row.step.people == (person,)
    assert goes_on_at(row) == BEGAN + 7 + (180 if person is SARA else 300)


@pytest.mark.parametrize(("seconds", "turn"), [(0, 0), (179.9, 0), (180, 1), (181, 1)])
def test_an_alert_goes_on_when_it_is_time(seconds: float, turn: int) -> None:
    """Not before, and the next step has its time from then on."""
    row = alert()
    now = BEGAN + seconds
    new = go_on(row, now, told({(0, SARA): LEFT}))
    assert new.turn == turn
    assert new.turn_at == (now if turn else BEGAN)
    assert new.state is OPEN
    if not turn:
        assert new is row


@pytest.mark.parametrize("reach", [Reach.NOT_BEGUN, WAITS, LEFT])
def test_whoever_may_still_be_reached_has_the_whole_time(reach: Reach) -> None:
    """Also where the text waits, or is only about to be begun."""
    row = alert()
    assert go_on(row, BEGAN + 179, told({(0, SARA): reach})) is row


def test_where_a_step_reaches_nobody_the_next_one_follows_at_once() -> None:
    """One who may be reached is enough to wait for."""
    row = alert(step(SARA, MOTHER, minutes=3), step(OMID))
    nobody: Told = {(0, SARA): MISSED, (0, MOTHER): MISSED}
    new = go_on(row, BEGAN + 2, told(nobody))
    assert (new.turn, new.turn_at) == (1, BEGAN + 2)
    for reach in (Reach.NOT_BEGUN, WAITS, LEFT):
        assert go_on(row, BEGAN + 2, told(dict(nobody) | {(0, MOTHER): reach})) is row
    # That somebody was missed in another turn does not matter.
    assert go_on(row, BEGAN + 2, told({(1, SARA): MISSED, (1, MOTHER): MISSED})) is row


@pytest.mark.parametrize(
    ("turn", "goes_on"), [(0, True), (1, True), (2, False), (3, True), (4, True)]
)
def test_the_next_round_begins_when_it_is_time(turn: int, goes_on: bool) -> None:
    """Else a gateway that refuses everything would be asked for all rounds at once."""
    row = in_three(turn=turn, turn_at=BEGAN, rounds=2)
    everybody_missed: Told = {
        (each, person): MISSED for each in range(6) for person in (SARA, OMID, MOTHER)
    }
    new = go_on(row, BEGAN + 1, told(everybody_missed))
    assert new.turn == turn + goes_on
    assert new.state is OPEN


@pytest.mark.parametrize("rounds", [1, 2])
def test_after_the_last_step_nobody_has_answered(rounds: int) -> None:
    """When its time is over, as that of each other step."""
    last = alert(turn=2 * rounds - 1, rounds=rounds)
    reached = told({(last.turn, OMID): LEFT})
    assert go_on(last, BEGAN + 299, reached) is last
    new = go_on(last, BEGAN + 300, reached)
    assert new.state is UNANSWERED
    assert new.ended_at == BEGAN + 300
    assert new.turn == last.turn
    assert go_on(new, BEGAN + 900, reached) is new


@pytest.mark.parametrize(
    ("others", "ends"),
    [
        ({}, True),
        ({(0, SARA): MISSED}, True),
        ({(0, SARA): LEFT}, False),
        ({(0, SARA): WAITS}, False),
        # Omid was reached in the first round.
        ({(1, OMID): LEFT}, False),
        ({(1, OMID): WAITS}, False),
        ({(2, SARA): LEFT}, False),
    ],
)
def test_where_nobody_was_ever_reached_it_ends_with_the_last_step(
    others: Told, ends: bool
) -> None:
    """Whoever was reached, or may be, has the time that was promised."""
    row = alert(turn=3, **TWO_ROUNDS)
    new = go_on(row, BEGAN + 1, told({(3, OMID): MISSED} | dict(others)))
    assert (new.state is UNANSWERED) == ends
    assert new.ended_at == (BEGAN + 1 if ends else None)
    assert new.turn == 3


@pytest.mark.parametrize(
    ("late", "state"), [(0, OPEN), (TOO_LATE, OPEN), (TOO_LATE + 1, UNANSWERED)]
)
def test_what_could_not_go_on_for_an_hour_is_over(
    late: float, state: AlertState
) -> None:
    """Home Assistant was off: nobody is woken by the fire of yesterday."""
    now = BEGAN + THREE_MINUTES + late
    new = go_on(alert(), now, told({(0, SARA): LEFT}))
    assert new.state is state
    assert new.turn == (state is OPEN)
    assert new.ended_at == (None if state is OPEN else now)
    assert TOO_LATE == 3600


@pytest.mark.parametrize(
    "state", [AlertState.ACKNOWLEDGED, AlertState.RESOLVED, AlertState.UNANSWERED]
)
def test_what_is_not_open_stays_as_it_is(state: AlertState) -> None:
    """Whatever time it is, and whatever becomes of its texts; and it texts nobody."""
    row = alert(state=state, ended_at=BEGAN)
    for seconds in (0, 180, 9000):
        assert go_on(row, BEGAN + seconds, told({(0, SARA): MISSED})) is row
    assert whom_to_text(row, told()) == []


def test_each_of_a_step_is_texted_once_a_turn() -> None:
    """Whatever has become of the text."""
    row = alert(step(SARA, OMID, MOTHER), step(NOBODY_KNOWN))
    assert whom_to_text(row, told()) == [SARA, OMID, MOTHER]
    begun: Told = {(0, SARA): LEFT, (0, MOTHER): MISSED}
    assert whom_to_text(row, told(begun)) == [OMID]
    assert whom_to_text(row, told(dict(begun) | {(0, OMID): WAITS})) == []


def test_who_is_in_several_steps_is_texted_in_each() -> None:
    """And in each round."""
    row = alert(step(SARA), step(OMID, SARA), turn=1, rounds=2)
    assert whom_to_text(row, told({(0, SARA): LEFT})) == [OMID, SARA]
    third = replace(row, turn=2)
    done: Told = {(0, SARA): LEFT, (1, SARA): MISSED, (1, OMID): LEFT}
    assert whom_to_text(third, told(done)) == [SARA]
    assert whom_to_text(third, told(dict(done) | {(2, SARA): LEFT})) == []


@pytest.mark.parametrize(
    ("before", "carried"),
    [
        ({}, []),
        ({(0, SARA): WAITS}, [SARA]),
        ({(0, SARA): LEFT, (1, SARA): WAITS}, [SARA]),
        ({(0, SARA): WAITS, (1, SARA): LEFT}, []),
        ({(0, SARA): WAITS, (1, SARA): MISSED}, []),
        ({(0, SARA): LEFT}, []),
        ({(0, SARA): MISSED}, []),
        ({(0, OMID): WAITS, (1, SARA): WAITS}, [SARA, OMID]),
        ({(0, MOTHER): WAITS}, []),
    ],
)
def test_a_text_that_waits_when_a_turn_begins_stands_for_it(
    before: Told, carried: list[AlertPerson]
) -> None:
    """Of each person only the last text counts, and only people of the step."""
    row = alert(step(SARA, OMID), turn=1, rounds=3, carried=("09120000009",))
    new = go_on(row, BEGAN + 300, told(before))
    assert new.turn == 2
    assert new.carried == tuple(each.number for each in carried)


@pytest.mark.parametrize(
    ("before", "people"),
    [
        # It may still leave in this turn, or has done so.
        ({(0, SARA): WAITS}, [OMID]),
        ({(0, SARA): LEFT}, [OMID]),
        # It is lost: there is still time for another one.
        ({(0, SARA): MISSED}, [SARA, OMID]),
        ({(0, SARA): RETURNED}, [SARA, OMID]),
        ({}, [SARA, OMID]),
        # The last one counts.
        ({(0, SARA): MISSED, (1, SARA): WAITS}, [OMID]),
        ({(0, SARA): LEFT, (1, SARA): MISSED}, [SARA, OMID]),
        ({(1, SARA): MISSED, (2, SARA): WAITS}, [OMID]),
        # For Omid nothing stands.
        ({(0, SARA): WAITS, (0, OMID): WAITS}, [OMID]),
        ({(0, SARA): WAITS, (2, OMID): LEFT}, []),
    ],
)
def test_for_whom_a_text_stands_no_other_is_begun(
    before: Told, people: list[AlertPerson]
) -> None:
    """When the gateway is back, one is enough."""
    row = alert(step(SARA, OMID), turn=2, rounds=3, carried=(SARA.number,))
    assert whom_to_text(row, told(before)) == people


@pytest.mark.parametrize(
    ("before", "goes_on"),
    [
        ({(0, SARA): WAITS}, False),
        ({(0, SARA): LEFT}, False),
        # Not before the text of this turn is lost, too.
        ({(0, SARA): MISSED}, False),
        ({(0, SARA): MISSED, (1, SARA): MISSED}, True),
        ({(0, SARA): LEFT, (1, SARA): MISSED}, True),
        ({(0, SARA): LEFT, (1, SARA): RETURNED}, True),
    ],
)
def test_whom_a_text_that_stands_may_reach_has_the_time_of_the_turn(
    before: Told, goes_on: bool
) -> None:
    """As with a text of the turn itself."""
    row = alert(
        step(SARA), step(SARA), step(OMID), turn=1, carried=(SARA.number,), rounds=2
    )
    assert (go_on(row, BEGAN + 1, told(before)) is not row) is goes_on


@pytest.mark.parametrize(
    ("texts", "is_told"),
    [
        ({}, False),
        ({(0, SARA): WAITS}, False),
        ({(0, SARA): MISSED}, False),
        ({(0, SARA): LEFT}, True),
        # Her phone was off, and may be on again.
        ({(0, SARA): RETURNED}, True),
        ({(0, SARA): LEFT, (2, SARA): MISSED}, True),
        ({(2, SARA): LEFT}, True),
        ({(3, SARA): LEFT}, False),
        ({(TAKEN, SARA): LEFT}, False),
    ],
)
def test_who_was_told_is_to_whom_a_text_has_left(texts: Told, is_told: bool) -> None:
    """In whichever turn so far."""
    row = alert(turn=2, **TWO_ROUNDS)
    assert who_was_told(row, told(texts)) == ([SARA] if is_told else [])


ALL_TOLD: Final[Told] = {(0, SARA): LEFT, (1, OMID): LEFT, (2, MOTHER): LEFT}


def taken(who: AlertPerson | None = OMID, **values: Any) -> AlertRow:
    """Give an alert that somebody has, in its third turn."""
    state = AlertState.ACKNOWLEDGED
    return in_three(**{"turn": 2, "state": state, "took_it": who} | values)


def test_who_took_it_is_told_to_the_others() -> None:
    """Not to those who were never told of it, and to nobody twice."""
    assert whom_to_tell_who_took_it(taken(), told(ALL_TOLD)) == [SARA, MOTHER]
    some: Told = {(0, SARA): LEFT, (1, OMID): LEFT, (2, MOTHER): WAITS}
    assert whom_to_tell_who_took_it(taken(), told(some)) == [SARA]
    for reach in (WAITS, LEFT, MISSED):
        heard = dict(ALL_TOLD) | {(TAKEN, SARA): reach}
        assert whom_to_tell_who_took_it(taken(), told(heard)) == [MOTHER]


@pytest.mark.parametrize(
    "state", [AlertState.OPEN, AlertState.RESOLVED, AlertState.UNANSWERED]
)
def test_who_took_it_is_told_as_long_as_somebody_has_it(state: AlertState) -> None:
    """Once it is resolved that is of no use any more."""
    assert whom_to_tell_who_took_it(taken(state=state), told(ALL_TOLD)) == []


@pytest.mark.parametrize(
    ("who", "others"),
    [
        # By the action or the button, whose user has a name, or none.
        (AlertPerson(number="", name="Sara"), [OMID, MOTHER]),
        (AlertPerson(number="", name="Admin"), [SARA, OMID, MOTHER]),
        (AlertPerson(number="", name=None), [SARA, OMID, MOTHER]),
        (None, [SARA, OMID, MOTHER]),
        # From another of their numbers.
        (AlertPerson(number="09120000009", name="Mother"), [SARA, OMID]),
        (AlertPerson(number=MOTHER.number, name=None), [SARA, OMID]),
    ],
)
def test_who_has_it_need_not_be_told(
    who: AlertPerson | None, others: list[AlertPerson]
) -> None:
    """They are known by their number, or by their name."""
    assert whom_to_tell_who_took_it(taken(who), told(ALL_TOLD)) == others


def test_two_numbers_of_one_person_are_both_texted_and_neither_hears_of_itself() -> (
    None
):
    """Those without a name are not taken for each other."""
    also_sara = AlertPerson(number="09120000005", name="Sara")
    also_unknown = AlertPerson(number="09120000006", name=None)
    row = alert(step(SARA, also_sara, NOBODY_KNOWN, also_unknown))
    assert len(whom_to_text(row, told())) == 4
    texts = told({(0, each): LEFT for each in row.step.people})
    done = replace(row, state=AlertState.ACKNOWLEDGED, took_it=also_sara)
    assert whom_to_tell_who_took_it(done, texts) == [NOBODY_KNOWN, also_unknown]
    done = replace(done, took_it=NOBODY_KNOWN)
    assert whom_to_tell_who_took_it(done, texts) == [SARA, also_sara, also_unknown]


def test_that_it_is_over_is_told_to_all_who_were_told() -> None:
    """Also to who had it, and to nobody twice."""
    row = taken(state=AlertState.RESOLVED, resolved_message="All is well.")
    some: Told = dict(ALL_TOLD) | {(2, MOTHER): WAITS, (TAKEN, SARA): LEFT}
    assert whom_to_tell_it_is_over(row, told(some)) == [SARA, OMID]
    for reach in (WAITS, LEFT, MISSED):
        heard = dict(some) | {(RESOLVED, OMID): reach}
        assert whom_to_tell_it_is_over(row, told(heard)) == [SARA]


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (AlertState.OPEN, "All is well."),
        (AlertState.ACKNOWLEDGED, "All is well."),
        (AlertState.UNANSWERED, "All is well."),
        (AlertState.RESOLVED, ""),
    ],
)
def test_that_it_is_over_is_told_where_it_is_and_there_is_a_text(
    state: AlertState, text: str
) -> None:
    """And else to nobody."""
    row = taken(state=state, resolved_message=text)
    assert whom_to_tell_it_is_over(row, told(ALL_TOLD)) == []


@pytest.mark.parametrize(
    ("state", "is_called_back"),
    [
        (AlertState.OPEN, False),
        (AlertState.ACKNOWLEDGED, True),
        (AlertState.RESOLVED, True),
        # Nobody has it: a text that comes late is better than none.
        (AlertState.UNANSWERED, False),
    ],
)
def test_what_waits_is_called_back_once_somebody_has_it(
    state: AlertState, is_called_back: bool
) -> None:
    """Or once it is over."""
    assert is_to_be_called_back(alert(state=state)) is is_called_back


def test_the_words_of_the_texts_are_not_those_of_a_turn() -> None:
    """They are in the ledger, so that they must stay as they are."""
    assert (TAKEN, RESOLVED) == ("taken", "resolved")
