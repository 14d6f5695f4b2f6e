"""Errors that are planted in one decision each: the test of the test."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import PropertyMock, patch

from homeassistant.util import dt as dt_util

from custom_components.payamak.account.connection import Connection
from custom_components.payamak.delivery.followed import Followed
from custom_components.payamak.gateway import Receipt, SmsState, client, receipts
from custom_components.payamak.ledger import Facts, OutgoingBook, SmsRow, Text
from custom_components.payamak.ledger.outgoing import StoredRows
from custom_components.payamak.ledger.today import Today
from custom_components.payamak.people.gate import Gate
from custom_components.payamak.sending import caller, decisions, fence, holds, settler
from custom_components.payamak.sending.decisions import state_after
from custom_components.payamak.sending.fence import Fence
from custom_components.payamak.sending.outbox import Outbox

from ..seeds import (
    bundle_not_recognised,
    bundle_not_written,
    bundle_sent_again,
    forget_at_start,
    gate_before_the_write,
    hour_forgotten,
    pause_forgotten,
    rest_not_counted,
)
from . import stories
from .machine import Decisions
from .parts import ModelEnds

type Patches = Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedError[Machine]:
    """A decision that is wrong, the history that shows it, and the invariant that notices."""

    name: str
    noticed_by: str
    patches: Patches
    story: Callable[[Machine], None]
    home: Mapping[str, Any] = field(default_factory=dict)

    def plant(self) -> ExitStack:
        """Let the decision be wrong until what is returned is closed."""
        stack = ExitStack()
        for each in self.patches():
            stack.enter_context(each)
        return stack


def _send_unknown_again() -> Sequence[Any]:
    def state(error: Any, content: Any, **how: bool) -> SmsState:
        right = state_after(error, content, **how)
        return SmsState.WAITING if right is SmsState.UNKNOWN else right

    return [patch.object(caller, "state_after", state)]


def _send_interrupted_again() -> Sequence[Any]:
    take_up = OutgoingBook.take_up

    def take_up_as_waiting(book: OutgoingBook, stored: StoredRows) -> None:
        for row in stored.rows:
            if row.state is SmsState.SENDING:
                row.state = SmsState.WAITING
        take_up(book, stored)

    return [patch.object(OutgoingBook, "take_up", take_up_as_waiting), *_no_fence()]


def _no_fence() -> Sequence[Any]:
    return [
        patch.object(Fence, "lets_pass", lambda _fence, _row: True),
        patch.object(Fence, "will_tell", lambda _fence, _row: False),
        patch.object(Fence, "seconds_left", PropertyMock(return_value=None)),
    ]


def _no_settling() -> Sequence[Any]:
    return [patch.object(fence, "SETTLING", 0.0)]


def _any_age_after_the_write() -> Sequence[Any]:
    return [
        patch.object(
            Outbox, "_may_leave_after_write", lambda outbox, _row: outbox._may_send
        )
    ]


def _age_by_the_wall_clock() -> Sequence[Any]:
    def age(_book: OutgoingBook, row: SmsRow) -> float:
        return dt_util.utcnow().timestamp() - row.created_at

    return [patch.object(OutgoingBook, "age", age)]


def _limit_forgotten() -> Sequence[Any]:
    return [patch.object(Today, "read", lambda _connection: Today())]


def _newest_first() -> Sequence[Any]:
    return [
        patch.object(
            *(decisions, "_turn"),
            lambda row: (not decisions.content_of(row).urgent, -row.text),
        )
    ]


def _overtake() -> Sequence[Any]:
    return [patch.object(OutgoingBook, "waits_for", lambda _book, _number: False)]


def _ids_shifted() -> Sequence[Any]:
    read = receipts.read_receipts

    def read_shifted(reply: Any, recipients: int) -> list[Receipt]:
        first, *others = read(reply, recipients)
        return [*others, first]

    return [patch.object(client, "read_receipts", read_shifted)]


def _no_hold() -> Sequence[Any]:
    return [patch.object(holds, "hold_after", lambda *_, **__: None)]


def _no_back_off() -> Sequence[Any]:
    return [patch.object(Connection, "next_gap", lambda _connection, _uniform: 1.0)]


def _any_text_fits() -> Sequence[Any]:
    def find(calls: Sequence[Any], listed: Sequence[Any]) -> dict[str, Any]:
        rows = (row for call in calls for row in call.rows)
        return {row.sms_id: each.message for row in rows for each in listed}

    return [patch.object(settler, "find", find)]


def _told_before_written() -> Sequence[Any]:
    write = ModelEnds.async_write

    async def tell_first(
        ends: ModelEnds, rows: Sequence[SmsRow], state: SmsState, *changes: Any
    ) -> None:
        for row in rows:
            ends._oracle.note_told(row)
        await write(ends, rows, state, *changes)

    return [
        patch.object(ModelEnds, "async_write", tell_first),
        patch.object(ModelEnds, "async_tell", _tell_nothing),
    ]


async def _tell_nothing(_ends: ModelEnds, _rows: Sequence[SmsRow]) -> None:
    """Say nothing, as it is said already."""


def _never_given_up() -> Sequence[Any]:
    def judge(row: SmsRow, **when: Any) -> decisions.Verdict:
        right = decisions.judge(row, **when)
        is_old = right is decisions.Verdict.GIVE_UP
        return decisions.Verdict.WAIT if is_old else right

    return [patch("custom_components.payamak.sending.outbox.judge", judge)]


def _queued_in_memory_alone() -> Sequence[Any]:
    async def note_waiting(book: OutgoingBook, rows: Sequence[SmsRow]) -> None:
        for row in rows:
            row.state, row.sent_at = SmsState.WAITING, None
            book._sort_in(row)

    return [patch.object(OutgoingBook, "async_note_waiting", note_waiting)]


def _gate_stops_no_time() -> Sequence[Any]:
    def patience_left(row: SmsRow, *, age: float, gate: Gate) -> float:
        return decisions.content_of(row).retry_for - age + 0 * gate.open_for

    return [patch.object(decisions, "patience_left", patience_left)]


def _pause_written_later() -> Sequence[Any]:
    async def keep(facts: Facts, key: str, value: Any) -> None:
        facts.keep(key, value)

    return [patch.object(Facts, "async_keep", keep)]


def _held_for_ever() -> Sequence[Any]:
    return [patch.object(decisions, "LONGEST_HELD", 1e9)]


def _one_is_told() -> Sequence[Any]:
    return [patch.object(Followed, "told", property(lambda self: [self.row]))]


def _parts_of_none() -> Sequence[Any]:
    bundle = OutgoingBook.bundle

    def bundle_for_nothing(
        book: OutgoingBook, rows: Sequence[SmsRow], text: Text
    ) -> None:
        bundle(book, rows, text)
        for row in rows:
            row.parts = 0

    return [patch.object(OutgoingBook, "bundle", bundle_for_nothing)]


_SMALL_BUNDLES: Final[Mapping[str, Any]] = {"bundle": True, "daily_limit": 3}
_NIGHT: Final[Mapping[str, Any]] = {"hours": ("22:35", "23:00")}

ERRORS: Final[list[PlantedError[Decisions]]] = [
    PlantedError(name=name, noticed_by=noticed_by, patches=patches, story=story)
    for name, noticed_by, patches, story in (
        ("unknown is sent again", "I1", _send_unknown_again, stories.answer_lost),
        (
            *("interrupted is sent again", "I1", _send_interrupted_again),
            stories.crash_before_the_answer,
        ),
        ("no look into the sent box", "I1", _no_fence, stories.restore_what_waited),
        (
            *("the sent box is looked into at once", "I1", _no_settling),
            stories.restore_while_the_sent_box_lags,
        ),
        (
            *("queued in memory alone", "I2", _queued_in_memory_alone),
            stories.outage_longer_than_patience,
        ),
        ("ids shifted", "I3", _ids_shifted, stories.three_at_once),
        ("any text fits", "I3", _any_text_fits, stories.another_text_is_shown),
        (
            "age is not looked at again",
            "I4",
            _any_age_after_the_write,
            stories.slow_write,
        ),
        ("age by the wall clock", "I4", _age_by_the_wall_clock, stories.clock_set_back),
        (
            *("told before it is written", "I5", _told_before_written),
            stories.crash_while_given_up,
        ),
        ("newest first", "I8", _newest_first, stories.two_wait),
        ("new ones overtake", "I8", _overtake, stories.newer_one_could_leave),
        ("nothing is held up", "I9", _no_hold, stories.gateway_updates),
        ("no gaps in an outage", "I9", _no_back_off, stories.long_outage),
        (
            *("never given up", "I10", _never_given_up),
            stories.outage_longer_than_patience,
        ),
        (
            *("what waits is forgotten", "I10", forget_at_start),
            stories.crash_while_it_waits,
        ),
    )
]
ERRORS.append(
    PlantedError(
        name="limit forgotten at the start",
        noticed_by="I7",
        patches=_limit_forgotten,
        story=stories.limit_and_crash,
        home={"daily_limit": 3},
    )
)
ERRORS.extend(
    PlantedError(
        name=name, noticed_by=noticed_by, patches=patches, story=story, home=home
    )
    for name, noticed_by, patches, story, home in (
        (
            *("gate looked at before the write only", "I7", gate_before_the_write),
            *(stories.quiet_hours_begin_during_a_write, _NIGHT),
        ),
        (
            *("patience counts in the quiet hours", "I4", _gate_stops_no_time),
            *(stories.quiet_hours_in_an_outage, _NIGHT),
        ),
        (
            *("the hour is forgotten at the start", "I7", hour_forgotten),
            *(stories.hour_and_crash, {"hourly_limit": 1}),
        ),
        (
            *("a pause is forgotten at the start", "I7", pause_forgotten),
            *(stories.pause_and_crash, {}),
        ),
        (
            *("a pause is written later", "I7", _pause_written_later),
            *(stories.pause_and_crash, {}),
        ),
        (
            *("held for ever", "I4", _held_for_ever),
            *(stories.pause_for_days, {}),
        ),
        (
            *("what goes out as one is not written", "I1", bundle_not_written),
            *(stories.three_wait, {"bundle": True}),
        ),
        (
            *("what went out as one is sent again", "I1", bundle_sent_again),
            *(stories.answer_of_three_lost, {"bundle": True}),
        ),
        (
            *("the fence knows single texts alone", "I1", bundle_not_recognised),
            *(stories.restore_three_that_waited, {"bundle": True}),
        ),
        (
            *("the rest is not counted", "I2", rest_not_counted),
            *(stories.three_wait_and_are_long, {"bundle": True}),
        ),
        (
            *("one of those that went out as one is told", "I5", _one_is_told),
            *(stories.three_are_not_delivered, {"bundle": True}),
        ),
        (
            *("parts of what went out as one count for nobody", "I7", _parts_of_none),
            *(stories.three_wait_and_use_the_limit_up, _SMALL_BUNDLES),
        ),
    )
)
