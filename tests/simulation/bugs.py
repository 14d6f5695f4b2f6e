"""Seeded bugs: the test of the test. Each takes one rule away, and the simulation must notice it.

One defence masks the loss of another, so the others are off where they do.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
import logging
from typing import Any, Final
from unittest.mock import PropertyMock, patch

from homeassistant.util import dt as dt_util

from custom_components.payamak.account.connection import Connection as Link
from custom_components.payamak.account.ends import Ends
from custom_components.payamak.gateway import CredentialsError, Login, SmsState
from custom_components.payamak.ledger import OutgoingBook, ReceivedBook, SmsRow, schema
from custom_components.payamak.ledger.outgoing import StoredRows
from custom_components.payamak.ledger.rows import write_rows
from custom_components.payamak.ledger.today import Today
from custom_components.payamak.sending import caller, fence, outbox
from custom_components.payamak.sending.decisions import Verdict, judge, state_after
from custom_components.payamak.sending.fence import Fence
from custom_components.payamak.sending.guards import DuplicateWindow
from custom_components.payamak.sending.holds import Holds
from custom_components.payamak.sending.message import Sms
from custom_components.payamak.sending.messenger import Messenger
from custom_components.payamak.sending.outbox import Outbox
from custom_components.payamak.sending.settler import Settler
from custom_components.payamak.sending.under_way import UnderWay

from . import stories
from .world import World

type Patches = Callable[[], Iterator[Any]]
_LOGGER: Final = logging.getLogger("custom_components.payamak.seeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A rule that is taken away, the history that shows it, and the invariant that notices."""

    name: str
    noticed_by: str
    patches: Callable[[], Sequence[Any]]
    story: Callable[[World], None]
    off: str = "-"
    options: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """Let the production code have the bug."""
        with ExitStack() as stack:
            for each in self.patches():
                stack.enter_context(each)
            yield


def _resend_at_start() -> Sequence[Any]:
    take_up = OutgoingBook.take_up

    def take_up_as_waiting(book: OutgoingBook, stored: StoredRows) -> None:
        for row in stored.rows:
            if row.state is SmsState.SENDING:
                row.state = SmsState.WAITING
        take_up(book, stored)

    return [
        patch.object(OutgoingBook, "take_up", take_up_as_waiting),
        *_without_fence(),
    ]


def _without_fence() -> Sequence[Any]:
    return [
        patch.object(Fence, "lets_pass", lambda _fence, _row: True),
        patch.object(Fence, "will_tell", lambda _fence, _row: False),
        patch.object(Fence, "seconds_left", PropertyMock(return_value=None)),
    ]


def _retry_unknown() -> Sequence[Any]:
    def state(error: Any, content: Any, *, queued: bool) -> SmsState:
        right = state_after(error, content, queued=queued)
        return SmsState.WAITING if right is SmsState.UNKNOWN else right

    return [patch.object(caller, "state_after", state)]


def _resend_when_missing() -> Sequence[Any]:
    end = Settler._async_end

    async def end_or_send_again(
        settler: Settler, rows: Sequence[SmsRow], state: SmsState
    ) -> None:
        if state is SmsState.UNKNOWN and rows:
            await settler._book.async_note_waiting(rows)
        else:
            await end(settler, rows, state)

    return [patch.object(Settler, "_async_end", end_or_send_again)]


def _no_settling() -> Sequence[Any]:
    return [patch.object(fence, "SETTLING", 0.0)]


def _intent_after_request() -> Sequence[Any]:
    async def note_in_memory(_book: OutgoingBook, rows: Sequence[SmsRow]) -> None:
        for row in rows:
            row.state, row.sent_at = SmsState.SENDING, row.created_at

    return [patch.object(OutgoingBook, "async_note_sending", note_in_memory)]


def _no_sync() -> Sequence[Any]:
    prepare = schema.prepare

    def prepare_unsafely(connection: Any) -> None:
        prepare(connection)
        connection.execute("PRAGMA synchronous=OFF")

    return [patch.object(schema, "prepare", prepare_unsafely)]


def _forget_at_start() -> Sequence[Any]:
    take_up = OutgoingBook.take_up

    def take_up_without(book: OutgoingBook, stored: StoredRows) -> None:
        kept = [row for row in stored.rows if row.state is not SmsState.WAITING]
        take_up(book, replace(stored, rows=kept))

    return [patch.object(OutgoingBook, "take_up", take_up_without)]


