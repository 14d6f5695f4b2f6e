"""What takes a rule away from the production code, in memory. Each function gives what has to be put in place of what."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
import logging
from typing import Any, Final
from unittest.mock import PropertyMock, patch

from homeassistant.util import dt as dt_util

from custom_components.payamak.account.connection import Connection as Link
from custom_components.payamak.account.ends import Ends
from custom_components.payamak.gateway import CredentialsError, Login, SmsState
from custom_components.payamak.ledger import (
    Ledger,
    OutgoingBook,
    Pauses,
    ReceivedBook,
    SmsRow,
    Text,
    schema,
)
from custom_components.payamak.ledger.departures import Departures
from custom_components.payamak.ledger.outgoing import StoredRows
from custom_components.payamak.ledger.rows import write_rows
from custom_components.payamak.ledger.today import Today
from custom_components.payamak.sending import caller, fence, matching, outbox
from custom_components.payamak.sending.bundle import Words
from custom_components.payamak.sending.decisions import Verdict, judge, state_after
from custom_components.payamak.sending.fence import Fence
from custom_components.payamak.sending.gates import Gates
from custom_components.payamak.sending.guards import DuplicateWindow
from custom_components.payamak.sending.holds import Holds
from custom_components.payamak.sending.message import Sms
from custom_components.payamak.sending.messenger import Messenger
from custom_components.payamak.sending.outbox import Outbox
from custom_components.payamak.sending.settler import Settler
from custom_components.payamak.sending.under_way import UnderWay

type Patches = Callable[[], Iterator[Any]]
_LOGGER: Final = logging.getLogger("custom_components.payamak.seeded")


def resend_at_start() -> Sequence[Any]:
    """Resend at start what was being sent."""
    take_up = OutgoingBook.take_up

    def take_up_as_waiting(book: OutgoingBook, stored: StoredRows) -> None:
        for row in stored.rows:
            if row.state is SmsState.SENDING:
                row.state = SmsState.WAITING
        take_up(book, stored)

    return [
        patch.object(OutgoingBook, "take_up", take_up_as_waiting),
        *without_fence(),
    ]


def without_fence() -> Sequence[Any]:
    """Open the fence."""
    return [
        patch.object(Fence, "lets_pass", lambda _fence, _row: True),
        patch.object(Fence, "will_tell", lambda _fence, _row: False),
        patch.object(Fence, "seconds_left", PropertyMock(return_value=None)),
    ]


def retry_unknown() -> Sequence[Any]:
    """Retry what may have left."""

    def state(error: Any, content: Any, **how: bool) -> SmsState:
        right = state_after(error, content, **how)
        return SmsState.WAITING if right is SmsState.UNKNOWN else right

    return [patch.object(caller, "state_after", state)]


def resend_when_missing() -> Sequence[Any]:
    """Resend what the sent box misses."""
    end = Settler._async_end

    async def end_or_send_again(
        settler: Settler, rows: Sequence[SmsRow], state: SmsState
    ) -> None:
        if state is SmsState.UNKNOWN and rows:
            await settler._book.async_note_waiting(rows)
        else:
            await end(settler, rows, state)

    return [patch.object(Settler, "_async_end", end_or_send_again)]


def no_settling() -> Sequence[Any]:
    """Look through the fence without settling."""
    return [patch.object(fence, "SETTLING", 0.0)]


def intent_after_request() -> Sequence[Any]:
    """Write no intent before the request."""

    async def note_in_memory(_book: OutgoingBook, rows: Sequence[SmsRow]) -> None:
        for row in rows:
            row.state, row.sent_at = SmsState.SENDING, row.created_at

    return [patch.object(OutgoingBook, "async_note_sending", note_in_memory)]


def no_sync() -> Sequence[Any]:
    """Let the disk sync nothing."""
    prepare = schema.prepare

    def prepare_unsafely(connection: Any) -> None:
        prepare(connection)
        connection.execute("PRAGMA synchronous=OFF")

    return [patch.object(schema, "prepare", prepare_unsafely)]


def forget_at_start() -> Sequence[Any]:
    """Forget at start what waits."""
    take_up = OutgoingBook.take_up

    def take_up_without(book: OutgoingBook, stored: StoredRows) -> None:
        kept = [row for row in stored.rows if row.state is not SmsState.WAITING]
        take_up(book, replace(stored, rows=kept))

    return [patch.object(OutgoingBook, "take_up", take_up_without)]


def no_expiry() -> Sequence[Any]:
    """Let nothing expire."""

    def judge_as_young(row: SmsRow, *, age: float, **when: Any) -> Verdict:
        return judge(row, age=0.0 * age, **when)

    return [
        patch.object(outbox, "judge", judge_as_young),
        patch.object(Outbox, "_may_leave_after_write", lambda _outbox, _row: True),
    ]


def age_before_write_only() -> Sequence[Any]:
    """Look at the age before the write only."""
    return [patch.object(Outbox, "_may_leave_after_write", lambda _outbox, _row: True)]


def expiry_by_wall_clock() -> Sequence[Any]:
    """Expire by the wall clock."""

    def age(_book: OutgoingBook, row: SmsRow) -> float:
        return dt_util.utcnow().timestamp() - row.created_at

    return [patch.object(OutgoingBook, "age", age)]


def last_reading_not_kept() -> Sequence[Any]:
    """Keep no reading of the clock when Home Assistant ends."""

    async def close_only(ledger: Ledger, _event: object) -> None:
        await ledger.async_close()

    return [patch.object(Ledger, "async_end", close_only)]


def told_before_written() -> Sequence[Any]:
    """Tell an end before it is written."""
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


def limit_forgotten() -> Sequence[Any]:
    """Forget the limit at start."""
    return [patch.object(Today, "read", staticmethod(lambda _connection: Today()))]


def order_broken() -> Sequence[Any]:
    """Let a newer message overtake."""

    async def queue_nobody(*_args: Any) -> None:
        """Let all go at once."""

    return [patch.object(Messenger, "_queue_who_must_wait", queue_nobody)]


def no_back_off() -> Sequence[Any]:
    """Ask without a back-off in an outage."""
    return [patch.object(Link, "next_gap", lambda _link, _uniform: 2.0)]


def no_holds() -> Sequence[Any]:
    """Ignore holds."""
    return [
        patch.object(Holds, "lets_pass", lambda _holds, _content: True),
        patch.object(Holds, "heed", lambda _holds, _errors: False),
    ]


def shifted_ids() -> Sequence[Any]:
    """Shift the ids of one call."""
    call = Sms.call

    async def call_and_shift(sms: Sms, *args: Any) -> Any:
        first, *others = await call(sms, *args)
        return [*others, first]

    return [patch.object(Sms, "call", call_and_shift)]


def received_forgotten() -> Sequence[Any]:
    """Forget received messages at start."""
    return [patch.object(ReceivedBook, "take_up", lambda _book, _seen: None)]


def baseline_lost() -> Sequence[Any]:
    """Lose the baseline of the inbox at start."""

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


def window_lost() -> Sequence[Any]:
    """Lose the duplicate window at start."""

    async def read_nothing(_window: DuplicateWindow) -> None:
        """Know nothing of before the start."""

    return [patch.object(DuplicateWindow, "async_load", read_nothing)]


def sends_while_stopping() -> Sequence[Any]:
    """Let calls go on while Home Assistant stops."""
    return [
        patch.object(
            UnderWay,
            "is_stopping",
            property(lambda _: False, lambda *_: None),
            create=True,
        )
    ]


def logins_go_on() -> Sequence[Any]:
    """Let failed logins go on."""

    def doubt_only(login: Login, error: CredentialsError) -> None:
        login.doubt = error

    return [
        patch.object(Login, "note_refused", doubt_only),
        patch.object(Login, "believe", doubt_only),
    ]


def log_tells() -> Sequence[Any]:
    """Write a number to the log."""
    begin = OutgoingBook.begin

    def begin_and_log(book: OutgoingBook, text: Any, number: str, name: Any) -> SmsRow:
        _LOGGER.debug("An SMS to %s begins", number)
        return begin(book, text, number, name)

    return [patch.object(OutgoingBook, "begin", begin_and_log)]


def queued_before_written() -> Sequence[Any]:
    """Queue before it is written."""

    async def note_later(book: OutgoingBook, rows: Sequence[SmsRow]) -> None:
        for row in rows:
            row.state, row.sent_at = SmsState.WAITING, None
            book._sort_in(row)
        texts = book._unwritten.changes(row.text for row in rows)
        book._file.write_soon(*texts, write_rows(rows))

    return [patch.object(OutgoingBook, "async_note_waiting", note_later)]


def cancelled_leaves() -> Sequence[Any]:
    """Let leave what was called back."""

    async def say_so(box: Outbox, sms_ids: Any) -> list[SmsRow]:
        rows = list(box._book.waiting.values())
        await box._ends.async_write([replace(row) for row in rows], SmsState.CANCELLED)
        for row in rows:
            box._book.waiting[row.sms_id] = row
        return rows

    return [patch.object(Outbox, "async_cancel", say_so)]


def gate_before_the_write() -> Sequence[Any]:
    """Look at a person's gate before the write only."""
    return [patch.object(Gates, "take", lambda _gates, _row: True)]


