"""Errors that are planted in one decision about alerts each: the test of the test."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final
from unittest.mock import patch

from custom_components.payamak.account.signals import ReceivedSms
from custom_components.payamak.alerts import case, decisions, hearing
from custom_components.payamak.alerts.alert import Alert
from custom_components.payamak.alerts.alerts import Alerts
from custom_components.payamak.alerts.decisions import Reach, Reaches, reach_of
from custom_components.payamak.alerts.matter import Matter
from custom_components.payamak.alerts.matters import Matters
from custom_components.payamak.ledger import (
    AlertBook,
    AlertPerson,
    AlertRow,
    AlertState,
    Change,
    Purposes,
    ReceivedBook,
)
from custom_components.payamak.ledger.alerts import StoredAlerts

from . import alert_stories as stories
from .alert_machine import AlertDecisions
from .errors import PlantedError


def _turn_in_memory_alone() -> Sequence[Any]:
    async def keep(book: AlertBook, row: AlertRow) -> None:
        book.change(row)

    return [
        patch.object(AlertBook, "async_keep", keep),
        patch.object(AlertBook, "keep", AlertBook.change),
    ]


def _texts_forgotten_at_the_start() -> Sequence[Any]:
    return [patch.object(Purposes, "read", lambda _connection: [])]


def _alerts_forgotten_at_the_start() -> Sequence[Any]:
    return [patch.object(AlertBook, "read", lambda _connection: {})]


def _goes_on_when_acknowledged() -> Sequence[Any]:
    def go_on(alert: AlertRow, now: float, reaches: Reaches) -> AlertRow:
        new = decisions.go_on(replace(alert, state=AlertState.OPEN), now, reaches)
        return new if new.turn != alert.turn else alert

    return [
        patch.object(case, "go_on", go_on),
        # It is looked at as long as it is open.
        patch.object(Alerts, "_look", _wake_all),
    ]


def _wake_all(alerts: Alerts) -> None:
    for each in alerts._cases.values():
        each.wake()


def _next_round_at_once() -> Sequence[Any]:
    def is_in_vain(alert: AlertRow, reaches: Reaches) -> bool:
        return all(
            reaches(str(alert.turn), each.number).is_in_vain
            for each in alert.step.people
        )

    return [patch.object(decisions, "_is_in_vain", is_in_vain)]


def _lost_ones_are_waited_for() -> Sequence[Any]:
    return [patch.object(decisions, "_is_in_vain", lambda *_: True)]


def _never_too_late() -> Sequence[Any]:
    return [patch.object(decisions, "TOO_LATE", 1e9)]


def _who_took_it_is_told() -> Sequence[Any]:
    return [patch.object(decisions, "_is_who_took_it", lambda *_: False)]


def _nobody_hears_who_took_it() -> Sequence[Any]:
    return [patch.object(case, "whom_to_tell_who_took_it", lambda *_: [])]


def _nobody_hears_that_it_is_over() -> Sequence[Any]:
    return [patch.object(case, "whom_to_tell_it_is_over", lambda *_: [])]


def _code_used_again() -> Sequence[Any]:
    return [patch.object(Matters, "new_code", lambda _matters: 11)]


def _answer_after_the_id() -> Sequence[Any]:
    note, take = ReceivedBook.async_note, Alert.take
    late: list[tuple[Alert, Sequence[Change]]] = []

    def take_later(alert: Alert, sms: ReceivedSms, answer: object) -> Sequence[Change]:
        with patch.object(alert, "_on_taken", lambda: None):
            late.append((alert, take(alert, sms, answer)))
        return []

    async def note_first(
        book: ReceivedBook, numbers: Collection[int], *_: Change
    ) -> None:
        await note(book, numbers)
        while late:
            alert, changes = late.pop()
            await book._file.async_write(*changes)
            alert._on_taken()

    return [
        patch.object(ReceivedBook, "async_note", note_first),
        patch.object(Alert, "take", take_later),
    ]


def _nothing_is_called_back() -> Sequence[Any]:
    return [patch.object(case, "is_to_be_called_back", lambda _alert: False)]


def _looks_at_what_is_open_alone() -> Sequence[Any]:
    def look(alerts: Alerts) -> None:
        for each in alerts._cases.values():
            if each.alert.row.is_open:
                each.wake()

    return [patch.object(Alerts, "_look", look)]


def _another_one_for_who_waits() -> Sequence[Any]:
    def reach(alert: AlertRow, person: Any, reaches: Reaches) -> Reach:
        return reaches(str(alert.turn), person.number)

    return [patch.object(decisions, "_reach_in_turn", reach)]


def _texts_begun_twice() -> Sequence[Any]:
    def reaches(alert: Alert, word: str, number: str) -> Reach:
        reach = reach_of(alert.text_to(word, number))
        is_lost = reach.is_in_vain and word == "0"
        return Reach.NOT_BEGUN if is_lost else reach

    return [patch.object(Alert, "reaches", reaches)]


def _goes_on_with_what_was_looked_up() -> Sequence[Any]:
    send = case.Case._async_alert

    async def send_both(
        worker: case.Case, row: AlertRow, people: Sequence[AlertPerson]
    ) -> None:
        shows = worker._matters.must_show_code
        needs_code = {
            each for each in people if shows([each.number], besides=worker.alert)
        }
        for group in (set(people) - needs_code, needs_code):
            if group:
                await send(worker, row, [each for each in people if each in group])

    return [patch.object(case.Case, "_async_alert", send_both)]


def _anybody_may_answer() -> Sequence[Any]:
    return [patch.object(Matter, "was_asked", lambda *_: True)]


def _pin_not_looked_at() -> Sequence[Any]:
    return [patch.object(hearing, "without_pin", lambda text, _pin: text)]


def _late_answers_do_not_count() -> Sequence[Any]:
    is_open = property(lambda alert: alert.row.is_open)
    return [patch.object(Alert, "is_open", is_open)]


def _codes_not_read() -> Sequence[Any]:
    def take_code(text: str, _codes: Iterable[int]) -> tuple[int | None, str]:
        return None, text.split(maxsplit=1)[0]

    return [patch.object(hearing, "take_code", take_code)]


def _order_by_the_keys() -> Sequence[Any]:
    def take_up(book: AlertBook, stored: StoredAlerts) -> None:
        for _, row in sorted(stored.items()):
            assert row is not None
            book._take(row)

    return [patch.object(AlertBook, "take_up", take_up)]


def _deaf_while_taken_down() -> Sequence[Any]:
    stop = Alerts.async_stop

    def stop_hearing(alerts: Alerts) -> None:
        stop(alerts)
        alerts.async_close()

    return [
        patch.object(Alerts, "async_stop", stop_hearing),
        patch.object(Matters, "add", _add_removed_twice(Matters.add)),
    ]


def _add_removed_twice(add: Any) -> Any:
    """Let what is returned be called twice."""

    def add_one(matters: Matters, matter: Matter) -> Any:
        remove = add(matters, matter)
        return lambda: matter in matters._matters and remove()

    return add_one


def _stands_still() -> Sequence[Any]:
    return [patch.object(case.Case, "_sleep", lambda *_: None)]


ERRORS: Final[Sequence[PlantedError[AlertDecisions]]] = [
    PlantedError(name=name, noticed_by=noticed_by, patches=patches, story=story)
    for name, noticed_by, patches, story in (
        (
            *("a turn is known in memory alone", "A1", _turn_in_memory_alone),
            stories.nobody_answers,
        ),
        (
            *("texts are forgotten at the start", "A1", _texts_forgotten_at_the_start),
            stories.crash_after_the_text,
        ),
        (
            *("another text for whom one waits", "A1", _another_one_for_who_waits),
            stories.waits_for_two_turns,
        ),
        (
            *("nothing is called back", "A2", _nothing_is_called_back),
            stories.answered_while_it_waits,
        ),
        (
            *("what waits again is overlooked", "A2", _looks_at_what_is_open_alone),
            stories.resolved_while_a_text_is_under_way,
        ),
        (
            *("goes on when somebody has it", "A3", _goes_on_when_acknowledged),
            stories.answered_by_the_first_of_three,
        ),
        (
            *("who took it is told that", "A4", _who_took_it_is_told),
            stories.answered_by_the_second,
        ),
        (
            *("nobody hears who took it", "A4", _nobody_hears_who_took_it),
            stories.answered_by_the_second,
        ),
        (
            *("nobody hears that it is over", "A4", _nobody_hears_that_it_is_over),
            stories.resolved,
        ),
        (
            *("the next round begins at once", "A5", _next_round_at_once),
            stories.all_refused,
        ),
        ("nobody has any time", "A5", _lost_ones_are_waited_for, stories.answered),
        ("never too late", "A5", _never_too_late, stories.off_for_hours),
        ("anybody may answer", "A6", _anybody_may_answer, stories.stranger_answers),
        ("the PIN is not looked at", "A6", _pin_not_looked_at, stories.forged),
        (
            *("an answer is written after its id", "A6", _answer_after_the_id),
            stories.crash_while_an_answer_is_noted,
        ),
        (
            *("late answers don't count", "A6", _late_answers_do_not_count),
            stories.late_answer,
        ),
        ("codes are not read", "A6", _codes_not_read, stories.three_alerts),
        (
            *("deaf while it is taken down", "A6", _deaf_while_taken_down),
            stories.reload_and_answer,
        ),
        (
            *(
                "goes on with what was looked up",
                "A1",
                _goes_on_with_what_was_looked_up,
            ),
            stories.reload_between_two_texts,
        ),
        ("a code is used again", "A7", _code_used_again, stories.three_alerts),
        (
            *("in the order of the wall clock", "A7", _order_by_the_keys),
            stories.raised_again_by_a_clock_that_was_set_back,
        ),
        (
            *(
                "alerts are forgotten at the start",
                "A8",
                _alerts_forgotten_at_the_start,
            ),
            stories.crash_after_the_text,
        ),
        ("an alert stands still", "A8", _stands_still, stories.nobody_answers),
    )
]