def _no_expiry() -> Sequence[Any]:
    def judge_as_young(row: SmsRow, *, age: float, now: float) -> Verdict:
        return judge(row, age=0.0 * age, now=now)

    return [
        patch.object(outbox, "judge", judge_as_young),
        patch.object(Outbox, "_may_leave_after_write", lambda _outbox, _row: True),
    ]


def _age_before_write_only() -> Sequence[Any]:
    return [patch.object(Outbox, "_may_leave_after_write", lambda _outbox, _row: True)]


def _expiry_by_wall_clock() -> Sequence[Any]:
    def age(_book: OutgoingBook, row: SmsRow) -> float:
        return dt_util.utcnow().timestamp() - row.created_at

    return [patch.object(OutgoingBook, "age", age)]


def _told_before_written() -> Sequence[Any]:
    write, tell = Ends.async_write, Ends.async_tell

    async def tell_and_write(
        ends: Ends, rows: Sequence[SmsRow], state: SmsState, *changes: Any
    ) -> None:
        for row in rows:
            row.state = state
        await tell(ends, rows)
        await write(ends, rows, state, *changes)

    async def say_nothing(_ends: Ends, _rows: Sequence[SmsRow]) -> None:
        """Have told it already."""

    return [
        patch.object(Ends, "async_write", tell_and_write),
        patch.object(Ends, "async_tell", say_nothing),
    ]


def _limit_forgotten() -> Sequence[Any]:
    return [patch.object(Today, "read", staticmethod(lambda _connection: Today()))]


def _order_broken() -> Sequence[Any]:
    async def queue_nobody(*_args: Any) -> None:
        """Let all go at once."""

    return [patch.object(Messenger, "_queue_who_must_wait", queue_nobody)]


def _no_back_off() -> Sequence[Any]:
    return [patch.object(Link, "next_gap", lambda _link, _uniform: 2.0)]


def _no_holds() -> Sequence[Any]:
    return [
        patch.object(Holds, "lets_pass", lambda _holds, _content: True),
        patch.object(Holds, "heed", lambda _holds, _errors: False),
    ]


def _shifted_ids() -> Sequence[Any]:
    call = Sms.call

    async def call_and_shift(sms: Sms, *args: Any) -> Any:
        first, *others = await call(sms, *args)
        return [*others, first]

    return [patch.object(Sms, "call", call_and_shift)]


def _received_forgotten() -> Sequence[Any]:
    return [patch.object(ReceivedBook, "take_up", lambda _book, _seen: None)]


def _baseline_lost() -> Sequence[Any]:
    def is_new_here(book: ReceivedBook) -> bool:
        """Take the first look of each run for the first look of all."""
        return not vars(book).get("was_asked_before")

    set_baseline = ReceivedBook.async_set_baseline

    async def note_and_set(book: ReceivedBook, *args: Any, **options: Any) -> None:
        vars(book)["was_asked_before"] = True
        await set_baseline(book, *args, **options)

    return [
        patch.object(ReceivedBook, "needs_baseline", property(is_new_here)),
        patch.object(ReceivedBook, "async_set_baseline", note_and_set),
    ]


def _window_lost() -> Sequence[Any]:
    async def read_nothing(_window: DuplicateWindow) -> None:
        """Know nothing of before the start."""

    return [patch.object(DuplicateWindow, "async_load", read_nothing)]


def _sends_while_stopping() -> Sequence[Any]:
    return [
        patch.object(
            UnderWay,
            "is_stopping",
            property(lambda _: False, lambda *_: None),
            create=True,
        )
    ]


def _logins_go_on() -> Sequence[Any]:
    def doubt_only(login: Login, error: CredentialsError) -> None:
        login.doubt = error

    return [
        patch.object(Login, "note_refused", doubt_only),
        patch.object(Login, "believe", doubt_only),
    ]


def _log_tells() -> Sequence[Any]:
    begin = OutgoingBook.begin

    def begin_and_log(book: OutgoingBook, text: Any, number: str, name: Any) -> SmsRow:
        _LOGGER.debug("An SMS to %s begins", number)
        return begin(book, text, number, name)

    return [patch.object(OutgoingBook, "begin", begin_and_log)]


def _queued_before_written() -> Sequence[Any]:
    async def note_later(book: OutgoingBook, rows: Sequence[SmsRow]) -> None:
        for row in rows:
            row.state, row.sent_at = SmsState.WAITING, None
            book._sort_in(row)
        texts = book._unwritten.changes(row.text for row in rows)
        book._file.write_soon(*texts, write_rows(rows))

    return [patch.object(OutgoingBook, "async_note_waiting", note_later)]


