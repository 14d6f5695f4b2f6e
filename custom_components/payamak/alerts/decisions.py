"""What an alert does next: whom it texts, when it goes on, and who has to hear what. No I/O; times are in seconds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import Final

from ..gateway import SmsState
from ..ledger import AlertPerson, AlertRow, AlertState, SmsRow

# Home Assistant was off, or its disk is a copy from before: what nobody could go on with for so long is over.
TOO_LATE: Final = 3600.0

TAKEN: Final = "taken"
RESOLVED: Final = "resolved"

_MISSED: Final = frozenset(
    {
        SmsState.FAILED,
        SmsState.BLACKLISTED,
        SmsState.FILTERED,
        SmsState.REJECTED,
        SmsState.NOT_SENT,
        SmsState.CANCELLED,
    }
)


class Reach(Enum):
    """Whether a text reaches somebody."""

    NOT_BEGUN = auto()
    """There is no such text to them."""
    WAITS = auto()
    """It has not left yet."""
    LEFT = auto()
    """It is on its way, has arrived, or nobody knows."""
    RETURNED = auto()
    """It has left, and came back: the phone is off, and may be on again later."""
    MISSED = auto()
    """It does not reach them."""

    @property
    def is_in_vain(self) -> bool:
        """Tell whether nobody has to wait for an answer to the text."""
        return self in (Reach.RETURNED, Reach.MISSED)


type Reaches = Callable[[str, str], Reach]
"""Tells by the word of a text, and by a number, whether that text reaches it."""


def reach_of(sms: SmsRow | None) -> Reach:
    """Return whether an SMS reaches somebody."""
    if sms is None:
        return Reach.NOT_BEGUN
    if sms.state is SmsState.WAITING:
        return Reach.WAITS
    if sms.state is SmsState.UNDELIVERED:
        return Reach.RETURNED
    return Reach.MISSED if sms.state in _MISSED else Reach.LEFT


def words_of_turns(alert: AlertRow) -> Sequence[str]:
    """Return the words of the texts of all turns that were begun, the last one first."""
    return [str(turn) for turn in range(alert.turn, -1, -1)]


def everybody(alert: AlertRow) -> Sequence[AlertPerson]:
    """Return all whom the turns so far were for, each number once."""
    people: dict[str, AlertPerson] = {}
    for step in alert.steps[: alert.turn + 1]:
        for each in step.people:
            people.setdefault(each.number, each)
    return list(people.values())


def goes_on_at(alert: AlertRow) -> float:
    """Return when an open alert goes on, if nobody acknowledges it before."""
    return alert.turn_at + alert.step.minutes * 60


def go_on(alert: AlertRow, now: float, reaches: Reaches) -> AlertRow:
    """Return an alert as it is now: at the next step, if it is time for that, or unanswered after the last one.

    Where a step can reach nobody the next one follows at once; the next round begins when it is time.
    """
    if not alert.is_open:
        return alert
    if now - goes_on_at(alert) > TOO_LATE:
        return replace(alert, state=AlertState.UNANSWERED, ended_at=now)
    if now < goes_on_at(alert) and not _is_in_vain(alert, reaches):
        return alert
    if alert.turn + 1 == len(alert.steps) * alert.rounds:
        return replace(alert, state=AlertState.UNANSWERED, ended_at=now)
    new = replace(alert, turn=alert.turn + 1, turn_at=now)
    waiting = [
        each.number
        for each in new.step.people
        if _reach_of_text_before(new, each, reaches) is Reach.WAITS
    ]
    return replace(new, carried=tuple(waiting))


def _is_in_vain(alert: AlertRow, reaches: Reaches) -> bool:
    """Tell whether waiting for this step is of no use: it reaches nobody, and others come, or nobody was ever reached."""
    if not all(
        _reach_in_turn(alert, each, reaches).is_in_vain for each in alert.step.people
    ):
        return False
    is_last_of_round = (alert.turn + 1) % len(alert.steps) == 0
    if not is_last_of_round:
        return True
    is_last = alert.turn + 1 == len(alert.steps) * alert.rounds
    return is_last and not any(
        reaches(word, each.number) in (Reach.LEFT, Reach.WAITS)
        for word in words_of_turns(alert)
        for each in everybody(alert)
    )


def whom_to_text(alert: AlertRow, reaches: Reaches) -> Sequence[AlertPerson]:
    """Return who of the step has to be told now: nobody twice, and nobody for whom an earlier text still waits."""
    if not alert.is_open:
        return []
    return [
        each
        for each in alert.step.people
        if _reach_in_turn(alert, each, reaches) is Reach.NOT_BEGUN
    ]


def _reach_in_turn(alert: AlertRow, person: AlertPerson, reaches: Reaches) -> Reach:
    """Return whether somebody is reached in this turn: by its text, or by an earlier one that stands for it."""
    reach = reaches(str(alert.turn), person.number)
    if reach is Reach.NOT_BEGUN and person.number in alert.carried:
        before = _reach_of_text_before(alert, person, reaches)
        # Where that one is lost, there is still time for one of this turn.
        return reach if before.is_in_vain else before
    return reach


def _reach_of_text_before(
    alert: AlertRow, person: AlertPerson, reaches: Reaches
) -> Reach:
    """Return whether the last text of an earlier turn reaches somebody."""
    before = (reaches(word, person.number) for word in words_of_turns(alert)[1:])
    return next(
        (each for each in before if each is not Reach.NOT_BEGUN), Reach.NOT_BEGUN
    )


def whom_to_tell_who_took_it(
    alert: AlertRow, reaches: Reaches
) -> Sequence[AlertPerson]:
    """Return who was told of an alert that somebody else has by now, and has not heard of that."""
    if alert.state is not AlertState.ACKNOWLEDGED:
        return []
    return [
        each
        for each in who_was_told(alert, reaches)
        if not _is_who_took_it(alert, each)
        and reaches(TAKEN, each.number) is Reach.NOT_BEGUN
    ]


def whom_to_tell_it_is_over(alert: AlertRow, reaches: Reaches) -> Sequence[AlertPerson]:
    """Return who was told of an alert that is resolved, and has not heard of that; nobody where there is no text for it."""
    if alert.state is not AlertState.RESOLVED or not alert.resolved_message:
        return []
    return [
        each
        for each in who_was_told(alert, reaches)
        if reaches(RESOLVED, each.number) is Reach.NOT_BEGUN
    ]


def who_was_told(alert: AlertRow, reaches: Reaches) -> Sequence[AlertPerson]:
    """Return everybody to whom a text of the alert has left; a phone that was off may have shown it since."""
    return [
        each
        for each in everybody(alert)
        if any(
            reaches(word, each.number) in (Reach.LEFT, Reach.RETURNED)
            for word in words_of_turns(alert)
        )
    ]


def is_to_be_called_back(alert: AlertRow) -> bool:
    """Tell whether what still waits of an alert must not leave any more: somebody has it, or it is over."""
    return alert.state in (AlertState.ACKNOWLEDGED, AlertState.RESOLVED)


def _is_who_took_it(alert: AlertRow, person: AlertPerson) -> bool:
    took_it = alert.took_it
    return took_it is not None and (
        person.number == took_it.number
        or (person.name is not None and person.name == took_it.name)
    )