def hour_forgotten() -> Sequence[Any]:
    """Forget at start what left in the last hour."""
    return [patch.object(Departures, "read", lambda _connection: [])]


def pause_forgotten() -> Sequence[Any]:
    """Forget at start who is paused."""
    return [patch.object(Pauses, "take_up", lambda _pauses: None)]


def bundle_not_written() -> Sequence[Any]:
    """Write not what several go out as."""
    bundle = OutgoingBook.bundle

    def bundle_in_memory(
        book: OutgoingBook, rows: Sequence[SmsRow], text: Text
    ) -> None:
        bundle(book, rows, text)
        list(book._unwritten.changes([text.key]))

    return [patch.object(OutgoingBook, "bundle", bundle_in_memory)]


def bundle_sent_again() -> Sequence[Any]:
    """Send again what may have left as one."""

    def state(error: Any, content: Any, *, bundled: bool, **how: bool) -> SmsState:
        right = state_after(error, content, bundled=bundled, **how)
        return SmsState.WAITING if bundled and right is SmsState.UNKNOWN else right

    return [patch.object(caller, "state_after", state)]


def bundle_not_recognised() -> Sequence[Any]:
    """Look through the fence for single texts alone."""
    return [patch.object(matching, "_stands_in", lambda _line, _listed: False)]


def rest_not_counted() -> Sequence[Any]:
    """Leave the rest out of a bundle."""
    return [patch.object(Words, "rest", lambda _words, _count: "")]