def _cancelled_leaves() -> Sequence[Any]:
    async def say_so(box: Outbox, sms_ids: Any) -> list[SmsRow]:
        rows = list(box._book.waiting.values())
        await box._ends.async_write([replace(row) for row in rows], SmsState.CANCELLED)
        for row in rows:
            box._book.waiting[row.sms_id] = row
        return rows

    return [patch.object(Outbox, "async_cancel", say_so)]


BUGS: Final = (
    Bug(
        name="resend at start what was being sent",
        noticed_by="I1",
        patches=_resend_at_start,
        story=stories.crash_before_the_answer,
        off="fence",
    ),
    Bug(
        name="retry what may have left",
        noticed_by="I1",
        patches=_retry_unknown,
        story=stories.lost_answer,
    ),
    Bug(
        name="resend what the sent box misses",
        noticed_by="I2",
        patches=_resend_when_missing,
        story=stories.missing_in_sent_box,
    ),
    Bug(
        name="no fence",
        noticed_by="I1",
        patches=_without_fence,
        story=stories.restored_backup,
    ),
    Bug(
        name="no settling before the fence's look",
        noticed_by="I1",
        patches=_no_settling,
        story=stories.restored_backup_and_late_sent_box,
    ),
    Bug(
        name="intent not written before the request",
        noticed_by="rule 2",
        patches=_intent_after_request,
        story=stories.plain,
    ),
    Bug(
        name="no sync of the disk",
        noticed_by="I2",
        patches=_no_sync,
        story=stories.power_cut_while_waiting,
    ),
    Bug(
        name="queued before it is written",
        noticed_by="I2",
        patches=_queued_before_written,
        story=stories.outage,
    ),
    Bug(
        name="forget at start what waits",
        noticed_by="I10",
        patches=_forget_at_start,
        story=stories.power_cut_while_waiting,
    ),
    Bug(
        name="no expiry",
        noticed_by="I4",
        patches=_no_expiry,
        story=stories.long_outage,
    ),
    Bug(
        name="age looked at before the write only",
        noticed_by="I4",
        patches=_age_before_write_only,
        story=stories.slow_write_at_the_last_moment,
    ),
    Bug(
        name="expiry by the wall clock",
        noticed_by="I4",
        patches=_expiry_by_wall_clock,
        story=stories.wall_clock_jumps,
    ),
    Bug(
        name="told before it is written",
        noticed_by="I5",
        patches=_told_before_written,
        story=stories.crash_between_told_and_written,
    ),
    Bug(
        name="limit forgotten at start",
        noticed_by="I7",
        patches=_limit_forgotten,
        story=stories.limit_and_restart,
        options={"daily_limit": 6},
    ),
    Bug(
        name="a newer message overtakes",
        noticed_by="I8",
        patches=_order_broken,
        story=stories.second_message_in_a_hold,
    ),
    Bug(
        name="no back-off in an outage",
        noticed_by="I9",
        patches=_no_back_off,
        story=stories.long_silence,
    ),
    Bug(
        name="holds ignored",
        noticed_by="I9",
        patches=_no_holds,
        story=stories.long_update,
    ),
    Bug(
        name="ids of one call shifted",
        noticed_by="I3",
        patches=_shifted_ids,
        story=stories.plain,
    ),
    Bug(
        name="received messages forgotten at start",
        noticed_by="inbox",
        patches=_received_forgotten,
        story=stories.received_and_restart,
    ),
    Bug(
        name="baseline of the inbox lost at start",
        noticed_by="inbox",
        patches=_baseline_lost,
        story=stories.received_while_off,
    ),
    Bug(
        name="duplicate window lost at start",
        noticed_by="rule 11",
        patches=_window_lost,
        story=stories.equal_text_after_restart,
        options={"duplicate_window": 600},
    ),
    Bug(
        name="calls go on while Home Assistant stops",
        noticed_by="rule 10",
        patches=_sends_while_stopping,
        story=stories.stop_between_calls,
    ),
    Bug(
        name="failed logins go on",
        noticed_by="I6",
        patches=_logins_go_on,
        story=stories.refused_login,
    ),
    Bug(
        name="a number in the log",
        noticed_by="I11",
        patches=_log_tells,
        story=stories.plain,
    ),
    Bug(
        name="what was called back still leaves",
        noticed_by="I2",
        patches=_cancelled_leaves,
        story=stories.called_back,
    ),
)
