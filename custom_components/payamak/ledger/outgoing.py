"""The outgoing SMS: each change goes to the disk, and what is asked for often is kept in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import logging
from sqlite3 import Connection
import time
from typing import Any, Final

from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ..gateway import SmsState, well_formed
from .clock import LedgerClock
from .departures import Departures
from .errors import LedgerError
from .file import Change, LedgerFile
from .history import read_with_contents
from .purposes import Purposes
from .rows import SELECT, SmsRow, write_rows
from .texts import Text, UnwrittenTexts
from .today import Today

_LOGGER = logging.getLogger(__name__)

_WORST_FIRST: Final = (
    SmsState.REJECTED,
    SmsState.FAILED,
    SmsState.NOT_SENT,
    SmsState.UNDELIVERED,
    SmsState.BLACKLISTED,
    SmsState.FILTERED,
    SmsState.EXPIRED,
    SmsState.WAITING,
    SmsState.SENDING,
    SmsState.ACCEPTED,
    SmsState.DELIVERED,
)
INTERRUPTED: Final = "interrupted"
# Of what the gateway can say to a request: nothing has left, or nothing was taken.
_NOT_SENT: Final = (SmsState.WAITING, SmsState.FAILED)

# Of the messages that have not ended, those whose content is still needed.
_OPEN: Final = "WHERE sms.ended_at IS NULL AND NOT (sms.state = 'accepted' AND sms.message_id IS NOT NULL)"
# What is followed, and the last SMS to each number: SQLite takes its id from the row with the highest key.
_SELECT_NEEDED: Final = (
    f"{SELECT} WHERE ended_at IS NULL OR sms_id IN ("  # noqa: S608 - names of columns alone
    "SELECT sms_id FROM (SELECT sms_id, max(text) FROM sms GROUP BY recipient)) "
    "ORDER BY text, sms_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRows:
    """What was read of the SMS: those that are needed in memory, in the order in which they were begun, and what has left."""

    last_text: int
    rows: Sequence[SmsRow]
    for_alerts: Sequence[tuple[str, SmsRow]]
    today: Today
    departures: Sequence[tuple[str, float]]


class OutgoingBook:
    """All outgoing SMS. In memory are those that have not ended, the last one to each number, and today's totals.

    Each is found by its ``sms_id``, in the order in which they were begun: ``waiting`` may still leave (also while its
    request is under way), ``pending`` is followed, ``unsettled`` may have left. ``restored`` are the ids of those that
    wait since before the start.
    """

    def __init__(self, file: LedgerFile, clock: LedgerClock) -> None:
        """Begin with an empty book."""
        self._file = file
        self.clock = clock
        self.waiting: dict[str, SmsRow] = {}
        self.pending: dict[str, SmsRow] = {}
        self.unsettled: dict[str, SmsRow] = {}
        self.restored: set[str] = set()
        self.today = Today()
        self.departures = Departures(clock)
        self.purposes = Purposes()
        self._waiting_to: Counter[str] = Counter()
        self._last: dict[str, SmsRow] = {}
        self._next_text = 1
        self._unwritten = UnwrittenTexts()

    @staticmethod
    def read(connection: Connection) -> StoredRows:
        """Read what was written before. Raises ValueError where it makes no sense."""
        (last_text,) = connection.execute("SELECT max(key) FROM text").fetchone()
        whole = {row.sms_id: row for row in read_with_contents(connection, _OPEN)}
        rows = [
            SmsRow.from_values(values) for values in connection.execute(_SELECT_NEEDED)
        ]
        if any(
            row.state is SmsState.WAITING and row.sms_id not in whole for row in rows
        ):
            raise ValueError("A message waits without its text")
        return StoredRows(
            last_text=last_text or 0,
            rows=[whole.get(row.sms_id, row) for row in rows],
            for_alerts=Purposes.read(connection),
            today=Today.read(connection),
            departures=Departures.read(connection),
        )

    def take_up(self, stored: StoredRows) -> None:
        """Go on with what was read."""
        self._next_text = stored.last_text + 1
        self.today = stored.today
        self.clock.take_up((row.begun_at, row.created_at) for row in stored.rows)
        self.departures.take_up(stored.departures)
        self.purposes.take_up(
            stored.for_alerts, {row.sms_id: row for row in stored.rows}
        )
        interrupted = [row for row in stored.rows if row.state is SmsState.SENDING]
        for row in interrupted:
            # Home Assistant ended between the request and its answer: the message may have been sent.
            row.state, row.reason = SmsState.UNKNOWN, INTERRUPTED
        for row in stored.rows:
            self._last[row.recipient] = row
            self._sort_in(row)
        self.restored = set(self.waiting)
        if interrupted:
            self._file.write_soon(write_rows(interrupted))
            _LOGGER.warning(
                "Home Assistant ended while %d SMS were being sent, and it is not known whether they left",
                len(interrupted),
            )

    def new_text(
        self, text: str | None, *, parts: int, cost: float | None, **how: Any
    ) -> Text:
        """Return a text to begin rows with; it is written with the first of them. ``how`` it is sent are fields of Text."""
        if text is not None:
            text = well_formed(text)
        new = Text(key=self._next_text, text=text, parts=parts, cost=cost, **how)
        self._next_text += 1
        return new

    def bundle(self, rows: Sequence[SmsRow], text: Text) -> None:
        """Let several rows of each person go out as one text, which is written with them."""
        self._unwritten.add(text)
        numbers: set[str] = set()
        for row in rows:
            is_first = row.recipient not in numbers
            numbers.add(row.recipient)
            row.sent_as = text.key
            row.parts, row.cost = (text.parts, text.cost) if is_first else (0, 0.0)

    def begin(self, text: Text, number: str, name: str | None) -> SmsRow:
        """Return a row for one recipient, to whom nothing has been sent yet; it is not written yet.

        All rows of a text are begun before the first of them is written.
        """
        # Not before it has a row: a text whose every row is a duplicate is never written, and must not stay in memory.
        self._unwritten.add(text)
        row = SmsRow(
            sms_id=ulid_now(),
            text=text.key,
            recipient=number,
            name=None if name is None else well_formed(name),
            state=SmsState.WAITING,
            parts=text.parts,
            cost=text.cost,
            created_at=dt_util.utcnow().timestamp(),
            begun_at=self.clock.now(),
            content=text,
        )
        if text.purpose is not None:
            self.purposes.note(text.purpose, row)
        return row

    def age(self, row: SmsRow) -> float:
        """Return how many seconds ago a message was begun."""
        return self.clock.now() - row.begun_at

    @property
    def anybody_is_waited_for(self) -> bool:
        """Tell whether something waits for anybody, as below."""
        return bool(self._waiting_to)

    def waits_for(self, number: str) -> bool:
        """Tell whether something waits for a number, is being written to wait, or is on its way there from the outbox."""
        return number in self._waiting_to

    async def async_note_waiting(self, rows: Sequence[SmsRow]) -> None:
        """Write that some rows wait. Raises LedgerError where they are not on the disk: then they must not wait."""
        for row in rows:
            row.wait()
            self._note_last(row)
        if not self._file.is_on_disk:
            raise LedgerError("there is no file")
        # While they are written, nothing newer may overtake them.
        numbers = [row.recipient for row in rows]
        for number in numbers:
            self._wait_for(number, 1)
        try:
            await self._write(rows)
        finally:
            for number in numbers:
                self._wait_for(number, -1)
        for row in rows:
            self._sort_in(row)

    async def async_note_sending(self, rows: Sequence[SmsRow]) -> None:
        """Write that the request of some rows is about to leave. Raises LedgerError where the disk does not take it."""
        now = dt_util.utcnow().timestamp()
        for row in rows:
            row.state, row.sent_at = SmsState.SENDING, now
            row.departed = time.monotonic()
            self._note_last(row)
        await self._write(rows)

    async def async_note_outcome(self, rows: Sequence[SmsRow]) -> None:
        """Write what the gateway said to some rows, once for each. Raises LedgerError where the disk does not take it."""
        now = dt_util.utcnow().timestamp()
        for row in rows:
            self._note_last(row)
            if row.state in _NOT_SENT:
                row.sent_at = None
            self._count(row)
            if not row.is_open and row.state is not SmsState.UNKNOWN:
                row.ended_at = now
            self._sort_in(row)
        await self._write(rows)

    def note_questions(self, rows: Sequence[SmsRow]) -> None:
        """Write soon that the delivery of some rows was asked for."""
        self._file.write_soon(write_rows(rows))

    async def async_note_found(self, rows: Sequence[SmsRow]) -> None:
        """Write that the sent box shows some rows that may have left, or that waited. Raises LedgerError as above."""
        for row in rows:
            if row.sent_at is None:
                # It waited, in a copy of the ledger that is older than what was sent.
                row.sent_at = row.created_at
                self._count(row)
            row.state, row.code, row.reason = SmsState.ACCEPTED, None, None
            self._sort_in(row)
        await self._write(rows)

    async def async_end(
        self, rows: Sequence[SmsRow], state: SmsState, *changes: Change
    ) -> None:
        """Write the final state of some rows, which are not followed any more. Raises LedgerError where the disk does not take it."""
        now = dt_util.utcnow().timestamp()
        for row in rows:
            row.state, row.ended_at = state, now
            self._sort_in(row)
        await self._write(rows, *changes)

    def make_older(self, sms_ids: Iterable[str], seconds: float) -> None:
        """Add time to the age of what waits since before the start: Home Assistant was off longer than its clock says."""
        rows = [self.waiting[each] for each in sms_ids if each in self.waiting]
        if not rows or not seconds:
            return
        for row in rows:
            row.begun_at -= seconds
        self._file.write_soon(write_rows(rows))

    def forget_ended_before(self, time: float) -> None:
        """Forget what ended before a time."""
        self.departures.forget_old()
        self._last = {
            number: row
            for number, row in self._last.items()
            if row.ended_at is None or row.ended_at >= time
        }

    def last_state(self, numbers: Iterable[str]) -> SmsState | None:
        """Return the worst state of the last SMS to some numbers, None where nobody can say.

        They are delivered only if all of them are.
        """
        states = {
            _known_state(self._last[each]) for each in numbers if each in self._last
        }
        worst = next((state for state in _WORST_FIRST if state in states), None)
        return None if worst is SmsState.DELIVERED and None in states else worst

    def _sort_in(self, row: SmsRow) -> None:
        """Keep a row where its state belongs, and nowhere else; what is followed, for days maybe, needs its content no more."""
        waits = row.state in (SmsState.WAITING, SmsState.SENDING)
        if waits != (row.sms_id in self.waiting):
            self._wait_for(row.recipient, 1 if waits else -1)
        for fits, book in (
            (waits, self.waiting),
            (row.is_pending, self.pending),
            (row.is_unsettled, self.unsettled),
        ):
            if fits:
                book[row.sms_id] = row
            else:
                book.pop(row.sms_id, None)
        if not waits:
            self.restored.discard(row.sms_id)
        if row.is_pending:
            row.content = None

    def _count(self, row: SmsRow) -> None:
        self.today.count(row)
        self.departures.count(row)

    def _wait_for(self, number: str, more: int) -> None:
        self._waiting_to[number] += more
        if not self._waiting_to[number]:
            del self._waiting_to[number]

    def _note_last(self, row: SmsRow) -> None:
        """Remember the last SMS to a number; an answer that comes late makes no older one the last."""
        last = self._last.get(row.recipient)
        if last is None or last.text <= row.text:
            self._last[row.recipient] = row

    async def _write(self, rows: Sequence[SmsRow], *changes: Change) -> None:
        if any(row.state is SmsState.WAITING for row in rows):
            # Its age is measured from there after a restart.
            self.clock.keep()
        keys = [row.text for row in rows]
        keys += [row.sent_as for row in rows if row.sent_as is not None]
        texts = self._unwritten.changes(keys)
        await self._file.async_write(*texts, write_rows(rows), *changes)


def _known_state(row: SmsRow) -> SmsState | None:
    """Return the state that is shown; one that can't be followed, that nobody knows, or that was called back, is none."""
    is_none = row.is_unfollowed or row.state in (SmsState.UNKNOWN, SmsState.CANCELLED)
    return None if is_none else row.state
